"""What operators see and set: the manual-review queue, guardrails and the maintenance log."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, HasId, Json, one_of

REVIEW_SUBJECTS = ("notification", "webhook_event", "sender", "health")
REVIEW_STATES = ("open", "resolved")
REVIEW_ACTIONS = ("retry", "confirm_sent", "discard")


class ManualReview(HasId, Base):
    """One question for a human; `cause` (code and kind, or a user) joins rows of one cause into one."""

    __tablename__ = "manual_reviews"
    __table_args__ = (
        one_of("subject", REVIEW_SUBJECTS),
        one_of("state", REVIEW_STATES),
        one_of("action", REVIEW_ACTIONS, nullable=True),
        CheckConstraint("(state = 'open') = (resolved_at IS NULL)", name="resolved_at"),
        CheckConstraint(
            "state = 'open' OR (action IS NOT NULL AND memo IS NOT NULL AND actor IS NOT NULL)",
            name="resolution",
        ),
        Index(
            "uq_manual_reviews_open",
            "subject",
            "cause",
            "reason_code",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )

    subject: Mapped[str]
    cause: Mapped[str]
    reason_code: Mapped[str]
    detail: Mapped[str] = mapped_column(server_default="")
    count: Mapped[int] = mapped_column(server_default="1")
    state: Mapped[str] = mapped_column(server_default="open")
    opened_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    last_seen_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    resolved_at: Mapped[datetime | None]
    action: Mapped[str | None]
    memo: Mapped[str | None]
    actor: Mapped[str | None]


class Guardrail(Base):
    """A switch or limit that every process reads; a missing row means the default."""

    __tablename__ = "guardrails"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Json | None]
    reason: Mapped[str]
    actor: Mapped[str]
    expires_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class MaintenanceLog(Base):
    """What was done to the system, by whom and why: deploys, migrations, switches."""

    __tablename__ = "maintenance_logs"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str]
    actor: Mapped[str]
    message: Mapped[str]
    detail: Mapped[Json] = mapped_column(server_default="{}")
    request_id: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class SenderHold(Base):
    """Why a sender waits: until its quota is there again, or (`until` NULL) until an operator lifts it.

    `scope` is a provider, or a provider and a kind of message: `alimtalk:daily_plan`.
    """

    __tablename__ = "sender_holds"

    scope: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime | None]
    reason_code: Mapped[str]
    code: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class DeliveryTally(Base):
    """How many attempts one claim started, or one answer ended, and how many of those were `ok`.

    A few rows a second instead of one a message: what caps and yield are computed from.
    """

    __tablename__ = "delivery_tallies"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    started: Mapped[int] = mapped_column(server_default="0")
    ended: Mapped[int] = mapped_column(server_default="0")
    ok: Mapped[int] = mapped_column(server_default="0")


class PeriodicJob(Base):
    """When work that comes again and again was last begun, and up to when it is done."""

    __tablename__ = "periodic_jobs"

    name: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    done_until: Mapped[datetime | None]
