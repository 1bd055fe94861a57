"""Delivery results: what the dealer says became of a message that it took.

Results are monotonic: delivered wins over everything, whenever it comes, and nothing undoes it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import reviews
from app.domain.outcomes import backoff_s, erase_leavers

MAX_DELIVERY_TRIES = 3


@dataclass(frozen=True, slots=True)
class Receipt:
    """One result for one message; `outcome` is the meaning of `code` by the provider's table."""

    notification_id: UUID
    code: str
    outcome: str
    reason_code: str
    reason: str
    at: datetime | None
    provider_request_id: str | None


_APPLY = text("""
    WITH receipts AS (
        SELECT * FROM json_to_recordset(CAST(:receipts AS json)) AS r (
            id uuid, code text, outcome text, reason_code text, reason text, at timestamptz,
            provider_request_id text, delay_s float8
        )
    ), mine AS (
        SELECT id, attempt_count FROM notifications
        WHERE id IN (SELECT id FROM receipts) ORDER BY id FOR UPDATE
    ), attempts AS (
        SELECT DISTINCT ON (c.notification_id) c.id, c.notification_id, c.attempt_no
        FROM notification_provider_codes AS c JOIN receipts AS r ON r.id = c.notification_id
        WHERE c.provider_request_id = r.provider_request_id OR c.provider_request_id IS NULL
        ORDER BY c.notification_id, (c.provider_request_id = r.provider_request_id) DESC NULLS LAST,
                 c.attempt_no DESC
    ), noted AS (
        UPDATE notification_provider_codes AS c
        SET delivery_code = r.code, delivery_at = coalesce(r.at, now())
        FROM receipts AS r JOIN attempts AS a ON a.notification_id = r.id
        WHERE c.id = a.id AND c.delivery_code IS DISTINCT FROM '1000'
            AND (c.delivery_code IS NULL OR r.outcome NOT IN ('unknown', 'duplicate'))
    )
    UPDATE notifications AS n
    SET status = CASE
            WHEN r.outcome = 'ok' THEN 'DELIVERED'
            WHEN r.outcome IN ('retry', 'quota', 'alert') AND n.attempt_count < :max_tries
                 AND n.expires_at > now() THEN 'RETRY_SCHEDULED'
            ELSE 'FAILED' END,
        delivered_at = CASE WHEN r.outcome = 'ok' THEN coalesce(r.at, now()) END,
        sent_at = coalesce(n.sent_at, now()),
        due_at = CASE
            WHEN r.outcome = 'ok' THEN n.due_at
            ELSE least(now() + make_interval(secs => r.delay_s), n.expires_at) END,
        leased_until = NULL,
        reason_code = CASE WHEN r.outcome <> 'ok' THEN r.reason_code END,
        failure_reason = CASE WHEN r.outcome <> 'ok' THEN r.reason END,
        provider_response_code = CASE WHEN r.outcome <> 'ok' THEN r.code END,
        last_error_at = CASE WHEN r.outcome <> 'ok' THEN now() END,
        updated_at = now()
    FROM receipts AS r JOIN mine ON mine.id = r.id LEFT JOIN attempts AS a ON a.notification_id = r.id
    WHERE n.id = r.id AND CASE
        WHEN r.outcome = 'ok'
        THEN n.status IN ('SENDING', 'SENT', 'RETRY_SCHEDULED', 'FAILED', 'MANUAL_REVIEW')
        WHEN r.outcome IN ('unknown', 'duplicate') THEN false
        ELSE n.status = 'SENT' AND a.attempt_no = n.attempt_count END
    RETURNING n.id, n.kind, n.status, n.reason_code, n.cancel_requested, r.code, r.outcome
""")

_STATES = text("""
    SELECT id, status, user_id FROM notifications WHERE id = ANY (CAST(:ids AS uuid[]))
""")


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a message after its receipt: whose it is, and whether the receipt must wait."""

    user_id: UUID
    is_early: bool


def apply(session: Session, receipts: Sequence[Receipt]) -> dict[UUID, Seen]:
    """Apply at most one receipt a message; returns what is known of each message that exists.

    A failure that comes while the send's own answer is still to be recorded is early: apply it again
    later. May run twice.
    """
    if not receipts:
        return {}
    rows = [_as_row(each) for each in receipts]
    given = {"receipts": json.dumps(rows), "max_tries": MAX_DELIVERY_TRIES}
    moved = session.execute(_APPLY, given).all()
    erase_leavers(session, moved)
    for_people = [row for row in moved if row.status == "FAILED" and row.outcome in ("request", "alert")]
    reviews.open_for_notifications(session, for_people)
    states = session.execute(_STATES, {"ids": [row["id"] for row in rows]}).all()
    return {row.id: Seen(row.user_id, row.status == "SENDING") for row in states}


def _as_row(receipt: Receipt) -> dict[str, object]:
    return {
        "id": str(receipt.notification_id),
        "code": receipt.code,
        "outcome": receipt.outcome,
        "reason_code": receipt.reason_code,
        "reason": receipt.reason,
        "at": receipt.at and receipt.at.isoformat(),
        "provider_request_id": receipt.provider_request_id,
        "delay_s": backoff_s(1),
    }
