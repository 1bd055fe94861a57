"""Unlinking: how trainees leave at Kakao, which they may take back by linking their account again.

An unlink stops everything at once. What is personal is erased with it, or `ERASE_AFTER_DAYS` later.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.domain import scheduling, users
from app.models import ChatCallback, KakaoChat, KakaoToken, LinkCode, User

UNLINKED = "unlinked"


def unlink_event_id(session: Session, app_id: str, kakao_user_id: str) -> str:
    """An id for what has none of its own: the same for as long as the account stays linked as it is.

    So an unlink that is told again is known, and one after a new link is not.
    """
    linked_at = session.scalars(
        select(func.coalesce(User.linked_at, User.created_at)).where(User.kakao_user_id == kakao_user_id)
    ).one_or_none()
    since = linked_at.astimezone(UTC).isoformat() if linked_at else "-"
    return hashlib.sha256(json.dumps([app_id, kakao_user_id, since]).encode()).hexdigest()


def unlink(
    session: Session, kakao_user_id: str, received_at: datetime, now: datetime, erase_after_days: int
) -> UUID | None:
    """A trainee ended the link at Kakao: stop everything, and erase at once when no days are given.

    Returns the trainee, None for a stranger. Nothing happens to one who has unlinked before, or who has
    linked again since. `received_at` is by the database's clock. May run twice.
    """
    user = users.lock_user_by_kakao_id(session, kakao_user_id)
    if user is None:
        return None
    if user.unlinked_at is not None or (user.linked_at or user.created_at) > received_at:
        return user.id
    user.unlinked_at = now
    session.flush()
    if erase_after_days == 0:
        users.erase_user(session, user.id, now, UNLINKED)
        return user.id
    _leave_chat(session, user.id)
    scheduling.cancel_for_user(session, user.id, UNLINKED)
    session.execute(delete(KakaoToken).where(KakaoToken.user_id == user.id))
    return user.id


def _leave_chat(session: Session, user_id: UUID) -> None:
    """The chat is a stranger's again, and no answer that was promised there is given any more."""
    session.execute(update(KakaoChat).where(KakaoChat.user_id == user_id).values(user_id=None, question=None))
    session.execute(delete(LinkCode).where(LinkCode.user_id == user_id))
    session.execute(
        update(ChatCallback)
        .where(ChatCallback.user_id == user_id, ChatCallback.status == "WAITING")
        .values(status="GIVEN_UP", url=None, result=UNLINKED)
    )


def erase_due(session: Session, erase_after_days: int, now: datetime) -> UUID | None:
    """Erase one trainee whose unlink is so many days old; None when there is none left that nobody has.

    The caller commits and asks again; any number may do so at once.
    """
    user_id = session.scalars(
        select(User.id)
        .where(User.deleted_at.is_(None), User.unlinked_at <= now - timedelta(days=erase_after_days))
        .order_by(User.unlinked_at)
        .limit(1)
        .with_for_update(key_share=True, skip_locked=True)
    ).one_or_none()
    if user_id is not None:
        users.erase_user(session, user_id, now)
    return user_id
