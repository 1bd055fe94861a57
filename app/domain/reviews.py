"""The manual-review queue: what the service cannot decide by itself, one entry a cause."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import ManualReview, Notification

OUTAGE = "outage"  # tries that did not get through in time have one cause, whatever the provider said


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


_LATEST = text("""
    SELECT DISTINCT ON (cause, reason_code) cause, reason_code,
        state = 'open' OR action = 'discard' AS is_known
    FROM manual_reviews WHERE subject = :subject AND cause = ANY(:causes)
    ORDER BY cause, reason_code, id DESC
""")


def known(session: Session, subject: str, causes: Sequence[str]) -> set[tuple[str, str]]:
    """Causes and reasons that need no review: a human has one before them, or turned the last one down."""
    found = session.execute(_LATEST, {"subject": subject, "causes": list(causes)}) if causes else ()
    return {(row.cause, row.reason_code) for row in found if row.is_known}


def open_for_notifications(session: Session, rows: Sequence[Any]) -> None:
    """One review for each cause among `rows` (`id`, `kind`, `reason_code`, `code`); they point to it."""
    causes: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for row in rows:
        is_outage = row.reason_code == "attempts_exhausted"
        causes[OUTAGE if is_outage else f"{row.kind}:{row.code}", row.reason_code or "unknown"].append(row.id)
    for (cause, reason_code), ids in sorted(causes.items()):
        review_id = open_review(
            session, subject="notification", cause=cause, reason_code=reason_code, count=len(ids)
        )
        session.execute(update(Notification).where(Notification.id.in_(ids)).values(review_id=review_id))


_FIELDS = (
    "id",
    "subject",
    "cause",
    "reason_code",
    "detail",
    "count",
    "state",
    "opened_at",
    "last_seen_at",
    "resolved_at",
    "action",
    "memo",
    "actor",
)

# The first few rows that point to each review, for a whole page of reviews.
_SUBJECT_IDS = text("""
    SELECT review.id AS review_id, found.id
    FROM unnest(CAST(:ids AS uuid[])) AS review (id), LATERAL (
        (SELECT id FROM notifications WHERE review_id = review.id ORDER BY id LIMIT :most)
        UNION ALL
        (SELECT id FROM webhook_events WHERE review_id = review.id ORDER BY id LIMIT :most)
    ) AS found
    ORDER BY found.id
""")
MOST_IDS = 10


def list_reviews(
    session: Session, filters: dict[str, str], limit: int, after: UUID | None
) -> list[dict[str, Any]]:
    """Reviews as `views`, newest first, `limit` + 1 of them at most; `after` is the last id seen.

    `filters` may name a `state` and a `subject`. Ids sort by time.
    """
    query = select(ManualReview).order_by(ManualReview.id.desc())
    for name, value in filters.items():
        query = query.where(getattr(ManualReview, name) == value)
    if after is not None:
        query = query.where(ManualReview.id < after)
    return views(session, session.scalars(query.limit(limit + 1)).all())


def views(session: Session, rows: Sequence[ManualReview]) -> list[dict[str, Any]]:
    """Reviews for the API, each with up to 10 ids of its messages or events as `subject_ids`."""
    ids: dict[UUID, list[UUID]] = defaultdict(list)
    given = {"ids": [str(row.id) for row in rows], "most": MOST_IDS}
    for found in session.execute(_SUBJECT_IDS, given):
        ids[found.review_id].append(found.id)
    return [{name: getattr(row, name) for name in _FIELDS} | {"subject_ids": ids[row.id]} for row in rows]
