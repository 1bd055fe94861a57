"""Messages that the dealer took and never told of again: after 72 hours they go to a human."""

from datetime import datetime

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.domain import reviews
from app.domain.days import KST
from app.models import Notification

BATCH = 1000

_SILENT = text("""
    WITH silent AS (
        SELECT id FROM notifications
        WHERE status = 'SENT' AND receipt_due_at <= now()
        ORDER BY receipt_due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE notifications AS n
    SET status = 'MANUAL_REVIEW', reason_code = 'no_receipt', receipt_due_at = NULL, updated_at = now()
    FROM silent WHERE n.id = silent.id
    RETURNING n.id
""")


def review_silent(session: Session, now: datetime) -> int:
    """Put up to a batch of them into the review of the day (in Korea); returns how many. May run twice."""
    ids = session.scalars(_SILENT, {"limit": BATCH}).all()
    if ids:
        day = now.astimezone(KST).date().isoformat()
        review_id = reviews.open_review(
            session,
            subject="notification",
            cause=f"no_receipt:{day}",
            reason_code="no_receipt",
            detail="발송 후 72시간 동안 전달 결과가 오지 않았습니다.",
            count=len(ids),
        )
        session.execute(update(Notification).where(Notification.id.in_(ids)).values(review_id=review_id))
    return len(ids)
