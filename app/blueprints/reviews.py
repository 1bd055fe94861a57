"""Manual reviews over HTTP."""

from typing import Any
from uuid import UUID

from flask import g

from app.domain import review_actions, reviews
from app.domain.days import utc_now
from app.extensions import db
from app.openapi import Blueprint
from app.schemas.common import decode_cursor, page_from
from app.schemas.reviews import ReviewDecision, ReviewFilter, ReviewPage, ReviewResolved
from app.workers.bells import ring

blp = Blueprint(
    "reviews", __name__, url_prefix="/manual-reviews", description="What waits for a human decision"
)


@blp.get("", auth="operator")
@blp.arguments(ReviewFilter, location="query")
@blp.response(200, ReviewPage)
def list_reviews(filters: dict[str, Any]) -> dict[str, Any]:
    """List reviews, newest first"""
    limit, after = filters["limit"], decode_cursor(filters.get("cursor"), UUID)
    wanted: dict[str, str] = {name: filters[name] for name in ("state", "subject") if name in filters}
    found = reviews.list_reviews(db.session(), wanted, limit, after[0] if after else None)
    return page_from(found, limit, lambda each: (each["id"],))


@blp.post("/<uuid:review_id>/resolve", auth="operator")
@blp.arguments(ReviewDecision)
@blp.response(200, ReviewResolved)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
def resolve_review(data: dict[str, Any], review_id: UUID) -> dict[str, Any]:
    """Decide; of two decisions at once the second is refused"""
    done = review_actions.resolve(db.session(), review_id, **data, now=utc_now(), request_id=g.request_id)
    db.session.commit()
    if done.bell:
        ring(done.bell)
    return done.view
