"""Mornings that meet: other mornings, the API, a withdrawal, workers that die, and data that breaks them."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from factories import AS_CLIENT, add_plan, at_once
from flask import Flask
from morning_builders import EVERY_DAY, MONDAY, local, messages, morning, plans, trainee, user
from openapi_client import SpecClient
from real_processes import clock, kill_family, until, worker
from redis import Redis
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload

from app.domain import mornings
from app.domain.wakeups import queues_to_wake
from app.extensions import db
from app.models import ExercisePlan, Notification, User
from app.workers import daily
from app.workers.bells import ring
from dev.processes import wait_until
from dev.sandbox.client import Sandbox

DAY = timedelta(days=1)


def noon_zone() -> str:
    """Where it is about noon: what runs by the real clock must not meet the night."""
    offset = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-offset:+d}"


def crowd(session: Session, count: int, **fields: Any) -> list[UUID]:
    """So many trainees who are due now, by the real clock."""
    at = datetime.now(UTC) - timedelta(minutes=1)
    usual = {"timezone": noon_zone(), "reminder_time": "23:00"} | fields
    return [trainee(session, at, EVERY_DAY, **usual) for _ in range(count)]


def run(app: Flask) -> None:
    with app.app_context():
        daily.run()


def per_trainee(session: Session, model: type[ExercisePlan] | type[Notification]) -> Counter[int]:
    """How many trainees have how many rows."""
    session.rollback()
    rows = session.execute(select(func.count()).select_from(model).group_by(model.user_id)).scalars()
    return Counter(rows)


def nobody_due(session: Session) -> bool:
    session.rollback()
    return not session.scalar(text("SELECT count(*) FROM users WHERE plan_due_at <= now()"))


def test_many_jobs_at_once_make_one_plan_and_one_message_each(app: Flask, db_session: Session) -> None:
    crowd(db_session, 130)

    at_once(6, lambda _: run(app))
    run(app)

    assert per_trainee(db_session, ExercisePlan) == per_trainee(db_session, Notification) == {1: 130}


def test_who_is_locked_is_left_to_whoever_has_them(db_session: Session, engine: Engine) -> None:
    first, second = (trainee(db_session, local(MONDAY, at)) for at in ("03:00", "04:00"))

    with Session(engine) as one, Session(engine) as other:
        assert mornings.claim(one, 1, local(MONDAY)) == [first]
        assert mornings.claim(other, 5, local(MONDAY)) == [second]


def test_a_job_that_dies_before_its_commit_leaves_everything_to_the_next(
    db_session: Session, engine: Engine
) -> None:
    who = trainee(db_session, local(MONDAY))
    with Session(engine) as dying:
        mornings.work(dying, mornings.claim(dying, 5, local(MONDAY)), local(MONDAY))

    assert plans(db_session, who) == []
    assert dict(morning(engine, local(MONDAY))) == {"training": 1}


def test_a_plan_from_the_api_and_the_mornings_are_one(
    app: Flask, client: SpecClient, db_session: Session
) -> None:
    (who,) = crowd(db_session, 1)
    day = mornings.Look(user(db_session, who), datetime.now(UTC)).on
    body = {"user_id": str(who), "target_date": str(day)}

    def ask(_: int) -> int:
        return app.test_client().post("/plans/generate", json=body, headers=AS_CLIENT).status_code

    results = at_once(6, lambda number: run(app) if number % 2 else ask(number))
    run(app)

    assert set(results) <= {None, 201, 409}
    assert (len(plans(db_session, who)), len(messages(db_session, who))) == (1, 1)


def test_a_trainee_is_read_after_the_lock_not_before(db_session: Session, engine: Engine) -> None:
    who = trainee(db_session, local(MONDAY))

    with Session(engine, expire_on_commit=False) as session:
        seen = session.get_one(User, who, options=[joinedload(User.profile)])
        session.commit()
        db_session.execute(text("UPDATE user_profiles SET weekdays = '[2]'"))
        db_session.commit()
        counts = mornings.work(session, mornings.claim(session, 1, local(MONDAY)), local(MONDAY))

    assert seen.id == who
    assert dict(counts) == {"off": 1}


def test_a_plan_that_appears_in_between_wins_quietly(db_session: Session, engine: Engine) -> None:
    taken, free = (trainee(db_session, local(MONDAY)) for _ in range(2))

    def cut_in(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "NULL::exercise_plans" in statement:
            add_plan(db_session, taken, MONDAY)

    event.listen(engine, "before_cursor_execute", cut_in)
    counts = morning(engine, local(MONDAY))
    event.remove(engine, "before_cursor_execute", cut_in)

    assert dict(counts) == {"training": 2}
    assert [len(plans(db_session, who)) for who in (taken, free)] == [1, 1]
    assert [len(messages(db_session, who)) for who in (taken, free)] == [0, 1]


def test_one_whose_data_breaks_it_costs_nobody_else_a_plan(
    app: Flask, db_session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    ids = crowd(db_session, 9)
    broken, nowhere = ids[2], ids[7]
    harm = (
        """UPDATE user_profiles SET injuries = '[{"area": "TAIL", "severity": "MILD"}]' WHERE user_id = :id"""
    )
    db_session.execute(text(harm), {"id": broken})
    db_session.execute(text("UPDATE users SET timezone = 'Moon/Tycho' WHERE id = :id"), {"id": nowhere})
    db_session.commit()

    with caplog.at_level(logging.ERROR):
        run(app)

    assert per_trainee(db_session, ExercisePlan) == {1: 7}
    assert plans(db_session, broken) == plans(db_session, nowhere) == []
    wait = user(db_session, broken).plan_due_at - datetime.now(UTC)
    assert timedelta(minutes=58) < wait <= timedelta(hours=1)
    assert {record.__dict__["user_id"] for record in caplog.records} == {str(broken), str(nowhere)}
    assert "박아침" not in caplog.text


def test_a_lock_that_is_not_to_be_had_is_nobodys_fault(
    app: Flask, db_session: Session, engine: Engine
) -> None:
    (who,) = crowd(db_session, 1)
    now = datetime.now(UTC)

    with engine.begin() as holder, app.app_context():
        holder.execute(text("LOCK TABLE notifications IN ACCESS EXCLUSIVE MODE"))
        db.session.execute(text("SET LOCAL lock_timeout = 300"))
        with pytest.raises(OperationalError):
            daily.do(daily.MORNINGS, mornings.claim(db.session(), 5, now), now)
        db.session.rollback()

    assert user(db_session, who).plan_due_at < now
    run(app)
    assert len(plans(db_session, who)) == 1


def test_what_is_refused_to_one_part_of_the_day_keeps_nobody_from_the_others(
    app: Flask, db_session: Session, engine: Engine
) -> None:
    (who,) = crowd(db_session, 1)
    long_ago = datetime.now(UTC) - 9 * DAY
    old = add_plan(db_session, who, long_ago.date(), ["PENDING"], created_at=long_ago)

    with engine.begin() as holder:
        holder.execute(text("LOCK TABLE daily_summaries IN ACCESS EXCLUSIVE MODE"))
        run(app)  # the night waits until its statement is canceled

    before, now = plans(db_session, who)
    assert (before.id, before.closed_at, now.status) == (old.id, None, "ACTIVE")


@pytest.mark.parametrize(
    ("fields", "rings"),
    [
        ({}, True),
        ({"plan_due_at": datetime(2100, 1, 1, tzinfo=UTC)}, False),
        ({"paused_at": datetime(2026, 1, 1, tzinfo=UTC)}, False),
        ({"notifications_enabled": False}, False),
        ({"plan_due_at": datetime(2100, 1, 1, tzinfo=UTC), "summary_enabled": True}, True),
        ({"unlinked_at": datetime(2026, 1, 1, tzinfo=UTC), "summary_enabled": True}, False),
    ],
)
def test_the_clock_rings_for_whoever_is_due(
    app: Flask, db_session: Session, run_periodic: Callable[[], None], fields: dict[str, Any], rings: bool
) -> None:
    run_periodic()
    crowd(db_session, 1, **fields)

    assert ("daily" in queues_to_wake(db_session, "alimtalk", app.config)) is rings


def test_two_clocks_and_a_worker_that_is_killed_lose_and_double_nothing(
    process_env: dict[str, str], sandbox: Sandbox, db_session: Session, redis: Redis, tmp_path: Path
) -> None:
    crowd(db_session, 600, reminder_time="12:00", phone_number=None)
    log = tmp_path / "log"

    with clock(process_env, log), clock(process_env, log):
        with worker(process_env, log) as victim:
            until(lambda: per_trainee(db_session, ExercisePlan).total() > 0)
            kill_family(victim)
        made = per_trainee(db_session, ExercisePlan).total()
        with worker(process_env, log):
            until(lambda: nobody_due(db_session))

    assert 0 < made < 600
    assert per_trainee(db_session, ExercisePlan) == per_trainee(db_session, Notification) == {1: 600}


def test_a_bell_in_a_redis_that_forgets_is_rung_again(
    process_env: dict[str, str], app: Flask, db_session: Session, redis: Redis, tmp_path: Path
) -> None:
    crowd(db_session, 3)
    with app.app_context():
        ring("daily")
    redis.flushdb()

    with clock(process_env, tmp_path / "log"), worker(process_env, tmp_path / "log"):
        wait_until(lambda: nobody_due(db_session), 30, "the morning")

    assert per_trainee(db_session, ExercisePlan) == {1: 3}
