"""One request to the AlimTalk dealer: a send, and the question what became of one."""

import logging
from datetime import timedelta
from uuid import UUID

from flask import current_app

from app.clients.alimtalk import AlimtalkError, Found, Recipient
from app.domain import settling
from app.domain.claims import Request
from app.domain.consequences import Meaning
from app.domain.days import utc_now
from app.domain.outcomes import Answer
from app.domain.receipts import Receipt
from app.domain.templates import TEMPLATES
from app.extensions import kakao
from app.workers.meanings import delivery_meaning, meaning

log = logging.getLogger(__name__)

CLOCKS_DIFFER = timedelta(minutes=2)


def send(request: Request, stop_at: float) -> dict[UUID, Answer]:
    """Send all messages of a request in one call; past `stop_at` (`time.monotonic`) nothing is sent."""
    code = current_app.config[TEMPLATES[request.kind].setting]
    recipients = [Recipient(str(row.id), row.phone or "", row.variables) for row in request.rows]
    try:
        answer = kakao.send(code, recipients, request.key, stop_at)
    except AlimtalkError as error:
        return dict.fromkeys((row.id for row in request.rows), _failure(error))
    return {
        UUID(name): Answer(
            code=result.code,
            meaning=meaning(result.known),
            response=result.response,
            http_status=answer.http_status,
            latency_ms=answer.latency_ms,
            provider_request_id=result.request_id,
            recipient_seq=result.recipient_seq,
            retry_after_s=answer.retry_after_s,
            is_whole=result.is_whole,
        )
        for name, result in answer.results.items()
    }


def _failure(error: AlimtalkError) -> Answer:
    return Answer(
        code=error.code,
        meaning=Meaning(error.outcome, error.reason_code, "발송 대행사의 응답을 받지 못했습니다."),
        http_status=error.http_status,
        latency_ms=error.latency_ms,
        retry_after_s=error.retry_after_s,
        is_whole=True,
    )


def find(unsettled: settling.Unsettled) -> dict[UUID, Found] | None:
    """What the dealer has under the request's key; None when it could not be asked."""
    since, until = unsettled.started_at - CLOCKS_DIFFER, utc_now() + CLOCKS_DIFFER
    wanted = {str(row.id): row.id for row in unsettled.rows}
    try:
        found = kakao.find(unsettled.key, since, until)
    except AlimtalkError as error:
        log.warning("could not ask", extra={"request_key": unsettled.key, "code": error.code})
        return None
    return {wanted[name]: each for name, each in found.items() if name in wanted}


def receipts_of(found: dict[UUID, Found]) -> list[Receipt]:
    """Delivery results that came with the answer to a question."""
    return [
        Receipt(row_id, each.code, delivery_meaning(each.code), each.received_at, each.request_id)
        for row_id, each in found.items()
        if each.code is not None
    ]
