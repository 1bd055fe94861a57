"""A trainee, the profile the coach plans from, and the token of the memo sender."""

from datetime import datetime, time
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, HasId, HasTimes, Json, Texts, between, one_of

SEXES = ("M", "F", "X")
EXPERIENCES = ("BEGINNER", "INTERMEDIATE", "ADVANCED")
CHANNEL_STATES = ("added", "blocked")
# Whom messages may reach that the service sends by itself.
REACHED = "deleted_at IS NULL AND unlinked_at IS NULL AND notifications_enabled"
GOALS = ("STRENGTH", "HYPERTROPHY", "FAT_LOSS", "GENERAL_HEALTH", "MOBILITY")


class User(HasId, HasTimes, Base):
    """One trainee. A deleted one stays as a tombstone: `deleted_at` set, everything personal NULL.

    `contact_version` counts the changes of `phone_number`; `phone_fault` is why the provider said that the
    present one cannot be reached (a reason code), NULL while nothing speaks against it. `channel_state` is
    what Kakao last said of the channel, as of `channel_changed_at`. `linked_at`: since when `kakao_user_id`
    is theirs, NULL: since they were added. `unlinked_at`: when they ended that at Kakao, which withdraws
    them.

    `heard_at`: when they were last heard from, or were added; an hour more or less. `paused_at`: when their
    plans stopped coming by themselves because of that. `plan_due_at` and `summary_due_at`: when the morning
    and the evening job look at them next.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("phone_number ~ '^01[0-9]{8,9}$'", name="phone_number"),
        CheckConstraint("deleted_at IS NOT NULL OR name IS NOT NULL", name="name"),
        CheckConstraint(
            "deleted_at IS NULL OR (name IS NULL AND phone_number IS NULL AND kakao_user_id IS NULL)",
            name="tombstone",
        ),
        one_of("channel_state", CHANNEL_STATES, nullable=True),
        Index(
            "ix_users_unlinked",
            "unlinked_at",
            postgresql_where=text("unlinked_at IS NOT NULL AND deleted_at IS NULL"),
        ),
        Index("ix_users_plan_due", "plan_due_at", postgresql_where=text(f"{REACHED} AND paused_at IS NULL")),
        Index(
            "ix_users_summary_due", "summary_due_at", postgresql_where=text(f"{REACHED} AND summary_enabled")
        ),
    )

    name: Mapped[str | None]
    kakao_user_id: Mapped[str | None] = mapped_column(unique=True)
    phone_number: Mapped[str | None] = mapped_column(unique=True)
    timezone: Mapped[str] = mapped_column(server_default="Asia/Seoul")
    reminder_time: Mapped[time] = mapped_column(server_default="07:00")
    notifications_enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    summary_enabled: Mapped[bool] = mapped_column(server_default=text("false"))
    is_sandbox: Mapped[bool] = mapped_column(server_default=text("false"))
    deleted_at: Mapped[datetime | None]
    contact_version: Mapped[int] = mapped_column(server_default="0")
    phone_fault: Mapped[str | None]
    channel_state: Mapped[str | None]
    channel_changed_at: Mapped[datetime | None]
    linked_at: Mapped[datetime | None]
    unlinked_at: Mapped[datetime | None]
    heard_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    paused_at: Mapped[datetime | None]
    plan_due_at: Mapped[datetime] = mapped_column(server_default=text("now() + interval '1 hour'"))
    summary_due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    profile: Mapped["UserProfile"] = relationship(back_populates="user", lazy="raise")


class UserProfile(HasTimes, Base):
    """What the coach knows of a trainee; enums and ranges are those of the HTTP contract."""

    __tablename__ = "user_profiles"
    __table_args__ = (
        one_of("sex", SEXES),
        one_of("experience", EXPERIENCES),
        one_of("goal", GOALS),
        between("age", 10, 100),
        between("weight_kg", 30, 300),
        between("height_cm", 100, 250),
        between("days_per_week", 1, 7),
        between("max_daily_minutes", 10, 180),
        CheckConstraint("char_length(notes) <= 500", name="notes"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    sex: Mapped[str] = mapped_column(server_default="X")
    age: Mapped[int] = mapped_column(server_default="30")
    weight_kg: Mapped[Decimal] = mapped_column(server_default="60")
    height_cm: Mapped[Decimal] = mapped_column(server_default="165")
    experience: Mapped[str] = mapped_column(server_default="BEGINNER")
    goal: Mapped[str] = mapped_column(server_default="GENERAL_HEALTH")
    days_per_week: Mapped[int] = mapped_column(server_default="3")
    weekdays: Mapped[Json] = mapped_column(server_default="[]")
    max_daily_minutes: Mapped[int] = mapped_column(server_default="40")
    equipment: Mapped[Texts] = mapped_column(server_default="{}")
    injuries: Mapped[Json] = mapped_column(server_default="[]")
    excluded: Mapped[Texts] = mapped_column(server_default="{}")
    known_lifts: Mapped[Json] = mapped_column(server_default="[]")
    loads: Mapped[Json] = mapped_column(server_default="{}")
    health: Mapped[Json] = mapped_column(server_default="{}")
    checkin: Mapped[Json | None]
    notes: Mapped[str] = mapped_column(server_default="")

    user: Mapped[User] = relationship(back_populates="profile", lazy="raise")


class KakaoToken(HasTimes, Base):
    """A trainee's own Kakao token for the memo sender; both values are stored encrypted.

    `key_id` names the secret they are encrypted with. `version` rises with each token that a client stores
    (from a random number, as a deleted row may come again), `fault` is why the present one cannot be used.
    `refreshing_until` is the lease of the worker that refreshes it; `is_refused`: Kakao refused the access
    token, and no other one has worked since. `held_until`: the trainee's own quota at Kakao is used up until
    then.
    """

    __tablename__ = "kakao_tokens"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    access_token: Mapped[bytes]
    refresh_token: Mapped[bytes | None]
    expires_at: Mapped[datetime]
    refresh_expires_at: Mapped[datetime | None]
    key_id: Mapped[str]
    version: Mapped[int] = mapped_column(server_default="1")
    fault: Mapped[str | None]
    refreshing_until: Mapped[datetime | None]
    is_refused: Mapped[bool] = mapped_column(server_default=text("false"))
    held_until: Mapped[datetime | None]

    @property
    def can_refresh(self) -> bool:
        """Whether there is a refresh token: without one the access token dies for good."""
        return self.refresh_token is not None
