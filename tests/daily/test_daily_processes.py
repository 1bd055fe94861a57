"""Night and evening in real processes: a worker is killed in the middle, two others and a clock go on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from daily_builders import at_nine_now, open_plan, report_at, scalar
from factories import add_user, today, wait_for_blocked
from flask import Flask
from real_processes import clock, kill_family, until, worker
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.workers.bells import ring

CLOSED = "SELECT count(*) FROM exercise_plans WHERE closed_at IS NOT NULL"
TOLD = "SELECT count(*) FROM notifications WHERE kind = 'summary'"


@contextmanager
def locked(engine: Engine, table: str) -> Iterator[None]:
    """Nobody writes to that table meanwhile."""
    with engine.connect() as holder:
        holder.execute(text(f"LOCK TABLE {table} IN SHARE MODE"))
        yield
        holder.rollback()


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
