"""Delivery results: what the dealer says became of a message that it took.

Results are monotonic: delivered wins over everything, whenever it comes, and nothing undoes it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import caps, guardrails, reviews
from app.domain.backoff import backoff_s
from app.domain.consequences import Meaning, Signal, follow
from app.domain.contacts import Mark
from app.domain.gates import NO_SETTINGS
from app.domain.holds import LEAST_S, quota_end
from app.domain.outcomes import erase_leavers

MAX_DELIVERY_TRIES = 3  # "retry" results in a row; the last of them fails the message
PROVIDER = "alimtalk"  # the only one that tells about delivery


@dataclass(frozen=True, slots=True)
class Receipt:
    """One result for one message; `meaning` is that of `code` by the provider's table."""

    notification_id: UUID
    code: str
    meaning: Meaning
    at: datetime | None
    provider_request_id: str | None


# First the rows, in a statement of its own: one that waits for a lock goes on with the snapshot that it began
# with, and would judge a message by the state that it had before.
_LOCK = text("""
    SELECT id FROM notifications WHERE id = ANY (CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE
""")

# Each table is joined to `known` alone, and by its key: whatever the planner believes about sizes, there is
# no order in which results are multiplied with results.
_APPLY = text("""
    WITH known AS MATERIALIZED (
        SELECT r.*, n.status AS old_status, n.kind, n.user_id, n.request_id, a.id AS attempt_id, a.attempt_no,
               a.contact_version, a.captured_at, a.captured_at IS NULL AS was_open,
               a.outcome = 'ok' AND coalesce(a.delivery_outcome, '') <> ALL (:failed) AS was_ok
        FROM json_to_recordset(CAST(:receipts AS json)) AS r (
            id uuid, code text, outcome text, reason_code text, reason text, at timestamptz,
            provider_request_id text, delay_s float8, until timestamptz, max_tries int
        ) JOIN notifications AS n ON n.id = r.id
        LEFT JOIN LATERAL (
            SELECT c.id, c.attempt_no, c.contact_version, c.captured_at, c.outcome, c.delivery_outcome
            FROM notification_provider_codes AS c
            WHERE c.notification_id = r.id
                AND (c.provider_request_id = r.provider_request_id OR c.provider_request_id IS NULL)
            ORDER BY (c.provider_request_id = r.provider_request_id) DESC NULLS LAST, c.attempt_no DESC
            LIMIT 1
        ) AS a ON true
    ), noted AS (
        UPDATE notification_provider_codes AS c
        SET delivery_code = k.code, delivery_outcome = k.outcome, delivery_at = coalesce(k.at, now()),
            captured_at = coalesce(c.captured_at, CASE WHEN k.outcome = 'ok' THEN now() END),
            outcome = coalesce(c.outcome, CASE WHEN k.outcome = 'ok' THEN 'ok' END)
        FROM known AS k
        WHERE c.id = k.attempt_id AND c.delivery_code IS DISTINCT FROM '1000'
            AND c.delivery_code IS DISTINCT FROM k.code
            AND (c.delivery_code IS NULL OR k.outcome NOT IN ('unknown', 'duplicate'))
            AND (k.outcome = 'ok' OR k.old_status <> 'SENDING')
        RETURNING c.notification_id, k.was_open, k.was_ok, k.captured_at AS was_captured_at, k.outcome
    ), proved AS (
        INSERT INTO delivery_tallies (at, ended, ok)
        SELECT clock_timestamp(), count(*), count(*) FROM noted WHERE was_open AND outcome = 'ok'
        HAVING count(*) > 0
    ), turned AS (
        INSERT INTO delivery_tallies (at, ok)
        SELECT was_captured_at, -count(*) FROM noted WHERE was_ok AND outcome = ANY (:failed)
        GROUP BY was_captured_at
    ), moved AS (
        UPDATE notifications AS n
        SET status = CASE
                WHEN k.outcome = 'ok' THEN 'DELIVERED'
                WHEN n.expires_at > now() AND (k.outcome IN ('quota', 'alert') OR k.outcome = 'retry' AND (
                    SELECT count(*) FROM notification_provider_codes AS c
                    WHERE c.notification_id = n.id AND c.delivery_outcome = 'retry'
                        AND c.attempt_no > n.free_attempts AND c.attempt_no < n.attempt_count
                    ) < k.max_tries - 1
                ) THEN 'RETRY_SCHEDULED'
                ELSE 'FAILED' END,
            delivered_at = CASE WHEN k.outcome = 'ok' THEN coalesce(k.at, now()) END,
            sent_at = coalesce(n.sent_at, now()),
            due_at = CASE
                WHEN k.outcome = 'ok' THEN n.due_at
                ELSE least(n.expires_at, greatest(k.until, now() + make_interval(secs => CASE
                    WHEN k.until IS NULL THEN k.delay_s ELSE :least_s END))) END,
            free_attempts = n.free_attempts + CASE WHEN k.outcome IN ('quota', 'alert') THEN 1 ELSE 0 END,
            leased_until = NULL,
            reason_code = CASE WHEN k.outcome <> 'ok' THEN k.reason_code END,
            failure_reason = CASE WHEN k.outcome <> 'ok' THEN k.reason END,
            provider_response_code = CASE WHEN k.outcome <> 'ok' THEN k.code END,
            last_error_at = CASE WHEN k.outcome <> 'ok' THEN now() END,
            updated_at = now()
        FROM known AS k
        WHERE n.id = k.id AND CASE
            WHEN k.outcome = 'ok'
            THEN n.status IN ('SENDING', 'SENT', 'RETRY_SCHEDULED', 'FAILED', 'MANUAL_REVIEW')
            WHEN k.outcome IN ('unknown', 'duplicate') THEN false
            ELSE n.status = 'SENT' AND k.attempt_no = n.attempt_count END
        RETURNING n.id, n.status, n.reason_code, n.cancel_requested
    )
    SELECT k.id, k.kind, k.user_id, k.request_id, k.code, k.outcome, k.old_status, k.contact_version,
           moved.id IS NOT NULL AS has_moved, noted.notification_id IS NOT NULL AS is_noted,
           moved.status, moved.reason_code, moved.cancel_requested
    FROM known AS k LEFT JOIN moved ON moved.id = k.id LEFT JOIN noted ON noted.notification_id = k.id
""")


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a message after its receipt: whose it is, and whether the receipt must wait.

    `request_id`: the request that began the message, if any.
    """

    user_id: UUID
    is_early: bool
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Applied:
    """What is known of each message that exists, and addresses to mark after the commit (`contacts.mark`)."""

    seen: dict[UUID, Seen]
    marks: tuple[Mark, ...] = ()


def apply(
    session: Session,
    receipts: Sequence[Receipt],
    now: datetime,
    settings: Mapping[str, Any] = NO_SETTINGS,
) -> Applied:
    """Apply at most one receipt a message.

    One that was delivered was taken: an attempt whose worker has not recorded the answer, and perhaps never
    will, is completed as `ok`; the answer itself still fills in what it knows.
    A failure that comes while the send's own answer is still to be recorded is early: apply it again
    later. May run twice.
    """
    if not receipts:
        return Applied({})
    by_id = {each.notification_id: each for each in receipts}
    session.execute(_LOCK, {"ids": [str(each) for each in by_id]})
    rows = [_as_row(each, now) for each in receipts]
    given = {"receipts": json.dumps(rows), "failed": list(caps.FAILED_DELIVERY), "least_s": LEAST_S}
    known = session.execute(_APPLY, given).all()
    moved = [row for row in known if row.has_moved]
    erase_leavers(session, moved)
    for_people = [row for row in moved if row.status == "FAILED" and row.outcome in ("request", "alert")]
    reviews.open_for_notifications(session, for_people)
    signals = [_signal(row.kind, by_id[row.id], now) for row in known if _is_told(row, by_id)]
    follow(session, PROVIDER, signals, settings)
    if signals:
        caps.watch(session, guardrails.read(session, settings))
    return Applied(
        {row.id: Seen(row.user_id, _is_early(row), row.request_id) for row in known},
        tuple(_mark(row, by_id[row.id]) for row in moved if _is_marked(row, by_id)),
    )


def _is_early(row: Any) -> bool:
    """Whether the send's own answer is still to be recorded, and the result has not moved the message."""
    return bool(row.old_status == "SENDING" and not row.has_moved)


def _is_told(row: Any, by_id: dict[UUID, Receipt]) -> bool:
    """Whether a result says something about the sender: it moved its message, or is new and not known."""
    return bool(row.has_moved or (row.is_noted and by_id[row.id].meaning.review))


def _is_marked(row: Any, by_id: dict[UUID, Receipt]) -> bool:
    known = row.outcome == "recipient" and row.contact_version is not None
    return known and not by_id[row.id].meaning.may_recover


def _mark(row: Any, receipt: Receipt) -> Mark:
    return Mark(PROVIDER, row.user_id, row.contact_version, receipt.meaning.reason_code)


def _signal(kind: str, receipt: Receipt, now: datetime) -> Signal:
    return Signal(kind, receipt.code, receipt.meaning, _until(receipt, now))


def _until(receipt: Receipt, now: datetime) -> datetime | None:
    if receipt.meaning.outcome != "quota":
        return None
    return quota_end(receipt.meaning.window, None, now)


def _as_row(receipt: Receipt, now: datetime) -> dict[str, object]:
    until = _until(receipt, now)
    return {
        "id": str(receipt.notification_id),
        "code": receipt.code,
        "outcome": receipt.meaning.outcome,
        "reason_code": receipt.meaning.reason_code,
        "reason": receipt.meaning.reason,
        "at": receipt.at and receipt.at.isoformat(),
        "provider_request_id": receipt.provider_request_id,
        "delay_s": backoff_s(1),
        "max_tries": 2 if receipt.meaning.once else MAX_DELIVERY_TRIES,
        "until": until and until.isoformat(),
    }
