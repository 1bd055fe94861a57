"""Recording what a provider said about the messages of a request.

One short transaction that only touches rows still held under the request's fence: a worker that was
overtaken can no longer write. The attempts (`notification_provider_codes`) are completed with it.
"""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import reviews
from app.domain.claims import Claimed, Request

MAX_ATTEMPTS = 100
BACKOFF_FIRST_S, BACKOFF_CAP_S = 5, 900


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider said about one message; all but `retry_after_s` is kept with the attempt."""

    outcome: str
    code: str
    reason_code: str | None = None
    reason: str | None = None
    response: str | None = None
    http_status: int | None = None
    latency_ms: int | None = None
    provider_request_id: str | None = None
    recipient_seq: int | None = None
    retry_after_s: float | None = None


_RECORD = text("""
    WITH answers AS (
        SELECT * FROM json_to_recordset(CAST(:answers AS json)) AS a (
            id uuid, attempt_no int, status text, delay_s float8, outcome text, code text, reason_code text,
            reason text, response text, http_status int, latency_ms int, provider_request_id text,
            recipient_seq int
        )
    ), completed AS (
        UPDATE notification_provider_codes AS c
        SET captured_at = now(), outcome = a.outcome, provider_status_code = a.code,
            provider_response = CASE WHEN NOT EXISTS (
                SELECT FROM notifications AS n JOIN users AS u ON u.id = n.user_id
                WHERE n.id = a.id AND u.deleted_at IS NOT NULL
            ) THEN a.response END,
            http_status = a.http_status, latency_ms = a.latency_ms,
            provider_request_id = a.provider_request_id, recipient_seq = a.recipient_seq
        FROM answers AS a
        WHERE c.notification_id = a.id AND c.attempt_no = a.attempt_no AND c.captured_at IS NULL
    ), mine AS (
        SELECT id FROM notifications
        WHERE id IN (SELECT id FROM answers) AND status = 'SENDING' AND fence = :fence
        ORDER BY id FOR UPDATE
    )
    UPDATE notifications AS n
    SET status = CASE
            WHEN a.status = 'RETRY_SCHEDULED' AND n.cancel_requested THEN 'CANCELED' ELSE a.status END,
        due_at = CASE
            WHEN a.status = 'RETRY_SCHEDULED'
            THEN least(now() + make_interval(secs => a.delay_s), n.expires_at) ELSE n.due_at END,
        leased_until = CASE WHEN a.status = 'SENDING' THEN now() END,
        ask_count = 0,
        sent_at = CASE WHEN a.status = 'SENT' THEN now() ELSE n.sent_at END,
        reason_code = CASE
            WHEN a.status = 'SENT' THEN NULL
            WHEN a.status IN ('RETRY_SCHEDULED', 'SENDING') AND n.cancel_requested THEN n.reason_code
            ELSE a.reason_code END,
        provider_response_code = a.code,
        failure_reason = CASE WHEN a.status <> 'SENT' THEN a.reason END,
        last_error_at = CASE WHEN a.status = 'SENT' THEN n.last_error_at ELSE now() END,
        updated_at = now()
    FROM answers AS a, mine
    WHERE n.id = a.id AND n.id = mine.id
    RETURNING n.id, n.kind, n.status, n.reason_code, n.cancel_requested, a.code, a.outcome
""")

_ERASE_LEAVERS = text("""
    WITH leavers AS (
        UPDATE notifications AS n SET variables = '{}' FROM users
        WHERE users.id = n.user_id AND users.deleted_at IS NOT NULL AND n.id = ANY (CAST(:ids AS uuid[]))
        RETURNING n.id
    )
    UPDATE notification_provider_codes SET provider_response = NULL
    WHERE notification_id IN (SELECT id FROM leavers)
""")


def record(session: Session, request: Request, answers: Mapping[UUID, Answer]) -> Sequence[Any]:
    """Write the answers of a request; returns the rows that moved (`id`, `status`, `reason_code`, …).

    Rows that are no longer held under this request's fence are left alone: the late write is refused.
    May run twice: the second time nothing is held any more.
    """
    rows = [_as_row(claimed, answers[claimed.id], request.is_again) for claimed in request.rows]
    moved = session.execute(_RECORD, {"answers": json.dumps(rows), "fence": request.fence}).all()
    erase_leavers(session, moved)
    for_people = [row for row in moved if row.status == "FAILED" and _needs_people(row)]
    reviews.open_for_notifications(session, for_people)
    return moved


def erase_leavers(session: Session, settled: Sequence[Any]) -> None:
    """Erase what was kept of deleted trainees while their message was being sent."""
    ids = [str(row.id) for row in settled if row.cancel_requested and row.status != "SENDING"]
    if ids:
        session.execute(_ERASE_LEAVERS, {"ids": ids})


def _needs_people(row: Any) -> bool:
    return bool(row.outcome == "request" or row.reason_code == "attempts_exhausted")


def _as_row(claimed: Claimed, answer: Answer, is_again: bool) -> dict[str, Any]:
    status, reason_code, delay_s = next_state(claimed.attempt_no, answer, is_again=is_again)
    row = asdict(answer) | {"id": str(claimed.id), "attempt_no": claimed.attempt_no}
    return row | {"status": status, "reason_code": reason_code, "delay_s": delay_s}


def next_state(
    attempt_no: int, answer: Answer, *, is_again: bool = False
) -> tuple[str, str | None, float | None]:
    """State, reason and delay in seconds that follow from an answer; `SENDING` means: ask the provider.

    `is_again`: an earlier request under the same key may have been taken. An answer that puts this one off
    says nothing about that one, so the row keeps its key: a retry would leave under a new one.
    """
    match answer.outcome:
        case "ok":
            return "SENT", None, None
        case "unknown" | "duplicate":
            return "SENDING", answer.reason_code, None
        case "recipient" | "request":
            return "FAILED", answer.reason_code, None
    if is_again:
        return "SENDING", answer.reason_code, None
    if attempt_no >= MAX_ATTEMPTS:
        return "FAILED", "attempts_exhausted", None
    return "RETRY_SCHEDULED", answer.reason_code, backoff_s(attempt_no, answer.retry_after_s)


def backoff_s(attempt_no: int, floor_s: float | None = None) -> float:
    """Seconds until the next try: full jitter under an exponential cap, from 5 s to 15 min.

    Source: "Exponential Backoff and Jitter", AWS Architecture Blog. `floor_s` is the provider's Retry-After.
    """
    cap = min(BACKOFF_CAP_S, BACKOFF_FIRST_S * 2 ** min(attempt_no, 10))
    delay = random.uniform(BACKOFF_FIRST_S, cap)  # noqa: S311 - jitter, no secret
    return max(delay, min(floor_s or 0.0, BACKOFF_CAP_S))
