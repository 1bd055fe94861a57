"""Small builders: over HTTP where the API can, else through a session of the test's own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from settings import CLIENT_KEY, OPERATOR_KEY
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.coach import Equipment
from app.models import (
    ExercisePlan,
    ExerciseSession,
    ExerciseSetState,
    Notification,
    NotificationProviderCode,
    User,
    UserProfile,
)
from dev.processes import wait_until

SEOUL = "Asia/Seoul"
AS_CLIENT = {"Authorization": f"Bearer {CLIENT_KEY}"}
AS_OPERATOR = {"Authorization": f"Bearer {OPERATOR_KEY}"}
GYM = [each.value for each in Equipment if each is not Equipment.BODYWEIGHT]
# Trains the same seven exercises every time.
LIFTER = {
    "sex": "M",
    "weight_kg": 75,
    "experience": "INTERMEDIATE",
    "goal": "STRENGTH",
    "days_per_week": 1,
    "max_daily_minutes": 90,
    "equipment": GYM,
}


def today(zone: str = SEOUL, days: int = 0) -> date:
    """The date on the wall in `zone`, `days` later."""
    return datetime.now(ZoneInfo(zone)).date() + timedelta(days=days)


def create_user(client: FlaskClient, **body: Any) -> TestResponse:
    return client.post("/users", json=body, headers=AS_CLIENT)


def patch_user(client: FlaskClient, user_id: str, **body: Any) -> TestResponse:
    return client.patch(f"/users/{user_id}", json=body, headers=AS_CLIENT)


def read_user(client: FlaskClient, user_id: str) -> TestResponse:
    return client.get(f"/users/{user_id}", headers=AS_CLIENT)


def delete_user(client: FlaskClient, user_id: str) -> TestResponse:
    return client.delete(f"/users/{user_id}", headers=AS_CLIENT)


def make_user(client: FlaskClient, **fields: Any) -> dict[str, Any]:
    """A trainee as the API answers it."""
    response = client.post("/users", json={"name": "김하나"} | fields, headers=AS_OPERATOR)
    assert response.status_code == 201, response.text
    return dict(response.json)


def make_lifter(client: FlaskClient, **profile: Any) -> dict[str, Any]:
    """A trainee whose plans are all for the same session, with a whole gym."""
    return make_user(client, profile=LIFTER | profile)


def ask_plan(client: FlaskClient, user_id: str, /, days: int = 0, **fields: Any) -> TestResponse:
    """The answer to the request for a plan `days` from today in Seoul, whatever the calendar says."""
    body = {"user_id": user_id, "target_date": str(today(days=days)), "force": True} | fields
    return client.post("/plans/generate", json=body, headers=AS_CLIENT)


def make_plan(client: FlaskClient, user_id: str, /, days: int = 0, **fields: Any) -> dict[str, Any]:
    """A plan as the API answers it."""
    response = ask_plan(client, user_id, days, **fields)
    assert response.status_code == 201, response.text
    return dict(response.json)


def make_band_plan(client: FlaskClient) -> dict[str, Any]:
    """A plan without kilograms: body weight first, then bands."""
    user = make_user(client, profile={"equipment": ["band"], "days_per_week": 1})
    plan = make_plan(client, user["id"])
    assert plan["sessions"][1]["target_band"] == "LIGHT"
    return plan


def get_plan(client: FlaskClient, plan_id: str) -> dict[str, Any]:
    response = client.get(f"/plans/{plan_id}", headers=AS_CLIENT)
    assert response.status_code == 200, response.text
    return dict(response.json)


def report(
    client: FlaskClient, plan: dict[str, Any], order_no: int, set_no: int, status: str = "DONE", **fields: Any
) -> TestResponse:
    """The answer to a report on one set; `order_no` counts the exercises from 1."""
    session_id = plan["sessions"][order_no - 1]["id"]
    path = f"/plans/{plan['id']}/sessions/{session_id}/sets/{set_no}"
    return client.put(path, json={"status": status} | fields, headers=AS_CLIENT)


def report_all(client: FlaskClient, plan: dict[str, Any], status: str = "DONE", **last: Any) -> None:
    """Report every set of a plan the same way; `last` goes with the last set of each exercise."""
    for session in plan["sessions"]:
        for each in session["sets"]:
            extra = last if each["set_no"] == session["target_sets"] else {}
            response = report(client, plan, session["order_no"], each["set_no"], status, **extra)
            assert response.status_code == 200, response.text


def ask_notice(client: FlaskClient, user_id: str, /, **fields: Any) -> TestResponse:
    """The answer to the registration of a notice."""
    variables = {"안내드리는제목": "휴관 안내", "안내드리는자세한내용": "30일은 쉽니다."}
    body = {"user_id": user_id, "kind": "notice", "variables": variables, "idempotency_key": str(uuid4())}
    return client.post("/notifications", json=body | fields, headers=AS_CLIENT)


def get_notice(client: FlaskClient, notification_id: str) -> dict[str, Any]:
    response = client.get(f"/notifications/{notification_id}", headers=AS_CLIENT)
    assert response.status_code == 200, response.text
    return dict(response.json)


def pointers(response: TestResponse) -> set[str]:
    """Where the input of a refused request was wrong."""
    assert (response.status_code, response.json["code"]) == (400, "validation"), response.text
    return {each["pointer"] for each in response.json["errors"]}


def add_user(session: Session, **fields: Any) -> User:
    """A trainee written past the API; committed."""
    user = User(**{"name": "이두리"} | fields, profile=UserProfile())
    session.add(user)
    session.commit()
    return user


PLAN: dict[str, Any] = {
    "source": "rule",
    "requested_source": "rule",
    "kind": "training",
    "summary": "전신 A · 1종목 · 20분",
    "estimated_seconds": 1200,
    "template": "FB_A",
    "rotation_index": 0,
    "level": "BEGINNER",
}
EXERCISE: dict[str, Any] = {
    "order_no": 1,
    "slot": "squat/0",
    "priority": 1,
    "tier": "MAIN",
    "exercise": "goblet_squat",
    "target_reps": 8,
    "target_weight_kg": 12,
    "target_rest_sec": 120,
    "target_rir": 3,
    "range_low": 8,
    "range_high": 12,
    "per_side": False,
}


def add_plan(
    session: Session, user_id: UUID, on: date, sets: Sequence[str] = ("PENDING",), **fields: Any
) -> ExercisePlan:
    """A plan with one exercise whose sets are in the states of `sets`; committed. Fields of any table.

    `session_id` is the id of the exercise.
    """
    plan = ExercisePlan(user_id=user_id, target_date=on, **PLAN)
    exercise = ExerciseSession(target_sets=max(1, len(sets)), **EXERCISE)
    if "session_id" in fields:
        exercise.id = fields.pop("session_id")
    for name, value in fields.items():
        setattr(plan if hasattr(ExercisePlan, name) else exercise, name, value)
    session.add(plan)
    session.flush()
    if sets:
        exercise.plan_id = plan.id
        session.add(exercise)
        session.flush()
    session.add_all(_set_row(exercise, number, status) for number, status in enumerate(sets, start=1))
    session.commit()
    return plan


def _set_row(exercise: ExerciseSession, set_no: int, status: str) -> ExerciseSetState:
    row = ExerciseSetState(session_id=exercise.id, set_no=set_no, status=status)
    if status != "PENDING":
        row.reported_at = datetime.now(UTC)
    if status in ("DONE", "FAILED"):
        row.performed_reps = exercise.target_reps if status == "DONE" else 0
        row.performed_seconds = exercise.target_seconds
        row.performed_weight_kg = exercise.target_weight_kg
    return row


def make_notification(session: Session, user_id: UUID, **fields: Any) -> Notification:
    """A notice, due now unless said otherwise; committed. A `SENDING` one has a lease and a first attempt."""
    now = datetime.now(UTC)
    at = fields.get("schedule_at", now)
    row = Notification(
        user_id=user_id,
        kind="notice",
        idempotency_key=str(uuid4()),
        variables={"안내드리는제목": "휴관 안내"},
        schedule_at=at,
        due_at=at,
        expires_at=at + timedelta(hours=24),
    )
    if fields.get("status") == "SENDING":
        row.leased_until, row.request_key, row.attempt_count = now + timedelta(minutes=1), "key", 1
    for name, value in fields.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    if row.attempt_count:
        session.add(
            NotificationProviderCode(
                notification_id=row.id, provider="alimtalk", attempt_no=1, request_key="key"
            )
        )
    session.commit()
    return row


def stored_set(session: Session, plan: dict[str, Any]) -> ExerciseSetState:
    """The first set of the first exercise, as the database has it."""
    first = UUID(plan["sessions"][0]["id"])
    query = select(ExerciseSetState).where(ExerciseSetState.session_id == first, ExerciseSetState.set_no == 1)
    return session.scalars(query).one()


def shift_plan(session: Session, plan_id: str, days: int) -> None:
    """As if the plan had been made for another day, and that day had come."""
    moved = ExercisePlan.target_date + days
    session.execute(update(ExercisePlan).where(ExercisePlan.id == UUID(plan_id)).values(target_date=moved))
    session.commit()


def local_time(zone: str, on: date, at: str) -> datetime:
    """The moment a clock in `zone` shows `at`, as the API writes it."""
    return datetime.combine(on, time.fromisoformat(at), tzinfo=ZoneInfo(zone))


def row_count(session: Session, model: Any) -> int:
    return session.scalars(select(func.count()).select_from(model)).one()


def at_once(count: int, call: Callable[[int], Any]) -> list[Any]:
    """The results of `call(0)`, `call(1)` …, started together, in that order."""
    gate = threading.Barrier(count)

    def run(number: int) -> Any:
        gate.wait()
        return call(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def overlapping(engine: Engine, lock: str, calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """The results of `calls`: each starts when the one before can go no further while we hold `lock`."""
    with ThreadPoolExecutor(len(calls)) as pool, engine.connect() as holder:
        holder.execute(text(lock))
        started = []
        try:
            for number, call in enumerate(calls, start=1):
                started.append(pool.submit(call))
                wait_for_blocked(engine, number)
        finally:
            holder.rollback()
        return [each.result() for each in started]


def wait_for_blocked(engine: Engine, count: int) -> None:
    """Until so many connections to this database wait for a lock; they stay so until somebody lets go."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )

    def blocked() -> bool:
        with engine.connect() as connection:
            return bool(connection.scalar(query) >= count)

    wait_until(blocked, 30, f"{count} blocked connections")
