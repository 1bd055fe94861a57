"""What the database itself refuses, whatever the program does: moves of messages and values of columns."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from factories import add_plan, add_user, make_notification, today
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.models import ManualReview, Notification, WebhookEvent
from app.models.notification import LEGAL_MOVES, STATUSES


def broken(error: pytest.ExceptionInfo[IntegrityError]) -> str | None:
    """The name of the constraint that refused."""
    diag: Any = getattr(error.value.orig, "diag", None)
    return str(diag.constraint_name)


def may_move(session: Session, user_id: UUID, old: str, new: str) -> bool:
    held = {"leased_until": datetime.now(UTC), "request_key": "key"}
    row = make_notification(session, user_id, status=old, **held)
    move = update(Notification).where(Notification.id == row.id).values(status=new)
    try:
        with session.begin_nested():
            session.execute(move)
    except IntegrityError as error:
        assert "notifications_legal_moves" in repr(getattr(error.orig, "diag", None).constraint_name)
        return False
    return True


@pytest.mark.parametrize("old", STATUSES)
def test_a_message_makes_the_moves_of_the_table_and_no_others(db_session: Session, old: str) -> None:
    user = add_user(db_session)

    moves = {new for new in STATUSES if new != old and may_move(db_session, user.id, old, new)}

    assert moves == set(LEGAL_MOVES[old])


def test_the_table_of_moves_names_every_state() -> None:
    assert set(LEGAL_MOVES) == set(STATUSES)
    assert {new for moves in LEGAL_MOVES.values() for new in moves} <= set(STATUSES)


def test_a_message_may_be_written_without_a_move(db_session: Session) -> None:
    row = make_notification(db_session, add_user(db_session).id, status="DELIVERED")

    db_session.execute(update(Notification).values(status="DELIVERED", reason_code=None))

    assert row.status == "DELIVERED"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("users SET name = NULL", "ck_users_name"),
        ("users SET deleted_at = now()", "ck_users_tombstone"),
        ("users SET phone_number = '010-1234-5678'", "ck_users_phone_number"),
        ("users SET phone_number = '0212345678'", "ck_users_phone_number"),
        ("user_profiles SET sex = 'm'", "ck_user_profiles_sex"),
        ("user_profiles SET age = 9", "ck_user_profiles_age"),
        ("user_profiles SET weight_kg = 300.1", "ck_user_profiles_weight_kg"),
        ("user_profiles SET height_cm = 99", "ck_user_profiles_height_cm"),
        ("user_profiles SET goal = 'FUN'", "ck_user_profiles_goal"),
        ("user_profiles SET experience = ''", "ck_user_profiles_experience"),
        ("user_profiles SET days_per_week = 8", "ck_user_profiles_days_per_week"),
        ("user_profiles SET max_daily_minutes = 5", "ck_user_profiles_max_daily_minutes"),
        ("user_profiles SET notes = repeat('x', 501)", "ck_user_profiles_notes"),
        ("exercise_plans SET source = 'gpt'", "ck_exercise_plans_source"),
        ("exercise_plans SET requested_source = 'LLM'", "ck_exercise_plans_requested_source"),
        ("exercise_plans SET fallback_reason = 'x'", "ck_exercise_plans_fallback_reason"),
        ("exercise_plans SET status = 'OPEN'", "ck_exercise_plans_status"),
        ("exercise_plans SET kind = 'party'", "ck_exercise_plans_kind"),
        ("exercise_sessions SET tier = 'X'", "ck_exercise_sessions_tier"),
        ("exercise_sessions SET target_band = 'RED'", "ck_exercise_sessions_target_band"),
        ("exercise_sessions SET target_sets = 0", "ck_exercise_sessions_target_sets"),
        ("exercise_sessions SET target_seconds = 30", "ck_exercise_sessions_measure"),
        ("exercise_sessions SET target_reps = NULL", "ck_exercise_sessions_measure"),
        ("exercise_set_states SET status = 'done'", "ck_exercise_set_states_status"),
        ("exercise_set_states SET reported_at = NULL", "ck_exercise_set_states_reported_at"),
        ("exercise_set_states SET performed_reps = 101", "ck_exercise_set_states_performed_reps"),
        ("exercise_set_states SET performed_seconds = -1", "ck_exercise_set_states_performed_seconds"),
        ("exercise_set_states SET performed_weight_kg = 500.1", "ck_exercise_set_states_performed_weight_kg"),
        ("exercise_set_states SET performed_weight_kg = 'NaN'", "ck_exercise_set_states_performed_weight_kg"),
        ("exercise_set_states SET performed_band = 'x'", "ck_exercise_set_states_performed_band"),
        ("exercise_set_states SET actual_rest_sec = 3601", "ck_exercise_set_states_actual_rest_sec"),
        ("exercise_set_states SET rir = 11", "ck_exercise_set_states_rir"),
        ("exercise_set_states SET skip_reason = 'x'", "ck_exercise_set_states_skip_reason"),
        ("notifications SET kind = 'ad'", "ck_notifications_kind"),
        ("notifications SET leased_until = NULL", "ck_notifications_lease"),
        ("notifications SET request_key = NULL", "ck_notifications_lease"),
        ("notifications SET expires_at = schedule_at", "ck_notifications_expires_at"),
        ("notification_provider_codes SET provider = 'sms'", "ck_notification_provider_codes_provider"),
        ("notification_provider_codes SET outcome = 'fine'", "ck_notification_provider_codes_outcome"),
        (
            "notification_provider_codes SET provider_response = repeat('가', 1366)",
            "ck_notification_provider_codes_provider_response",
        ),
        ("webhook_events SET provider = 'x'", "ck_webhook_events_provider"),
        ("webhook_events SET status = 'x'", "ck_webhook_events_status"),
        ("webhook_events SET signature_state = 'x', payload = NULL", "ck_webhook_events_signature_state"),
        ("webhook_events SET signature_state = 'invalid'", "ck_webhook_events_forged_has_no_payload"),
        ("manual_reviews SET subject = 'x'", "ck_manual_reviews_subject"),
        (
            "manual_reviews SET state = 'resolved', action = 'retry', memo = 'm', actor = 'me'",
            "ck_manual_reviews_resolved_at",
        ),
        ("manual_reviews SET resolved_at = now()", "ck_manual_reviews_resolved_at"),
        (
            "manual_reviews SET state = 'resolved', resolved_at = now(), action = 'retry', actor = 'me'",
            "ck_manual_reviews_resolution",
        ),
        (
            "manual_reviews SET state = 'x', resolved_at = now(), action = 'retry', memo = 'm', actor = 'me'",
            "ck_manual_reviews_state",
        ),
        ("manual_reviews SET action = 'x'", "ck_manual_reviews_action"),
    ],
)
def test_values_that_make_no_sense_are_refused(db_session: Session, change: str, constraint: str) -> None:
    user = add_user(db_session)
    add_plan(db_session, user.id, today(), ["DONE"])
    make_notification(db_session, user.id, status="SENDING")
    event = WebhookEvent(provider="alimtalk", event_id="e1", signature_state="valid", payload={})
    db_session.add_all([event, ManualReview(subject="sender", cause="c", reason_code="r")])
    db_session.commit()

    with pytest.raises(IntegrityError) as error:
        db_session.execute(text(f"UPDATE {change}"))

    assert broken(error) == constraint


@pytest.mark.parametrize(
    ("copy", "constraint"),
    [
        (
            "users (id, name, phone_number) SELECT gen_random_uuid(), 'x', phone_number",
            "uq_users_phone_number",
        ),
        (
            "users (id, name, kakao_user_id) SELECT gen_random_uuid(), 'x', kakao_user_id",
            "uq_users_kakao_user_id",
        ),
    ],
)
def test_a_phone_and_a_kakao_id_are_there_once(db_session: Session, copy: str, constraint: str) -> None:
    add_user(db_session, phone_number="01012345678", kakao_user_id="k1")

    with pytest.raises(IntegrityError) as error:
        db_session.execute(text(f"INSERT INTO {copy} FROM users"))

    assert broken(error) == constraint


@pytest.mark.parametrize(("statuses", "fits"), [("AD", False), ("DD", False), ("AC", True), ("CC", True)])
def test_a_day_has_one_plan_that_is_not_canceled(db_session: Session, statuses: str, fits: bool) -> None:
    words = {"A": "ACTIVE", "D": "DONE", "C": "CANCELED"}
    user = add_user(db_session)
    add_plan(db_session, user.id, today(), status=words[statuses[0]])

    if fits:
        add_plan(db_session, user.id, today(), status=words[statuses[1]])
        return
    with pytest.raises(IntegrityError) as error:
        add_plan(db_session, user.id, today(), status=words[statuses[1]])

    assert broken(error) == "uq_exercise_plans_user_target_date_active"
