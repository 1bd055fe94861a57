"""The manual-review queue: what the service cannot decide by itself, one entry a cause."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import ManualReview, Notification


def open_review(
    session: Session, *, subject: str, cause: str, reason_code: str, detail: str = "", count: int = 1
) -> UUID:
    """Open a review, or count `count` more onto the open one of the same subject, cause and reason."""
    query = insert(ManualReview).values(
        subject=subject, cause=cause, reason_code=reason_code, detail=detail, count=count
    )
    query = query.on_conflict_do_update(
        index_elements=["subject", "cause", "reason_code"],
        index_where=text("state = 'open'"),
        set_={"count": ManualReview.count + query.excluded.count, "last_seen_at": func.now()},
    )
    review_id: UUID = session.scalars(query.returning(ManualReview.id)).one()
    return review_id


def open_for_notifications(session: Session, rows: Sequence[Any]) -> None:
    """One review for each cause among `rows` (`id`, `kind`, `reason_code`, `code`); they point to it."""
    causes: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for row in rows:
        causes[f"{row.kind}:{row.code}", row.reason_code or "unknown"].append(row.id)
    for (cause, reason_code), ids in sorted(causes.items()):
        review_id = open_review(
            session, subject="notification", cause=cause, reason_code=reason_code, count=len(ids)
        )
        session.execute(update(Notification).where(Notification.id.in_(ids)).values(review_id=review_id))
