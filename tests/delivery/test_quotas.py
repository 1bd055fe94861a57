"""A used-up quota holds its sender until its window is over, and uses no attempt."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from flask import Flask
from invariants import check
from messages import add_messages, attempts, look, open_reviews, states
from real_processes import clock, until, worker
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import gates, holds
from app.domain.holds import quota_end
from app.domain.wakeups import queues_to_wake
from app.models import SenderHold
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]
NOON = datetime(2026, 1, 31, 3, 0, tzinfo=UTC)  # 12:00 in Korea


def seconds_held(session: Session) -> float:
    session.rollback()
    return (session.scalars(select(SenderHold.until)).one() - datetime.now(UTC)).total_seconds()


def test_a_quota_holds_every_kind_of_message_and_lets_all_go_afterwards(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    [first] = add_messages(db_session)
    sandbox.script("send", header_code=-1017, headers={"Retry-After": "300"})
    run_delivery()
    others = add_messages(db_session, 2, kind="daily_plan")

    run_delivery()
    assert states(db_session) == ["RETRY_SCHEDULED", "SCHEDULED", "SCHEDULED"]
    assert len(sandbox.requests("send")) == 1
    pass_time(301)
    run_delivery()

    assert sandbox.effects() == {str(each): 1 for each in (first, *others)}
    message = look(db_session, first)
    assert (message.attempt_count, message.free_attempts) == (2, 1)
    assert open_reviews(db_session) == []


def test_while_a_quota_holds_nobody_is_woken(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    add_messages(db_session)
    sandbox.script("send", header_code=-1017, headers={"Retry-After": "300"})
    run_delivery()

    def woken() -> list[str]:
        db_session.rollback()
        return [each for each in queues_to_wake(db_session, "alimtalk", gates.NO_SETTINGS) if each != "daily"]

    assert woken() == []
    pass_time(301)
    assert woken() == ["delivery"]


@pytest.mark.parametrize(
    ("given", "expected_s"),
    [
        ("120", 120),
        ("0", 5),
        ("999999999999", 900),
        ("-5", 60),
        ("soon", 60),
        ("1e3", 60),
        (None, 60),
    ],
)
def test_a_429_holds_the_sender_as_long_as_it_says_within_reason(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, given: str | None, expected_s: int
) -> None:
    headers = {} if given is None else {"Retry-After": given}
    sandbox.script("send", status=429, body="slow down", headers=headers)
    ids = add_messages(db_session, 40)

    run_delivery()

    assert abs(seconds_held(db_session) - expected_s) < 4
    assert len(sandbox.requests("send")) == 1
    assert {attempts(db_session, each)[0].outcome for each in ids} == {"quota"}


@pytest.mark.parametrize(("given", "expected_s"), [("300", 300), ("999999999999", 900), ("-5", 60)])
def test_a_herd_of_workers_that_met_a_429_waits_as_one(
    process_env: dict[str, str],
    sandbox: Sandbox,
    db_session: Session,
    pass_time: Pass,
    tmp_path: Path,
    given: str,
    expected_s: int,
) -> None:
    log, small = tmp_path / "log", process_env | {"DELIVERY_BATCH": "10"}
    sandbox.configure(latency_ms=50)
    sandbox.always("send", status=429, body="slow down", headers={"Retry-After": given})
    with clock(small, log), worker(small, log), worker(small, log), worker(small, log):
        until(lambda: log.read_text().count("Listening on") == 3)
        ids = add_messages(db_session, 100)
        until(lambda: db_session.scalars(select(SenderHold.until)).all() or db_session.rollback())
        until(lambda: "SENDING" not in states(db_session))
        asked = len(sandbox.requests("send"))
        assert abs(seconds_held(db_session) - expected_s) < 10
        assert asked <= 3  # each worker once
        assert states(db_session).count("RETRY_SCHEDULED") <= 10 * asked

        sandbox.clear_rules()
        pass_time(expected_s + 1)
        until(lambda: set(states(db_session)) <= {"SENT", "DELIVERED"})

    assert sandbox.effects() == {str(each): 1 for each in ids}
    assert all(row.attempt_count - row.free_attempts == 1 for row in (look(db_session, each) for each in ids))
    check(db_session, sandbox, worker_died=False)


def test_a_429_may_name_a_moment(sandbox: Sandbox, run_delivery: Run, db_session: Session) -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=200), usegmt=True)
    sandbox.script("send", status=429, body="slow down", headers={"Retry-After": at})
    add_messages(db_session)

    run_delivery()

    assert abs(seconds_held(db_session) - 200) < 5


@pytest.mark.parametrize(
    ("window", "now", "end"),
    [
        ("00:00", NOON, datetime(2026, 1, 31, 15, 0, tzinfo=UTC)),
        ("00:00", datetime(2026, 1, 31, 14, 59, 59, tzinfo=UTC), datetime(2026, 1, 31, 15, 0, tzinfo=UTC)),
        ("00:00", datetime(2026, 1, 31, 15, 6, tzinfo=UTC), datetime(2026, 2, 1, 15, 0, tzinfo=UTC)),
        ("08:00", NOON, datetime(2026, 1, 31, 23, 0, tzinfo=UTC)),
        ("08:00", datetime(2026, 1, 30, 22, 0, tzinfo=UTC), datetime(2026, 1, 30, 23, 0, tzinfo=UTC)),
        ("1st", NOON, datetime(2026, 1, 31, 15, 0, tzinfo=UTC)),
        ("1st", datetime(2026, 12, 5, tzinfo=UTC), datetime(2026, 12, 31, 15, 0, tzinfo=UTC)),
        ("10min", NOON, NOON + timedelta(minutes=10)),
        (None, NOON, NOON + timedelta(minutes=1)),
    ],
)
def test_the_end_of_a_window_is_counted_in_korea(window: str | None, now: datetime, end: datetime) -> None:
    assert quota_end(window, None, now) == end
    assert quota_end(window, 7.0, now) == now + timedelta(seconds=7)


@pytest.mark.parametrize(
    ("window", "begins"),
    [
        ("00:00", datetime(2026, 1, 30, 15, 0, tzinfo=UTC)),
        ("08:00", datetime(2026, 1, 30, 23, 0, tzinfo=UTC)),
        ("1st", datetime(2026, 1, 31, 15, 0, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("after", [timedelta(0), timedelta(milliseconds=40), timedelta(minutes=4)])
def test_a_refusal_that_comes_as_a_window_begins_does_not_hold_until_the_next_one(
    window: str, begins: datetime, after: timedelta
) -> None:
    now = begins + after

    end = quota_end(window, None, now)

    assert end == now + timedelta(minutes=1)


def test_a_longer_hold_stays_when_a_shorter_one_comes(
    app: Flask, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    app.config["DELIVERY_BATCH"] = 1
    add_messages(db_session, 2)
    sandbox.script("send", header_code=-1017, headers={"Retry-After": "600"})
    run_delivery()
    held_s = seconds_held(db_session)
    holds.hold(db_session, "alimtalk", datetime.now(UTC), reason_code="send_limit", code="4138")
    db_session.commit()

    assert abs(seconds_held(db_session) - held_s) < 5


def test_a_hundred_quotas_exhaust_nothing(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    [message_id] = add_messages(db_session, attempt_count=99, free_attempts=0)
    sandbox.script("send", status=429, body="", times=3)

    for _ in range(3):
        run_delivery()
        pass_time(61)
    run_delivery()

    assert look(db_session, message_id).status == "SENT"
