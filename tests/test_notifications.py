"""Registering notices over HTTP: what they may say, when they leave, and that asking twice is asking once."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from factories import (
    AS_CLIENT,
    AS_OPERATOR,
    SEOUL,
    ask_notice,
    ask_plan,
    get_notice,
    make_plan,
    make_user,
    overlapping,
    pointers,
    row_count,
)
from flask import Flask
from openapi_client import SpecClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.domain.templates import TEMPLATES
from app.models import Notification

TITLE, BODY, NAME = "안내드리는제목", "안내드리는자세한내용", "회원이름"
TEXTS = {TITLE: "휴관 안내", BODY: "30일은 쉽니다."}


def moment(**delta: float) -> str:
    return (datetime.now(UTC) + timedelta(**delta)).isoformat()


def pointer(variable: str) -> str:
    return "#/variables/" + quote(variable, safe="")


def test_a_notice_has_exactly_the_shape_of_the_document(client: SpecClient) -> None:
    user = make_user(client)

    response = ask_notice(client, user["id"], variables=TEXTS, idempotency_key="k1")

    assert response.status_code == 201
    notice = response.json
    assert response.headers["Location"] == f"/notifications/{notice['id']}"
    at, until = (datetime.fromisoformat(notice[name]) for name in ("schedule_at", "expires_at"))
    assert abs(at - datetime.now(UTC)) < timedelta(seconds=30)
    assert until - at == timedelta(hours=24)
    assert notice == {
        "id": str(UUID(notice["id"])),
        "user_id": user["id"],
        "plan_id": None,
        "kind": "notice",
        "status": "SCHEDULED",
        "idempotency_key": "k1",
        "variables": {NAME: "김하나", **TEXTS},
        "schedule_at": notice["schedule_at"],
        "expires_at": notice["expires_at"],
        "sent_at": None,
        "delivered_at": None,
        "reason_code": None,
        "provider_response_code": None,
        "failure_reason": None,
        "last_error_at": None,
        "attempt_count": 0,
        "created_at": notice["created_at"],
        "provider_codes": [],
    }
    assert get_notice(client, notice["id"]) == notice


def test_a_trainee_without_a_phone_gets_a_notice_registered_all_the_same(client: SpecClient) -> None:
    user = make_user(client, phone_number=None, notifications_enabled=False)

    assert ask_notice(client, user["id"]).json["status"] == "SCHEDULED"


def test_the_request_id_is_kept_on_the_row(client: SpecClient, db_session: Session) -> None:
    user = make_user(client)
    body = {"user_id": user["id"], "kind": "notice", "variables": TEXTS, "idempotency_key": "k1"}

    client.post("/notifications", json=body, headers=AS_CLIENT | {"X-Request-Id": "trace-me"})

    assert db_session.scalars(select(Notification.request_id)).one() == "trace-me"


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({}, {pointer(TITLE), pointer(BODY)}),
        ({TITLE: "x"}, {pointer(BODY)}),
        (TEXTS | {TITLE: " \n"}, {pointer(TITLE)}),
        (TEXTS | {NAME: ""}, {pointer(NAME)}),
        (TEXTS | {"광고": "x"}, {pointer("광고")}),
        (TEXTS | {"a/b~c": "x"}, {"#/variables/a~1b~0c"}),
        (TEXTS | {"운동날짜": "x"}, {pointer("운동날짜")}),
        (TEXTS | {TITLE: "가" * (len("#{안내드리는제목}") + 15)}, {pointer(TITLE)}),
        (TEXTS | {TITLE: "💪" * 13}, {pointer(TITLE)}),
        (TEXTS | {"가" * 51: "x"}, {pointer("가" * 51)}),
    ],
)
def test_variables_that_do_not_fit_the_template_are_pointed_at(
    client: SpecClient, db_session: Session, said: dict[str, str], wrong: set[str]
) -> None:
    response = ask_notice(client, make_user(client)["id"], variables=said)

    assert pointers(response) == wrong
    assert row_count(db_session, Notification) == 0


def test_a_value_may_be_as_long_as_its_placeholder_and_fourteen_more(client: SpecClient) -> None:
    user = make_user(client)
    texts = {name: "가" * (len(f"#{{{name}}}") + 14) for name in (TITLE, BODY, NAME)}

    response = ask_notice(client, user["id"], variables=texts)

    assert response.json["variables"] == texts
    assert set(texts) == set(TEMPLATES["notice"].variables)


def test_a_long_name_is_cut_to_its_limit(client: SpecClient) -> None:
    user = make_user(client, name="가" * 50)

    name = ask_notice(client, user["id"]).json["variables"][NAME]

    assert (len(name), name[-1]) == (len("#{회원이름}") + 14, "…")


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"user_id": "me"}, "#/user_id"),
        ({"kind": "daily_plan"}, "#/kind"),
        ({"kind": "advertisement"}, "#/kind"),
        ({"kind": None}, "#/kind"),
        ({"variables": []}, "#/variables"),
        ({"variables": None}, "#/variables"),
        ({"variables": {TITLE: 1}}, pointer(TITLE)),
        ({"idempotency_key": ""}, "#/idempotency_key"),
        ({"idempotency_key": "k" * 201}, "#/idempotency_key"),
        ({"idempotency_key": None}, "#/idempotency_key"),
        ({"idempotency_key": "coach:daily_plan:1"}, "#/idempotency_key"),
        ({"schedule_at": "tomorrow"}, "#/schedule_at"),
        ({"schedule_at": "2026-11-23T07:00:00"}, "#/schedule_at"),
        ({"schedule_at": None}, "#/schedule_at"),
        ({"schedule_at": moment(hours=-24)}, "#/schedule_at"),
        ({"schedule_at": moment(days=367)}, "#/schedule_at"),
        ({"priority": 1}, "#/priority"),
    ],
)
def test_a_request_that_does_not_fit_is_pointed_at(
    client: SpecClient, db_session: Session, said: dict[str, Any], wrong: str
) -> None:
    body = {"user_id": make_user(client)["id"], "kind": "notice", "variables": TEXTS}
    body |= {"idempotency_key": str(uuid4())} | said

    response = client.post("/notifications", json=body, headers=AS_CLIENT)

    assert pointers(response) == {wrong}
    assert row_count(db_session, Notification) == 0


@pytest.mark.parametrize("delta", [{"hours": -23.9}, {"seconds": -5}, {"days": 365.9}])
def test_a_notice_may_be_a_little_late_and_up_to_a_year_early(
    client: SpecClient, db_session: Session, delta: dict[str, float]
) -> None:
    at = moment(**delta)

    response = ask_notice(client, make_user(client)["id"], schedule_at=at)

    assert response.status_code == 201
    row = db_session.scalars(select(Notification)).one()
    assert row.due_at == row.schedule_at == datetime.fromisoformat(at)


def test_the_same_key_and_body_again_is_the_same_notice(client: SpecClient, db_session: Session) -> None:
    user = make_user(client)
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
    seoul = at.astimezone(ZoneInfo(SEOUL)).isoformat()
    body = {"variables": TEXTS, "idempotency_key": "k1"}
    first = ask_notice(client, user["id"], schedule_at=at.isoformat(), **body)
    turned = {"variables": dict(reversed(TEXTS.items())), "idempotency_key": "k1"}

    second = ask_notice(client, user["id"], schedule_at=seoul, **turned)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json == first.json
    assert second.headers["Location"] == first.headers["Location"]
    assert row_count(db_session, Notification) == 1


def test_the_same_again_is_accepted_when_it_has_long_gone_out(
    client: SpecClient, db_session: Session
) -> None:
    user = make_user(client)
    body = {"variables": TEXTS, "idempotency_key": "k1", "schedule_at": moment(hours=1)}
    made = ask_notice(client, user["id"], **body).json
    row = db_session.get_one(Notification, UUID(made["id"]))
    row.status, row.leased_until, row.request_key = "SENDING", datetime.now(UTC), "key"
    db_session.flush()
    row.status = "DELIVERED"
    db_session.commit()

    again = ask_notice(client, user["id"], **body)

    assert (again.status_code, again.json["status"]) == (200, "DELIVERED")


@pytest.mark.parametrize(
    "other",
    [{"variables": TEXTS | {TITLE: "다른 제목"}}, {"schedule_at": moment(hours=3)}, {"user": "another"}],
)
def test_the_same_key_with_another_body_is_refused(client: SpecClient, other: dict[str, Any]) -> None:
    user = make_user(client)
    body: dict[str, Any] = {"variables": TEXTS, "idempotency_key": "k1", "schedule_at": moment(hours=1)}
    made = ask_notice(client, user["id"], **body).json
    asked_for = make_user(client)["id"] if other.pop("user", None) else user["id"]

    response = ask_notice(client, asked_for, **body | other)

    assert (response.status_code, response.json["code"]) == (409, "idempotency_mismatch")
    assert get_notice(client, made["id"]) == made


@pytest.mark.parametrize(("second_title", "statuses"), [("휴관 안내", [200, 201]), ("다른 제목", [201, 409])])
def test_of_two_registrations_at_once_one_makes_the_notice(
    app: Flask,
    client: SpecClient,
    engine: Engine,
    db_session: Session,
    second_title: str,
    statuses: list[int],
) -> None:
    user = make_user(client)
    calls = [
        lambda title=title: ask_notice(
            app.test_client(), user["id"], variables=TEXTS | {TITLE: title}, idempotency_key="k1"
        )
        for title in ("휴관 안내", second_title)
    ]

    answers = overlapping(engine, "LOCK TABLE notifications IN SHARE MODE", calls)

    assert sorted(each.status_code for each in answers) == statuses
    assert row_count(db_session, Notification) == 1


def test_without_redis_everything_is_accepted_all_the_same(
    client: SpecClient, another_app: Callable[..., Flask], db_session: Session
) -> None:
    user = make_user(client, reminder_time="00:00")
    lonely = another_app(REDIS_URL="redis://127.0.0.1:9").test_client()

    notice, plan = ask_notice(lonely, user["id"]), ask_plan(lonely, user["id"])

    assert (notice.status_code, plan.status_code) == (201, 201)
    assert row_count(db_session, Notification) == 2


def test_a_notice_to_nobody_is_refused(client: SpecClient) -> None:
    response = ask_notice(client, str(uuid4()))

    assert (response.status_code, response.json["code"]) == (404, "not_found")


def test_the_message_of_a_plan_is_looked_at_the_same_way(client: SpecClient) -> None:
    user = make_user(client)
    plan = make_plan(client, user["id"], days=1)

    message = get_notice(client, plan["notification"]["id"])

    assert (message["kind"], message["plan_id"], message["status"]) == ("daily_plan", plan["id"], "SCHEDULED")
    assert message["idempotency_key"] == f"coach:daily_plan:{plan['id']}"
    assert set(message["variables"]) == set(TEMPLATES["daily_plan"].variables)
    assert json.dumps(message["variables"], ensure_ascii=False).count("…") == 0


def test_an_unknown_notification_is_not_found(client: SpecClient) -> None:
    response = client.get(f"/notifications/{uuid4()}", headers=AS_OPERATOR)

    assert (response.status_code, response.json["code"]) == (404, "not_found")
