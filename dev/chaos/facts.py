"""What happened, read from the database: the rows, and every move, which a trigger of ours writes down.

The trigger is put on this run's own database only. It says who moved a row (each worker has a database role
of its own) and when, so that nothing has to be polled for.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extras import RealDictCursor

from dev.chaos.verdict import Move, Row

WATCH = """
    CREATE TABLE chaos_moves (
        n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz, who text, notification_id uuid,
        old text, new text, old_fence bigint, fence bigint, lease_s float8
    );
    CREATE FUNCTION chaos_note_move() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO chaos_moves (at, who, notification_id, old, new, old_fence, fence, lease_s)
        VALUES (clock_timestamp(), session_user, NEW.id, OLD.status, NEW.status, OLD.fence, NEW.fence,
                extract(epoch FROM NEW.leased_until - clock_timestamp()));
        RETURN NULL;
    END $$;
    CREATE TRIGGER chaos_moves AFTER INSERT OR UPDATE ON notifications
        FOR EACH ROW EXECUTE FUNCTION chaos_note_move();
"""
UNSETTLED = """
    SELECT (SELECT count(*) FROM notifications WHERE status IN ('SCHEDULED', 'RETRY_SCHEDULED', 'SENDING'))
        AS rows, (SELECT count(*) FROM webhook_events WHERE status = 'RECEIVED') AS events
"""
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'godlife%'"


class Facts:
    """Answers from the database, None while it is away; every question has a connection of its own."""

    def __init__(self, dsn: str) -> None:
        """Nothing connects yet."""
        self.dsn = dsn

    def ask(self, query: str, *values: object) -> list[dict[str, Any]] | None:
        """The rows of a query, or None when the database is away."""
        try:
            return self.need(query, *values)
        except psycopg2.Error:
            return None

    def need(self, query: str, *values: object) -> list[dict[str, Any]]:
        """The rows of a query; raises psycopg2.Error."""
        connection = psycopg2.connect(self.dsn, connect_timeout=3, application_name="chaos")
        try:
            connection.autocommit = True
            with connection.cursor(cursor_factory=RealDictCursor) as cursor:
                cursor.execute(query, values or None)
                return [dict(row) for row in cursor.fetchall()] if cursor.description else []
        finally:
            connection.close()

    def watch(self, roles: Iterable[str]) -> None:
        """Write down every move from now on; give each worker its role."""
        for role in roles:
            self.need(f"CREATE ROLE {role} SUPERUSER LOGIN")
        self.need(WATCH)

    def statuses(self) -> dict[str, int] | None:
        """How many notifications are in each state."""
        rows = self.ask("SELECT status, count(*) AS count FROM notifications GROUP BY status")
        return None if rows is None else {row["status"]: row["count"] for row in rows}

    def unsettled(self) -> tuple[int, int] | None:
        """Notifications that still have to move, and webhook events that were not applied yet."""
        rows = self.ask(UNSETTLED)
        return None if rows is None else (rows[0]["rows"], rows[0]["events"])

    def longest_receipt_s(self) -> float:
        """The longest time from a webhook's arrival until it was applied."""
        query = "SELECT max(extract(epoch FROM processed_at - received_at)) AS s FROM webhook_events"
        return float(self.need(query)[0]["s"] or 0)

    def rows(self) -> list[Row]:
        """All notifications."""
        query = "SELECT id::text, status, reason_code, idempotency_key AS key FROM notifications"
        return [Row(**row) for row in self.need(query)]

    def codes(self) -> dict[str, int]:
        """How the attempts ended: outcome and code, and how many."""
        query = """
            SELECT concat_ws(' ', coalesce(outcome, 'open'), provider_status_code) AS code, count(*) AS count
            FROM notification_provider_codes GROUP BY 1
        """
        return {row["code"]: row["count"] for row in self.need(query)}

    def moves(self) -> list[Move]:
        """All moves, oldest first."""
        query = """
            SELECT at, who, notification_id::text, old, new, old_fence, fence, lease_s
            FROM chaos_moves ORDER BY at, n
        """
        return [Move(**row) for row in self.need(query)]

    def story(self, notification_id: str) -> list[str]:
        """One notification's row, its attempts and its moves, as lines without names, numbers or texts."""
        lines = []
        for title, query in STORY:
            for row in self.need(query, notification_id):
                told = " ".join(f"{name}={value}" for name, value in row.items() if value is not None)
                lines.append(f"{title}: {told}")
        return lines


STORY = (
    (
        "row",
        """SELECT id, status, reason_code, provider_response_code, attempt_count, ask_count, fence,
                  request_key, request_started_at, leased_until, due_at, created_at, updated_at
           FROM notifications WHERE id = %s""",
    ),
    (
        "attempt",
        """SELECT attempt_no, request_key, started_at, captured_at, outcome, provider_status_code,
                  http_status, latency_ms, provider_request_id, delivery_code, delivery_at
           FROM notification_provider_codes WHERE notification_id = %s ORDER BY id""",
    ),
    (
        "move",
        """SELECT at, who, old, new, old_fence, fence, round(lease_s::numeric, 1) AS lease_s
           FROM chaos_moves WHERE notification_id = %s ORDER BY n""",
    ),
)


def count_lines(paths: Sequence[Path], pattern: re.Pattern[str]) -> int:
    """How many lines of these files match."""
    found = 0
    for path in paths:
        if path.exists():
            with path.open(errors="replace") as lines:
                found += sum(1 for line in lines if pattern.search(line))
    return found
