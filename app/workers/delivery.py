"""Delivery: claim what is due, send it, record the answer; ask about requests whose answer was lost."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app

from app.domain import claims, contacts, outcomes, receipts, settling
from app.domain.claims import LEASE, LEASE_LEFT_S, Request
from app.domain.contacts import Mark
from app.domain.days import utc_now
from app.domain.outcomes import Answer
from app.extensions import db
from app.logs import about
from app.workers import alimtalk, memo, stopping
from app.workers.bells import ring

log = logging.getLogger(__name__)

WORK_S = 20.0
# How each provider is called: the answers to a request's messages, by their ids.
SENDERS: Mapping[str, Callable[[Request, float], dict[UUID, Answer]]] = {
    "alimtalk": alimtalk.send,
    "memo": memo.send,
}


def deliver() -> None:
    """Send until nothing is due, 20 s at most, then ring again; any number may run at once."""
    end = monotonic() + WORK_S
    while monotonic() < end:
        if stopping.is_asked():
            break
        settled = _settle_one()
        sent = not stopping.is_asked() and _send_one()
        if not settled and not sent:
            return
    ring("delivery")


def _send_one() -> bool:
    """Claim and send one request; False when nothing is due."""
    config = current_app.config
    provider = config["KAKAO_SENDER"]
    limit = config["DELIVERY_BATCH"] if provider == "alimtalk" else config["DELIVERY_CONCURRENCY"]
    began = monotonic()
    request = claims.claim(
        db.session(), limit=limit, provider=provider, allowed=_allowed_numbers(), settings=config
    )
    db.session.commit()
    if request is None:
        return False
    if not request.rows:
        return True
    if len(request.rows) == limit:
        ring("delivery")  # there is probably more, and perhaps an idle worker
    _send(request, began)
    return True


def _settle_one() -> bool:
    """Ask about one request whose lease has ended; False when there is none."""
    config = current_app.config
    began = monotonic()
    unsettled = settling.take_over(db.session())
    db.session.commit()
    if unsettled is None:
        return False
    known = alimtalk.find(unsettled) if unsettled.can_be_asked else None
    found = None
    if known is not None:
        found = {
            row_id: settling.Found(each.request_id, each.recipient_seq) for row_id, each in known.items()
        }
    again = settling.settle(db.session(), unsettled, found, provider=config["KAKAO_SENDER"], settings=config)
    applied = receipts.apply(db.session(), alimtalk.receipts_of(known or {}), utc_now(), config)
    db.session.commit()
    _mark(applied.marks)
    begun_by = [row.request_id for row in unsettled.rows]
    about(log, "asked", begun_by, request_key=unsettled.key, found=len(found or ()), of=len(unsettled.rows))
    if again is not None:
        _send(again, began)
    return True


def _send(request: Request, began: float) -> None:
    """Make the call and record its answers. `began`: when the lease was taken by the local clock, or earlier.

    Nothing is sent on a lease that may end before the call does; such rows are asked about later.
    """
    if LEASE.total_seconds() - (monotonic() - began) < LEASE_LEFT_S:
        log.warning("lease too short to send", extra={"request_key": request.key})
        return
    answers = _call(request, began)
    recorded = outcomes.record(db.session(), request, answers, utc_now(), current_app.config)
    db.session.commit()
    _mark(recorded.marks)
    counts = Counter(answer.outcome for answer in answers.values())
    late = len(answers) - len(recorded.moved)
    begun_by = [row.request_id for row in request.rows]
    about(log, "sent", begun_by, request_key=request.key, outcomes=dict(counts), late=late)


def _call(request: Request, began: float) -> dict[UUID, Answer]:
    """Make the call; past the end of the lease nothing is sent, however long this process was stopped."""
    return SENDERS[request.provider](request, began + LEASE.total_seconds())


def _mark(marks: Sequence[Mark]) -> None:
    if marks:
        contacts.mark(db.session(), marks)
        db.session.commit()


def _allowed_numbers() -> frozenset[str] | None:
    """Outside production only listed numbers are sent to; a stand-in on this machine may get all."""
    config = current_app.config
    if config["APP_ENV"] == "production":
        return None
    by_dealer = config["KAKAO_SENDER"] == "alimtalk"
    address = config["KAKAO_ALIMTALK_BASE_URL" if by_dealer else "KAKAO_API_BASE_URL"]
    host = urlsplit(address).hostname or ""
    if not config["SEND_ALLOW_LIST"] and (host == "localhost" or host.startswith("127.")):
        return None
    return frozenset(config["SEND_ALLOW_LIST"])
