"""Recording what a provider said about the messages of a request.

One short transaction that only touches rows still held under the request's fence: a worker that was
overtaken can no longer write. The attempts (`notification_provider_codes`) are completed with it, and what
the answers mean for the sender is done with it: holds, stops, caps and reviews.
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
from app.domain.claims import Claimed, Request
from app.domain.consequences import Meaning, Signal, follow
from app.domain.contacts import Mark
from app.domain.gates import NO_SETTINGS
from app.domain.holds import LEAST_S, quota_end

MAX_TRIES = 100
SLOW_S = 60.0  # the least between two tries while the provider is being maintained
RECEIPT_HOURS = 72  # a dealer's message without a result after so long goes to a human
HAS_RECEIPTS = ("alimtalk",)
CAN_BE_ASKED = ("alimtalk",)
OF_ONE = ("request", "recipient")  # about one message; of a whole request, nobody knows about which


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider said about one message.

    `is_whole`: it said so about the whole request, so that another message of it may be the cause.
    """

    code: str
    meaning: Meaning
    response: str | None = None
    http_status: int | None = None
    latency_ms: int | None = None
    provider_request_id: str | None = None
    recipient_seq: int | None = None
    retry_after_s: float | None = None
    is_whole: bool = False

    @property
    def outcome(self) -> str:
        """The word that decides what follows."""
        return self.meaning.outcome


@dataclass(frozen=True, slots=True)
class Next:
    """What follows for a message: its state, and when it is due again.

    `delay_s` from now or `until` then; neither: as it was due before, so that it stays where it was in the
    queue. `is_free`: the attempt does not count towards the limit.
    """

    status: str
    reason_code: str | None = None
    delay_s: float | None = None
    until: datetime | None = None
    is_free: bool = False
    split_size: int | None = None


_RECORD = text("""
    WITH answers AS (
        SELECT * FROM json_to_recordset(CAST(:answers AS json)) AS a (
            id uuid, attempt_no int, status text, delay_s float8, until timestamptz, is_free boolean,
            split_size int, is_counted boolean, outcome text, code text, reason_code text, reason text,
            response text, http_status int, latency_ms int, provider_request_id text, recipient_seq int
        )
    ), completed AS (
        UPDATE notification_provider_codes AS c
        SET captured_at = now(), outcome = a.outcome, provider_status_code = a.code,
            provider_response = CASE WHEN NOT EXISTS (
                SELECT FROM notifications AS n JOIN users AS u ON u.id = n.user_id
                WHERE n.id = a.id AND u.deleted_at IS NOT NULL
            ) THEN a.response END,
            http_status = a.http_status, latency_ms = a.latency_ms, is_counted = a.is_counted,
            provider_request_id = a.provider_request_id, recipient_seq = a.recipient_seq
        FROM answers AS a
        WHERE c.notification_id = a.id AND c.attempt_no = a.attempt_no
            AND (c.captured_at IS NULL OR c.outcome = 'ok' AND c.provider_status_code IS NULL)
    ), mine AS (
        SELECT id FROM notifications
        WHERE id IN (SELECT id FROM answers) AND status = 'SENDING' AND fence = :fence
        ORDER BY id FOR UPDATE
    )
    UPDATE notifications AS n
    SET status = CASE
            WHEN a.status = 'RETRY_SCHEDULED' AND n.cancel_requested THEN 'CANCELED' ELSE a.status END,
        due_at = CASE
            WHEN a.status = 'RETRY_SCHEDULED' THEN least(
                CASE
                    WHEN a.until IS NOT NULL
                    THEN greatest(a.until, now() + make_interval(secs => :least_s))
                    ELSE coalesce(now() + make_interval(secs => a.delay_s), n.due_at) END,
                n.expires_at)
            ELSE n.due_at END,
        leased_until = CASE WHEN a.status = 'SENDING' THEN now() END,
        ask_count = 0,
        free_attempts = n.free_attempts + CASE WHEN a.is_free THEN 1 ELSE 0 END,
        split_size = CASE WHEN a.status = 'RETRY_SCHEDULED' THEN coalesce(a.split_size, n.split_size) END,
        sent_at = CASE WHEN a.status = 'SENT' THEN now() ELSE n.sent_at END,
        receipt_due_at = CASE WHEN a.status = 'SENT' THEN now() + make_interval(hours => :receipt_hours) END,
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


@dataclass(frozen=True, slots=True)
class Recorded:
    """The rows that moved, and the addresses to mark once this is committed (`contacts.mark`)."""

    moved: Sequence[Any]
    marks: tuple[Mark, ...]


def record(
    session: Session,
    request: Request,
    answers: Mapping[UUID, Answer],
    now: datetime,
    settings: Mapping[str, Any] = NO_SETTINGS,
) -> Recorded:
    """Write the answers to a request and do what follows from them.

    Rows that are no longer held under this request's fence are left alone: the late write is refused.
    May run twice: the second time nothing is held any more.
    """
    rows = [_as_row(request, claimed, answers[claimed.id], now) for claimed in request.rows]
    hours = RECEIPT_HOURS if request.provider in HAS_RECEIPTS else None
    given = {"answers": json.dumps(rows), "fence": request.fence, "receipt_hours": hours, "least_s": LEAST_S}
    moved = session.execute(_RECORD, given).all()
    erase_leavers(session, moved)
    reviews.open_for_notifications(session, [row for row in moved if _needs_people(row)])
    mine = {row.id for row in moved}
    held = [(claimed, answers[claimed.id]) for claimed in request.rows if claimed.id in mine]
    follow(session, request.provider, [_signal(request.kind, answer, now) for _, answer in held], settings)
    counted = [answer.outcome for _, answer in held if _is_counted(request, answer)]
    caps.tally_ended(session, ended=len(counted), ok=counted.count("ok"))
    caps.watch(session, guardrails.read(session, settings))
    return Recorded(moved, tuple(_mark(request, *each) for each in held if _is_marked(request, each[1])))


def erase_leavers(session: Session, settled: Sequence[Any]) -> None:
    """Erase what was kept of deleted trainees while their message was being sent."""
    ids = [str(row.id) for row in settled if row.cancel_requested and row.status != "SENDING"]
    if ids:
        session.execute(_ERASE_LEAVERS, {"ids": ids})


def _needs_people(row: Any) -> bool:
    if row.status == "FAILED":
        return bool(row.outcome == "request" or row.reason_code == "attempts_exhausted")
    return bool(row.status == "MANUAL_REVIEW")


def _is_counted(request: Request, answer: Answer) -> bool:
    is_told = answer.outcome not in caps.NOT_COUNTED and not answer.meaning.at_once
    return is_told and not _is_split(request, answer)


def _is_split(request: Request, answer: Answer) -> bool:
    """Whether the request was refused for the sake of one of its messages, nobody knows which."""
    return answer.outcome in OF_ONE and answer.is_whole and len(request.rows) > 1


def _is_marked(request: Request, answer: Answer) -> bool:
    is_about_them = answer.outcome == "recipient" and not _is_split(request, answer)
    return is_about_them and not answer.meaning.may_recover


def _mark(request: Request, claimed: Claimed, answer: Answer) -> Mark:
    return Mark(request.provider, claimed.user_id, claimed.contact_version, answer.meaning.reason_code)


def _signal(kind: str, answer: Answer, now: datetime) -> Signal:
    return Signal(kind, answer.code, answer.meaning, _quota_end(answer, now))


def _quota_end(answer: Answer, now: datetime) -> datetime | None:
    if answer.outcome != "quota":
        return None
    return quota_end(answer.meaning.window, answer.retry_after_s, now)


def _as_row(request: Request, claimed: Claimed, answer: Answer, now: datetime) -> dict[str, Any]:
    follows = next_state(request, claimed, answer, now)
    return {
        "id": str(claimed.id),
        "attempt_no": claimed.attempt_no,
        "status": follows.status,
        "delay_s": follows.delay_s,
        "until": follows.until and follows.until.isoformat(),
        "is_free": follows.is_free,
        "split_size": follows.split_size,
        "is_counted": _is_counted(request, answer),
        "outcome": answer.outcome,
        "code": answer.code,
        "reason_code": follows.reason_code,
        "reason": answer.meaning.reason,
        "response": answer.response,
        "http_status": answer.http_status,
        "latency_ms": answer.latency_ms,
        "provider_request_id": answer.provider_request_id,
        "recipient_seq": answer.recipient_seq,
    }


def next_state(request: Request, claimed: Claimed, answer: Answer, now: datetime) -> Next:
    """What follows from an answer; `SENDING` means: ask the provider.

    After an unknown outcome (`is_again`) an answer that puts the second request off says nothing about the
    first, so the row keeps its key: a retry would leave under a new one.
    """
    reason = answer.meaning.reason_code
    match answer.outcome:
        case "ok":
            return Next("SENT")
        case "unknown" | "duplicate":
            if request.provider in CAN_BE_ASKED:
                return Next("SENDING", reason)
            return Next("MANUAL_REVIEW", "outcome_unknown")
        case "request" | "recipient" if not _is_split(request, answer):
            return Next("FAILED", reason)
    if request.is_again:
        return Next("SENDING", reason)
    match answer.outcome:
        case "request" | "recipient":
            return Next("RETRY_SCHEDULED", reason, is_free=True, split_size=len(request.rows) // 2)
        case "quota":
            waits_alone = answer.meaning.holds != "sender"
            until = _quota_end(answer, now) if waits_alone else None
            return Next("RETRY_SCHEDULED", reason, until=until, is_free=True)
        case "alert":
            return Next("RETRY_SCHEDULED", reason, is_free=True)
    if answer.meaning.at_once:
        return Next("RETRY_SCHEDULED", reason, delay_s=answer.retry_after_s, is_free=True)
    if claimed.tries >= MAX_TRIES:
        return Next("FAILED", "attempts_exhausted")
    floor_s = max(answer.retry_after_s or 0.0, SLOW_S if answer.meaning.slow else 0.0)
    return Next("RETRY_SCHEDULED", reason, delay_s=backoff_s(claimed.tries, floor_s))
