"""Reviews with their rows, and ways to decide about them."""

from typing import Any
from uuid import UUID, uuid4

from factories import AS_OPERATOR, add_user, make_notification
from openapi_client import SpecClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.models import MaintenanceLog, ManualReview, Notification, WebhookEvent

BY_KIM = {"memo": "확인했습니다", "actor": "kim"}


def add_review(session: Session, subject: str = "notification", **fields: Any) -> ManualReview:
    """An open review without rows; committed."""
    review = ManualReview(
        **{"subject": subject, "cause": "notice:TIMEOUT", "reason_code": "outcome_unknown"} | fields
    )
    session.add(review)
    session.commit()
    return review


def add_message(session: Session, review: ManualReview | None, **fields: Any) -> Notification:
    """A message of that review, whose outcome nobody knows unless said otherwise; committed."""
    known = {"status": "MANUAL_REVIEW", "reason_code": "outcome_unknown", "failure_reason": "응답 없음"}
    user = add_user(session)
    return make_notification(session, user.id, review_id=review and review.id, **known | fields)


def add_event(session: Session, review: ManualReview | None, **fields: Any) -> WebhookEvent:
    """An event of that review whose shape nobody understood; committed."""
    known: dict[str, Any] = {"provider": "alimtalk", "signature_state": "valid", "payload": {"odd": True}}
    known |= {"status": "MANUAL_REVIEW", "event_id": str(uuid4()), "review_id": review and review.id}
    event = WebhookEvent(**known | fields)
    session.add(event)
    session.commit()
    return event


def decide(client: SpecClient, review_id: UUID, action: str, **body: Any) -> TestResponse:
    path = f"/manual-reviews/{review_id}/resolve"
    return client.post(path, json=BY_KIM | {"action": action} | body, headers=AS_OPERATOR)


def decided(client: SpecClient, review_id: UUID, action: str) -> dict[str, Any]:
    """The review after a decision that was taken."""
    response = decide(client, review_id, action)
    assert response.status_code == 200, response.text
    return dict(response.json)


def fresh(session: Session, row: Any) -> Any:
    """The row as it is committed now."""
    session.rollback()
    session.expire_all()
    return session.get_one(type(row), row.id)


def log_row(session: Session) -> MaintenanceLog:
    """The only row about a review in the maintenance log."""
    session.rollback()
    return session.scalars(select(MaintenanceLog).where(MaintenanceLog.kind == "review")).one()


def open_ones(session: Session) -> list[tuple[str, str, str, int]]:
    """Subject, cause, reason and count of what waits for a human."""
    session.rollback()
    session.expire_all()
    query = select(ManualReview).where(ManualReview.state == "open").order_by(ManualReview.id)
    return [(each.subject, each.cause, each.reason_code, each.count) for each in session.scalars(query)]
