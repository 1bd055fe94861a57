"""Delivery: claim what is due, send it, record the answer; ask about requests whose answer was lost."""

import logging
from collections import Counter
from datetime import timedelta
from time import monotonic
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app

from app.clients.alimtalk import AlimtalkError, Found, Recipient, Result
from app.clients.alimtalk_codes import delivery_code
from app.domain import claims, outcomes, receipts, settling
from app.domain.claims import LEASE, Request
from app.domain.days import utc_now
from app.domain.outcomes import Answer
from app.domain.templates import TEMPLATES
from app.extensions import db, kakao
from app.workers.bells import ring

log = logging.getLogger(__name__)

PROVIDER = "alimtalk"
WORK_S = 20.0
LEASE_LEFT_S = 25.0  # with less left, no socket is opened: the call's own deadline is 20 s
CLOCKS_DIFFER = timedelta(minutes=2)


def deliver() -> None:
    """Send until nothing is due, 20 s at most, then ring again; any number may run at once."""
    if current_app.config["KAKAO_SENDER"] != PROVIDER:
        log.error("this sender is not available", extra={"sender": current_app.config["KAKAO_SENDER"]})
        return
    end = monotonic() + WORK_S
    while monotonic() < end:
        settled = _settle_one()
        sent = _send_one()
        if not settled and not sent:
            return
    ring("delivery")


def _send_one() -> bool:
    """Claim and send one request; False when nothing is due."""
    limit = current_app.config["DELIVERY_BATCH"]
    began = monotonic()
    request = claims.claim(db.session(), limit=limit, provider=PROVIDER, allowed=_allowed_numbers())
    db.session.commit()
    if request is None:
        return False
    if len(request.rows) == limit:
        ring("delivery")  # there is probably more, and perhaps an idle worker
    _send(request, began)
    return True


def _settle_one() -> bool:
    """Ask about one request whose lease has ended; False when there is none."""
    began = monotonic()
    unsettled = settling.take_over(db.session())
    db.session.commit()
    if unsettled is None:
        return False
    known = _find(unsettled)
    found = None if known is None else {row_id: _position(each) for row_id, each in known.items()}
    again = settling.settle(db.session(), unsettled, found, provider=PROVIDER)
    receipts.apply(db.session(), _receipts(known or {}))
    db.session.commit()
    log.info(
        "asked", extra={"request_key": unsettled.key, "found": len(found or ()), "of": len(unsettled.rows)}
    )
    if again is not None:
        _send(again, began)
    return True


def _send(request: Request, began: float) -> None:
    """Make one call and record its answer. `began`: when the lease was taken, by the local clock, or earlier.

    Nothing is sent on a lease that may end before the call does; such rows are asked about later.
    """
    if LEASE.total_seconds() - (monotonic() - began) < LEASE_LEFT_S:
        log.warning("lease too short to send", extra={"request_key": request.key})
        return
    answers = _call(request, began)
    moved = outcomes.record(db.session(), request, answers)
    db.session.commit()
    counts = Counter(answer.outcome for answer in answers.values())
    log.info(
        "sent",
        extra={"request_key": request.key, "outcomes": dict(counts), "late": len(answers) - len(moved)},
    )


def _call(request: Request, began: float) -> dict[UUID, Answer]:
    """Make the call; past the end of the lease nothing is sent, however long this process was stopped."""
    stop_at = began + LEASE.total_seconds()
    code = current_app.config[TEMPLATES[request.kind].setting]
    recipients = [Recipient(str(row.id), row.phone, row.variables) for row in request.rows]
    try:
        answer = kakao.send(code, recipients, request.key, stop_at)
    except AlimtalkError as error:
        return dict.fromkeys((row.id for row in request.rows), _failure(error))
    return {
        row.id: _answer(
            answer.results[str(row.id)], answer.http_status, answer.latency_ms, answer.retry_after_s
        )
        for row in request.rows
    }


def _answer(result: Result, http_status: int, latency_ms: int, retry_after_s: float | None) -> Answer:
    return Answer(
        outcome=result.outcome,
        code=result.code,
        reason_code=result.reason_code,
        reason=result.message,
        response=result.response,
        http_status=http_status,
        latency_ms=latency_ms,
        provider_request_id=result.request_id,
        recipient_seq=result.recipient_seq,
        retry_after_s=retry_after_s,
    )


def _failure(error: AlimtalkError) -> Answer:
    return Answer(
        outcome=error.outcome,
        code=error.code,
        reason_code=error.reason_code,
        reason="발송 대행사의 응답을 받지 못했습니다.",
        http_status=error.http_status,
        latency_ms=error.latency_ms,
        retry_after_s=error.retry_after_s,
    )


def _find(unsettled: settling.Unsettled) -> dict[UUID, Found] | None:
    """What the dealer has under the request's key; None when it could not be asked."""
    since, until = unsettled.started_at - CLOCKS_DIFFER, utc_now() + CLOCKS_DIFFER
    wanted = {str(row.id): row.id for row in unsettled.rows}
    try:
        found = kakao.find(unsettled.key, since, until)
    except AlimtalkError as error:
        log.warning("could not ask", extra={"request_key": unsettled.key, "code": error.code})
        return None
    return {wanted[name]: each for name, each in found.items() if name in wanted}


def _position(found: Found) -> settling.Found:
    return settling.Found(found.request_id, found.recipient_seq)


def _receipts(found: dict[UUID, Found]) -> list[receipts.Receipt]:
    """Delivery results that came with the answer to a question."""
    return [
        receipts.Receipt(
            notification_id=row_id,
            code=each.code,
            outcome=known.outcome,
            reason_code=known.reason_code,
            reason=known.ko,
            at=each.received_at,
            provider_request_id=each.request_id,
        )
        for row_id, each in found.items()
        if each.code is not None and (known := delivery_code(each.code))
    ]


def _allowed_numbers() -> frozenset[str] | None:
    """Outside production only listed numbers are sent to; a stand-in on this machine may get all."""
    config = current_app.config
    if config["APP_ENV"] == "production":
        return None
    host = urlsplit(config["KAKAO_ALIMTALK_BASE_URL"]).hostname or ""
    if not config["SEND_ALLOW_LIST"] and (host == "localhost" or host.startswith("127.")):
        return None
    return frozenset(config["SEND_ALLOW_LIST"])
