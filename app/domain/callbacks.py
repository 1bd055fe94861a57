"""Answers that come later: the chat was told to wait, and the plan is posted to Kakao's one-time address.

The address is good for one POST within a minute. It is a secret: it is never logged, and erased here as
soon as it has served; the event keeps it as it came, when it opens nothing any more.
Source: https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/ai_chatbot_callback_guide
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.models import ChatCallback

LIFETIME = timedelta(seconds=55)  # Kakao's minute, less what a POST may take
TRIES = 2

# A try puts the next one off until this one has ended, one way or the other.
_CLAIM = text("""
    UPDATE chat_callbacks AS c
    SET tries = tries + 1, due_at = now() + interval '30 seconds', updated_at = now()
    WHERE event_id = (
        SELECT event_id FROM chat_callbacks
        WHERE status = 'WAITING' AND due_at <= now() AND expires_at > now() AND tries < :tries
        ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING c.event_id, c.user_id, c.target_date, c.url, c.tries, (
        SELECT e.payload #>> '{userRequest,block,id}' FROM webhook_events AS e WHERE e.id = c.event_id
    ) AS block_id, (SELECT e.request_id FROM webhook_events AS e WHERE e.id = c.event_id) AS request_id
""")
_GIVE_UP_LATE = text("""
    UPDATE chat_callbacks SET status = 'GIVEN_UP', url = NULL, result = 'TOO_LATE', updated_at = now()
    WHERE status = 'WAITING' AND (expires_at <= now() OR tries >= :tries AND due_at <= now())
    RETURNING event_id
""")
_RETRY = text("UPDATE chat_callbacks SET due_at = now() WHERE event_id = :event_id AND status = 'WAITING'")
_END = text("""
    UPDATE chat_callbacks SET status = :status, url = NULL, result = :result, updated_at = now()
    WHERE event_id = :event_id AND status = 'WAITING'
""")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer that is ours to give now: whose, about which day, where to, for which block and request."""

    event_id: UUID
    user_id: UUID
    target_date: date
    url: str
    tries: int
    block_id: str | None
    request_id: str | None


def promise(session: Session, event_id: UUID, user_id: UUID, on: date, url: str, now: datetime) -> None:
    """Keep that the answer to a turn is still to come; in the turn's transaction."""
    row = ChatCallback(event_id=event_id, user_id=user_id, target_date=on, url=url, expires_at=now + LIFETIME)
    session.add(row)
    session.flush()


def claim(session: Session) -> Waiting | None:
    """Take an answer that is due, None when there is none; those too late to be heard are given up.

    The caller commits before it works. Whoever dies with it leaves it to one more try.
    """
    session.execute(_GIVE_UP_LATE, {"tries": TRIES})
    row: Any = session.execute(_CLAIM, {"tries": TRIES}).one_or_none()
    return Waiting(*row) if row else None


def retry(session: Session, event_id: UUID) -> None:
    """Let it be tried again at once."""
    session.execute(_RETRY, {"event_id": event_id})


def end(session: Session, event_id: UUID, *, result: str, is_done: bool) -> None:
    """Keep what became of it, and forget the address."""
    status = "DONE" if is_done else "GIVEN_UP"
    session.execute(_END, {"event_id": event_id, "status": status, "result": result})
