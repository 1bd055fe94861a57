"""Manual reviews: the list, who may decide what, and what is kept of a decision."""

from typing import Any
from uuid import uuid4

import pytest
from factories import AS_CLIENT, AS_OPERATOR, pointers
from openapi_client import SpecClient
from review_builders import (
    BY_KIM,
    add_event,
    add_message,
    add_review,
    decide,
    decided,
    fresh,
    log_row,
    open_ones,
)
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from app.models import MaintenanceLog, ManualReview

SUBJECTS = ("notification", "webhook_event", "sender", "health")
PAIRS = {
    ("notification", "retry"),
    ("notification", "confirm_sent"),
    ("notification", "discard"),
    ("webhook_event", "retry"),
    ("webhook_event", "discard"),
    ("sender", "retry"),
    ("health", "retry"),
    ("health", "discard"),
}
NO_PAIRS = {(s, a) for s in SUBJECTS for a in ("retry", "confirm_sent", "discard")} - PAIRS


def listed(client: SpecClient, **query: Any) -> dict[str, Any]:
    response = client.get("/manual-reviews", query_string=query, headers=AS_OPERATOR)
    assert response.status_code == 200, response.text
    return dict(response.json)


def ids(page: dict[str, Any]) -> list[str]:
    return [each["id"] for each in page["items"]]


def cause_of(subject: str) -> str:
    causes = {"notification": "notice:-9", "webhook_event": "alimtalk", "sender": "memo"}
    return causes.get(subject, str(uuid4()))


@pytest.mark.parametrize(("subject", "action"), sorted(PAIRS))
def test_every_subject_takes_its_actions(
    client: SpecClient, db_session: Session, subject: str, action: str
) -> None:
    review = add_review(db_session, subject, cause=cause_of(subject))

    found = decided(client, review.id, action)

    stored = fresh(db_session, review)
    assert (stored.state, stored.action, stored.memo, stored.actor) == (
        "resolved",
        action,
        "확인했습니다",
        "kim",
    )
    assert (found["state"], found["action"], found["applied"]) == ("resolved", action, 0)
    assert found["resolved_at"] is not None
    assert open_ones(db_session) == []


@pytest.mark.parametrize(("subject", "action"), sorted(NO_PAIRS))
def test_any_other_pair_is_a_conflict_and_changes_nothing(
    client: SpecClient, db_session: Session, subject: str, action: str
) -> None:
    review = add_review(db_session, subject, cause=cause_of(subject))

    response = decide(client, review.id, action)

    assert (response.status_code, response.json["code"]) == (409, "conflict")
    assert fresh(db_session, review).state == "open"
    assert db_session.scalars(select(MaintenanceLog)).all() == []


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"memo": None}, {"#/memo"}),
        ({"memo": " \t"}, {"#/memo"}),
        ({"memo": "x" * 1001}, {"#/memo"}),
        ({"actor": ""}, {"#/actor"}),
        ({"actor": "coach"}, {"#/actor"}),
        ({"action": "drop"}, {"#/action"}),
        ({"action": None, "actor": 1}, {"#/action", "#/actor"}),
        ({"state": "open"}, {"#/state"}),
    ],
)
def test_a_decision_that_does_not_fit_names_the_field(
    client: SpecClient, db_session: Session, body: dict[str, Any], wrong: set[str]
) -> None:
    review = add_review(db_session)

    response = decide(client, review.id, **{"action": "retry"} | body)

    assert pointers(response) == wrong
    assert fresh(db_session, review).state == "open"


def test_memo_and_actor_must_be_given(client: SpecClient, db_session: Session) -> None:
    path = f"/manual-reviews/{add_review(db_session).id}/resolve"

    response = client.post(path, json={"action": "discard"}, headers=AS_OPERATOR)

    assert pointers(response) == {"#/memo", "#/actor"}


def test_a_review_is_decided_once(client: SpecClient, db_session: Session) -> None:
    review = add_review(db_session)
    decided(client, review.id, "discard")

    again = decide(client, review.id, "retry", actor="lee")

    assert (again.status_code, again.json["code"]) == (409, "conflict")
    assert "discard by kim" in again.json["detail"]
    assert fresh(db_session, review).actor == "kim"
    assert log_row(db_session).actor == "kim"


def test_a_review_that_is_none_is_not_found(client: SpecClient) -> None:
    assert decide(client, uuid4(), "retry").status_code == 404


def test_only_operators_see_and_decide(client: SpecClient, db_session: Session) -> None:
    review = add_review(db_session)
    path = f"/manual-reviews/{review.id}/resolve"

    answers = [
        client.get("/manual-reviews", headers=AS_CLIENT),
        client.post(path, json=BY_KIM | {"action": "retry"}, headers=AS_CLIENT),
    ]

    assert {each.status_code for each in answers} == {403}
    assert fresh(db_session, review).state == "open"


def test_the_log_says_who_why_before_and_after(client: SpecClient, db_session: Session) -> None:
    review = add_review(db_session, reason_code="bad_link", cause="notice:-3000")
    for status in ("MANUAL_REVIEW", "FAILED", "FAILED", "DELIVERED"):
        add_message(db_session, review, status=status)
    path = f"/manual-reviews/{review.id}/resolve"

    client.post(path, json=BY_KIM | {"action": "discard"}, headers=AS_OPERATOR | {"X-Request-Id": "req-9"})

    row = log_row(db_session)
    assert (row.actor, row.request_id) == ("kim", "req-9")
    assert row.message == "notification notice:-3000 bad_link: discard"
    assert row.detail == {
        "review": str(review.id),
        "subject": "notification",
        "cause": "notice:-3000",
        "reason_code": "bad_link",
        "action": "discard",
        "memo": "확인했습니다",
        "before": {"DELIVERED": 1, "FAILED": 2, "MANUAL_REVIEW": 1},
        "after": {"DELIVERED": 1, "FAILED": 3},
        "applied": 3,
        "moved": 0,
    }


def test_the_newest_come_first_page_by_page(client: SpecClient, db_session: Session) -> None:
    made = sorted(add_review(db_session, cause=f"notice:{number}").id for number in range(5))

    pages = [listed(client, limit=2)]
    while pages[-1]["next_cursor"]:
        add_review(db_session, cause=f"notice:late-{len(pages)}")
        pages.append(listed(client, limit=2, cursor=pages[-1]["next_cursor"]))

    found = [each for page in pages for each in ids(page)]
    assert found == [str(each) for each in reversed(made)]


def test_the_list_is_narrowed_by_state_and_subject(client: SpecClient, db_session: Session) -> None:
    message, sender = add_review(db_session), add_review(db_session, "sender", cause="memo")
    decided(client, message.id, "discard")

    assert ids(listed(client, state="open")) == [str(sender.id)]
    assert ids(listed(client, state="resolved")) == [str(message.id)]
    assert ids(listed(client, subject="sender")) == [str(sender.id)]
    assert ids(listed(client, subject="sender", state="resolved")) == []


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"state": "OPEN"}, "#/state"),
        ({"subject": "user"}, "#/subject"),
        ({"limit": 0}, "#/limit"),
        ({"cursor": "x"}, "#/cursor"),
        ({"action": "retry"}, "#/action"),
    ],
)
def test_a_query_that_does_not_fit_is_pointed_at(
    client: SpecClient, query: dict[str, Any], wrong: str
) -> None:
    response = client.get("/manual-reviews", query_string=query, headers=AS_OPERATOR)

    assert pointers(response) == {wrong}


def test_a_review_names_up_to_ten_of_its_rows(client: SpecClient, db_session: Session) -> None:
    many, events = add_review(db_session), add_review(db_session, "webhook_event", cause="alimtalk")
    messages = [add_message(db_session, many) for _ in range(11)]
    event_row = add_event(db_session, events)
    add_review(db_session, "sender", cause="alimtalk")

    items = listed(client)["items"]

    assert {each["subject"]: each["subject_ids"] for each in items} == {
        "sender": [],
        "webhook_event": [str(event_row.id)],
        "notification": sorted(str(each.id) for each in messages)[:10],
    }


def test_a_page_costs_as_many_queries_as_one_review(
    client: SpecClient, engine: Engine, db_session: Session
) -> None:
    seen: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    counts = []
    for number in range(6):
        add_message(db_session, add_review(db_session, cause=f"notice:{number}"))
        if number in (0, 5):
            event.listen(engine, "before_cursor_execute", count)
            listed(client)
            event.remove(engine, "before_cursor_execute", count)
            counts.append(len(seen))
            seen.clear()

    assert counts[0] == counts[1]


def test_a_new_review_of_the_same_cause_may_open_after_a_decision(
    client: SpecClient, db_session: Session
) -> None:
    decided(client, add_review(db_session, count=4).id, "discard")

    add_review(db_session)

    assert open_ones(db_session) == [("notification", "notice:TIMEOUT", "outcome_unknown", 1)]
    assert len(db_session.scalars(select(ManualReview)).all()) == 2
