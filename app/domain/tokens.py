"""Trainees' own Kakao tokens, for the memo sender: stored encrypted, refreshed by one worker at a time.

No transaction is open while Kakao answers, so the lock of a refresh is a lease in the row: `refreshing_until`
names it, and only who holds it may store what came. New tokens are stored before they are used.
"""

import base64
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from secrets import randbelow
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Update, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain import users
from app.domain.holds import LEAST_S
from app.models import KakaoToken

EXPIRES_SOON = timedelta(seconds=60)
REFRESH_LEASE_S = 15
PURPOSE = b"kakao tokens"


@dataclass(frozen=True, slots=True)
class Cipher:
    """Seals with the first of the secrets and opens with any; `key_id` names the first."""

    key_id: str
    fernet: MultiFernet = field(repr=False)

    def seal(self, token: str | None) -> bytes | None:
        """The token, encrypted and signed; None stays None."""
        return None if token is None else self.fernet.encrypt(token.encode())

    def open(self, sealed: bytes | None) -> str | None:
        """The token; raises `cryptography.fernet.InvalidToken` when no secret opens it."""
        return None if sealed is None else self.fernet.decrypt(sealed).decode()


@lru_cache(maxsize=4)
def cipher(secrets: tuple[str, ...]) -> Cipher:
    """The cipher of `SECRET_KEYS`. Fernet: https://cryptography.io/en/latest/fernet/"""
    keys = [
        base64.urlsafe_b64encode(HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(each.encode()))
        for each in secrets
    ]
    return Cipher(sha256(keys[0]).hexdigest()[:16], MultiFernet([Fernet(key) for key in keys]))


@dataclass(frozen=True, slots=True)
class Token:
    """A trainee's token. `is_unreadable`: none of our secrets opens it. `expires_soon`: refresh it first.

    `sealed` is the access token as it is stored: no other token, of whatever version, has the same.
    """

    user_id: UUID
    version: int
    sealed: bytes = field(repr=False)
    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    expires_soon: bool
    is_refused: bool
    is_unreadable: bool = False


def store(
    session: Session, sealing: Cipher, user_id: UUID, data: dict[str, Any], now: datetime
) -> KakaoToken:
    """Keep a token that a client gives for a trainee, in place of an older one; raises NotFound.

    A trainee who had unlinked their account has linked it again, or there would be no token.
    `data`: access_token, expires_in (s), and perhaps refresh_token, refresh_token_expires_in (s).
    """
    users.link_again(users.lock_user(session, user_id))
    values = _sealed(sealing, data, now) | {
        "fault": None,
        "refreshing_until": None,
        "is_refused": False,
        "held_until": None,
    }
    # Not from 1: a message on its way with a token that was deleted since must not speak against this one.
    first = 1 + randbelow(2**30)
    query = insert(KakaoToken).values(user_id=user_id, version=first, **values)
    renewed = values | {"version": KakaoToken.version + 1, "updated_at": func.now()}
    if "refresh_token" not in values:
        renewed |= {"refresh_token": None, "refresh_expires_at": None}
    query = query.on_conflict_do_update(index_elements=["user_id"], set_=renewed)
    return session.scalars(query.returning(KakaoToken), execution_options={"populate_existing": True}).one()


def forget(session: Session, user_id: UUID) -> None:
    """Delete a trainee's token, if there is one; raises NotFound for an unknown trainee. May run twice."""
    users.hold_user(session, user_id)
    session.execute(delete(KakaoToken).where(KakaoToken.user_id == user_id))


def load(session: Session, opening: Cipher, user_ids: Collection[UUID]) -> dict[UUID, Token]:
    """The tokens of these trainees, by their ids; of those that have one."""
    soon = (KakaoToken.expires_at <= func.now() + EXPIRES_SOON).label("expires_soon")
    query = select(KakaoToken, soon).where(KakaoToken.user_id.in_(user_ids))
    rows = session.execute(query, execution_options={"populate_existing": True}).all()
    return {row.user_id: _opened(opening, row, expires_soon=soon) for row, soon in rows}


def _opened(opening: Cipher, row: KakaoToken, *, expires_soon: bool) -> Token:
    try:
        access, refresh = opening.open(row.access_token), opening.open(row.refresh_token)
        is_unreadable = False
    except InvalidToken:
        access, refresh, is_unreadable = None, None, True
    return Token(
        user_id=row.user_id,
        version=row.version,
        sealed=row.access_token,
        access=access or "",
        refresh=refresh,
        expires_soon=expires_soon,
        is_refused=row.is_refused,
        is_unreadable=is_unreadable,
    )


_BEGIN = text("""
    UPDATE kakao_tokens SET refreshing_until = clock_timestamp() + make_interval(secs => :lease_s)
    WHERE user_id = :user_id AND version = :version AND expires_at <= now() + :soon
        AND (refreshing_until IS NULL OR refreshing_until <= clock_timestamp())
    RETURNING refreshing_until
""")


def begin_refresh(session: Session, token: Token) -> datetime | None:
    """The lease to refresh this token under, or None: another worker does it, or has just done it."""
    given = {
        "user_id": token.user_id,
        "version": token.version,
        "soon": EXPIRES_SOON,
        "lease_s": REFRESH_LEASE_S,
    }
    return session.scalars(_BEGIN, given).one_or_none()


def end_refresh(
    session: Session,
    sealing: Cipher,
    token: Token,
    lease: datetime,
    data: dict[str, Any] | None,
    now: datetime,
) -> bool:
    """Store what a refresh gave (None: nothing), if the lease is still ours; else False.

    Without a new refresh token the old one stays.
    """
    values = _sealed(sealing, data, now) if data else {}
    if data and "refresh_token" not in values:
        values["refresh_token"] = sealing.seal(token.refresh)  # under the first secret, as the key_id says
    query = (
        update(KakaoToken)
        .where(KakaoToken.user_id == token.user_id, KakaoToken.refreshing_until == lease)
        .values(refreshing_until=None, **values)
        .returning(KakaoToken.user_id)
    )
    return session.scalars(query).one_or_none() is not None


def _sealed(sealing: Cipher, data: dict[str, Any], now: datetime) -> dict[str, Any]:
    values = {
        "access_token": sealing.seal(data["access_token"]),
        "expires_at": now + timedelta(seconds=data["expires_in"]),
        "key_id": sealing.key_id,
    }
    if data.get("refresh_token"):
        lives = data.get("refresh_token_expires_in")
        values["refresh_token"] = sealing.seal(data["refresh_token"])
        values["refresh_expires_at"] = now + timedelta(seconds=lives) if lives else None
    return values


def note_refused(session: Session, token: Token) -> None:
    """Kakao refused the access token: it is to be refreshed before it is used again.

    Not if it has been since, or has been replaced: a refusal that comes late says nothing about the new one.
    """
    session.execute(_same(token).values(expires_at=func.now(), is_refused=True))


def note_good(session: Session, token: Token) -> None:
    """A token works that came after one which Kakao refused."""
    session.execute(_same(token).values(is_refused=False))


def _same(token: Token) -> Update:
    same = (KakaoToken.user_id == token.user_id, KakaoToken.access_token == token.sealed)
    return update(KakaoToken).where(*same).execution_options(synchronize_session=False)


def hold_owner(session: Session, user_id: UUID, until: datetime) -> None:
    """The trainee's own quota at Kakao is used up until then, and for a while by the database's clock too."""
    a_while = func.now() + timedelta(seconds=LEAST_S)
    query = update(KakaoToken).where(KakaoToken.user_id == user_id)
    session.execute(query.values(held_until=func.greatest(KakaoToken.held_until, until, a_while)))


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many tokens of a batch were encrypted anew, how many nothing opens, and whose was the last."""

    count: int
    unreadable: int
    last: UUID


def reseal(session: Session, sealing: Cipher, after: UUID | None = None, limit: int = 500) -> Resealed | None:
    """Encrypt tokens under the first secret that are not yet, by the ids of trainees behind `after`.

    None when there are none left there. One that is being refreshed is sealed by that. May run twice.
    """
    is_free = or_(KakaoToken.refreshing_until.is_(None), KakaoToken.refreshing_until <= func.now())
    query = select(KakaoToken).where(KakaoToken.key_id != sealing.key_id, is_free)
    if after is not None:
        query = query.where(KakaoToken.user_id > after)
    rows = session.scalars(
        query.order_by(KakaoToken.user_id).limit(limit).with_for_update(skip_locked=True),
        execution_options={"populate_existing": True},
    ).all()
    unreadable = 0
    for row in rows:
        try:
            access, refresh = sealing.open(row.access_token), sealing.open(row.refresh_token)
        except InvalidToken:
            unreadable += 1
            continue
        row.access_token = sealing.seal(access) or b""
        row.refresh_token = sealing.seal(refresh)
        row.key_id = sealing.key_id
    session.flush()
    return Resealed(len(rows) - unreadable, unreadable, rows[-1].user_id) if rows else None
