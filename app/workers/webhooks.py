"""Work that follows from webhook events, always from the stored row."""

import logging
from collections.abc import Sequence
from time import monotonic
from typing import Any
from uuid import UUID

from flask import current_app

from app.clients import receipts as shapes
from app.domain import contacts, events, receipts
from app.domain.contacts import Mark
from app.domain.days import utc_now
from app.domain.events import Finished
from app.domain.receipts import Applied
from app.extensions import db
from app.logs import about
from app.workers import kakao_events, stopping
from app.workers.bells import ring
from app.workers.meanings import delivery_meaning

log = logging.getLogger(__name__)

BATCH = 500
WORK_S = 20.0


def process_events() -> None:
    """Work on stored events until none is due, 20 s at most, then ring again; any number may run at once."""
    end = monotonic() + WORK_S
    while monotonic() < end and not stopping.is_asked():
        claimed = events.claim(db.session(), BATCH)
        db.session.commit()
        if not claimed:
            return
        applied = _work_on_results([event for event in claimed if event.provider == "alimtalk"])
        db.session.commit()
        contacts.mark(db.session(), applied.marks)
        db.session.commit()
        kakao_events.work_on(claimed)
        begun_by = [event.request_id for event in claimed] + [
            each.request_id for each in applied.seen.values()
        ]
        about(log, "events processed", begun_by, count=len(claimed))
    ring("webhooks")


def _work_on_results(claimed: Sequence[Any]) -> Applied:
    """Apply what is understood; one that a human sent here again and that still is not goes back to them.

    Addresses are marked once that is committed.
    """
    understood = {event.id for event in claimed if _is_result(event.payload)}
    applied = _apply_results([event for event in claimed if event.id in understood])
    events.refer(db.session(), "alimtalk", [event.id for event in claimed if event.id not in understood])
    return applied


def _is_result(payload: Any) -> bool:
    try:
        _hook(payload)
    except shapes.UnknownShape:
        return False
    return True


def _apply_results(claimed: Sequence[Any]) -> Applied:
    """Apply delivery results, one a message at a time, in the order in which they came.

    Each round is a transaction of its own: the next one takes reviews, which come before the guardrails that
    this one may hold.
    """
    seen: dict[UUID, receipts.Seen] = {}
    marks: list[Mark] = []
    waiting = sorted(claimed, key=lambda event: event.received_at)
    while waiting:
        once: dict[UUID | None, Any] = {}
        for event in waiting:
            once.setdefault(_notification_id(event.payload), event)
        taken = {event.id for event in once.values()}
        waiting = [event for event in waiting if event.id not in taken]
        applied = receipts.apply(
            db.session(),
            [_receipt(key, event.payload) for key, event in once.items() if key],
            utc_now(),
            current_app.config,
        )
        ended = [_ending(event, applied.seen.get(key) if key else None) for key, event in once.items()]
        events.finish(db.session(), ended)
        db.session.commit()
        seen |= applied.seen
        marks += applied.marks
    return Applied(seen, tuple(marks))


def _ending(event: Any, seen: receipts.Seen | None) -> Finished:
    """Done; or, for a result that came before its message's own record, wait up to an hour."""
    is_early = seen is None or seen.is_early
    status = "PROCESSED" if not is_early else "ORPHAN" if event.is_stale else "RECEIVED"
    return Finished(event.id, status, seen.user_id if seen else None, event.retries)


def _hook(payload: Any) -> shapes.Hook:
    return shapes.parse_results({"hooks": [payload]}).hooks[0]


def _notification_id(payload: Any) -> UUID | None:
    """Our id of the message, None when the result names none of ours."""
    try:
        return UUID(_hook(payload).notification_id or "")
    except ValueError:
        return None


def _receipt(notification_id: UUID, payload: Any) -> receipts.Receipt:
    hook = _hook(payload)
    return receipts.Receipt(
        notification_id, hook.code, delivery_meaning(hook.code), hook.received_at, hook.request_id
    )
