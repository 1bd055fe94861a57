"""Calls to the LLM, which are limited and counted, and what it said, which is kept for 30 days."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class LlmCall(Base):
    """One plan's turn at the LLM; it is over when it ended, or when its lease did.

    `is_ok`: the endpoint answered in time, whatever it said.
    """

    __tablename__ = "llm_calls"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (is_ok IS NULL)", name="end"),
        Index("ix_llm_calls_open", "leased_until", postgresql_where=sql("ended_at IS NULL")),
        Index(None, "ended_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))
    leased_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    is_ok: Mapped[bool | None]


class LlmText(Base):
    """What the LLM said when a plan was made, word for word."""

    __tablename__ = "llm_texts"
    __table_args__ = (Index(None, "created_at"),)

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("exercise_plans.id"), primary_key=True)
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))
