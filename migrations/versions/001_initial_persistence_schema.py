"""Initial persistence schema: everything but what operators added to it in revision 002.

Revision ID: 001_initial_persistence_schema
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "001_initial_persistence_schema"
down_revision = None
branch_labels = None
depends_on = None

# Every move a notification may make; a snapshot of the program's own table, on purpose.
LEGAL_MOVES = {
    "SCHEDULED": ("SENDING", "CANCELED", "EXPIRED", "FAILED"),
    "RETRY_SCHEDULED": ("SENDING", "CANCELED", "EXPIRED", "FAILED", "DELIVERED"),
    "SENDING": ("SENT", "DELIVERED", "RETRY_SCHEDULED", "FAILED", "EXPIRED", "CANCELED", "MANUAL_REVIEW"),
    "SENT": ("DELIVERED", "FAILED", "RETRY_SCHEDULED", "MANUAL_REVIEW"),
    "FAILED": ("DELIVERED", "RETRY_SCHEDULED", "SENT"),
    "MANUAL_REVIEW": ("DELIVERED", "RETRY_SCHEDULED", "SENT", "FAILED"),
}


def upgrade() -> None:
    op.create_table(
        "guardrails",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_guardrails")),
    )
    op.create_table(
        "maintenance_logs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_logs")),
    )
    op.create_table(
        "manual_reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("count", sa.Integer(), server_default="1", nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("memo", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (resolved_at IS NULL)", name=op.f("ck_manual_reviews_resolved_at")
        ),
        sa.CheckConstraint(
            "action IS NULL OR action IN ('retry', 'confirm_sent', 'discard')",
            name=op.f("ck_manual_reviews_action"),
        ),
        sa.CheckConstraint(
            "state = 'open' OR (action IS NOT NULL AND memo IS NOT NULL AND actor IS NOT NULL)",
            name=op.f("ck_manual_reviews_resolution"),
        ),
        sa.CheckConstraint("state IN ('open', 'resolved')", name=op.f("ck_manual_reviews_state")),
        sa.CheckConstraint(
            "subject IN ('notification', 'webhook_event', 'sender', 'health')",
            name=op.f("ck_manual_reviews_subject"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_reviews")),
    )
    op.create_index(
        "uq_manual_reviews_open",
        "manual_reviews",
        ["subject", "cause", "reason_code"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kakao_user_id", sa.Text(), nullable=True),
        sa.Column("phone_number", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), server_default="Asia/Seoul", nullable=False),
        sa.Column("reminder_time", sa.Time(), server_default="07:00", nullable=False),
        sa.Column("notifications_enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("summary_enabled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_sandbox", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("phone_number ~ '^01[0-9]{8,9}$'", name=op.f("ck_users_phone_number")),
        sa.CheckConstraint("deleted_at IS NOT NULL OR name IS NOT NULL", name=op.f("ck_users_name")),
        sa.CheckConstraint(
            "deleted_at IS NULL OR (name IS NULL AND phone_number IS NULL AND kakao_user_id IS NULL)",
            name=op.f("ck_users_tombstone"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("kakao_user_id", name=op.f("uq_users_kakao_user_id")),
        sa.UniqueConstraint("phone_number", name=op.f("uq_users_phone_number")),
    )
    op.create_table(
        "daily_summaries",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("planned_sets", sa.Integer(), nullable=False),
        sa.Column("done_sets", sa.Integer(), nullable=False),
        sa.Column("skipped_sets", sa.Integer(), nullable=False),
        sa.Column("failed_sets", sa.Integer(), nullable=False),
        sa.Column("volume_kg", sa.Numeric(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_daily_summaries_user_id")),
        sa.PrimaryKeyConstraint("user_id", "on_date", name=op.f("pk_daily_summaries")),
    )
    op.create_table(
        "exercise_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("target_date", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("requested_source", sa.Text(), nullable=False),
        sa.Column("fallback_reason", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default="ACTIVE", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("estimated_seconds", sa.Integer(), nullable=False),
        sa.Column("template", sa.Text(), nullable=True),
        sa.Column("rotation_index", sa.Integer(), nullable=True),
        sa.Column("is_deload", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("reasons", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "fallback_reason IS NULL OR fallback_reason IN ('llm_disabled', 'rule_forced', 'llm_timeout', 'llm_error', 'llm_invalid', 'llm_unsafe', 'llm_busy')",
            name=op.f("ck_exercise_plans_fallback_reason"),
        ),
        sa.CheckConstraint("kind IN ('training', 'active', 'rest')", name=op.f("ck_exercise_plans_kind")),
        sa.CheckConstraint(
            "requested_source IN ('rule', 'llm')", name=op.f("ck_exercise_plans_requested_source")
        ),
        sa.CheckConstraint("source IN ('rule', 'llm')", name=op.f("ck_exercise_plans_source")),
        sa.CheckConstraint("status IN ('ACTIVE', 'DONE', 'CANCELED')", name=op.f("ck_exercise_plans_status")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_exercise_plans_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise_plans")),
    )
    op.create_index(
        op.f("ix_exercise_plans_user_id_target_date_id"),
        "exercise_plans",
        ["user_id", "target_date", "id"],
        unique=False,
    )
    op.create_index(
        "uq_exercise_plans_user_target_date_active",
        "exercise_plans",
        ["user_id", "target_date"],
        unique=True,
        postgresql_where=sa.text("status IN ('ACTIVE', 'DONE')"),
    )
    op.create_table(
        "kakao_tokens",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("access_token", sa.LargeBinary(), nullable=False),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refresh_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_kakao_tokens_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_kakao_tokens")),
    )
    op.create_table(
        "user_profiles",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sex", sa.Text(), server_default="X", nullable=False),
        sa.Column("age", sa.Integer(), server_default="30", nullable=False),
        sa.Column("weight_kg", sa.Numeric(), server_default="60", nullable=False),
        sa.Column("height_cm", sa.Numeric(), server_default="165", nullable=False),
        sa.Column("experience", sa.Text(), server_default="BEGINNER", nullable=False),
        sa.Column("goal", sa.Text(), server_default="GENERAL_HEALTH", nullable=False),
        sa.Column("days_per_week", sa.Integer(), server_default="3", nullable=False),
        sa.Column("weekdays", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("max_daily_minutes", sa.Integer(), server_default="40", nullable=False),
        sa.Column("equipment", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("injuries", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("excluded", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("known_lifts", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("loads", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("health", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("checkin", postgresql.JSONB(), nullable=True),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "experience IN ('BEGINNER', 'INTERMEDIATE', 'ADVANCED')", name=op.f("ck_user_profiles_experience")
        ),
        sa.CheckConstraint(
            "goal IN ('STRENGTH', 'HYPERTROPHY', 'FAT_LOSS', 'GENERAL_HEALTH', 'MOBILITY')",
            name=op.f("ck_user_profiles_goal"),
        ),
        sa.CheckConstraint("sex IN ('M', 'F', 'X')", name=op.f("ck_user_profiles_sex")),
        sa.CheckConstraint("age BETWEEN 10 AND 100", name=op.f("ck_user_profiles_age")),
        sa.CheckConstraint("char_length(notes) <= 500", name=op.f("ck_user_profiles_notes")),
        sa.CheckConstraint("days_per_week BETWEEN 1 AND 7", name=op.f("ck_user_profiles_days_per_week")),
        sa.CheckConstraint("height_cm BETWEEN 100 AND 250", name=op.f("ck_user_profiles_height_cm")),
        sa.CheckConstraint(
            "max_daily_minutes BETWEEN 10 AND 180", name=op.f("ck_user_profiles_max_daily_minutes")
        ),
        sa.CheckConstraint("weight_kg BETWEEN 30 AND 300", name=op.f("ck_user_profiles_weight_kg")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_profiles_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_profiles")),
    )
    op.create_table(
        "webhook_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("review_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default="RECEIVED", nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=True),
        sa.Column("body_hash", sa.Text(), nullable=True),
        sa.Column("answer", postgresql.JSONB(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "provider IN ('kakao_skill', 'kakao_channel', 'kakao_unlink', 'alimtalk')",
            name=op.f("ck_webhook_events_provider"),
        ),
        sa.CheckConstraint(
            "status IN ('RECEIVED', 'PROCESSED', 'REJECTED', 'ORPHAN', 'MANUAL_REVIEW', 'DISCARDED')",
            name=op.f("ck_webhook_events_status"),
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["manual_reviews.id"], name=op.f("fk_webhook_events_review_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_webhook_events_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_events")),
        sa.UniqueConstraint("provider", "event_id", name=op.f("uq_webhook_events_provider_event_id")),
        sa.UniqueConstraint(
            "provider", "idempotency_key", name=op.f("uq_webhook_events_provider_idempotency_key")
        ),
    )
    op.create_index(
        "ix_webhook_events_rejected",
        "webhook_events",
        ["provider", "received_at"],
        postgresql_where=sa.text("status = 'REJECTED'"),
    )
    op.create_index(
        op.f("ix_webhook_events_user_id"),
        "webhook_events",
        ["user_id"],
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_index(
        "ix_webhook_events_due",
        "webhook_events",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("status = 'RECEIVED'"),
    )
    op.create_table(
        "exercise_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("order_no", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("exercise", sa.Text(), nullable=False),
        sa.Column("target_sets", sa.Integer(), nullable=False),
        sa.Column("target_reps", sa.Integer(), nullable=True),
        sa.Column("target_seconds", sa.Integer(), nullable=True),
        sa.Column("target_weight_kg", sa.Numeric(), nullable=True),
        sa.Column("target_band", sa.Text(), nullable=True),
        sa.Column("target_rest_sec", sa.Integer(), nullable=False),
        sa.Column("target_rir", sa.Integer(), nullable=False),
        sa.Column("range_low", sa.Integer(), nullable=False),
        sa.Column("range_high", sa.Integer(), nullable=False),
        sa.Column("per_side", sa.Boolean(), nullable=False),
        sa.Column("is_caution", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reasons", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "target_band IS NULL OR target_band IN ('LIGHT', 'MEDIUM', 'HEAVY')",
            name=op.f("ck_exercise_sessions_target_band"),
        ),
        sa.CheckConstraint(
            "tier IN ('MAIN', 'SEC', 'ISO', 'CORE', 'COND', 'MOB')", name=op.f("ck_exercise_sessions_tier")
        ),
        sa.CheckConstraint(
            "(target_reps IS NULL) <> (target_seconds IS NULL)", name=op.f("ck_exercise_sessions_measure")
        ),
        sa.CheckConstraint("target_sets BETWEEN 1 AND 20", name=op.f("ck_exercise_sessions_target_sets")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["exercise_plans.id"], name=op.f("fk_exercise_sessions_plan_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise_sessions")),
        sa.UniqueConstraint("plan_id", "order_no", name=op.f("uq_exercise_sessions_plan_id_order_no")),
    )
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("review_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=True),
        sa.Column("variables", postgresql.JSONB(), nullable=False),
        sa.Column("status", sa.Text(), server_default="SCHEDULED", nullable=False),
        sa.Column("schedule_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("request_key", sa.Text(), nullable=True),
        sa.Column("request_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ask_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempt_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('daily_plan', 'summary', 'notice')", name=op.f("ck_notifications_kind")),
        sa.CheckConstraint(
            "status <> 'SENDING' OR (leased_until IS NOT NULL AND request_key IS NOT NULL)",
            name=op.f("ck_notifications_lease"),
        ),
        sa.CheckConstraint(
            "status IN ('SCHEDULED', 'SENDING', 'SENT', 'DELIVERED', 'RETRY_SCHEDULED', 'FAILED', 'MANUAL_REVIEW', 'CANCELED', 'EXPIRED')",
            name=op.f("ck_notifications_status"),
        ),
        sa.CheckConstraint("expires_at > schedule_at", name=op.f("ck_notifications_expires_at")),
        sa.ForeignKeyConstraint(["plan_id"], ["exercise_plans.id"], name=op.f("fk_notifications_plan_id")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["manual_reviews.id"], name=op.f("fk_notifications_review_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notifications_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_notifications_idempotency_key")),
        sa.UniqueConstraint("plan_id", name=op.f("uq_notifications_plan_id")),
    )
    op.create_index(
        "ix_notifications_due",
        "notifications",
        ["kind", "due_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('SCHEDULED', 'RETRY_SCHEDULED')"),
    )
    op.create_index(
        "ix_notifications_lease",
        "notifications",
        ["leased_until"],
        unique=False,
        postgresql_where=sa.text("status = 'SENDING'"),
    )
    op.create_index(
        op.f("ix_notifications_user_id_id"),
        "notifications",
        ["user_id", "id"],
        unique=False,
    )
    op.create_table(
        "exercise_set_states",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("set_no", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), server_default="PENDING", nullable=False),
        sa.Column("performed_reps", sa.Integer(), nullable=True),
        sa.Column("performed_seconds", sa.Integer(), nullable=True),
        sa.Column("performed_weight_kg", sa.Numeric(), nullable=True),
        sa.Column("performed_band", sa.Text(), nullable=True),
        sa.Column("actual_rest_sec", sa.Integer(), nullable=True),
        sa.Column("rir", sa.Integer(), nullable=True),
        sa.Column("skip_reason", sa.Text(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'PENDING') = (reported_at IS NULL)", name=op.f("ck_exercise_set_states_reported_at")
        ),
        sa.CheckConstraint(
            "performed_band IS NULL OR performed_band IN ('LIGHT', 'MEDIUM', 'HEAVY')",
            name=op.f("ck_exercise_set_states_performed_band"),
        ),
        sa.CheckConstraint(
            "skip_reason IS NULL OR skip_reason IN ('pain', 'time', 'busy', 'other')",
            name=op.f("ck_exercise_set_states_skip_reason"),
        ),
        sa.CheckConstraint(
            "status IN ('PENDING', 'DONE', 'SKIPPED', 'FAILED')", name=op.f("ck_exercise_set_states_status")
        ),
        sa.CheckConstraint(
            "actual_rest_sec BETWEEN 0 AND 3600", name=op.f("ck_exercise_set_states_actual_rest_sec")
        ),
        sa.CheckConstraint(
            "performed_reps BETWEEN 0 AND 100", name=op.f("ck_exercise_set_states_performed_reps")
        ),
        sa.CheckConstraint(
            "performed_seconds BETWEEN 0 AND 7200", name=op.f("ck_exercise_set_states_performed_seconds")
        ),
        sa.CheckConstraint(
            "performed_weight_kg BETWEEN 0 AND 500", name=op.f("ck_exercise_set_states_performed_weight_kg")
        ),
        sa.CheckConstraint("rir BETWEEN 0 AND 10", name=op.f("ck_exercise_set_states_rir")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["exercise_sessions.id"], name=op.f("fk_exercise_set_states_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise_set_states")),
        sa.UniqueConstraint("session_id", "set_no", name=op.f("uq_exercise_set_states_session_id_set_no")),
    )
    op.execute("CREATE SEQUENCE notification_fences")
    _guard_notification_moves()


def downgrade() -> None:
    op.execute("DROP TRIGGER notifications_legal_moves ON notifications")
    op.drop_table("exercise_set_states")
    op.drop_table("notifications")
    op.drop_table("exercise_sessions")
    op.drop_table("webhook_events")
    op.drop_table("user_profiles")
    op.drop_table("kakao_tokens")
    op.drop_table("exercise_plans")
    op.drop_table("daily_summaries")
    op.drop_table("users")
    op.drop_table("manual_reviews")
    op.drop_table("maintenance_logs")
    op.drop_table("guardrails")
    op.execute("DROP SEQUENCE notification_fences")
    op.execute("DROP FUNCTION refuse_notification_move()")


def _guard_notification_moves() -> None:
    """Refuse an illegal move in the database itself; a legal one never calls the function."""
    legal = ", ".join(f"'{old}>{new}'" for old, targets in LEGAL_MOVES.items() for new in targets)
    op.execute(
        """
        CREATE FUNCTION refuse_notification_move() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'notification % may not move from % to %', OLD.id, OLD.status, NEW.status
                USING ERRCODE = 'check_violation', CONSTRAINT = 'notifications_legal_moves', TABLE = 'notifications';
        END $$
        """
    )
    op.execute(
        f"""
        CREATE TRIGGER notifications_legal_moves BEFORE UPDATE OF status ON notifications
        FOR EACH ROW WHEN (
            OLD.status IS DISTINCT FROM NEW.status
            AND (OLD.status || '>' || NEW.status) <> ALL (ARRAY[{legal}])
        )
        EXECUTE FUNCTION refuse_notification_move()
        """
    )
