"""Trainees who are not heard from: one last message says that plans pause; any word resumes them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.days import local_date
from app.domain.scheduling import LIFETIMES, paused_key, reminder
from app.domain.templates import TEMPLATES
from app.models import Notification, User, new_id

ACTIVE_FOR = timedelta(days=28)
"""How long plans come by themselves after a trainee was last heard from."""
LAST_WORDS = {
    "안내드리는제목": "4주 동안 소식이 없어 계획을 쉬어요",
    "안내드리는자세한내용": "아무 말이나 보내시면 다시 시작해요.",
}


def is_silent(user: User, at: datetime) -> bool:
    """Whether at that moment a trainee has not been heard from for too long."""
    return user.heard_at <= at - ACTIVE_FOR


def tell(session: Session, users: Sequence[User], now: datetime) -> None:
    """Add the last message of each, for their reminder time; once for each silence, however often it runs."""
    if users:
        rows = [_message(user, now) for user in users]
        session.execute(insert(Notification).values(rows).on_conflict_do_nothing())


def _message(user: User, now: datetime) -> dict[str, Any]:
    at = reminder(user, local_date(user.timezone, now), now)
    template = TEMPLATES["notice"]
    return {
        "id": new_id(),
        "user_id": user.id,
        "kind": "notice",
        "idempotency_key": paused_key(user),
        "variables": template.fit({"회원이름": user.name or ""} | LAST_WORDS),
        "schedule_at": at,
        "due_at": at,
        "expires_at": at + LIFETIMES["notice"],
    }
