"""Trainees: who they are, how they are reached, and how they leave."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from app.domain import scheduling
from app.errors import Conflict, Forbidden, NotFound
from app.models import (
    ChatCallback,
    ExercisePlan,
    KakaoChat,
    KakaoToken,
    LinkCode,
    LlmText,
    ManualReview,
    User,
    UserProfile,
    WebhookEvent,
)

TAKEN = {
    "uq_users_kakao_user_id": "kakao_user_id",
    "uq_users_phone_number": "phone_number",
}
SWITCHES = ("notifications_enabled", "summary_enabled")
HEARD_EVERY = timedelta(hours=1)
ABOUT_ACCOUNTS = ("kakao_channel", "kakao_unlink")  # their sender is a Kakao account, the skill's a chat
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
    if user.kakao_user_id is not None:
        _link(user)
    session.add(user)
    _flush(session)
    return user


def _link(user: User) -> None:
    """From now on, by the database's clock, which also says when an unlink came: older ones are outdated."""
    user.linked_at, user.unlinked_at = func.now(), None


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

    Whoever locks more takes it in this order: the trainee, chats, plans and messages, events.
    """
    lock_row(session, user_id)
    return get_user(session, user_id)


def lock_row(session: Session, user_id: UUID) -> None:
    """As `lock_user`, also of a trainee who has left, and without reading."""
    session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))


def lock_user_by_kakao_id(session: Session, kakao_user_id: str) -> User | None:
    """The living trainee whose account at Kakao that is, locked as by `lock_user`; None: nobody's."""
    named = select(User.id).where(User.kakao_user_id == kakao_user_id)
    user_id = session.scalars(named.with_for_update(key_share=True)).one_or_none()
    if user_id is None:
        return None
    fresh = {"populate_existing": True}
    return session.scalars(_LIVING, {"user_id": user_id}, execution_options=fresh).one_or_none()


def link_again(user: User) -> None:
    """What a trainee does who uses their account at Kakao: a locked one who had unlinked it is back."""
    if user.unlinked_at is not None:
        _link(user)


def heard(session: Session, user: User, now: datetime) -> None:
    """A sign of life of a trainee, who is locked: if their plans had paused, today's comes at once.

    That they paused is not told any more, if it is still to be.
    Kept to the hour, so that not every word of a chat writes to the trainee.
    """
    if user.paused_at is not None:
        scheduling.cancel_pause(session, user, "heard_from")
        user.paused_at, user.plan_due_at, user.heard_at = None, now, now
    elif now - user.heard_at > HEARD_EVERY:
        user.heard_at = now


def update_user(session: Session, user_id: UUID, data: dict[str, Any], now: datetime) -> User:
    """Change what `data` names; profile fields and answers about health that are not named
    keep their values.

    A new reminder time or time zone moves daily plans that are still to be sent. Naming an account at Kakao
    links it anew if it is another one, or had been unlinked.
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
    was_unlinked = user.unlinked_at is not None
    _change_account(user, fields)
    turned_on = {name for name in SWITCHES if fields.get(name) and not getattr(user, name)}
    if "notifications_enabled" in turned_on or (was_unlinked and user.unlinked_at is None):
        heard(session, user, now)  # somebody wants messages again
    has_moved = fields.get("timezone", user.timezone) != user.timezone
    for name, value in fields.items():
        setattr(user, name, value)
    _flush(session)
    if turned_on:
        scheduling.skip_evening(user, now)
    if has_moved:
        scheduling.move_days(session, user, now)
    if {"reminder_time", "timezone"} & fields.keys():
        scheduling.move_daily_plans(session, user, now)


def _change_account(user: User, fields: dict[str, Any]) -> None:
    given = fields.get("kakao_user_id", user.kakao_user_id)
    if given != user.kakao_user_id:
        user.channel_state = user.channel_changed_at = None  # what the other account did says nothing of it
    if given is not None and given != user.kakao_user_id:
        _link(user)
    elif fields.get("kakao_user_id") is not None:
        link_again(user)


def erase_user(session: Session, user_id: UUID, now: datetime, reason_code: str = "user_deleted") -> None:
    """Withdraw a trainee: stop what is scheduled, erase what is personal, keep the tombstone.

    Plans, sets and codes stay under the id, and `unlinked_at`: it says how they left, not who they were. A
    message that is being sent keeps its variables until it is settled, and an event that is still to be
    worked on its body; they are erased then. `reason_code` is that of what is canceled.
    """
    user = lock_user(session, user_id)
    chats = session.scalars(select(KakaoChat.bot_user_key).where(KakaoChat.user_id == user_id)).all()
    _erase_chat(session, user_id)
    scheduling.cancel_for_user(session, user_id, reason_code)
    _erase_events(session, user, chats)
    _erase_rows(session, user)
    user.name = user.phone_number = user.kakao_user_id = user.phone_fault = None
    user.channel_state = user.channel_changed_at = user.linked_at = None
    user.notifications_enabled = user.summary_enabled = False
    user.deleted_at = now
    session.flush()


def _erase_chat(session: Session, user_id: UUID) -> None:
    for model in (ChatCallback, LinkCode, KakaoChat):
        session.execute(delete(model).where(model.user_id == user_id))


def _erase_events(session: Session, user: User, chats: Sequence[str]) -> None:
    """Join what came before anybody knew whose it was, then erase what is worked on."""
    # Without an account at Kakao nothing is theirs by it: what has no sender must not be taken for that.
    accounts = [user.kakao_user_id] if user.kakao_user_id is not None else []
    is_theirs = or_(
        WebhookEvent.provider.in_(ABOUT_ACCOUNTS) & WebhookEvent.sender_id.in_(accounts),
        (WebhookEvent.provider == "kakao_skill") & WebhookEvent.sender_id.in_(chats),
    )
    strangers = (WebhookEvent.user_id.is_(None), is_theirs)
    session.execute(update(WebhookEvent).where(*strangers).values(user_id=user.id))
    worked_on = (WebhookEvent.user_id == user.id, WebhookEvent.status != "RECEIVED")
    session.execute(update(WebhookEvent).where(*worked_on).values(payload=None, answer=None, sender_id=None))


def _erase_rows(session: Session, user: User) -> None:
    session.delete(user.profile)
    session.execute(delete(KakaoToken).where(KakaoToken.user_id == user.id))
    plans = select(ExercisePlan.id).where(ExercisePlan.user_id == user.id)
    session.execute(delete(LlmText).where(LlmText.plan_id.in_(plans)))
    session.execute(
        update(ExercisePlan)
        .where(ExercisePlan.user_id == user.id, ExercisePlan.advice.is_not(None))
        .values(advice=None)
    )
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
