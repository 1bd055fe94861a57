"""Finding out what became of requests whose outcome nobody knows.

After a timeout, a reset, a nonsense answer or a dead worker, a message may have left or not. Its row stays
`SENDING` until the provider has been asked under the request's key: at once, and 10, 30 and 60 s later.
Found: it was taken. Not found, and the provider would refuse a second request under that key (it
remembers keys for 10 minutes): sent again under the same key, to the same addresses. Otherwise, and always
when a provider cannot be asked, a human decides.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import gates, reviews
from app.domain.claims import LEASE, Request, hold, next_fence
from app.domain.outcomes import CAN_BE_ASKED, HAS_RECEIPTS, RECEIPT_HOURS, erase_leavers

# Seconds from one question to the next; after the last there is an answer or a decision.
ASK_GAPS_S = (10, 20, 30)
ASK_AGAIN_S = 30
KEY_LIFE = timedelta(minutes=9)
GIVE_UP = timedelta(minutes=30)
SEND_AGAIN = "SEND_AGAIN"  # a decision, not a state: the row stays SENDING in a new attempt


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A request to ask about; `rows` are its messages that are still `SENDING`, now held under `fence`.

    `provider` is None when there is no attempt on record to say through whom it went.
    """

    key: str
    provider: str | None
    kind: str
    fence: int
    started_at: datetime
    asked_at: datetime
    rows: tuple[Any, ...]

    @property
    def can_be_asked(self) -> bool:
        """Whether its provider can tell what became of it."""
        return self.provider in CAN_BE_ASKED


@dataclass(frozen=True, slots=True)
class Found:
    """A message the provider has: the request and position it has there."""

    provider_request_id: str | None
    recipient_seq: int | None


_OVERDUE_KEYS = text("""
    SELECT request_key FROM notifications
    WHERE status = 'SENDING' AND leased_until <= now()
    GROUP BY request_key ORDER BY min(leased_until) LIMIT 20
""")

_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:key, 0))")

_TAKE_OVER = text("""
    WITH overdue AS (
        SELECT id FROM notifications
        WHERE request_key = :key AND status = 'SENDING' AND leased_until <= now()
        ORDER BY id FOR UPDATE
    )
    UPDATE notifications AS n
    SET fence = :fence, leased_until = now() + make_interval(secs => :lease_s), updated_at = now()
    FROM overdue
        JOIN notifications AS held ON held.id = overdue.id
        JOIN users AS u ON u.id = held.user_id
        LEFT JOIN notification_provider_codes AS c
            ON c.notification_id = held.id AND c.attempt_no = held.attempt_count
    WHERE n.id = overdue.id
    RETURNING n.id, n.user_id, n.plan_id, n.request_id, n.kind, n.attempt_count, n.ask_count,
              n.request_started_at, n.variables, n.cancel_requested, n.expires_at <= now() AS is_late,
              u.phone_number, u.contact_version, c.provider,
              c.contact_version IS DISTINCT FROM u.contact_version AS has_moved, now() AS asked_at
""")

_WORKER_LOST = text("""
    WITH lost AS (
        UPDATE notification_provider_codes
        SET captured_at = now(), outcome = 'unknown', provider_status_code = 'WORKER_LOST', is_counted = false
        WHERE notification_id = ANY (CAST(:ids AS uuid[])) AND captured_at IS NULL
        RETURNING notification_id
    )
    UPDATE notifications
    SET provider_response_code = 'WORKER_LOST', last_error_at = now(), failure_reason = NULL,
        reason_code = CASE WHEN cancel_requested THEN reason_code ELSE 'worker_lost' END
    WHERE id IN (SELECT notification_id FROM lost)
""")

_REFUSED_AS_DUPLICATE = text("""
    SELECT notification_id FROM notification_provider_codes
    WHERE notification_id = ANY (CAST(:ids AS uuid[])) AND request_key = :key AND outcome = 'duplicate'
""")

_STILL_HELD = text("""
    SELECT id FROM notifications
    WHERE id = ANY (CAST(:ids AS uuid[])) AND status = 'SENDING' AND fence = :fence
        AND NOT cancel_requested AND expires_at > now()
    ORDER BY id FOR UPDATE
""")

_DECIDE = text("""
    WITH decisions AS (
        SELECT * FROM json_to_recordset(CAST(:decisions AS json)) AS d (
            id uuid, attempt_no int, status text, asked boolean, wait_s float8, reason_code text,
            provider_request_id text, recipient_seq int
        )
    ), known AS (
        UPDATE notification_provider_codes AS c
        SET provider_request_id = d.provider_request_id, recipient_seq = d.recipient_seq
        FROM decisions AS d
        WHERE c.notification_id = d.id AND c.attempt_no = d.attempt_no AND d.provider_request_id IS NOT NULL
    ), mine AS (
        SELECT id FROM notifications
        WHERE id IN (SELECT id FROM decisions) AND status = 'SENDING' AND fence = :fence
        ORDER BY id FOR UPDATE
    )
    UPDATE notifications AS n
    SET status = d.status,
        ask_count = n.ask_count + CASE WHEN d.asked THEN 1 ELSE 0 END,
        leased_until = CASE WHEN d.status = 'SENDING' THEN now() + make_interval(secs => d.wait_s) END,
        sent_at = CASE WHEN d.status = 'SENT' THEN now() ELSE n.sent_at END,
        receipt_due_at = CASE WHEN d.status = 'SENT' THEN now() + make_interval(hours => :receipt_hours) END,
        reason_code = CASE
            WHEN d.status = 'SENT' THEN NULL
            WHEN d.status = 'CANCELED' THEN n.reason_code
            ELSE coalesce(d.reason_code, n.reason_code) END,
        failure_reason = CASE WHEN d.status = 'SENT' THEN NULL ELSE n.failure_reason END,
        updated_at = now()
    FROM decisions AS d, mine
    WHERE n.id = d.id AND n.id = mine.id
    RETURNING n.id, n.kind, n.status, n.reason_code, n.cancel_requested, n.provider_response_code AS code
""")


def take_over(session: Session) -> Unsettled | None:
    """Hold one request whose lease has ended, or None. The caller commits before asking the provider.

    All its rows are taken by one worker (an advisory lock on the key), so that at most one of them asks
    or sends again. An attempt that its worker never completed is completed as `WORKER_LOST`,
    which says nothing about the sender.
    """
    for key in session.scalars(_OVERDUE_KEYS).all():
        if not session.scalars(_TRY_LOCK, {"key": key}).one():
            continue
        fence = next_fence(session)
        given = {"key": key, "fence": fence, "lease_s": LEASE.total_seconds()}
        rows = tuple(session.execute(_TAKE_OVER, given).all())
        if rows:
            session.execute(_WORKER_LOST, {"ids": [str(row.id) for row in rows]})
            first = rows[0]
            started_at, asked_at = first.request_started_at, first.asked_at
            return Unsettled(key, first.provider, first.kind, fence, started_at, asked_at, rows)
    return None


def settle(
    session: Session,
    unsettled: Unsettled,
    found: Mapping[UUID, Found] | None,
    *,
    provider: str,
    settings: Mapping[str, Any] = gates.NO_SETTINGS,
) -> Request | None:
    """Decide after asking; `found` is what the provider has, or None when it could not be asked.

    Returns the request to send again under the same key, if that is the decision for any row. Only through
    `provider`, the one that sends now, and while nothing holds it back.
    """
    refused = _refused(session, unsettled)
    may_send = _may_send(session, unsettled, provider, settings)
    decisions = {
        row.id: _decide(unsettled, row, found, row.id in refused, may_send) for row in unsettled.rows
    }
    to_send = [row_id for row_id, decision in decisions.items() if decision["status"] == SEND_AGAIN]
    written = [
        decision | {"id": str(row_id)} for row_id, decision in decisions.items() if row_id not in to_send
    ]
    hours = RECEIPT_HOURS if unsettled.provider in HAS_RECEIPTS else None
    given = {"decisions": json.dumps(written), "fence": unsettled.fence, "receipt_hours": hours}
    settled = session.execute(_DECIDE, given).all()
    erase_leavers(session, settled)
    reviews.open_for_notifications(session, [row for row in settled if row.status == "MANUAL_REVIEW"])
    again = _held(session, unsettled, to_send)
    if not again:
        return None
    return hold(session, unsettled.kind, again, key=unsettled.key, provider=provider, is_again=True)


def _may_send(session: Session, unsettled: Unsettled, provider: str, settings: Mapping[str, Any]) -> bool:
    """Whether a request may leave again now. It goes as a whole, so a cap is passed by one batch at most."""
    if provider != unsettled.provider:
        return False
    gate = gates.enter(session, provider, settings)
    return gate.is_open and unsettled.kind in gate.kinds


def _held(session: Session, unsettled: Unsettled, ids: list[UUID]) -> list[Any]:
    """Those of `ids` that nobody has taken over or stopped in the meantime, locked.

    One that was stopped while the provider was asked is decided after its lease.
    """
    given = {"ids": [str(each) for each in ids], "fence": unsettled.fence}
    held = set(session.scalars(_STILL_HELD, given)) if ids else set()
    return [row for row in unsettled.rows if row.id in held]


def _refused(session: Session, unsettled: Unsettled) -> set[UUID]:
    """Messages for which the provider said that it has the key already."""
    given = {"ids": [str(row.id) for row in unsettled.rows], "key": unsettled.key}
    return set(session.scalars(_REFUSED_AS_DUPLICATE, given))


def _decide(
    unsettled: Unsettled, row: Any, found: Mapping[UUID, Found] | None, refused: bool, may_send: bool
) -> dict[str, Any]:
    decision: dict[str, Any] = {"attempt_no": row.attempt_count, "asked": found is not None}
    age = unsettled.asked_at - unsettled.started_at
    if found is None:
        if unsettled.can_be_asked and age < GIVE_UP:
            return decision | {"status": "SENDING", "wait_s": ASK_AGAIN_S}
        return decision | {"status": "MANUAL_REVIEW", "reason_code": "outcome_unknown"}
    if row.id in found:
        known = found[row.id]
        ids = {"provider_request_id": known.provider_request_id, "recipient_seq": known.recipient_seq}
        return decision | {"status": "SENT"} | ids
    if row.ask_count < len(ASK_GAPS_S):
        return decision | {"status": "SENDING", "wait_s": ASK_GAPS_S[row.ask_count]}
    return decision | _decide_not_found(row, refused or age >= KEY_LIFE, may_send)


def _decide_not_found(row: Any, is_unsafe: bool, may_send: bool) -> dict[str, Any]:
    """The provider was asked often enough and does not have it.

    To another address than the first time it would not be the same request any more.
    """
    if is_unsafe:
        return {"status": "MANUAL_REVIEW", "reason_code": "outcome_unknown"}
    if row.cancel_requested:
        return {"status": "CANCELED"}
    if row.is_late:
        return {"status": "EXPIRED", "reason_code": "expired"}
    if not row.phone_number:
        return {"status": "FAILED", "reason_code": "no_address"}
    if row.has_moved:
        return {"status": "MANUAL_REVIEW", "reason_code": "outcome_unknown"}
    if not may_send:
        return {"status": "SENDING", "wait_s": ASK_AGAIN_S}
    return {"status": SEND_AGAIN}
