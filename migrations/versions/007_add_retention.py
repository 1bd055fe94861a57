"""Add the index by which old webhook events are found.

Revision ID: 007_add_retention
Revises: 006_add_daily_rhythm

Events go 90 days after they came (`received_at`). Their ids sort by time, but only of those that were written
since ids do; the index has no entry for what stays, so that it never has to be passed over.
"""

import sqlalchemy as sa
from alembic import op

revision = "007_add_retention"
down_revision = "006_add_daily_rhythm"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_webhook_events_age",
        "webhook_events",
        ["received_at"],
        postgresql_where=sa.text("status NOT IN ('RECEIVED', 'MANUAL_REVIEW')"),
    )


def downgrade() -> None:
    op.drop_index("ix_webhook_events_age", "webhook_events")
