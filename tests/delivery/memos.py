"""Trainees with a Kakao token and a message, for the memo sender, and ways to look at their tokens."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from messages import TEXTS, add_messages, look
from settings import environment
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain import tokens
from app.models import KakaoToken, Notification, User
from dev.sandbox.client import Sandbox

SECRETS = (environment("", "")["SECRET_KEY"],)
OWNERS = {f"{what}-of-{n}": f"trainee-{n}" for what in ("access", "refresh") for n in range(60)}
REFUSED = {"status": 401, "body": {"msg": "this access token does not exist", "code": -401}}


def add_memos(session: Session, count: int = 1, **columns: Any) -> list[UUID]:
    """Messages, each for a trainee of its own with a good token; trainee n has `access-of-n`."""
    first = session.query(User).count()
    ids = add_messages(session, count, **columns)
    for number, message_id in enumerate(ids, start=first):
        give_token(session, look(session, message_id).user_id, number)
    return ids


def add_memo_for(session: Session, message_id: UUID, **columns: Any) -> UUID:
    """Another message for the trainee of `message_id`, due now."""
    other = look(session, message_id)
    now = datetime.now(UTC) - timedelta(seconds=1)
    row = Notification(
        **{
            "id": uuid4(),
            "user_id": other.user_id,
            "kind": other.kind,
            "idempotency_key": str(uuid4()),
            "variables": TEXTS[other.kind],
            "schedule_at": now,
            "due_at": now,
            "expires_at": now + timedelta(hours=12),
        }
        | columns
    )
    session.add(row)
    session.commit()
    return row.id


def give_token(
    session: Session, user_id: UUID, number: int, secrets: Sequence[str] = SECRETS, **given: Any
) -> None:
    """Store the tokens of trainee `number`, as a client would."""
    data = {"access_token": f"access-of-{number}", "expires_in": 3600}
    data |= {"refresh_token": f"refresh-of-{number}", "refresh_token_expires_in": 86400} | given
    tokens.store(session, tokens.cipher(tuple(secrets)), user_id, data, datetime.now(UTC))
    session.commit()


def change_token(session: Session, message_id: UUID, **columns: Any) -> None:
    """Write columns of the token of a message's trainee."""
    user_id = look(session, message_id).user_id
    session.execute(update(KakaoToken).where(KakaoToken.user_id == user_id).values(**columns))
    session.commit()


def expire(session: Session, message_id: UUID) -> None:
    """The access token of the message's trainee lives less than a minute more."""
    change_token(session, message_id, expires_at=datetime.now(UTC) + timedelta(seconds=50))


def token_of(session: Session, message_id: UUID) -> KakaoToken:
    """The row of the token, as it is committed now."""
    user_id = look(session, message_id).user_id
    return session.scalars(select(KakaoToken).where(KakaoToken.user_id == user_id)).one()


def opened(
    session: Session, message_id: UUID, secrets: Sequence[str] = SECRETS
) -> tuple[str | None, str | None]:
    """The access and the refresh token of the message's trainee."""
    cipher, row = tokens.cipher(tuple(secrets)), token_of(session, message_id)
    return cipher.open(row.access_token), cipher.open(row.refresh_token)


def used_tokens(sandbox: Sandbox) -> list[str]:
    """The access tokens that memos came with, sorted."""
    return sorted(each.headers["Authorization"].removeprefix("Bearer ") for each in sandbox.requests("memo"))


def refreshes(sandbox: Sandbox) -> list[str]:
    """The refresh tokens that were used, in order."""
    return [each.form["refresh_token"] for each in sandbox.requests("token")]
