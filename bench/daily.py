"""The morning of many trainees: one worker makes all their plans, each with its message."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil
from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json, execute_values

from app import create_app
from app.extensions import connect_redis
from app.models.user import REACHED
from app.workers.bells import ring
from bench.generate import ROWS, forget
from bench.memory import MIB, memory
from bench.people import today, trainees
from bench.report import Aim, CannotMeasure, columns, compare, heading, line
from bench.stage import Stage, app_settings, connected, run, settle
from dev.runner import procfile

PATIENCE_S = 600.0
POLL_S = 0.02
CHUNK = 50  # plans a transaction, as the service writes them
# Answered from the index of who is due, as the clock asks it.
DUE = f"SELECT EXISTS (SELECT FROM users WHERE plan_due_at <= now() AND {REACHED} AND paused_at IS NULL)"
QUEUE = "rq:queue:daily"


@dataclass
class Crowd:
    """So many trainees in a database of their own, and what their mornings took."""

    url: str
    count: int
    ms: list[float] = field(default_factory=list)
    mib: list[float] = field(default_factory=list)


def measure(stage: Stage) -> None:
    """Print plans a second and memory of a few and of ten times as many trainees, and of bare inserts."""
    few, many, rounds = (100, 400, 1) if stage.quick else (2_000, 20_000, 2)
    crowds = [_crowd(stage, count) for count in (few, many)]
    floor: list[float] = []
    for _ in range(rounds):
        for crowd in crowds:
            forget(crowd.url)
            _morning(stage, crowd)
        floor.append(_floor_ms(crowds[0]))
    small, large = crowds
    heading(
        f"daily: the plans of {many:,} trainees by one `rq worker`, {rounds} rounds",
        "each with four weeks behind them; from the bell until the last has a plan, its sets and a message",
        f"floor: as many rows as the plans of {few:,} have, by execute_values, {CHUNK} plans a commit",
    )
    columns("service", "floor")
    compare("ms a plan", large.ms, floor)
    line("plans/s", 1000 / (sum(large.ms) / len(large.ms)), "", Aim("≥", 300))
    columns(f"of {many:,}", f"of {few:,}")
    compare("ms a plan", large.ms, small.ms, Aim("≤", 1.2))
    compare("MiB, worker and child, at most", large.mib, small.mib, Aim("≤", 1.1))


def _crowd(stage: Stage, count: int) -> Crowd:
    """There are a few more than asked for: those that the others are copies of."""
    url = stage.database(f"bench_daily_{count}")
    trainees(url, count)
    with connected(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM users")
        return Crowd(url, cursor.fetchone()[0])  # type: ignore[index]


def _morning(stage: Stage, crowd: Crowd) -> None:
    """One worker, warmed up, from the bell until nobody is due."""
    app = create_app(app_settings(stage.environment, crowd.url))
    name = f"daily_{crowd.count}"
    worker = stage.process(name, procfile()["worker"], DATABASE_URL=crowd.url)
    with worker as process, connected(crowd.url) as connection, app.app_context():
        with closing(connect_redis(app.config, timeout_s=5)) as redis, _nobody_due(connection):
            ring("daily")  # the first job pays for what every other finds done
            stage.wait_for(name, process, lambda: not redis.llen(QUEUE) and _is_idle(process.pid), "a job")
        begun = time.monotonic()
        ring("daily")
        peak = _watch(connection, psutil.Process(process.pid))
        crowd.ms.append((time.monotonic() - begun) * 1000 / crowd.count)
        crowd.mib.append(peak / MIB)
        _check(connection, crowd.count)


@contextmanager
def _nobody_due(connection: Connection) -> Iterator[None]:
    run(connection, "UPDATE users SET plan_due_at = now() + interval '1 hour'")
    yield
    run(connection, "UPDATE users SET plan_due_at = now()")
    settle(connection, ("users",))


def _is_idle(pid: int) -> bool:
    """Whether the worker has started, and no job runs."""
    process = psutil.Process(pid)
    return process.cpu_times().user > 0.3 and not process.children()


def _watch(connection: Connection, process: psutil.Process) -> int:
    """Wait until nobody is due; the most memory seen, in bytes."""
    deadline, peak = time.monotonic() + PATIENCE_S, 0
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(DUE)
            if cursor.fetchone() == (False,):
                return peak
            peak = max(peak, memory(process))
            time.sleep(POLL_S)
    raise CannotMeasure(f"not all plans were made within {PATIENCE_S:g} s")


def _check(connection: Connection, count: int) -> None:
    with connection.cursor() as cursor:
        for table, rows in (("exercise_plans", "target_date = %s"), ("notifications", "plan_id IS NOT NULL")):
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {rows}", (today(),) if "%s" in rows else None)
            found = cursor.fetchone()
            if found != (count,):
                raise CannotMeasure(f"{found} rows in {table} for {count} trainees")


def _floor_ms(crowd: Crowd) -> float:
    """How long it takes to write the rows of the last morning again, and no more."""
    with connected(crowd.url) as connection:
        tables = {name: _rows(connection, name) for name in reversed(ROWS)}
        forget(crowd.url)
        connection.autocommit = False
        begun = time.monotonic()
        for start in range(0, crowd.count, CHUNK):
            with connection.cursor() as cursor:
                for name, (names, plans) in tables.items():
                    rows = [row for plan in plans[start : start + CHUNK] for row in plan]
                    sql = f"INSERT INTO {name} ({', '.join(names)}) VALUES %s"
                    execute_values(cursor, sql, rows, page_size=1000)
            connection.commit()
        return (time.monotonic() - begun) * 1000 / crowd.count


def _rows(connection: Connection, table: str) -> tuple[list[str], list[list[Sequence[Any]]]]:
    """The columns of a table, and its rows of today's plans, plan by plan."""
    plan_of = {
        "exercise_plans": "t.id",
        "exercise_sessions": "t.plan_id",
        "exercise_set_states": "(SELECT plan_id FROM exercise_sessions AS s WHERE s.id = t.session_id)",
        "notifications": "t.plan_id",
    }[table]
    found: dict[str, list[Sequence[Any]]] = {}
    with connection.cursor() as cursor:
        plans = f"SELECT id FROM exercise_plans WHERE target_date = '{today()}'"
        cursor.execute(
            f"SELECT {plan_of}::text, t.* FROM {table} AS t WHERE {ROWS[table].format(plans=plans)}"
        )
        names = [column.name for column in cursor.description or ()][1:]
        for plan, *row in cursor.fetchall():
            values = [Json(value) if isinstance(value, dict) else value for value in row]
            found.setdefault(plan, []).append(values)
    return names, [found[plan] for plan in sorted(found)]
