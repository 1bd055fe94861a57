"""Add what operators need to see: codes and reasons of notifications, proof and retries of webhooks.

Revision ID: 002_add_operability_fields
Revises: 001_initial_persistence_schema
"""

import sqlalchemy as sa
from alembic import op

revision = "002_add_operability_fields"
down_revision = "001_initial_persistence_schema"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notification_provider_codes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("notification_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("attempt_no", sa.Integer(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("provider_status_code", sa.Text(), nullable=True),
        sa.Column("provider_response", sa.Text(), nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("provider_request_id", sa.Text(), nullable=True),
        sa.Column("recipient_seq", sa.Integer(), nullable=True),
        sa.Column("delivery_code", sa.Text(), nullable=True),
        sa.Column("delivery_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('ok', 'retry', 'quota', 'recipient', 'request', 'alert', 'duplicate', 'unknown')",
            name=op.f("ck_notification_provider_codes_outcome"),
        ),
        sa.CheckConstraint(
            "provider IN ('alimtalk', 'memo')", name=op.f("ck_notification_provider_codes_provider")
        ),
        sa.CheckConstraint(
            "octet_length(provider_response) <= 4096",
            name=op.f("ck_notification_provider_codes_provider_response"),
        ),
        sa.ForeignKeyConstraint(
            ["notification_id"],
            ["notifications.id"],
            name=op.f("fk_notification_provider_codes_notification_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_provider_codes")),
        sa.UniqueConstraint(
            "notification_id",
            "attempt_no",
            name=op.f("uq_notification_provider_codes_notification_id_attempt_no"),
        ),
    )
    op.add_column("notifications", sa.Column("reason_code", sa.Text(), nullable=True))
    op.add_column("notifications", sa.Column("provider_response_code", sa.Text(), nullable=True))
    op.add_column("notifications", sa.Column("failure_reason", sa.Text(), nullable=True))
    op.add_column("notifications", sa.Column("last_error_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("webhook_events", sa.Column("schema_version", sa.Text(), nullable=True))
    op.add_column(
        "webhook_events", sa.Column("retry_count", sa.Integer(), server_default="0", nullable=False)
    )
    _add_signature_state()


def downgrade() -> None:
    op.drop_constraint(op.f("ck_webhook_events_forged_has_no_payload"), "webhook_events")
    op.drop_constraint(op.f("ck_webhook_events_signature_state"), "webhook_events")
    for column in ("retry_count", "signature_state", "schema_version"):
        op.drop_column("webhook_events", column)
    for column in ("last_error_at", "failure_reason", "provider_response_code", "reason_code"):
        op.drop_column("notifications", column)
    op.drop_table("notification_provider_codes")


def _add_signature_state() -> None:
    """Rows from before this revision: refused and kept without a body means forged, anything else was proved."""
    op.add_column("webhook_events", sa.Column("signature_state", sa.Text(), nullable=True))
    op.execute(
        "UPDATE webhook_events SET signature_state ="
        " CASE WHEN status = 'REJECTED' AND payload IS NULL THEN 'invalid' ELSE 'valid' END"
    )
    op.alter_column("webhook_events", "signature_state", nullable=False)
    op.create_check_constraint(
        op.f("ck_webhook_events_signature_state"),
        "webhook_events",
        "signature_state IN ('valid', 'invalid', 'missing')",
    )
    op.create_check_constraint(
        op.f("ck_webhook_events_forged_has_no_payload"),
        "webhook_events",
        "signature_state = 'valid' OR payload IS NULL",
    )
