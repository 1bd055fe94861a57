"""Trainees over HTTP."""

from typing import Any
from uuid import UUID

from flask import current_app

from app.auth import is_operator
from app.domain import link_codes, summaries, tokens, users
from app.domain.days import utc_now
from app.extensions import db
from app.models import KakaoToken, User
from app.openapi import Blueprint
from app.schemas.common import LOCATION
from app.schemas.plans import DaySummaryPage, SummaryFilter
from app.schemas.users import KakaoTokenIn, KakaoTokenOut, LinkCodeOut, UserIn, UserOut, UserPatch

blp = Blueprint("users", __name__, url_prefix="/users", description="Trainees")


@blp.post("", auth="client")
@blp.arguments(UserIn)
@blp.response(201, UserOut, headers=LOCATION)
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
@blp.arguments(UserPatch, required=False)
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


@blp.put("/<uuid:user_id>/kakao-token", auth="client")
@blp.arguments(KakaoTokenIn)
@blp.response(200, KakaoTokenOut)
@blp.alt_response(404, "NOT_FOUND")
def store_kakao_token(data: dict[str, Any], user_id: UUID) -> KakaoToken:
    """Keep a trainee's own Kakao token, for the memo sender; it is stored encrypted and never shown again"""
    cipher = tokens.cipher(tuple(current_app.config["SECRET_KEYS"]))
    token = tokens.store(db.session(), cipher, user_id, data, utc_now())
    db.session.commit()
    return token


@blp.delete("/<uuid:user_id>/kakao-token", auth="client")
@blp.response(204)
@blp.alt_response(404, "NOT_FOUND")
def forget_kakao_token(user_id: UUID) -> None:
    """Forget a trainee's Kakao token, if there is one"""
    tokens.forget(db.session(), user_id)
    db.session.commit()


@blp.post("/<uuid:user_id>/link-code", auth="client")
@blp.response(201, LinkCodeOut)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
def make_link_code(user_id: UUID) -> dict[str, Any]:
    """Make a code that joins a trainee's KakaoTalk when typed there, once, within 10 minutes"""
    keys = current_app.config["SECRET_KEYS"]
    code, expires_at = link_codes.issue(db.session(), keys, user_id, utc_now())
    db.session.commit()
    return {"code": code, "expires_at": expires_at}


@blp.get("/<uuid:user_id>/summary", auth="client")
@blp.arguments(SummaryFilter, location="query")
@blp.response(200, DaySummaryPage)
@blp.alt_response(404, "NOT_FOUND")
def get_summary(filters: dict[str, Any], user_id: UUID) -> dict[str, Any]:
    """Read what a trainee did, day by day"""
    items = summaries.summarize(db.session(), user_id, filters, utc_now())
    return {"items": items, "next_cursor": None}
