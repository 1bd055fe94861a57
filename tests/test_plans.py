"""Making plans over HTTP: the answer, the words for the source, and what is refused."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from factories import (
    AS_CLIENT,
    ask_plan,
    get_plan,
    make_lifter,
    make_plan,
    make_user,
    pointers,
    row_count,
    today,
)
from flask.testing import FlaskClient
from openapi_client import SpecClient
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from app.models import ExercisePlan, ExerciseSession, ExerciseSetState, Notification

PENDING = {
    "status": "PENDING",
    "performed_reps": None,
    "performed_seconds": None,
    "performed_weight_kg": None,
    "performed_band": None,
    "actual_rest_sec": None,
    "rir": None,
    "skip_reason": None,
}
PLAN = {
    "source": "rule",
    "requested_source": "rule",
    "fallback_reason": None,
    "status": "ACTIVE",
    "kind": "training",
}
FIRST_SESSION = {
    "order_no": 1,
    "exercise": "barbell_back_squat",
    "exercise_name": "바벨 백스쿼트",
    "body_part": "허벅지",
    "target_sets": 4,
    "target_reps": 4,
    "target_seconds": None,
    "target_weight_kg": 30,
    "target_rest_sec": 180,
    "target_band": None,
    "per_side": False,
    "target_rir": 2,
    "tier": "MAIN",
    "sets": [{"set_no": number, **PENDING} for number in (1, 2, 3, 4)],
}


def test_a_plan_has_exactly_the_shape_of_the_contract(client: SpecClient) -> None:
    user = make_lifter(client)
    on = today(days=1)

    response = ask_plan(client, user["id"], days=1)

    assert response.status_code == 201
    plan = response.json
    assert response.headers["Location"] == f"/plans/{plan['id']}"
    sessions, notification = plan.pop("sessions"), plan.pop("notification")
    minutes = plan["estimated_minutes"]
    assert plan == PLAN | {
        "id": str(UUID(plan["id"])),
        "user_id": user["id"],
        "target_date": str(on),
        "summary": f"전신 A · 7종목 · {minutes}분",
        "estimated_minutes": minutes,
    }
    first = sessions[0]
    assert first == FIRST_SESSION | {"id": str(UUID(first["id"])), "notes": first["notes"]}
    assert [each["order_no"] for each in sessions] == [1, 2, 3, 4, 5, 6, 7]
    assert sessions[1]["target_weight_kg"] == 32.5
    assert sessions[4]["per_side"] is True
    schedule = {"status": "SCHEDULED", "schedule_at": f"{on}T07:00:00+09:00"}
    assert notification == {"id": str(UUID(notification["id"]))} | schedule


def test_a_plan_reads_the_same_later(client: SpecClient) -> None:
    user = make_lifter(client)

    made = make_plan(client, user["id"], days=1)

    assert get_plan(client, made["id"]) == made


def test_plan_sessions_sets_and_message_are_one(client: SpecClient, db_session: Session) -> None:
    user = make_lifter(client)

    plan = make_plan(client, user["id"], days=1)

    row = db_session.get_one(ExercisePlan, UUID(plan["id"]))
    assert row_count(db_session, ExerciseSession) == len(plan["sessions"])
    assert row_count(db_session, ExerciseSetState) == sum(each["target_sets"] for each in plan["sessions"])
    message = db_session.scalars(select(Notification)).one()
    assert (message.plan_id, message.kind, message.user_id) == (row.id, "daily_plan", row.user_id)
    assert message.request_id == row.request_id
    assert message.request_id is not None
    assert message.expires_at - message.schedule_at == timedelta(hours=12)
    assert message.variables["회원이름"] == "김하나"
    assert message.variables["오늘의운동구성"] == "전신 A · 7종목"


@pytest.mark.parametrize(
    ("said", "requested"),
    [
        ({}, "rule"),
        ({"source": "rule"}, "rule"),
        ({"plan_source": "llm"}, "llm"),
        ({"source": "LLM"}, "llm"),
        ({"plan_source": " \tRule\n"}, "rule"),
        ({"source": "llm", "plan_source": " LLM "}, "llm"),
    ],
)
def test_a_source_is_read_whatever_its_case_and_blanks(
    client: SpecClient, said: dict[str, str], requested: str
) -> None:
    user = make_user(client)

    plan = make_plan(client, user["id"], **said)

    fallback = "llm_disabled" if requested == "llm" else None
    assert (plan["source"], plan["requested_source"], plan["fallback_reason"]) == (
        "rule",
        requested,
        fallback,
    )


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"source": ""}, "#/source"),
        ({"source": "  "}, "#/source"),
        ({"plan_source": ""}, "#/plan_source"),
        ({"source": None}, "#/source"),
        ({"source": "rule", "plan_source": None}, "#/plan_source"),
        ({"source": "gpt"}, "#/source"),
        ({"source": "RULE_FALLBACK"}, "#/source"),
        ({"source": 1}, "#/source"),
        ({"source": ["rule"]}, "#/source"),
        ({"source": "rule", "plan_source": "llm"}, "#/plan_source"),
        ({"source": "rule", "plan_source": ""}, "#/plan_source"),
        ({"force": "true"}, "#/force"),
        ({"force": None}, "#/force"),
        ({"target_date": "2026-1-1"}, "#/target_date"),
        ({"target_date": "20261123"}, "#/target_date"),
        ({"target_date": "2026-02-30"}, "#/target_date"),
        ({"target_date": "2026-11-23T00:00:00Z"}, "#/target_date"),
        ({"target_date": None}, "#/target_date"),
        ({"target_date": 20261123}, "#/target_date"),
        ({"user_id": "me"}, "#/user_id"),
        ({"user_id": None}, "#/user_id"),
        ({"date": "2026-11-23"}, "#/date"),
    ],
)
def test_a_request_that_does_not_fit_is_pointed_at(
    client: SpecClient, db_session: Session, said: dict[str, Any], pointer: str
) -> None:
    user = make_user(client)

    response = ask_plan(client, user["id"], **said)

    assert pointers(response) == {pointer}
    assert row_count(db_session, ExercisePlan) == 0


def test_user_and_date_are_needed(client: SpecClient) -> None:
    response = client.post("/plans/generate", json={}, headers=AS_CLIENT)

    assert pointers(response) == {"#/user_id", "#/target_date"}


def test_an_unknown_trainee_has_no_plan(client: SpecClient) -> None:
    response = ask_plan(client, str(uuid4()))

    assert (response.status_code, response.json["code"]) == (404, "not_found")


def test_a_second_plan_for_a_day_names_the_first(client: SpecClient) -> None:
    user = make_user(client)
    plan = make_plan(client, user["id"])

    response = ask_plan(client, user["id"])

    assert (response.status_code, response.json["code"]) == (409, "conflict")
    assert response.json["plan_id"] == plan["id"]


@pytest.mark.parametrize("rule", ["CHECK (kind <> 'training') NOT VALID", "UNIQUE (user_id)"])
def test_another_broken_constraint_is_a_fault_of_ours_and_no_conflict(
    client: SpecClient, engine: Engine, db_session: Session, rule: str
) -> None:
    user = make_user(client)
    make_plan(client, user["id"], days=5)
    plain = FlaskClient(client.application, client.response_wrapper)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE exercise_plans ADD CONSTRAINT odd {rule}")

    try:
        response = ask_plan(plain, user["id"])
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE exercise_plans DROP CONSTRAINT odd")

    assert (response.status_code, response.json["code"]) == (500, "internal")
    assert row_count(db_session, ExercisePlan) == 1


def test_making_a_plan_takes_at_most_eight_statements(client: SpecClient, engine: Engine) -> None:
    user = make_lifter(client)
    make_plan(client, user["id"])
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        make_plan(client, user["id"], days=2)
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert 0 < len(statements) <= 8, statements
