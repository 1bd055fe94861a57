"""Many at once: one plan a day, however many ask for it, through real processes."""

import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import requests
from factories import (
    AS_CLIENT,
    add_plan,
    ask_plan,
    at_once,
    get_plan,
    make_lifter,
    make_plan,
    make_user,
    overlapping,
    report,
    row_count,
    today,
)
from flask import Flask
from openapi_client import SpecClient
from sqlalchemy import Engine, event, update
from sqlalchemy.orm import Session

from app.models import ExercisePlan, ExerciseSession, ExerciseSetState, Notification

ROOT = Path(__file__).parents[1]


@contextmanager
def gunicorn(processes: int) -> Iterator[str]:
    """The service as it runs in production; requests wait in its socket until it has started."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        listener.set_inheritable(True)
        handle = listener.fileno()
        command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"fd://{handle}"]
        environ = os.environ | {"WEB_CONCURRENCY": str(processes), "LOG_LEVEL": "WARNING"}
        process = subprocess.Popen(command, cwd=ROOT, env=environ, pass_fds=[handle])
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            process.terminate()
            assert process.wait(30) == 0


def test_of_fifty_requests_at_once_one_makes_the_plan(client: SpecClient, db_session: Session) -> None:
    user = make_lifter(client)
    body = {"user_id": user["id"], "target_date": str(today(days=1)), "force": True}

    with gunicorn(processes=2) as address:
        url = f"{address}/plans/generate"
        assert requests.get(f"{address}/healthz", timeout=60).status_code == 200
        answers = at_once(50, lambda _: requests.post(url, json=body, headers=AS_CLIENT, timeout=60))

    assert Counter(each.status_code for each in answers) == {201: 1, 409: 49}
    made = next(each.json() for each in answers if each.status_code == 201)
    refused = [each.json() for each in answers if each.status_code == 409]
    assert {(each["code"], each["plan_id"]) for each in refused} == {("conflict", made["id"])}
    assert row_count(db_session, ExercisePlan) == row_count(db_session, Notification) == 1
    assert row_count(db_session, ExerciseSession) == len(made["sessions"])
    assert row_count(db_session, ExerciseSetState) == sum(len(each["sets"]) for each in made["sessions"])


def test_two_who_both_saw_a_free_day_make_one_plan(
    app: Flask, client: SpecClient, engine: Engine, db_session: Session
) -> None:
    user = make_lifter(client)
    calls = [lambda: ask_plan(app.test_client(), user["id"], days=1)] * 2

    made, refused = overlapping(engine, "LOCK TABLE exercise_plans IN SHARE MODE", calls)

    if made.status_code == 409:
        made, refused = refused, made
    assert (made.status_code, refused.status_code) == (201, 409)
    assert refused.json["plan_id"] == made.json["id"]
    assert row_count(db_session, ExercisePlan) == row_count(db_session, Notification) == 1


def test_a_request_that_lost_to_a_plan_that_was_taken_back_wins(
    app: Flask, client: SpecClient, engine: Engine, db_session: Session
) -> None:
    user = make_user(client)
    add = "INSERT INTO exercise_plans (id, user_id, target_date, source, requested_source, kind, summary,"
    add += (
        f" estimated_seconds) VALUES (gen_random_uuid(), '{user['id']}', '{today(days=1)}', 'rule', 'rule',"
    )
    add += " 'training', 'x', 60)"

    (answer,) = overlapping(engine, add, [lambda: ask_plan(app.test_client(), user["id"], days=1)])

    assert answer.status_code == 201
    assert row_count(db_session, ExercisePlan) == 1


def test_a_day_that_became_free_at_the_last_moment_is_taken(
    client: SpecClient, engine: Engine, db_session: Session
) -> None:
    user = make_user(client)
    steps = iter(("INSERT INTO exercise_plans", "SELECT exercise_plans.id", "no more"))
    awaited = [next(steps)]

    def others(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if awaited[0] not in statement:
            return
        awaited[0] = next(steps)
        if "INSERT" in statement:
            add_plan(db_session, UUID(user["id"]), today(days=1))
        else:
            db_session.execute(update(ExercisePlan).values(status="CANCELED"))
            db_session.commit()

    event.listen(engine, "before_cursor_execute", others)
    try:
        answer = ask_plan(client, user["id"], days=1)
    finally:
        event.remove(engine, "before_cursor_execute", others)

    assert (answer.status_code, awaited) == (201, ["no more"])
    assert row_count(db_session, ExercisePlan) == 2


def test_a_plan_is_not_canceled_under_a_set_that_is_being_reported(
    app: Flask, client: SpecClient, engine: Engine
) -> None:
    plan = make_plan(client, make_user(client)["id"])
    path = f"/plans/{plan['id']}/cancel"
    calls = [
        lambda: report(app.test_client(), plan, 1, 1),
        lambda: app.test_client().post(path, headers=AS_CLIENT),
    ]

    reported, canceled = overlapping(engine, "SELECT FROM exercise_set_states FOR UPDATE", calls)

    assert (reported.status_code, canceled.status_code) == (200, 409)
    assert get_plan(client, plan["id"])["status"] == "ACTIVE"


def test_the_last_two_sets_reported_at_once_end_the_plan(
    app: Flask, client: SpecClient, engine: Engine
) -> None:
    plan = make_plan(client, make_user(client)["id"])
    first, second = plan["sessions"][:2]
    for session in plan["sessions"]:
        for number in range(1, session["target_sets"] + (session not in (first, second))):
            report(client, plan, session["order_no"], number)
    calls = [
        lambda: report(app.test_client(), plan, 1, first["target_sets"]),
        lambda: report(app.test_client(), plan, 2, second["target_sets"]),
    ]

    answers = overlapping(engine, "SELECT FROM exercise_set_states FOR UPDATE", calls)

    assert [each.json["plan_status"] for each in answers] == ["ACTIVE", "DONE"]
    assert get_plan(client, plan["id"])["status"] == "DONE"


def test_a_pain_reported_twice_at_once_adds_one_exercise(
    app: Flask, client: SpecClient, engine: Engine
) -> None:
    plan = make_plan(client, make_lifter(client)["id"])
    pain = {"area": "knee", "score": 4}
    calls = [lambda: report(app.test_client(), plan, 1, 1, pain=pain)] * 2

    answers = overlapping(engine, "SELECT FROM exercise_set_states FOR UPDATE", calls)

    assert [(each.status_code, each.json["plan_changed"]) for each in answers] == [(200, True), (200, False)]
    assert len(get_plan(client, plan["id"])["sessions"]) == len(plan["sessions"]) + 1
