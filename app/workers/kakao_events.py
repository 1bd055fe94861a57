"""Work that follows from what Kakao told us of channel and link, each event in a transaction of its own."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from app.clients.kakao_webhooks import parse_channel, parse_unlink
from app.clients.receipts import UnknownShape
from app.domain import events, reachability, withdrawals
from app.domain.days import utc_now
from app.domain.events import Finished
from app.extensions import db

log = logging.getLogger(__name__)
AHEAD = timedelta(hours=1)  # clocks differ, but not by that


def work_on(claimed: Iterable[Any]) -> None:
    """Give each event its effect, in the order in which they came; those of other providers are left alone.

    One that the database refuses is tried again from its row and takes nothing of the others with it.
    """
    mine = [event for event in claimed if event.provider in HANDLERS]
    for event in sorted(mine, key=lambda event: event.received_at):
        try:
            _finish(event)
            db.session.commit()
        except SQLAlchemyError as error:
            db.session.rollback()
            given = {"webhook_event": str(event.id), "error": type(error).__name__}
            log.error("event not worked on", extra=given)


def _finish(event: Any) -> None:
    """The effect and its record together; what is not understood goes (back) to a human."""
    try:
        user_id = HANDLERS[event.provider](event)
    except UnknownShape:
        events.refer(db.session(), event.provider, [event.id])
        return
    status = "ORPHAN" if user_id is None else "PROCESSED"
    events.finish(db.session(), [Finished(event.id, status, user_id, event.retries)])


def _channel(event: Any) -> UUID | None:
    change = parse_channel(event.payload)
    now = utc_now()
    if change.at > now + AHEAD:
        raise UnknownShape("told of the future: everything that comes later would be older")
    if change.kakao_user_id is None:
        return None
    return reachability.change_channel(db.session(), change.kakao_user_id, change.state, change.at, now)


def _unlink(event: Any) -> UUID | None:
    return withdrawals.unlink(
        db.session(),
        parse_unlink(event.payload).kakao_user_id,
        event.received_at,
        utc_now(),
        current_app.config["ERASE_AFTER_DAYS"],
    )


HANDLERS: dict[str, Callable[[Any], UUID | None]] = {"kakao_channel": _channel, "kakao_unlink": _unlink}
