"""Claiming messages that are due.

A claim is one short transaction: it takes up to a batch of due rows of one kind that nobody else holds
(`FOR UPDATE SKIP LOCKED`), marks them `SENDING` under a lease and a fencing number, and writes one row of
`notification_provider_codes` for each. No transaction is open while the provider answers; `outcomes` records
what it said and `settling` finds out when nobody knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One message of a request: who gets it, with what, and under which attempt number."""

    id: UUID
    attempt_no: int
    phone: str
    variables: dict[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """One call to a provider: its messages share a kind, an idempotency key and a fencing number.

    `leased_until` and `started_at` are by the database's clock; `started_at` is when the key was first used.
    `is_again`: the key was used before and nobody knows what became of it.
    """

    key: str
    kind: str
    fence: int
    started_at: datetime
    leased_until: datetime
    rows: tuple[Claimed, ...]
    is_again: bool = False


_KINDS_DUE = text("""
    SELECT kinds.kind
    FROM unnest(ARRAY['daily_plan', 'summary', 'notice']) AS kinds (kind),
    LATERAL (
        SELECT due_at FROM notifications
        WHERE kind = kinds.kind AND status IN ('SCHEDULED', 'RETRY_SCHEDULED') AND due_at <= now()
        ORDER BY due_at LIMIT 1
    ) AS oldest
    ORDER BY oldest.due_at
""")

_LOCK_DUE = text("""
    SELECT due.id, due.variables, due.cancel_requested, due.expires_at <= now() AS is_late,
           users.phone_number, users.deleted_at IS NOT NULL AS is_deleted, users.is_sandbox,
           users.notifications_enabled
    FROM (
        SELECT id, user_id, variables, expires_at, cancel_requested FROM notifications
        WHERE kind = :kind AND status IN ('SCHEDULED', 'RETRY_SCHEDULED') AND due_at <= now()
        ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    ) AS due
    JOIN users ON users.id = due.user_id
""")

_HOLD = text("""
    WITH held AS (
        UPDATE notifications
        SET status = 'SENDING', fence = :fence, ask_count = 0,
            request_started_at = CASE WHEN request_key = :key THEN request_started_at ELSE now() END,
            request_key = :key, leased_until = now() + make_interval(secs => :lease_s),
            attempt_count = attempt_count + 1, updated_at = now()
        WHERE id = ANY (CAST(:ids AS uuid[]))
        RETURNING id, attempt_count, leased_until, request_started_at
    ), started AS (
        INSERT INTO notification_provider_codes (notification_id, provider, attempt_no, request_key)
        SELECT id, :provider, attempt_count, :key FROM held
    )
    SELECT id, attempt_count, leased_until, request_started_at FROM held
""")

_CLOSE = text("""
    UPDATE notifications AS n
    SET status = closed.status, reason_code = closed.reason_code, updated_at = now()
    FROM unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[]), CAST(:reasons AS text[]))
         AS closed (id, status, reason_code)
    WHERE n.id = closed.id
""")


def claim(
    session: Session, *, limit: int, provider: str, allowed: frozenset[str] | None = None
) -> Request | None:
    """Take up to `limit` due messages of one kind, or None when nothing is due and free.

    `allowed`: outside production, the only numbers that may be sent to (None: no such limit).
    Rows that cannot be sent any more are closed on the way: late ones `EXPIRED`, a sandbox's or a leaver's
    `CANCELED`, those without an address `FAILED`. The caller commits before the provider is called.
    """
    for kind in session.scalars(_KINDS_DUE).all():
        while rows := session.execute(_LOCK_DUE, {"kind": kind, "limit": limit}).all():
            endings = {row.id: ending for row in rows if (ending := _ending(row, allowed))}
            _close(session, endings)
            sendable = [row for row in rows if row.id not in endings]
            if sendable:
                return hold(session, kind, sendable, key=str(uuid4()), provider=provider)
    return None


def _ending(row: Any, allowed: frozenset[str] | None) -> tuple[str, str] | None:
    """The final state and reason of a due row that cannot be sent, else None."""
    if row.is_late:
        return "EXPIRED", "expired"
    if row.is_deleted:
        return "CANCELED", "user_deleted"
    if row.cancel_requested:
        return "CANCELED", "plan_canceled"  # a leaver was caught above
    if row.is_sandbox:
        return "CANCELED", "sandbox_user"
    if not row.notifications_enabled:
        return "CANCELED", "notifications_off"
    if not row.phone_number:
        return "FAILED", "no_address"
    if allowed is not None and row.phone_number not in allowed:
        return "CANCELED", "not_on_allow_list"
    return None


def _close(session: Session, endings: Mapping[UUID, tuple[str, str]]) -> None:
    if endings:
        statuses, reasons = zip(*endings.values(), strict=True)
        ids = [str(each) for each in endings]
        session.execute(_CLOSE, {"ids": ids, "statuses": list(statuses), "reasons": list(reasons)})


def hold(
    session: Session, kind: str, rows: Sequence[Any], *, key: str, provider: str, is_again: bool = False
) -> Request:
    """Start an attempt for `rows` (`id`, `phone_number`, `variables`), which the caller has locked.

    A key that a row already carries keeps its starting time: the provider remembers it for 10 minutes.
    """
    by_id = {row.id: row for row in rows}
    fence = next_fence(session)
    given = {"ids": [str(each) for each in by_id], "key": key, "fence": fence, "provider": provider}
    held = session.execute(_HOLD, given | {"lease_s": LEASE.total_seconds()}).all()
    claimed = tuple(
        Claimed(row.id, row.attempt_count, by_id[row.id].phone_number, by_id[row.id].variables)
        for row in held
    )
    started_at, leased_until = held[0].request_started_at, held[0].leased_until
    return Request(key, kind, fence, started_at, leased_until, claimed, is_again)


def next_fence(session: Session) -> int:
    """A number higher than that of every claim before."""
    fence: int = session.scalars(text("SELECT nextval('notification_fences')")).one()
    return fence
