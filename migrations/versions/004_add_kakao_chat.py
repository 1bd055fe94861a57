"""Add the chat: who speaks, how they were joined, and what Kakao says of channel and link.

Revision ID: 004_add_kakao_chat
Revises: 003_add_delivery_guards
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "004_add_kakao_chat"
down_revision = "003_add_delivery_guards"
branch_labels = None
depends_on = None

COLUMNS = (
    ("users", sa.Column("channel_state", sa.Text(), nullable=True)),
    ("users", sa.Column("channel_changed_at", sa.DateTime(timezone=True), nullable=True)),
    ("users", sa.Column("linked_at", sa.DateTime(timezone=True), nullable=True)),
    ("users", sa.Column("unlinked_at", sa.DateTime(timezone=True), nullable=True)),
    ("webhook_events", sa.Column("sender_id", sa.Text(), nullable=True)),
)


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, column)
    op.create_check_constraint(
        op.f("ck_users_channel_state"),
        "users",
        "channel_state IS NULL OR channel_state IN ('added', 'blocked')",
    )
    op.create_index(
        "ix_users_unlinked",
        "users",
        ["unlinked_at"],
        postgresql_where=sa.text("unlinked_at IS NOT NULL AND deleted_at IS NULL"),
    )
    # Nobody's events are joined by a sender yet: the index begins empty.
    op.create_index(
        "ix_webhook_events_stranger",
        "webhook_events",
        ["sender_id"],
        postgresql_where=sa.text("sender_id IS NOT NULL AND user_id IS NULL"),
    )
    _create_tables()


def downgrade() -> None:
    for table in ("chat_callbacks", "link_codes", "kakao_chats"):
        op.drop_table(table)
    op.drop_index("ix_webhook_events_stranger", "webhook_events")
    op.drop_index("ix_users_unlinked", "users")
    op.drop_constraint(op.f("ck_users_channel_state"), "users")
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column.name)


def _create_tables() -> None:
    op.create_table(
        "kakao_chats",
        sa.Column("bot_user_key", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("last_event_id", sa.Uuid(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said_hash", sa.Text(), nullable=True),
        sa.Column("question", JSONB(), nullable=True),
        sa.Column("wrong_codes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("wrong_codes_since", sa.DateTime(timezone=True), nullable=True),
        *_times(),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_kakao_chats_user_id")),
        sa.ForeignKeyConstraint(
            ["last_event_id"],
            ["webhook_events.id"],
            name=op.f("fk_kakao_chats_last_event_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("bot_user_key", name=op.f("pk_kakao_chats")),
        sa.UniqueConstraint("user_id", name=op.f("uq_kakao_chats_user_id")),
    )
    op.create_index(
        op.f("ix_kakao_chats_last_event_id"),
        "kakao_chats",
        ["last_event_id"],
        postgresql_where=sa.text("last_event_id IS NOT NULL"),
    )
    op.create_table(
        "link_codes",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_link_codes_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_link_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_link_codes_code_hash")),
    )
    op.create_table(
        "chat_callbacks",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("target_date", sa.Date(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default="WAITING", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        *_times(),
        sa.CheckConstraint(
            "status IN ('WAITING', 'DONE', 'GIVEN_UP')", name=op.f("ck_chat_callbacks_status")
        ),
        sa.CheckConstraint("(status = 'WAITING') = (url IS NOT NULL)", name=op.f("ck_chat_callbacks_url")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["webhook_events.id"], name=op.f("fk_chat_callbacks_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_chat_callbacks_user_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_chat_callbacks")),
    )
    op.create_index(
        "ix_chat_callbacks_due", "chat_callbacks", ["due_at"], postgresql_where=sa.text("status = 'WAITING'")
    )
    op.create_index(op.f("ix_chat_callbacks_user_id"), "chat_callbacks", ["user_id"])


def _times() -> list[sa.Column]:
    return [
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in ("created_at", "updated_at")
    ]
