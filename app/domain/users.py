"""Trainees: who they are, how they are reached, and how they leave."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from app.domain import scheduling
from app.errors import Conflict, Forbidden, NotFound
from app.models import KakaoToken, ManualReview, User, UserProfile, WebhookEvent

TAKEN = {
    "uq_users_kakao_user_id": "kakao_user_id",
    "uq_users_phone_number": "phone_number",
}
# Made once: making a query anew takes longer than reading the row.
_LIVING = (
    select(User)
    .join(User.profile)
    .options(joinedload(User.profile, innerjoin=True))
    .where(User.id == bindparam("user_id"), User.deleted_at.is_(None))
)
_HOLD = select(User.id).where(User.id == bindparam("user_id")).with_for_update(read=True)


def create_user(session: Session, data: dict[str, Any], *, by_operator: bool) -> User:
    """Add a trainee with a profile; raises Conflict when the phone or Kakao id is taken.

    `data` is the loaded `UserIn`; only operators may make a sandbox user (`Forbidden`).
    """
    fields = dict(data)
    profile = fields.pop("profile", {})
    if fields.get("is_sandbox") and not by_operator:
        raise Forbidden("Only an operator may create a sandbox user.")
    user = User(**fields, profile=UserProfile(**profile))
    session.add(user)
    _flush(session)
    return user


def get_user(session: Session, user_id: UUID) -> User:
    """A living trainee with the profile; raises NotFound, also for a deleted one."""
    user = session.scalars(_LIVING, {"user_id": user_id}).one_or_none()
    if user is None:
        raise NotFound(f"No user {user_id}.")
    return user


def hold_user(session: Session, user_id: UUID) -> User:
    """As `get_user`, and kept from being changed or erased until the commit; do not change it yourself.

    Whatever adds rows with something personal in them holds the trainee first: a withdrawal that went by
    in between could not erase what it does not see yet.
    """
    session.execute(_HOLD, {"user_id": user_id})
    return get_user(session, user_id)


def lock_user(session: Session, user_id: UUID) -> User:
    """As `get_user`, and nobody else changes or holds the trainee until the commit.

    Two statements: one that locks and reads would, after a wait, read the profile as it was before. `NO KEY`
    lets foreign keys be checked, which a worker does that holds a message we may be waiting for.
    """
    session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))
    return get_user(session, user_id)


def update_user(session: Session, user_id: UUID, data: dict[str, Any], now: datetime) -> User:
    """Change what `data` names; profile fields and answers about health that are not named
    keep their values.

    A new reminder time or time zone moves daily plans that are still to be sent.
    """
    user = lock_user(session, user_id)
    change_user(session, user, data, now)
    return user


def change_user(session: Session, user: User, data: dict[str, Any], now: datetime) -> None:
    """As `update_user`, for a trainee who is locked."""
    fields = dict(data)
    profile = fields.pop("profile", {})
    if "health" in profile:
        profile = profile | {"health": user.profile.health | profile["health"]}
    for name, value in profile.items():
        setattr(user.profile, name, value)
    if fields.get("phone_number", user.phone_number) != user.phone_number:
        user.contact_version += 1  # whatever spoke against the old number says nothing about this one
        user.phone_fault = None
    for name, value in fields.items():
        setattr(user, name, value)
    _flush(session)
    if {"reminder_time", "timezone"} & fields.keys():
        scheduling.move_daily_plans(session, user, now)


def erase_user(session: Session, user_id: UUID, now: datetime) -> None:
    """Withdraw a trainee: stop what is scheduled, erase what is personal, keep the tombstone.

    Plans, sets and codes stay under the id. A message that is being sent keeps its variables until it
    is settled, and an event that is still to be worked on its body; they are erased then.
    """
    user = lock_user(session, user_id)
    scheduling.cancel_for_user(session, user_id, "user_deleted")
    _erase_rows(session, user)
    user.name = user.phone_number = user.kakao_user_id = user.phone_fault = None
    user.notifications_enabled = user.summary_enabled = False
    user.deleted_at = now
    session.flush()


def _erase_rows(session: Session, user: User) -> None:
    session.delete(user.profile)
    session.execute(delete(KakaoToken).where(KakaoToken.user_id == user.id))
    worked_on = (WebhookEvent.user_id == user.id, WebhookEvent.status != "RECEIVED")
    session.execute(update(WebhookEvent).where(*worked_on).values(payload=None, answer=None))
    session.execute(
        update(ManualReview)
        .where(ManualReview.subject == "health", ManualReview.cause == str(user.id))
        .values(detail="")
    )
    scheduling.erase_messages(session, user.id)


def _flush(session: Session) -> None:
    """Flush; a taken phone number or Kakao id becomes a Conflict that names the field."""
    try:
        session.flush()
    except IntegrityError as error:
        name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        if name in TAKEN:
            raise Conflict(f"This {TAKEN[name]} belongs to another user.") from error
        raise
