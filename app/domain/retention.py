"""How long rows are kept that only tell of the past, and how they go: oldest first, a batch a transaction.

Nothing here waits while it holds rows: what somebody else has in hand stays until the next time. So there is
no order of locks to keep with chats, erasure and reviews.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.orm import Session

BATCH = 5000

# An event stays while it is to be worked on (`RECEIVED`, or an answer is still promised in the chat) or is
# in front of a human (`MANUAL_REVIEW`, or its review is open). The states are those of ix_webhook_events_age.
_OLD_EVENT = """
    e.status NOT IN ('RECEIVED', 'MANUAL_REVIEW') AND e.received_at < now() - :kept
    AND NOT EXISTS (SELECT FROM manual_reviews AS r WHERE r.id = e.review_id AND r.state = 'open')
    AND NOT EXISTS (SELECT FROM chat_callbacks AS c WHERE c.event_id = e.id AND c.status = 'WAITING')
"""
_OLD_LOG = "created_at < now() - :kept"

_LOCK_EVENTS = text(f"""
    SELECT e.id FROM webhook_events AS e WHERE {_OLD_EVENT}
    ORDER BY e.received_at LIMIT :limit FOR UPDATE OF e SKIP LOCKED
""")  # noqa: S608 - a constant
_STILL_OLD = text(f"""
    SELECT e.id FROM webhook_events AS e WHERE e.id = ANY (CAST(:ids AS uuid[])) AND {_OLD_EVENT}
""")  # noqa: S608
_LEAVE_CHATS = text("""
    UPDATE kakao_chats SET last_event_id = NULL WHERE bot_user_key IN (
        SELECT bot_user_key FROM kakao_chats WHERE last_event_id = ANY (CAST(:ids AS uuid[]))
        FOR UPDATE SKIP LOCKED
    )
""")
_FORGET_ANSWERS = text("""
    DELETE FROM chat_callbacks WHERE event_id IN (
        SELECT event_id FROM chat_callbacks WHERE event_id = ANY (CAST(:ids AS uuid[]))
        FOR UPDATE SKIP LOCKED
    )
""")
_FORGET_EVENTS = text("""
    DELETE FROM webhook_events AS e WHERE e.id = ANY (CAST(:ids AS uuid[]))
        AND NOT EXISTS (SELECT FROM kakao_chats WHERE last_event_id = e.id)
        AND NOT EXISTS (SELECT FROM chat_callbacks WHERE event_id = e.id)
""")
_FORGET_LOGS = text(f"""
    DELETE FROM maintenance_logs WHERE id IN (
        SELECT id FROM maintenance_logs WHERE {_OLD_LOG} ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
    )
""")  # noqa: S608
_FORGET_TEXTS = text(f"""
    DELETE FROM llm_texts WHERE plan_id IN (
        SELECT plan_id FROM llm_texts WHERE {_OLD_LOG}
        ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
""")  # noqa: S608


def _forget_events(session: Session, kept: timedelta, limit: int) -> int:
    """The events first, and what is known of them in a second look: one that has waited for a row goes on
    with the snapshot that it began with, and would not see a review that was opened meanwhile.
    """
    locked = session.scalars(_LOCK_EVENTS, {"kept": kept, "limit": limit}).all()
    old = session.scalars(_STILL_OLD, {"kept": kept, "ids": _texts(locked)}).all()
    ids = {"ids": _texts(old)}
    session.execute(_LEAVE_CHATS, ids)
    session.execute(_FORGET_ANSWERS, ids)
    return _count(session.execute(_FORGET_EVENTS, ids))


def _texts(ids: Any) -> list[str]:
    found: list[UUID] = list(ids)
    return list(map(str, found))


def _plainly(query: TextClause) -> Callable[[Session, timedelta, int], int]:
    def forget(session: Session, kept: timedelta, limit: int) -> int:
        return _count(session.execute(query, {"kept": kept, "limit": limit}))

    return forget


def _count(result: Any) -> int:
    found: CursorResult[Any] = result
    return found.rowcount


@dataclass(frozen=True, slots=True)
class Rule:
    """What of a table may go: how many days it is kept, how many rows are older, and a batch of them gone."""

    days: int
    count: TextClause
    forget: Callable[[Session, timedelta, int], int]

    @property
    def kept(self) -> timedelta:
        """How long a row stays."""
        return timedelta(days=self.days)


# In the order in which they are done: what is many comes last.
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "maintenance_logs": Rule(
            365,
            text(f"SELECT count(*) FROM maintenance_logs WHERE {_OLD_LOG}"),  # noqa: S608
            _plainly(_FORGET_LOGS),
        ),
        "llm_texts": Rule(
            30,
            text(f"SELECT count(*) FROM llm_texts WHERE {_OLD_LOG}"),  # noqa: S608
            _plainly(_FORGET_TEXTS),
        ),
        "webhook_events": Rule(
            90,
            text(f"SELECT count(*) FROM webhook_events AS e WHERE {_OLD_EVENT}"),  # noqa: S608
            _forget_events,
        ),
    }
)


def count(session: Session, table: str) -> int:
    """How many rows of the table are past their time and may go."""
    rule = RULES[table]
    found: int = session.scalars(rule.count, {"kept": rule.kept}).one()
    return found


def forget(session: Session, table: str, limit: int = BATCH) -> int:
    """Delete the oldest `limit` of them at most; returns how many went. The caller commits; may run twice."""
    rule = RULES[table]
    return rule.forget(session, rule.kept, limit)
