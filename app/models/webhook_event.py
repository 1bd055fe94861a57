"""What a provider told us, stored before anything is made of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, HasId, Json, one_of

WEBHOOK_PROVIDERS = ("kakao_skill", "kakao_channel", "kakao_unlink", "alimtalk")
EVENT_STATUSES = ("RECEIVED", "PROCESSED", "REJECTED", "ORPHAN", "MANUAL_REVIEW", "DISCARDED")
SIGNATURE_STATES = ("valid", "invalid", "missing")


class WebhookEvent(HasId, Base):
    """One event. `RECEIVED` is still to be worked on, from `due_at`; a forged one keeps no payload.

    `retry_count`: how often work on it failed; of a forged one, how many more that came are not kept.

    `sender_id` is the person in the provider's words, by which a stranger's events are joined later.
    """

    __tablename__ = "webhook_events"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        UniqueConstraint("provider", "idempotency_key"),
        one_of("provider", WEBHOOK_PROVIDERS),
        one_of("status", EVENT_STATUSES),
        one_of("signature_state", SIGNATURE_STATES),
        CheckConstraint("signature_state = 'valid' OR payload IS NULL", name="forged_has_no_payload"),
        Index("ix_webhook_events_due", "due_at", postgresql_where=text("status = 'RECEIVED'")),
        Index(
            "ix_webhook_events_rejected",
            "provider",
            "received_at",
            postgresql_where=text("status = 'REJECTED'"),
        ),
        Index(
            "ix_webhook_events_age",
            "received_at",
            postgresql_where=text("status NOT IN ('RECEIVED', 'MANUAL_REVIEW')"),
        ),
        Index(None, "user_id", postgresql_where=text("user_id IS NOT NULL")),
        Index(None, "review_id", postgresql_where=text("review_id IS NOT NULL")),
        Index(
            "ix_webhook_events_stranger",
            "sender_id",
            postgresql_where=text("sender_id IS NOT NULL AND user_id IS NULL"),
        ),
    )

    provider: Mapped[str]
    event_id: Mapped[str]
    idempotency_key: Mapped[str | None]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    review_id: Mapped[UUID | None] = mapped_column(ForeignKey("manual_reviews.id"))
    sender_id: Mapped[str | None]
    request_id: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default="RECEIVED")
    payload: Mapped[Json | None]
    body_hash: Mapped[str | None]
    answer: Mapped[Json | None]
    last_error: Mapped[str | None]
    received_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    processed_at: Mapped[datetime | None]
    schema_version: Mapped[str | None]
    signature_state: Mapped[str]
    retry_count: Mapped[int] = mapped_column(server_default="0")
