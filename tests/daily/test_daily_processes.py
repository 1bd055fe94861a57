"""Night and evening in real processes: what the clock sees, and a worker that is killed in the middle."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from daily_builders import at_nine_now, open_plan, report_at, scalar
from factories import add_user, today, wait_for_blocked
from flask import Flask
from real_processes import clock, kill_family, until, worker
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.domain import wakeups
from app.workers import daily
from app.workers.bells import ring

DAY = timedelta(days=1)
CLOSED = "SELECT count(*) FROM exercise_plans WHERE closed_at IS NOT NULL"
TOLD = "SELECT count(*) FROM notifications WHERE kind = 'summary'"


@contextmanager
def locked(engine: Engine, table: str) -> Iterator[None]:
    """Nobody writes to that table meanwhile."""
    with engine.connect() as holder:
        holder.execute(text(f"LOCK TABLE {table} IN SHARE MODE"))
        yield
        holder.rollback()


def wakes_the_job(app: Flask, session: Session) -> bool:
    """Whether the clock sees anything for the job of the day."""
    with app.app_context():
        return "daily" in wakeups.queues_to_wake(session, "alimtalk", app.config)


@pytest.mark.parametrize("due", ["night", "evening"])
def test_the_clock_wakes_the_job_when_a_night_or_an_evening_has_come(
    app: Flask, db_session: Session, run_periodic: Callable[[], None], due: str
) -> None:
    run_periodic()
    zone, nine = at_nine_now()
    user = add_user(db_session, timezone=zone, summary_enabled=True, summary_due_at=nine + DAY)
    plan = open_plan(db_session, user, nine.date())
    before = wakes_the_job(app, db_session)

    if due == "night":
        plan.closes_at = nine
    else:
        user.summary_due_at = nine
    db_session.commit()
    after = wakes_the_job(app, db_session)
    with app.app_context():
        daily.run()

    assert (before, after, wakes_the_job(app, db_session)) == (False, True, False)


def test_a_worker_killed_in_the_night_costs_no_day_and_no_message(
    app: Flask, engine: Engine, db_session: Session, process_env: dict[str, str], tmp_path: Path
) -> None:
    zone, nine = at_nine_now()
    for _ in range(30):
        user = add_user(db_session, timezone=zone, summary_due_at=nine, summary_enabled=True)
        open_plan(db_session, user, today(zone, -2), sets=2)
        plan = open_plan(db_session, user, nine.date(), sets=2)
        report_at(engine, plan, 1, datetime.now(UTC) - timedelta(hours=1))
    log = tmp_path / "log"
    with worker(process_env, log) as victim, locked(engine, "daily_summaries"):
        with app.app_context():
            ring("daily")
        wait_for_blocked(engine, 1)
        kill_family(victim)
        left = scalar(engine, CLOSED), scalar(engine, TOLD)

    with worker(process_env, log), worker(process_env, log), clock(process_env, log):
        until(lambda: (scalar(engine, CLOSED), scalar(engine, TOLD)) == (30, 30))

    assert left == (0, 0)
    assert scalar(engine, "SELECT count(DISTINCT user_id) FROM notifications") == 30
    assert scalar(engine, "SELECT count(*) FROM daily_summaries WHERE skipped_sets = 2") == 30
