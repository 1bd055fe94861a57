"""A chat in KakaoTalk, the code that joins it to a trainee, and answers that come later."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, HasTimes, Json, one_of

CALLBACK_STATUSES = ("WAITING", "DONE", "GIVEN_UP")


class KakaoChat(HasTimes, Base):
    """One person's chat with the bot; `bot_user_key` is who they are there. A stranger's has no trainee.

    `said_hash` and `said_at`: what was typed last, and when; `last_event_id` has the answer to it.
    `question`: a report that lacks a number, for which we asked. `wrong_codes` counts link codes that were
    none, since `wrong_codes_since`.
    """

    __tablename__ = "kakao_chats"
    __table_args__ = (Index(None, "last_event_id", postgresql_where=text("last_event_id IS NOT NULL")),)

    bot_user_key: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), unique=True)
    last_event_id: Mapped[UUID | None] = mapped_column(ForeignKey("webhook_events.id", ondelete="SET NULL"))
    said_at: Mapped[datetime | None]
    said_hash: Mapped[str | None]
    question: Mapped[Json | None]
    wrong_codes: Mapped[int] = mapped_column(server_default="0")
    wrong_codes_since: Mapped[datetime | None]


class LinkCode(Base):
    """The code a trainee may type in chat to be joined to it; used once. Only a keyed hash of it is kept."""

    __tablename__ = "link_codes"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]


class ChatCallback(HasTimes, Base):
    """An answer that takes longer than the chat waits: the day's plan, posted to Kakao's one-time address.

    The address is a secret and goes when it has served; `result` is what became of it.
    """

    __tablename__ = "chat_callbacks"
    __table_args__ = (
        one_of("status", CALLBACK_STATUSES),
        CheckConstraint("(status = 'WAITING') = (url IS NOT NULL)", name="url"),
        Index("ix_chat_callbacks_due", "due_at", postgresql_where=text("status = 'WAITING'")),
        Index(None, "user_id"),
    )

    event_id: Mapped[UUID] = mapped_column(
        ForeignKey("webhook_events.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    target_date: Mapped[date]
    url: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default="WAITING")
    tries: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    expires_at: Mapped[datetime]
    result: Mapped[str | None]
