"""Trainees with messages, made straight in the database, and ways to look at them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.consequences import Meaning
from app.domain.outcomes import Answer
from app.domain.receipts import Receipt
from app.models import Guardrail, ManualReview, Notification, NotificationProviderCode, User, UserProfile

DEADLINE_S = 0.5
TEXTS = {
    "daily_plan": {
        "회원이름": "가나다",
        "운동날짜": "1월 5일(월)",
        "오늘의운동구성": "전신 A",
        "예상시간": "42분",
    },
    "notice": {"회원이름": "가나다", "안내드리는제목": "휴관", "안내드리는자세한내용": "쉽니다."},
    "summary": {
        "회원이름": "가나다",
        "운동날짜": "1월 5일(월)",
        "완료한세트수": "9",
        "건너뛴세트수": "0",
        "총운동량": "900kg",
    },
}


def phone(number: int) -> str:
    """A number nobody has."""
    return f"0100000{number:04d}"


def add_messages(session: Session, count: int = 1, **columns: Any) -> list[UUID]:
    """`count` trainees with one message each, due now unless `columns` say otherwise; their ids."""
    taken = session.query(User).count()
    return [_add(session, taken + number, columns) for number in range(count)]


def _add(session: Session, number: int, columns: dict[str, Any]) -> UUID:
    user = User(id=uuid4(), name="가나다", phone_number=phone(number), profile=UserProfile())
    session.add(user)
    session.flush()
    kind = columns.get("kind", "notice")
    now = datetime.now(UTC) - timedelta(seconds=1)
    defaults = {
        "id": uuid4(),
        "user_id": user.id,
        "kind": kind,
        "idempotency_key": str(uuid4()),
        "variables": TEXTS[kind],
        "schedule_at": now,
        "due_at": now,
        "expires_at": now + timedelta(hours=12),
    }
    message = Notification(**(defaults | columns))
    session.add(message)
    session.commit()
    return message.id


def answer(outcome: str, code: str = "0", **fields: Any) -> Answer:
    """What a provider said, with a made-up reason."""
    return Answer(code, Meaning(outcome, f"because_{outcome}", ""), **fields)


def receipt(message_id: UUID, outcome: str = "ok", request_id: str = "r-1") -> Receipt:
    """A delivery result of that meaning."""
    return Receipt(message_id, "1000", Meaning(outcome, "delivered", ""), None, request_id)


def look(session: Session, message_id: UUID) -> Notification:
    """The row as it is committed now."""
    session.rollback()
    session.expire_all()
    return session.get_one(Notification, message_id)


def states(session: Session) -> list[str]:
    """The states of all messages, sorted."""
    session.rollback()
    return sorted(session.scalars(select(Notification.status)))


def attempts(session: Session, message_id: UUID) -> list[NotificationProviderCode]:
    """The attempts of a message, oldest first."""
    session.rollback()
    session.expire_all()
    query = select(NotificationProviderCode).where(NotificationProviderCode.notification_id == message_id)
    return list(session.scalars(query.order_by(NotificationProviderCode.attempt_no)))


def open_reviews(session: Session) -> list[tuple[str, str, str, int]]:
    """Subject, cause, reason and count of what waits for a human."""
    session.rollback()
    query = select(ManualReview).where(ManualReview.state == "open").order_by(ManualReview.cause)
    return [(each.subject, each.cause, each.reason_code, each.count) for each in session.scalars(query)]


def ask_until_decided(run: Callable[[], None], pass_time: Callable[[float], None]) -> None:
    """Let the dealer be asked 10, 30 and 60 s after the first time."""
    for gap_s in (11, 21, 31):
        pass_time(gap_s)
        run()


def auto_cap(session: Session) -> Any:
    """The automatic cap: messages a minute, None when it is not set."""
    session.rollback()
    return session.scalars(select(Guardrail.value).where(Guardrail.name == "auto_cap")).one_or_none()
