"""How many messages may leave in a minute: the operators' cap, and the one that sets itself."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from factories import AS_OPERATOR
from flask import Flask
from messages import add_messages, attempts, auto_cap, states
from openapi_client import SpecClient
from real_processes import clock, until, worker
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.domain import claims, guardrails
from app.extensions import db
from app.models import MaintenanceLog
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]


def trips(session: Session) -> int:
    """How often the automatic cap was set, by the log."""
    session.rollback()
    rows = session.scalars(select(MaintenanceLog).where(MaintenanceLog.kind == "guardrail")).all()
    told = [row.detail["after"]["value"] for row in rows if row.detail["guardrail"] == "auto_cap"]
    return sum(1 for value in told if value is not None)


def put(client: SpecClient, name: str, value: Any) -> None:
    body = {"value": value, "reason": "test", "actor": "kim"}
    answer = client.put(f"/guardrails/{name}", json=body, headers=AS_OPERATOR)
    assert answer.status_code == 200, answer.text


def test_a_cap_lets_so_many_leave_in_any_minute(
    client: SpecClient,
    small_batches: int,
    sandbox: Sandbox,
    run_delivery: Run,
    db_session: Session,
    pass_time: Pass,
) -> None:
    put(client, "send_cap_per_minute", 30)
    add_messages(db_session, 70)

    counts = []
    for _ in range(4):
        run_delivery()
        counts.append(len(sandbox.effects()))
        pass_time(31)
    put(client, "send_cap_per_minute", None)
    run_delivery()

    assert counts == [30, 30, 60, 60]
    assert states(db_session) == ["SENT"] * 70


def test_what_left_before_the_cap_was_set_counts(
    client: SpecClient, small_batches: int, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    add_messages(db_session, 20)
    run_delivery()
    put(client, "send_cap_per_minute", 30)
    add_messages(db_session, 20)

    run_delivery()

    assert len(sandbox.effects()) == 30


def test_a_cap_of_nought_lets_nothing_leave(
    client: SpecClient, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    put(client, "send_cap_per_minute", 0)
    add_messages(db_session, 3)

    run_delivery()

    assert states(db_session) == ["SCHEDULED"] * 3


def test_many_workers_together_keep_the_cap(app: Flask, client: SpecClient, db_session: Session) -> None:
    put(client, "send_cap_per_minute", 25)
    add_messages(db_session, 60)
    taken: list[int] = []
    barrier = Barrier(5)

    def take() -> None:
        with app.app_context():
            db.session.execute(text("SELECT 1"))
            barrier.wait()
            request = claims.claim(db.session(), limit=10, provider="alimtalk")
            taken.append(len(request.rows) if request else 0)
            db.session.commit()

    threads = [Thread(target=take) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(taken) == [0, 0, 5, 10, 10]


def test_when_most_attempts_fail_the_cap_sets_itself_once_and_lifts_itself_when_they_do_not(
    small_batches: int, sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    ids = add_messages(db_session, 300, kind="daily_plan")
    sandbox.always("send", fail_share=0.6)

    run_delivery()
    assert auto_cap(db_session) == 30
    assert sum(len(attempts(db_session, each)) for each in ids) <= 30 + small_batches
    for _ in range(4):
        pass_time(61)
        run_delivery()
    assert (auto_cap(db_session), trips(db_session)) == (30, 1)
    sandbox.clear_rules()
    for _ in range(40):
        pass_time(61)
        run_delivery()

    assert auto_cap(db_session) is None
    assert trips(db_session) == 1
    assert states(db_session) == ["SENT"] * 300
    assert sandbox.effects() == {str(each): 1 for each in ids}


def test_three_workers_trip_it_once_and_overshoot_by_a_batch_each(
    process_env: dict[str, str], sandbox: Sandbox, db_session: Session, tmp_path: Path
) -> None:
    sandbox.configure(latency_ms=100)
    sandbox.always("send", fail_share=0.6)
    add_messages(db_session, 300)
    small, log = process_env | {"DELIVERY_BATCH": "20"}, tmp_path / "log"

    with clock(small, log), worker(small, log), worker(small, log), worker(small, log):
        until(lambda: auto_cap(db_session) == 30)
        until(lambda: "SENDING" not in states(db_session))
        left = sum(len(each.json["recipientList"]) for each in sandbox.requests("send"))

    assert trips(db_session) == 1
    assert left <= 30 + 3 * 20


def test_five_attempts_of_which_few_succeed_say_nothing(
    small_batches: int, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    add_messages(db_session, 5)
    sandbox.always("send", fail_share=0.61)

    run_delivery()

    assert auto_cap(db_session) is None


@pytest.mark.parametrize(("failing", "is_set"), [(6, False), (7, True)])
def test_seventy_percent_of_twenty_are_just_enough(
    small_batches: int, sandbox: Sandbox, run_delivery: Run, db_session: Session, failing: int, is_set: bool
) -> None:
    ids = add_messages(db_session, 20)
    sandbox.script("send", codes={str(each): -9999 for each in ids[:failing]})

    run_delivery()

    assert (auto_cap(db_session) is not None) == is_set


def test_an_operators_lift_starts_a_new_window_and_arms_the_cap_again(
    client: SpecClient, small_batches: int, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    sandbox.always("send", header_code=-9999)
    add_messages(db_session, 20)
    run_delivery()
    assert auto_cap(db_session) == 30

    put(client, "auto_cap", None)
    add_messages(db_session, 19)
    run_delivery()
    assert auto_cap(db_session) is None
    add_messages(db_session, 1)
    run_delivery()

    assert (auto_cap(db_session), trips(db_session)) == (30, 2)


def test_attempts_older_than_a_quarter_of_an_hour_are_forgotten(
    small_batches: int, sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    sandbox.script("send", header_code=-9999)
    add_messages(db_session, 15, expires_at=datetime(2199, 1, 1, tzinfo=UTC))
    run_delivery()
    db_session.execute(text("UPDATE notifications SET due_at = now() + interval '1 day'"))
    db_session.commit()

    pass_time(901)
    sandbox.script("send", header_code=-9999)
    add_messages(db_session, 15)
    run_delivery()

    assert auto_cap(db_session) is None


def test_seventeen_of_the_last_twenty_do_not_lift_it(
    small_batches: int, sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    guardrails.trip(db_session, 30, "test")
    db_session.commit()
    ids = add_messages(db_session, 20)
    sandbox.script("send", codes={str(each): -9999 for each in ids[:3]})

    run_delivery()
    assert auto_cap(db_session) == 30
    add_messages(db_session, 1)  # of the last twenty, one of the failed may have dropped out
    pass_time(61)
    run_delivery()

    assert auto_cap(db_session) is None
