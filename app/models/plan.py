"""A day's plan: its sessions (one exercise each) and the state of every set."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, HasId, HasTimes, Json, Texts, between, one_of

SOURCES = ("rule", "llm")
PLAN_STATUSES = ("ACTIVE", "DONE", "CANCELED")
PLAN_KINDS = ("training", "active", "rest")
SET_STATUSES = ("PENDING", "DONE", "SKIPPED", "FAILED")
SKIP_REASONS = ("pain", "time", "busy", "other")
BANDS = ("LIGHT", "MEDIUM", "HEAVY")
TIERS = ("MAIN", "SEC", "ISO", "CORE", "COND", "MOB")
FALLBACK_REASONS = (
    "llm_disabled",
    "rule_forced",
    "llm_timeout",
    "llm_error",
    "llm_invalid",
    "llm_unsafe",
    "llm_busy",
)


class ExercisePlan(HasId, HasTimes, Base):
    """One trainee's plan for one day, with what the next plan needs to know of it.

    `advice`: what asking the LLM came to, for operators; NULL when it was not asked. `closes_at`: when to
    look whether the day is over; `closed_at`: since when it is, and its summary written.
    """

    __tablename__ = "exercise_plans"
    __table_args__ = (
        one_of("source", SOURCES),
        one_of("requested_source", SOURCES),
        one_of("fallback_reason", FALLBACK_REASONS, nullable=True),
        one_of("status", PLAN_STATUSES),
        one_of("kind", PLAN_KINDS),
        Index(
            "uq_exercise_plans_user_target_date_active",
            "user_id",
            "target_date",
            unique=True,
            postgresql_where=text("status IN ('ACTIVE', 'DONE')"),
        ),
        Index(None, "user_id", "target_date", "id"),
        Index(
            "ix_exercise_plans_open",
            "closes_at",
            postgresql_where=text("closed_at IS NULL AND status IN ('ACTIVE', 'DONE')"),
        ),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    target_date: Mapped[date]
    source: Mapped[str]
    requested_source: Mapped[str]
    fallback_reason: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default="ACTIVE")
    kind: Mapped[str]
    summary: Mapped[str]
    estimated_seconds: Mapped[int]
    template: Mapped[str | None]
    rotation_index: Mapped[int | None]
    is_deload: Mapped[bool] = mapped_column(server_default=text("false"))
    level: Mapped[str | None]
    reasons: Mapped[Texts] = mapped_column(server_default="{}")
    request_id: Mapped[str | None]
    advice: Mapped[Json | None]
    closes_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    closed_at: Mapped[datetime | None]

    sessions: Mapped[list["ExerciseSession"]] = relationship(
        order_by="ExerciseSession.order_no", lazy="raise", viewonly=True
    )


class ExerciseSession(HasId, Base):
    """One exercise of a plan with its prescription. Reps and seconds of `per_side` are for one side."""

    __tablename__ = "exercise_sessions"
    __table_args__ = (
        UniqueConstraint("plan_id", "order_no"),
        one_of("tier", TIERS),
        one_of("target_band", BANDS, nullable=True),
        between("target_sets", 1, 20),
        CheckConstraint("(target_reps IS NULL) <> (target_seconds IS NULL)", name="measure"),
    )

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("exercise_plans.id"))
    order_no: Mapped[int]
    slot: Mapped[str]
    priority: Mapped[int]
    tier: Mapped[str]
    exercise: Mapped[str]
    target_sets: Mapped[int]
    target_reps: Mapped[int | None]
    target_seconds: Mapped[int | None]
    target_weight_kg: Mapped[Decimal | None]
    target_band: Mapped[str | None]
    target_rest_sec: Mapped[int]
    target_rir: Mapped[int]
    range_low: Mapped[int]
    range_high: Mapped[int]
    per_side: Mapped[bool]
    is_caution: Mapped[bool] = mapped_column(server_default=text("false"))
    reasons: Mapped[Texts] = mapped_column(server_default="{}")
    notes: Mapped[str] = mapped_column(server_default="")

    sets: Mapped[list["ExerciseSetState"]] = relationship(
        order_by="ExerciseSetState.set_no", lazy="raise", viewonly=True
    )


class ExerciseSetState(HasId, Base):
    """One set: pending, or how it ended. `performed_weight_kg` keeps every decimal that was reported."""

    __tablename__ = "exercise_set_states"
    __table_args__ = (
        UniqueConstraint("session_id", "set_no"),
        one_of("status", SET_STATUSES),
        one_of("skip_reason", SKIP_REASONS, nullable=True),
        one_of("performed_band", BANDS, nullable=True),
        between("performed_reps", 0, 100),
        between("performed_seconds", 0, 7200),
        between("performed_weight_kg", 0, 500),
        between("actual_rest_sec", 0, 3600),
        between("rir", 0, 10),
        CheckConstraint("(status = 'PENDING') = (reported_at IS NULL)", name="reported_at"),
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("exercise_sessions.id"))
    set_no: Mapped[int]
    status: Mapped[str] = mapped_column(server_default="PENDING")
    performed_reps: Mapped[int | None]
    performed_seconds: Mapped[int | None]
    performed_weight_kg: Mapped[Decimal | None]
    performed_band: Mapped[str | None]
    actual_rest_sec: Mapped[int | None]
    rir: Mapped[int | None]
    skip_reason: Mapped[str | None]
    reported_at: Mapped[datetime | None]


class DailySummary(Base):
    """What one trainee did on one day that is over, in figures that can be computed again from the sets.

    `one_rep_maxes`: the best estimate of the day in kg, by exercise.
    """

    __tablename__ = "daily_summaries"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    on_date: Mapped[date] = mapped_column(primary_key=True)
    planned_sets: Mapped[int]
    done_sets: Mapped[int]
    skipped_sets: Mapped[int]
    failed_sets: Mapped[int]
    volume_kg: Mapped[Decimal]
    minutes: Mapped[int]
    streak: Mapped[int]
    one_rep_maxes: Mapped[Json] = mapped_column(server_default="{}")
    computed_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
