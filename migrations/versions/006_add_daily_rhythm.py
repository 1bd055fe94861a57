"""Add when trainees and their days are looked at next, and the best lifts of a day.

Revision ID: 006_add_daily_rhythm
Revises: 005_add_llm_plans
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "006_add_daily_rhythm"
down_revision = "005_add_llm_plans"
branch_labels = None
depends_on = None

# For whoever is there already the service begins with the next morning; the day of the upgrade is as before.
NEXT_MORNING = (
    "((date_trunc('day', now() AT TIME ZONE 'Asia/Seoul' - interval '4 hours') + interval '28 hours')"
    " AT TIME ZONE 'Asia/Seoul')"
)
IN_AN_HOUR = "now() + interval '1 hour'"


def upgrade() -> None:
    _add_moment("users", "heard_at", "now()")
    op.add_column("users", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    _add_moment("users", "plan_due_at", NEXT_MORNING)
    op.alter_column("users", "plan_due_at", server_default=sa.text(IN_AN_HOUR))
    _add_moment("users", "summary_due_at", NEXT_MORNING)
    op.alter_column("users", "summary_due_at", server_default=sa.text("now()"))
    _add_moment("exercise_plans", "closes_at", "now()")
    op.add_column("exercise_plans", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "daily_summaries",
        sa.Column("one_rep_maxes", JSONB(), server_default="{}", nullable=False),
    )
    reached = "deleted_at IS NULL AND unlinked_at IS NULL AND notifications_enabled"
    op.create_index(
        "ix_users_plan_due",
        "users",
        ["plan_due_at"],
        postgresql_where=sa.text(f"{reached} AND paused_at IS NULL"),
    )
    op.create_index(
        "ix_users_summary_due",
        "users",
        ["summary_due_at"],
        postgresql_where=sa.text(f"{reached} AND summary_enabled"),
    )
    op.create_index(
        "ix_exercise_plans_open",
        "exercise_plans",
        ["closes_at"],
        postgresql_where=sa.text("closed_at IS NULL AND status IN ('ACTIVE', 'DONE')"),
    )
    # Without figures on the new columns every look at a few trainees would read all the plans that are open.
    op.execute("ANALYZE users, exercise_plans")


def _add_moment(table: str, name: str, default: str) -> None:
    """The rows that are there get the value of this moment, without being written anew."""
    moment = sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text(default), nullable=False)
    op.add_column(table, moment)


def downgrade() -> None:
    op.drop_index("ix_exercise_plans_open", "exercise_plans")
    op.drop_index("ix_users_summary_due", "users")
    op.drop_index("ix_users_plan_due", "users")
    op.drop_column("daily_summaries", "one_rep_maxes")
    op.drop_column("exercise_plans", "closed_at")
    op.drop_column("exercise_plans", "closes_at")
    for name in ("summary_due_at", "plan_due_at", "paused_at", "heard_at"):
        op.drop_column("users", name)
