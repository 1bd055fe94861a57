"""Guardrails: what holds, who may change it, and what the maintenance log says."""

from typing import Any

import pytest
from factories import AS_CLIENT, AS_OPERATOR, pointers
from guardrail_builders import BY_KIM, DEFAULTS, NAMES, OTHERS, ahead, listed, logged, put, rails, store
from openapi_client import SpecClient
from sqlalchemy import Engine, event, select, text
from sqlalchemy.orm import Session

from app.domain import guardrails
from app.domain.guardrails import Rails
from app.errors import InvalidInput
from app.models import Guardrail


@pytest.mark.parametrize("defaults", [DEFAULTS, OTHERS])
def test_without_a_row_the_environment_holds(db_session: Session, defaults: dict[str, Any]) -> None:
    found = rails(db_session, defaults)

    assert found == Rails(
        llm_enabled=defaults["LLM_ENABLED"],
        force_rule=defaults["FORCE_RULE"],
        send_paused=defaults["SEND_PAUSED"],
        send_cap_per_minute=defaults["SEND_CAP_PER_MINUTE"],
        auto_cap=None,
        auto_cap_since=None,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("llm_enabled", False),
        ("force_rule", True),
        ("send_paused", True),
        ("send_cap_per_minute", 0),
        ("send_cap_per_minute", 120),
        ("send_cap_per_minute", None),
    ],
)
def test_what_is_set_holds_over_the_environment(
    client: SpecClient, db_session: Session, name: str, value: Any
) -> None:
    response = put(client, name, value=value)

    assert response.status_code == 200
    assert (response.json["value"], response.json["is_set"]) == (value, True)
    assert (response.json["reason"], response.json["actor"]) == ("점검", "kim")
    against = DEFAULTS | {"SEND_CAP_PER_MINUTE": 7}
    assert getattr(rails(db_session, against), name) == value


def test_a_change_leaves_who_why_before_after_and_until_when(client: SpecClient, db_session: Session) -> None:
    until = ahead(hours=2)

    put(client, "send_cap_per_minute", value=1)
    client.put(
        "/guardrails/send_cap_per_minute",
        json={"value": 30, "reason": "  느리게  ", "actor": " lee ", "expires_at": until},
        headers=AS_OPERATOR | {"X-Request-Id": "req-7"},
    )

    first, second = logged(db_session)
    assert (first.kind, first.actor, first.message) == (
        "guardrail",
        "kim",
        "send_cap_per_minute: default → 1",
    )
    assert first.detail["before"] is None
    assert (second.actor, second.request_id, second.message) == (
        "lee",
        "req-7",
        "send_cap_per_minute: 1 → 30",
    )
    assert second.detail == {
        "guardrail": "send_cap_per_minute",
        "before": {"value": 1, "expires_at": None},
        "after": {"value": 30, "expires_at": until},
        "reason": "느리게",
    }


def test_a_guardrail_that_has_ended_means_the_default_again(client: SpecClient, db_session: Session) -> None:
    put(client, "send_paused", value=True, expires_at=ahead(hours=1))
    assert rails(db_session).send_paused is True

    db_session.execute(text("UPDATE guardrails SET expires_at = clock_timestamp() - interval '1 ms'"))
    db_session.commit()

    assert rails(db_session).send_paused is False
    [item] = [each for each in listed(client)["items"] if each["name"] == "send_paused"]
    assert (item["value"], item["is_set"], item["actor"]) == (False, False, "kim")
    put(client, "send_paused", value=True)
    assert logged(db_session)[-1].detail["before"] is None


@pytest.mark.parametrize("odd", ["yes", 2, 1.5, -1, [], {"value": True}])
def test_what_cannot_be_read_means_the_safe_side(client: SpecClient, db_session: Session, odd: Any) -> None:
    for name in NAMES:
        fits = name.endswith(("cap", "minute")) and odd == 2
        store(db_session, name, "five" if fits else odd)

    found = rails(db_session)

    assert (found.llm_enabled, found.force_rule, found.send_paused) == (False, True, True)
    assert (found.send_cap_per_minute, found.auto_cap) == (0, 30)
    assert {each["name"]: each["value"] for each in listed(client)["items"]}["send_paused"] is True


@pytest.mark.parametrize("name", ["llm_enabled", "force_rule", "send_paused"])
def test_a_switch_without_a_value_is_unreadable(db_session: Session, name: str) -> None:
    store(db_session, name, None)

    assert getattr(rails(db_session), name) is (name != "llm_enabled")


def test_reading_costs_one_query(engine: Engine, db_session: Session) -> None:
    store(db_session, "send_paused", False)
    seen: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        rails(db_session)
    finally:
        event.remove(engine, "before_cursor_execute", count)

    assert len(seen) == 1


@pytest.mark.parametrize(
    ("name", "body", "wrong"),
    [
        ("send_paused", {"value": 1}, {"#/value"}),
        ("send_paused", {"value": "true"}, {"#/value"}),
        ("send_paused", {"value": None}, {"#/value"}),
        ("send_cap_per_minute", {"value": True}, {"#/value"}),
        ("send_cap_per_minute", {"value": -1}, {"#/value"}),
        ("send_cap_per_minute", {"value": 1.5}, {"#/value"}),
        ("send_cap_per_minute", {"value": 1_000_001}, {"#/value"}),
        ("auto_cap", {"value": 30}, {"#/value"}),
        ("auto_cap", {"value": 0}, {"#/value"}),
        ("auto_cap", {"value": None, "expires_at": "2199-01-01T00:00:00Z"}, {"#/expires_at"}),
        ("send_paused", {}, {"#/value"}),
        ("send_paused", {"value": True, "reason": ""}, {"#/reason"}),
        ("send_paused", {"value": True, "reason": " \n "}, {"#/reason"}),
        ("send_paused", {"value": True, "reason": "x" * 201}, {"#/reason"}),
        ("send_paused", {"value": True, "actor": "  "}, {"#/actor"}),
        ("send_paused", {"value": True, "actor": None, "reason": None}, {"#/actor", "#/reason"}),
        ("send_paused", {"value": True, "actor": "Coach"}, {"#/actor"}),
        ("send_paused", {"value": True, "expires_at": "2020-01-01T00:00:00Z"}, {"#/expires_at"}),
        ("send_paused", {"value": True, "expires_at": "2199-01-01T00:00:00"}, {"#/expires_at"}),
        ("send_paused", {"value": True, "extra": 1}, {"#/extra"}),
    ],
)
def test_a_change_that_does_not_fit_names_the_field_and_changes_nothing(
    client: SpecClient, db_session: Session, name: str, body: dict[str, Any], wrong: set[str]
) -> None:
    response = put(client, name, **body)

    assert pointers(response) == wrong
    assert logged(db_session) == []
    assert rails(db_session) == rails(db_session, DEFAULTS)
    assert db_session.scalars(select(Guardrail)).all() == []


def test_two_hundred_characters_count_without_outer_blanks(client: SpecClient) -> None:
    response = put(client, "send_paused", value=True, reason=" " * 9 + "가" * 200 + "\n")

    assert response.json["reason"] == "가" * 200


@pytest.mark.parametrize("given", ["", "  ", "x" * 201, "\udc80", "a\x00b"])
def test_the_rules_themselves_refuse_words_that_are_none(db_session: Session, given: str) -> None:
    """Commands come past the schemas of HTTP."""
    for words in ({"reason": given, "actor": "kim"}, {"reason": "r", "actor": given}):
        with pytest.raises(InvalidInput):
            guardrails.change(db_session, "send_paused", True, **words)


def test_a_name_that_is_none_is_not_found(client: SpecClient, db_session: Session) -> None:
    response = put(client, "send_pause", value=True)

    assert (response.status_code, response.json["code"]) == (404, "not_found")
    assert logged(db_session) == []


def test_only_operators_see_and_set_guardrails(client: SpecClient) -> None:
    answers = [
        client.get("/guardrails", headers=AS_CLIENT),
        client.put("/guardrails/send_paused", json=BY_KIM | {"value": True}, headers=AS_CLIENT),
    ]

    assert {(each.status_code, each.json["code"]) for each in answers} == {(403, "forbidden")}


def test_the_list_has_every_guardrail_page_by_page(client: SpecClient, db_session: Session) -> None:
    put(client, "llm_enabled", value=False, expires_at=ahead(hours=1))

    pages = [listed(client, limit=2)]
    while pages[-1]["next_cursor"]:
        pages.append(listed(client, limit=2, cursor=pages[-1]["next_cursor"]))

    items = [each for page in pages for each in page["items"]]
    assert [each["name"] for each in items] == NAMES
    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert items[2]["default"] is True
    assert items[2]["expires_at"] is not None
    assert items[4] == {
        "name": "send_paused",
        "value": False,
        "default": False,
        "is_set": False,
        "reason": None,
        "actor": None,
        "expires_at": None,
        "updated_at": None,
    }
