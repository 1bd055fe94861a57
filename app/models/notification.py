"""A KakaoTalk message to one trainee, its states, and one row for every provider call about it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Sequence,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, HasId, HasTimes, Json, one_of

KINDS = ("daily_plan", "summary", "notice")
OUTCOMES = ("ok", "retry", "quota", "recipient", "request", "alert", "duplicate", "unknown")
PROVIDERS = ("alimtalk", "memo")
WAITING = ("SCHEDULED", "RETRY_SCHEDULED")
STATUSES = (
    "SCHEDULED",
    "SENDING",
    "SENT",
    "DELIVERED",
    "RETRY_SCHEDULED",
    "FAILED",
    "MANUAL_REVIEW",
    "CANCELED",
    "EXPIRED",
)

# Every move a notification may make; the trigger of revision 001 holds the same list.
LEGAL_MOVES: dict[str, tuple[str, ...]] = {
    "SCHEDULED": ("SENDING", "CANCELED", "EXPIRED", "FAILED"),
    "RETRY_SCHEDULED": ("SENDING", "CANCELED", "EXPIRED", "FAILED", "DELIVERED"),
    "SENDING": ("SENT", "DELIVERED", "RETRY_SCHEDULED", "FAILED", "EXPIRED", "CANCELED", "MANUAL_REVIEW"),
    "SENT": ("DELIVERED", "FAILED", "RETRY_SCHEDULED", "MANUAL_REVIEW"),
    "FAILED": ("DELIVERED", "RETRY_SCHEDULED", "SENT"),
    "MANUAL_REVIEW": ("DELIVERED", "RETRY_SCHEDULED", "SENT", "FAILED"),
    "DELIVERED": (),
    "CANCELED": (),
    "EXPIRED": (),
}


# One number a claim, ever rising: a worker that was overtaken can no longer write.
FENCES = Sequence("notification_fences", metadata=Base.metadata)


class Notification(HasId, HasTimes, Base):
    """One message. The row is the truth; queues only say that it may be worth a look.

    `due_at` is when it may be claimed (its time, later the back-off). A `SENDING` row is held by the
    lease `leased_until` (database clock) under the fencing number `fence`; once the lease has ended the
    request named `request_key` has an unknown outcome and is settled by asking the provider.

    `free_attempts` of the `attempt_count` do not count towards the limit (quotas, stops, splits).
    `split_size`: send it with so few others, for a request with more was refused as a whole.
    `receipt_due_at`: a `SENT` one without a delivery result goes to a human then; NULL when none comes.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        UniqueConstraint("plan_id"),
        one_of("kind", KINDS),
        one_of("status", STATUSES),
        CheckConstraint(
            "status <> 'SENDING' OR (leased_until IS NOT NULL AND request_key IS NOT NULL)", name="lease"
        ),
        CheckConstraint("expires_at > schedule_at", name="expires_at"),
        Index(
            "ix_notifications_due",
            "kind",
            "due_at",
            postgresql_where=text("status IN ('SCHEDULED', 'RETRY_SCHEDULED')"),
        ),
        Index("ix_notifications_lease", "leased_until", postgresql_where=text("status = 'SENDING'")),
        Index(
            "ix_notifications_expiry",
            "expires_at",
            postgresql_where=text("status IN ('SCHEDULED', 'RETRY_SCHEDULED')"),
        ),
        Index(
            "ix_notifications_receipt",
            "receipt_due_at",
            postgresql_where=text("status = 'SENT' AND receipt_due_at IS NOT NULL"),
        ),
        Index(None, "review_id", postgresql_where=text("review_id IS NOT NULL")),
        Index(None, "user_id", "id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("exercise_plans.id"))
    review_id: Mapped[UUID | None] = mapped_column(ForeignKey("manual_reviews.id"))
    kind: Mapped[str]
    idempotency_key: Mapped[str]
    body_hash: Mapped[str | None]
    variables: Mapped[Json]
    status: Mapped[str] = mapped_column(server_default="SCHEDULED")
    schedule_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    request_key: Mapped[str | None]
    request_started_at: Mapped[datetime | None]
    ask_count: Mapped[int] = mapped_column(server_default="0")
    attempt_count: Mapped[int] = mapped_column(server_default="0")
    free_attempts: Mapped[int] = mapped_column(server_default="0")
    human_retries: Mapped[int] = mapped_column(server_default="0")
    split_size: Mapped[int | None]
    receipt_due_at: Mapped[datetime | None]
    cancel_requested: Mapped[bool] = mapped_column(server_default=text("false"))
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    request_id: Mapped[str | None]
    reason_code: Mapped[str | None]
    provider_response_code: Mapped[str | None]
    failure_reason: Mapped[str | None]
    last_error_at: Mapped[datetime | None]

    provider_codes: Mapped[list["NotificationProviderCode"]] = relationship(
        order_by="NotificationProviderCode.attempt_no", lazy="raise", viewonly=True
    )


class NotificationProviderCode(Base):
    """One notification in one HTTP call: written with the claim, completed with the answer.

    `contact_version` is that of the address it went to. `is_counted`: how it ended says something about the
    sender, so that the automatic cap counts it. `delivery_outcome` is the meaning of `delivery_code`.
    """

    __tablename__ = "notification_provider_codes"
    __table_args__ = (
        UniqueConstraint("notification_id", "attempt_no"),
        one_of("provider", PROVIDERS),
        one_of("outcome", OUTCOMES, nullable=True),
        one_of("delivery_outcome", OUTCOMES, nullable=True),
        CheckConstraint("octet_length(provider_response) <= 4096", name="provider_response"),
        Index(
            "ix_notification_provider_codes_provider_request",
            "provider_request_id",
            "recipient_seq",
            postgresql_where=text("provider_request_id IS NOT NULL"),
        ),
        # Rows are written in the order of time, so a few bytes for each block of them are enough.
        Index(None, "started_at", postgresql_using="brin"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    notification_id: Mapped[UUID] = mapped_column(ForeignKey("notifications.id"))
    provider: Mapped[str]
    attempt_no: Mapped[int]
    request_key: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    captured_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    provider_status_code: Mapped[str | None]
    provider_response: Mapped[str | None]
    http_status: Mapped[int | None]
    latency_ms: Mapped[int | None]
    provider_request_id: Mapped[str | None]
    recipient_seq: Mapped[int | None]
    contact_version: Mapped[int | None]
    is_counted: Mapped[bool] = mapped_column(server_default=text("true"))
    delivery_code: Mapped[str | None]
    delivery_outcome: Mapped[str | None]
    delivery_at: Mapped[datetime | None]
