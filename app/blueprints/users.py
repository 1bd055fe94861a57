"""Trainees over HTTP."""

from typing import Any
from uuid import UUID

from app.auth import is_operator
from app.domain import summaries, users
from app.domain.days import utc_now
from app.extensions import db
from app.models import User
from app.openapi import Blueprint
from app.schemas.plans import DaySummaryPage, SummaryFilter
from app.schemas.users import UserIn, UserOut, UserPatch

blp = Blueprint("users", __name__, url_prefix="/users", description="Trainees")


@blp.post("", auth="client")
@blp.arguments(UserIn)
@blp.response(201, UserOut, headers={"Location": {"schema": {"type": "string"}}})
@blp.alt_response(403, "FORBIDDEN")
@blp.alt_response(409, "CONFLICT")
def create_user(data: dict[str, Any]) -> tuple[User, int, dict[str, str]]:
    """Add a trainee"""
    user = users.create_user(db.session(), data, by_operator=is_operator())
    db.session.commit()
    return user, 201, {"Location": f"/users/{user.id}"}


@blp.get("/<uuid:user_id>", auth="client")
@blp.response(200, UserOut)
@blp.alt_response(404, "NOT_FOUND")
def get_user(user_id: UUID) -> User:
    """Look at a trainee"""
    return users.get_user(db.session(), user_id)


@blp.patch("/<uuid:user_id>", auth="client")
@blp.arguments(UserPatch)
@blp.response(200, UserOut)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
def update_user(data: dict[str, Any], user_id: UUID) -> User:
    """Change a trainee; a new reminder time or time zone moves scheduled daily plans"""
    user = users.update_user(db.session(), user_id, data, utc_now())
    db.session.commit()
    return user


@blp.delete("/<uuid:user_id>", auth="client")
@blp.response(204)
@blp.alt_response(404, "NOT_FOUND")
def delete_user(user_id: UUID) -> None:
    """Withdraw a trainee: stop what is scheduled, erase what is personal"""
    users.erase_user(db.session(), user_id, utc_now())
    db.session.commit()


@blp.get("/<uuid:user_id>/summary", auth="client")
@blp.arguments(SummaryFilter, location="query")
@blp.response(200, DaySummaryPage)
@blp.alt_response(404, "NOT_FOUND")
def get_summary(filters: dict[str, Any], user_id: UUID) -> dict[str, Any]:
    """Read what a trainee did, day by day"""
    items = summaries.summarize(db.session(), user_id, filters, utc_now())
    return {"items": items, "next_cursor": None}
