"""A database with rows in every table."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from factories import add_plan, add_user, make_notification, today
from sqlalchemy.orm import Session

from app.models import (
    Base,
    ChatCallback,
    DailySummary,
    DeliveryTally,
    Guardrail,
    KakaoChat,
    KakaoToken,
    LinkCode,
    LlmCall,
    LlmText,
    MaintenanceLog,
    ManualReview,
    PeriodicJob,
    SenderHold,
    WebhookEvent,
)


def fill(session: Session) -> None:
    """Rows in all tables, of every kind that a move down or up could stumble over."""
    now = datetime.now(UTC)
    user = add_user(session, phone_number="01012345678", kakao_user_id="k1")
    add_user(session, name=None, deleted_at=now)
    plan = add_plan(session, user.id, today(), ["DONE", "SKIPPED", "PENDING"])
    add_plan(session, user.id, today(), ["SKIPPED"], status="CANCELED")
    make_notification(session, user.id, status="SENDING", plan_id=plan.id, kind="daily_plan")
    make_notification(session, user.id, status="FAILED", reason_code="no_address", last_error_at=now)
    rows = _events(user.id)
    rows += [
        ManualReview(subject="sender", cause="alimtalk", reason_code="alert"),
        Guardrail(name="send_paused", value=True, reason="test", actor="me"),
        MaintenanceLog(kind="deploy", actor="me", message="v1"),
        KakaoToken(user_id=user.id, access_token=b"x", expires_at=now + timedelta(hours=6), key_id="k"),
        SenderHold(scope="alimtalk", until=now, reason_code="daily_quota", code="-1017"),
        DeliveryTally(started=20),
        LlmCall(leased_until=now),
        LlmCall(leased_until=now, ended_at=now, is_ok=False),
        LlmText(plan_id=plan.id, text="{}"),
        PeriodicJob(name="pull_results", done_until=now),
        DailySummary(
            user_id=user.id,
            on_date=today(),
            planned_sets=3,
            done_sets=1,
            skipped_sets=1,
            failed_sets=0,
            volume_kg=Decimal("42.125"),
            minutes=7,
            streak=1,
        ),
    ]
    session.add_all(rows)
    session.flush()
    event = next(row for row in rows if isinstance(row, WebhookEvent))
    session.add_all(
        [
            KakaoChat(bot_user_key="b1", user_id=user.id, last_event_id=event.id, question={"reps": 8}),
            KakaoChat(bot_user_key="b2", wrong_codes=2, wrong_codes_since=now),
            LinkCode(user_id=user.id, code_hash="h", expires_at=now),
            ChatCallback(event_id=event.id, user_id=user.id, target_date=today(), url="u", expires_at=now),
        ]
    )
    session.commit()


def _events(user_id: UUID) -> list[Base]:
    """Webhook events in every state that a move could stumble over."""
    events: list[dict[str, Any]] = [
        {
            "status": "RECEIVED",
            "signature_state": "valid",
            "payload": {"a": 1},
            "schema_version": "skill-2.0",
        },
        {"status": "REJECTED", "signature_state": "invalid"},
        {"status": "REJECTED", "signature_state": "missing"},
        {"status": "REJECTED", "signature_state": "valid", "payload": {"odd": True}},
        {"status": "PROCESSED", "signature_state": "valid", "payload": None, "retry_count": 3},
    ]
    return [
        WebhookEvent(provider="kakao_skill", event_id=f"e{number}", user_id=user_id, **each)
        for number, each in enumerate(events)
    ]
