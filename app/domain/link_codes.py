"""Codes that join a chat to a trainee: six digits shown in the app and typed in KakaoTalk, once.

Only a keyed hash is kept: whoever reads the database can't join a chat with it. A chat may be wrong five
times in ten minutes, so the million codes can't be tried.
"""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, selectinload

from app.domain import users
from app.errors import Conflict, Unavailable
from app.models import LinkCode, User

LIFETIME = timedelta(minutes=10)
MAX_WRONG = 5
DIGITS = 6
DRAWS = 20


def issue(session: Session, keys: Sequence[str], user_id: UUID, now: datetime) -> tuple[str, datetime]:
    """A new code for a trainee and when it ends; the one before is void.

    Raises NotFound, and Conflict for one who has unlinked their account: they must link it first. A code that
    somebody else holds at the moment is drawn again.
    """
    if users.lock_user(session, user_id).unlinked_at is not None:
        raise Conflict("This trainee has unlinked their Kakao account.")
    session.execute(delete(LinkCode).where(or_(LinkCode.user_id == user_id, LinkCode.expires_at <= now)))
    for _ in range(DRAWS):
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        row = {"user_id": user_id, "code_hash": _hash(keys[0], code), "expires_at": now + LIFETIME}
        query = insert(LinkCode).values(**row).on_conflict_do_nothing().returning(LinkCode.user_id)
        if session.execute(query).first():
            return code, now + LIFETIME
    raise Unavailable("No code is free at the moment; try again.")


def lock_owner(session: Session, keys: Sequence[str], code: str, now: datetime) -> None:
    """Lock whose code it is, if it is anybody's; a chat is locked after that."""
    query = _owned_by(select(User.id), keys, code, now)
    session.execute(query.with_for_update(key_share=True, of=User))


def owner(session: Session, keys: Sequence[str], code: str, now: datetime) -> User | None:
    """Whose code it is, with the trainee locked; None when it is nobody's any more.

    It is used up by `chats.join`. Of two who type it at once, the second finds it gone.
    """
    query = _owned_by(select(User).options(selectinload(User.profile)), keys, code, now)
    return session.scalars(query.with_for_update(key_share=True)).first()


def _owned_by(query: Select[Any], keys: Sequence[str], code: str, now: datetime) -> Select[Any]:
    return (
        query.join(LinkCode, LinkCode.user_id == User.id)
        .where(LinkCode.code_hash.in_([_hash(key, code) for key in keys]), LinkCode.expires_at > now)
        .where(User.deleted_at.is_(None), User.unlinked_at.is_(None))
    )


def _hash(key: str, code: str) -> str:
    return hmac.new(key.encode(), f"link-code:{code}".encode(), "sha256").hexdigest()
