"""Claiming a batch of due messages: does it take longer when a hundred times as many are due."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from app.domain import claims
from bench.people import VARIABLES
from bench.report import Aim, CannotMeasure, columns, compare, heading, line
from bench.stage import Stage, connected, run, settle

BATCH = 500
TABLES = ("notifications", "notification_provider_codes", "users")
USERS = """
    INSERT INTO users (id, name, phone_number)
    SELECT uuidv7(), '김하루', '010' || lpad(n::text, 8, '0') FROM generate_series(1, %s) AS n
"""
# Ids as the service makes them.
MESSAGES = """
    INSERT INTO notifications (id, user_id, kind, idempotency_key, variables, schedule_at, due_at, expires_at,
        created_at)
    SELECT uuidv7(), id, 'daily_plan', 'coach:daily_plan:' || uuidv7(), %s,
        at, at, at + interval '12 hours', at - random() * interval '1 day'
    FROM (SELECT id, {at} AS at FROM users {which} LIMIT %s) AS due
"""
SOME_USERS = """
    WHERE id >= (SELECT id FROM users ORDER BY id OFFSET floor(random() * {others}) LIMIT 1) ORDER BY id
"""
# When they are due. Most trainees keep a full or half hour as their reminder time; in no order at all is the
# worst case, in which the rows of a batch lie all over the table.
ORDERS = {
    "due on half hours": "date_bin('30 minutes', now() - random() * interval '2 hours', 'epoch')",
    "due in no order": "now() - random() * interval '1 hour'",
}


@dataclass
class Pile:
    """A database in which so many messages are due; what is claimed is replaced before the next claim."""

    due: int
    url: str
    engine: Engine
    at: str
    claimed: int = 0
    taken_ms: list[float] = field(default_factory=list)

    def claim(self) -> None:
        """Time one claim, its commit included; then put as many due messages back."""
        with Session(self.engine) as session:
            start = time.perf_counter()
            request = claims.claim(session, limit=BATCH, provider="alimtalk", allowed=None)
            session.commit()
            self.taken_ms.append((time.perf_counter() - start) * 1000)
        if request is None or len(request.rows) != BATCH:
            raise CannotMeasure(f"a claim took {request and len(request.rows)} of {self.due}")
        self.claimed += BATCH

    def refill(self) -> None:
        """As many due messages as were claimed since, for some of the users."""
        with connected(self.url) as connection, connection.cursor() as cursor:
            which = SOME_USERS.format(others=self.due - BATCH)
            cursor.execute(MESSAGES.format(which=which, at=self.at), (Json(VARIABLES), BATCH))


def measure(stage: Stage) -> None:
    """Print the claim's time for both numbers, fresh and among dead rows, and its plan."""
    small, large, times, dead = (1_500, 20_000, 5, 4_000) if stage.quick else (10_000, 1_000_000, 40, 50_000)
    heading(
        f"claim: claims.claim and commit of {BATCH} rows, out of {large:,} and out of {small:,} due",
        "two databases on one server, claims in turn; no autovacuum, what is claimed is then replaced",
    )
    columns(f"of {large:,} due", f"of {small:,} due")
    for number, (order, at) in enumerate(ORDERS.items()):
        piles = [_pile(stage, f"bench_claim_{number}_{due}", due, at) for due in (large, small)]
        try:
            _compare(piles, order, times, dead)
            plans = _plans(piles[0])
        finally:
            for pile in piles:
                pile.engine.dispose()
    scans = sum(len(re.findall(rf"Seq Scan on ({'|'.join(TABLES)})\b", each)) for each in plans)
    line(f"sequential scans of {large:,} rows", scans, f"in {len(plans)} statements", Aim("≤", 0))
    print("\n".join(f"    {row}" for plan in plans for row in plan.splitlines()))


def _compare(piles: list[Pile], order: str, times: int, dead: int) -> None:
    """Two lines: among fresh rows, and among those that many claims have left."""
    _turns(piles, 3)
    fresh = _turns(piles, times)
    compare(f"claim, {order}, ms", fresh[0], fresh[1], Aim("≤", 1.3))
    while piles[0].claimed < dead:
        _turns(piles, 1)
    among_dead = _turns(piles, times)
    compare(f"  after {dead:,} claimed rows, ms", among_dead[0], among_dead[1], Aim("≤", 1.3))


def _pile(stage: Stage, name: str, due: int, at: str) -> Pile:
    url = stage.database(name)
    with connected(url) as connection:
        with connection.cursor() as cursor:
            cursor.execute(USERS, (due,))
            cursor.execute(MESSAGES.format(which="", at=at), (Json(VARIABLES), due))
        run(connection, *(f"ALTER TABLE {table} SET (autovacuum_enabled = false)" for table in TABLES))
        settle(connection, TABLES)
    return Pile(due, url, create_engine(url), at)


def _turns(piles: list[Pile], times: int) -> list[list[float]]:
    """Claims in turn, so that what slows the machine down slows both; milliseconds of each pile."""
    for pile in piles:
        pile.taken_ms.clear()
    for _ in range(times):
        for pile in piles:
            pile.claim()
        for pile in piles:
            pile.refill()
    return [list(pile.taken_ms) for pile in piles]


def _plans(pile: Pile) -> list[str]:
    """EXPLAIN of every statement of a claim that reads or changes a table, in order."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    event.listen(pile.engine, "before_cursor_execute", note)
    pile.claim()
    event.remove(pile.engine, "before_cursor_execute", note)
    with connected(pile.url) as connection:
        return [_explain(connection, *each) for each in sent if re.search(r"\bFROM\b", each[0])]


def _explain(connection: Connection, statement: str, parameters: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (COSTS OFF) {statement}", parameters)
        return "\n".join(re.sub(r"'{[^']{40,}}'", "'{…}'", row[0]) for row in cursor.fetchall())
