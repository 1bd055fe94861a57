"""Closing messages that will not be sent: their time is over, nobody may get them, nobody can be reached."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import reviews

LATE_AT_ONCE = 5000

_CLOSE_LATE = text("""
    WITH late AS (
        SELECT id, attempt_count > free_attempts AND NOT cancel_requested AS was_tried FROM notifications
        WHERE status IN ('SCHEDULED', 'RETRY_SCHEDULED') AND expires_at <= now()
        ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE notifications AS n
    SET status = CASE WHEN late.was_tried THEN 'FAILED' ELSE 'EXPIRED' END,
        reason_code = CASE WHEN late.was_tried THEN 'attempts_exhausted' ELSE 'expired' END,
        updated_at = now()
    FROM late
    WHERE n.id = late.id
    RETURNING n.id, n.kind, n.status, n.reason_code, n.provider_response_code AS code
""")

_CLOSE = text("""
    UPDATE notifications AS n
    SET status = closed.status, reason_code = closed.reason_code, updated_at = now(),
        failure_reason = CASE
            WHEN closed.status <> 'FAILED' THEN n.failure_reason
            WHEN closed.reason_code = 'no_address' THEN '메시지를 보낼 연락처가 없습니다.'
            ELSE '보낼 수 없는 연락처로 확인되어 보내지 않았습니다.' END,
        last_error_at = CASE WHEN closed.status = 'FAILED' THEN now() ELSE n.last_error_at END
    FROM unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[]), CAST(:reasons AS text[]))
         AS closed (id, status, reason_code)
    WHERE n.id = closed.id
""")

_POSTPONE = text("""
    UPDATE notifications AS n
    SET due_at = least(given.until, n.expires_at), updated_at = now()
    FROM unnest(CAST(:ids AS uuid[]), CAST(:untils AS timestamptz[])) AS given (id, until)
    WHERE n.id = given.id
""")


def close_late(session: Session) -> None:
    """Close what waits past its time, whether or not its sender may send now.

    What was tried in vain is `FAILED`, `attempts_exhausted`, with one review for the whole outage; what was
    never tried is `EXPIRED`.
    """
    closed = session.execute(_CLOSE_LATE, {"limit": LATE_AT_ONCE}).all()
    reviews.open_for_notifications(session, [row for row in closed if row.status == "FAILED"])


def close(session: Session, endings: Mapping[UUID, tuple[str, str]]) -> None:
    """Give each row its final state and reason."""
    if endings:
        statuses, reasons = zip(*endings.values(), strict=True)
        ids = [str(each) for each in endings]
        session.execute(_CLOSE, {"ids": ids, "statuses": list(statuses), "reasons": list(reasons)})


def postpone(session: Session, untils: Mapping[UUID, datetime]) -> None:
    """Let each row wait until then, at most until its time is over."""
    if untils:
        given = {"ids": [str(each) for each in untils], "untils": list(untils.values())}
        session.execute(_POSTPONE, given)


def ending(row: Any, allowed: frozenset[str] | None) -> tuple[str, str] | None:
    """The final state and reason of a due row that cannot be sent, else None."""
    if row.is_deleted:
        return "CANCELED", "user_deleted"
    if row.is_unlinked:
        return "CANCELED", "unlinked"
    if row.cancel_requested:
        return "CANCELED", "plan_canceled"  # a leaver was caught above
    if row.is_sandbox:
        return "CANCELED", "sandbox_user"
    if row.is_blocked:
        return "CANCELED", "channel_blocked"
    if not row.notifications_enabled:
        return "CANCELED", "notifications_off"
    if not row.has_address:
        return "FAILED", "no_address"
    if row.address_fault:
        return "FAILED", row.address_fault
    if allowed is not None and row.phone_number not in allowed:
        return "CANCELED", "not_on_allow_list"
    return None
