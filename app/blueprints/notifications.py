"""Messages over HTTP."""

from typing import Any
from uuid import UUID

from flask import g

from app.domain import notifications
from app.domain.days import utc_now
from app.extensions import db
from app.models import Notification
from app.openapi import Blueprint
from app.schemas.common import LOCATION, decode_cursor, page_from
from app.schemas.notifications import NotificationFilter, NotificationIn, NotificationOut, NotificationPage
from app.workers.bells import ring

blp = Blueprint("notifications", __name__, url_prefix="/notifications", description="KakaoTalk messages")


@blp.post("", auth="client")
@blp.arguments(NotificationIn)
@blp.response(201, NotificationOut, headers=LOCATION)
@blp.alt_response(200, schema=NotificationOut)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
def register_notification(data: dict[str, Any]) -> tuple[Notification, int, dict[str, str]]:
    """Register a notice; the same key and body again is the same message"""
    found, is_new = notifications.register_notice(db.session(), data, utc_now(), g.request_id)
    db.session.commit()
    if is_new and found.due_at <= utc_now():
        ring("delivery")
    notification = notifications.get_notification(db.session(), found.id)
    return notification, 201 if is_new else 200, {"Location": f"/notifications/{found.id}"}


@blp.get("/<uuid:notification_id>", auth="client")
@blp.response(200, NotificationOut)
@blp.alt_response(404, "NOT_FOUND")
def get_notification(notification_id: UUID) -> Notification:
    """Look at a message and its attempts"""
    return notifications.get_notification(db.session(), notification_id)


@blp.get("", auth="operator")
@blp.arguments(NotificationFilter, location="query")
@blp.response(200, NotificationPage)
def list_notifications(filters: dict[str, Any]) -> dict[str, Any]:
    """List messages, newest first"""
    limit, after = filters["limit"], decode_cursor(filters.get("cursor"), UUID)
    wanted: dict[str, Any] = {
        name: filters[name] for name in ("status", "kind", "user_id") if name in filters
    }
    found = notifications.list_notifications(db.session(), wanted, limit, after[0] if after else None)
    return page_from(found, limit, lambda each: (each.id,))
