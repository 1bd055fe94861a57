"""Add what holds delivery back, marks who cannot be reached, and finds results and reviews again.

Revision ID: 003_add_delivery_guards
Revises: 002_add_operability_fields
"""

import sqlalchemy as sa
from alembic import op

revision = "003_add_delivery_guards"
down_revision = "002_add_operability_fields"
branch_labels = None
depends_on = None

COLUMNS = (
    ("notifications", sa.Column("free_attempts", sa.Integer(), server_default="0", nullable=False)),
    ("notifications", sa.Column("human_retries", sa.Integer(), server_default="0", nullable=False)),
    ("notifications", sa.Column("split_size", sa.Integer(), nullable=True)),
    ("notifications", sa.Column("receipt_due_at", sa.DateTime(timezone=True), nullable=True)),
    ("notification_provider_codes", sa.Column("contact_version", sa.Integer(), nullable=True)),
    ("notification_provider_codes", sa.Column("delivery_outcome", sa.Text(), nullable=True)),
    (
        "notification_provider_codes",
        sa.Column("is_counted", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    ),
    ("users", sa.Column("contact_version", sa.Integer(), server_default="0", nullable=False)),
    ("users", sa.Column("phone_fault", sa.Text(), nullable=True)),
    ("kakao_tokens", sa.Column("version", sa.Integer(), server_default="1", nullable=False)),
    ("kakao_tokens", sa.Column("fault", sa.Text(), nullable=True)),
    ("kakao_tokens", sa.Column("refreshing_until", sa.DateTime(timezone=True), nullable=True)),
    ("kakao_tokens", sa.Column("is_refused", sa.Boolean(), server_default=sa.text("false"), nullable=False)),
    ("kakao_tokens", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True)),
)


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, column)
    # Nothing has written tokens before this revision; a row somebody made by hand gets a key that is none.
    op.add_column("kakao_tokens", sa.Column("key_id", sa.Text(), server_default="", nullable=False))
    op.alter_column("kakao_tokens", "key_id", server_default=None)
    op.create_check_constraint(
        op.f("ck_notification_provider_codes_delivery_outcome"),
        "notification_provider_codes",
        "delivery_outcome IS NULL OR delivery_outcome IN ('ok', 'retry', 'quota', 'recipient', 'request', 'alert', 'duplicate', 'unknown')",
    )
    op.execute(
        "UPDATE notifications SET receipt_due_at = coalesce(sent_at, now()) + interval '72 hours'"
        " WHERE status = 'SENT'"
    )
    _create_tables()
    _create_indexes()


def downgrade() -> None:
    op.drop_index("ix_webhook_events_review_id", "webhook_events")
    op.drop_index("ix_notification_provider_codes_started_at", "notification_provider_codes")
    op.drop_index("ix_notification_provider_codes_provider_request", "notification_provider_codes")
    op.drop_index("ix_notifications_review_id", "notifications")
    op.drop_index("ix_notifications_receipt", "notifications")
    op.drop_index("ix_notifications_expiry", "notifications")
    for table in ("periodic_jobs", "delivery_tallies", "sender_holds"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_notification_provider_codes_delivery_outcome"), "notification_provider_codes")
    op.drop_column("kakao_tokens", "key_id")
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column.name)


def _create_tables() -> None:
    op.create_table(
        "sender_holds",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_sender_holds")),
    )
    op.create_table(
        "delivery_tallies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ok", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_tallies")),
    )
    op.create_index(op.f("ix_delivery_tallies_at"), "delivery_tallies", ["at"])
    op.create_table(
        "periodic_jobs",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("done_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_periodic_jobs")),
    )


def _create_indexes() -> None:
    op.create_index(
        "ix_notifications_expiry",
        "notifications",
        ["expires_at"],
        postgresql_where=sa.text("status IN ('SCHEDULED', 'RETRY_SCHEDULED')"),
    )
    op.create_index(
        "ix_notifications_receipt",
        "notifications",
        ["receipt_due_at"],
        postgresql_where=sa.text("status = 'SENT' AND receipt_due_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_notifications_review_id"),
        "notifications",
        ["review_id"],
        postgresql_where=sa.text("review_id IS NOT NULL"),
    )
    op.create_index(
        "ix_notification_provider_codes_provider_request",
        "notification_provider_codes",
        ["provider_request_id", "recipient_seq"],
        postgresql_where=sa.text("provider_request_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_notification_provider_codes_started_at"),
        "notification_provider_codes",
        ["started_at"],
        postgresql_using="brin",
    )
    op.create_index(
        op.f("ix_webhook_events_review_id"),
        "webhook_events",
        ["review_id"],
        postgresql_where=sa.text("review_id IS NOT NULL"),
    )
