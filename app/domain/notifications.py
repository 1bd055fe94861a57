"""Registering messages and looking at them; sending is in `delivery`."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, selectinload

from app.chat.answers import units
from app.domain import users
from app.domain.days import korean_date
from app.domain.scheduling import LIFETIMES, daily_plan_time
from app.domain.templates import TEMPLATES
from app.errors import IdempotencyMismatch, InvalidInput, NotFound
from app.models import Notification, User, new_id

OWN_KEYS = "coach:"  # prefix of the idempotency keys this service makes itself
FURTHEST = timedelta(days=366)


def register_notice(
    session: Session, data: dict[str, Any], now: datetime, request_id: str | None
) -> tuple[Notification, bool]:
    """Accept a client's notice; returns the row and whether it is new. May run twice.

    Raises NotFound (no such user), InvalidInput (variables, time or key), IdempotencyMismatch (the key
    was used with another body).
    """
    user = users.hold_user(session, data["user_id"])
    body_hash = _hash(data)
    known = _by_key(session, data["idempotency_key"])
    if known is None:
        values = _notice_values(user, data, now) | {"request_id": request_id, "body_hash": body_hash}
        query = insert(Notification).values(**values).on_conflict_do_nothing().returning(Notification)
        created = session.scalars(query).one_or_none()
        if created is not None:
            return created, True
        known = _by_key(session, data["idempotency_key"])
    if known is None or known.body_hash != body_hash:
        raise IdempotencyMismatch("This idempotency_key was used with another body.")
    return known, False


def daily_plan_values(user: User, plan: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    """The row that announces a plan, or None: a rest day, a day that is over, or no messages wanted."""
    at = daily_plan_time(user, plan["target_date"], now)
    if at is None or plan["kind"] == "rest" or not user.notifications_enabled:
        return None
    what, _, minutes = plan["summary"].rpartition(" · ")
    values = {
        "회원이름": user.name or "",
        "운동날짜": korean_date(plan["target_date"]),
        "오늘의운동구성": what,
        "예상시간": minutes,
    }
    return {
        "id": new_id(),
        "user_id": user.id,
        "plan_id": plan["id"],
        "kind": "daily_plan",
        "idempotency_key": f"{OWN_KEYS}daily_plan:{plan['id']}",
        "variables": TEMPLATES["daily_plan"].fit(values),
        "status": "SCHEDULED",
        "schedule_at": at,
        "due_at": at,
        "expires_at": at + LIFETIMES["daily_plan"],
        "request_id": plan["request_id"],
    }


def get_notification(session: Session, notification_id: UUID) -> Notification:
    """One message with its attempts; raises NotFound."""
    found = session.scalars(
        select(Notification)
        .options(selectinload(Notification.provider_codes))
        .where(Notification.id == notification_id)
    ).one_or_none()
    if found is None:
        raise NotFound(f"No notification {notification_id}.")
    return found


def list_notifications(
    session: Session, filters: dict[str, Any], limit: int, after: UUID | None
) -> Sequence[Notification]:
    """Messages, newest first, `limit` + 1 of them at most; `after` is the last id seen: ids sort by time."""
    query = select(Notification).order_by(Notification.id.desc())
    for name, value in filters.items():
        query = query.where(getattr(Notification, name) == value)
    if after is not None:
        query = query.where(Notification.id < after)
    return session.scalars(query.options(selectinload(Notification.provider_codes)).limit(limit + 1)).all()


def _by_key(session: Session, key: str) -> Notification | None:
    return session.scalars(select(Notification).where(Notification.idempotency_key == key)).one_or_none()


def _notice_values(user: User, data: dict[str, Any], now: datetime) -> dict[str, Any]:
    at = data.get("schedule_at") or now
    expires_at = at + LIFETIMES["notice"]
    if expires_at <= now or at > now + FURTHEST:
        raise InvalidInput.at("#/schedule_at", "Must be less than 24 hours ago and within 366 days.")
    if data["idempotency_key"].startswith(OWN_KEYS):
        raise InvalidInput.at("#/idempotency_key", f"Must not start with {OWN_KEYS!r}.")
    return {
        "id": new_id(),
        "user_id": user.id,
        "kind": "notice",
        "idempotency_key": data["idempotency_key"],
        "variables": _notice_variables(user, data["variables"]),
        "status": "SCHEDULED",
        "schedule_at": at,
        "due_at": at,
        "expires_at": expires_at,
    }


def _notice_variables(user: User, given: dict[str, str]) -> dict[str, str]:
    """Check a client's variables against the notice template; the trainee's name is filled in."""
    template = TEMPLATES["notice"]
    errors = [
        {"pointer": _pointer(name), "detail": "The template has no such variable."}
        for name in given
        if name not in template.variables
    ]
    values = template.fit({"회원이름": user.name or ""}) | given
    for name in template.variables:
        if not values.get(name, "").strip():
            errors.append({"pointer": _pointer(name), "detail": "Missing or blank."})
        elif units(values[name]) > template.limit(name):
            detail = f"At most {template.limit(name)} characters."
            errors.append({"pointer": _pointer(name), "detail": detail})
    if errors:
        raise InvalidInput("The variables do not fit the template.", errors=errors)
    return values


def _pointer(variable: str) -> str:
    """A JSON pointer as a URI fragment: RFC 6901, sections 3 and 6."""
    return "#/variables/" + quote(variable.replace("~", "~0").replace("/", "~1"), safe="~")


def _hash(data: dict[str, Any]) -> str:
    """A digest of what the client asked for; the same request has the same one."""
    at = data.get("schedule_at")
    body = [str(data["user_id"]), data["kind"], data["variables"], at.timestamp() if at else None]
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
