"""Add what an LLM said to a plan, and the calls that are counted and limited.

Revision ID: 005_add_llm_plans
Revises: 004_add_kakao_chat
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "005_add_llm_plans"
down_revision = "004_add_kakao_chat"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exercise_plans", sa.Column("advice", JSONB(), nullable=True))
    op.create_table(
        "llm_calls",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_ok", sa.Boolean(), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (is_ok IS NULL)", name=op.f("ck_llm_calls_end")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_llm_calls")),
    )
    op.create_index(
        "ix_llm_calls_open", "llm_calls", ["leased_until"], postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index(op.f("ix_llm_calls_ended_at"), "llm_calls", ["ended_at"])
    op.create_table(
        "llm_texts",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["exercise_plans.id"], name=op.f("fk_llm_texts_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_llm_texts")),
    )
    op.create_index(op.f("ix_llm_texts_created_at"), "llm_texts", ["created_at"])


def downgrade() -> None:
    op.drop_table("llm_texts")
    op.drop_table("llm_calls")
    op.drop_column("exercise_plans", "advice")
