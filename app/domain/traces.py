"""The story of one notification or one webhook event, told from its rows.

Nobody keeps a diary of a message: what its rows say is put in order. They hold no phone numbers; texts of
messages, bodies and answers are left out, and what others wrote goes through the caller's `mask`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.errors import NotFound
from app.models import (
    ChatCallback,
    ManualReview,
    Notification,
    NotificationProviderCode,
    User,
    WebhookEvent,
)
from app.models.notification import WAITING

Mask = Callable[[str], str]
MOST_EVENTS = 50
NAMED = "recipientGroupingKey"  # where a delivery result has the id of our message


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened when. `after` places it: providers tell times to the second, and some before ours."""

    at: datetime
    name: str
    facts: dict[str, Any]
    after: datetime | None = None

    @property
    def place(self) -> datetime:
        """The time by which it stands in its story."""
        return max(self.at, self.after or self.at)


def trace(session: Session, subject_id: UUID, mask: Mask) -> list[Happening]:
    """Everything that is known, oldest first; the last one is how it stands now. Raises NotFound."""
    told = _message(session, subject_id, mask) or _event(session, subject_id, mask)
    if not told:
        raise NotFound(f"No notification and no webhook event {subject_id}.")
    *before, now = told
    return [*sorted(before, key=lambda each: each.place), now]


def _message(session: Session, message_id: UUID, mask: Mask) -> list[Happening]:
    query = select(Notification).options(selectinload(Notification.provider_codes))
    row = session.scalars(query.where(Notification.id == message_id)).one_or_none()
    if row is None:
        return []
    made = {"kind": row.kind, "user_id": row.user_id, "plan_id": row.plan_id}
    told = [
        Happening(row.created_at, "created", made | {"request_id": _masked(mask, row.request_id)}),
        Happening(row.created_at, "scheduled", {"for": row.schedule_at, "until": row.expires_at}),
    ]
    for each in row.provider_codes:
        told += _attempt(each, mask)
    if row.last_error_at is not None:
        error = {"reason_code": row.reason_code, "code": _masked(mask, row.provider_response_code)}
        told.append(Happening(row.last_error_at, "error", error))
    told += [_named_by(each, mask) for each in _events_naming(session, row)]
    told += _review(session, row.review_id, row.created_at, mask)
    return [*told, Happening(_now(session), "now", _message_now(row))]


def _message_now(row: Notification) -> dict[str, Any]:
    return {
        "status": row.status,
        "reason_code": row.reason_code,
        "attempts": row.attempt_count,
        "sent_again_by_humans": row.human_retries or None,
        "next_at": row.due_at if row.status in WAITING else None,
        "leased_until": row.leased_until if row.status == "SENDING" else None,
    }


def _attempt(row: NotificationProviderCode, mask: Mask) -> Iterator[Happening]:
    """The call, with its answer once there is one, and the receipt that came for it."""
    facts = {
        "no": row.attempt_no,
        "provider": row.provider,
        "code": _masked(mask, row.provider_status_code),
        "outcome": row.outcome or "no answer yet",
        "http_status": row.http_status,
        "latency_ms": row.latency_ms,
        "request_key": row.request_key,
    }
    yield Happening(row.started_at, "attempt", facts)
    if row.delivery_at is not None:
        receipt = {
            "of_attempt": row.attempt_no,
            "code": _masked(mask, row.delivery_code),
            "outcome": row.delivery_outcome,
        }
        yield Happening(row.delivery_at, "receipt", receipt, after=row.captured_at or row.started_at)


def _events_naming(session: Session, row: Notification) -> list[WebhookEvent]:
    """Delivery results for the message: of the trainee's events, and of those still to be worked on."""
    query = select(WebhookEvent).where(
        WebhookEvent.provider == "alimtalk",
        or_(WebhookEvent.user_id == row.user_id, WebhookEvent.status == "RECEIVED"),
        func.lower(WebhookEvent.payload[NAMED].astext) == str(row.id),
    )
    return list(session.scalars(query.order_by(WebhookEvent.received_at).limit(MOST_EVENTS)))


def _named_by(event: WebhookEvent, mask: Mask) -> Happening:
    facts = {"id": event.id, "code": _said(event, mask, "resultCode"), "status": event.status}
    return Happening(event.received_at, "event", facts)


def _event(session: Session, event_id: UUID, mask: Mask) -> list[Happening]:
    row = session.get(WebhookEvent, event_id)
    if row is None:
        return []
    received = {
        "provider": row.provider,
        "event_id": _masked(mask, row.event_id),
        "shape": row.schema_version,
        "signature": row.signature_state,
        "user_id": row.user_id,
        "request_id": _masked(mask, row.request_id),
    }
    told = [Happening(row.received_at, "received", received)]
    if row.processed_at is not None:
        did = _EFFECTS[row.provider](session, row, mask)
        told.append(Happening(row.processed_at, "worked-on", did, after=row.received_at))
    told += _promised(session, row, mask)
    told += _review(session, row.review_id, row.received_at, mask)
    return [*told, Happening(_now(session), "now", _event_now(row))]


def _event_now(row: WebhookEvent) -> dict[str, Any]:
    is_forged = row.status == "REJECTED"
    return {
        "status": row.status,
        "retries": None if is_forged else row.retry_count,
        "more_of_that_hour": row.retry_count if is_forged else None,
        "next_at": row.due_at if row.status == "RECEIVED" else None,
        "body": "kept" if row.payload is not None else "none",
    }


def _result_did(session: Session, row: WebhookEvent, mask: Mask) -> dict[str, Any]:
    """A delivery result: which message it named, and the attempt that has its code on record."""
    facts: dict[str, Any] = {"code": _said(row, mask, "resultCode")}
    try:
        message_id = UUID(_said(row, mask, NAMED) or "")
    except ValueError:
        return facts | {"named": "none of our messages"}
    noted = select(NotificationProviderCode.attempt_no).where(
        NotificationProviderCode.notification_id == message_id,
        NotificationProviderCode.delivery_code == facts["code"],
    )
    attempt_no = session.scalars(noted.order_by(NotificationProviderCode.attempt_no.desc()).limit(1)).first()
    status = session.scalars(select(Notification.status).where(Notification.id == message_id)).one_or_none()
    return facts | {"notification": message_id, "noted_on_attempt": attempt_no, "which_is_now": status}


def _channel_did(_session: Session, row: WebhookEvent, mask: Mask) -> dict[str, Any]:
    return {"channel": _said(row, mask, "event"), "user_id": row.user_id or "nobody of ours"}


def _unlink_did(session: Session, row: WebhookEvent, mask: Mask) -> dict[str, Any]:
    user = session.get(User, row.user_id) if row.user_id else None
    return {
        "reason": _said(row, mask, "referrer_type"),
        "user_id": row.user_id or "nobody of ours",
        "unlinked_at": user and user.unlinked_at,
        "erased_at": user and user.deleted_at,
    }


def _turn_did(_session: Session, row: WebhookEvent, _mask: Mask) -> dict[str, Any]:
    return {"answer": "kept" if row.answer is not None else "erased or none"}


_EFFECTS: dict[str, Callable[[Session, WebhookEvent, Mask], dict[str, Any]]] = {
    "alimtalk": _result_did,
    "kakao_channel": _channel_did,
    "kakao_unlink": _unlink_did,
    "kakao_skill": _turn_did,
}


def _promised(session: Session, row: WebhookEvent, mask: Mask) -> Iterator[Happening]:
    """An answer that was to come later, and what became of it."""
    later = session.get(ChatCallback, row.id)
    if later is None:
        return
    day = {"for_day": later.target_date.isoformat()}
    yield Happening(later.created_at, "promised", day | {"until": later.expires_at})
    if later.status != "WAITING":
        ended = {"status": later.status, "tries": later.tries, "result": _masked(mask, later.result)}
        yield Happening(later.updated_at, "answered" if later.status == "DONE" else "given-up", ended)


def _review(session: Session, review_id: UUID | None, since: datetime, mask: Mask) -> Iterator[Happening]:
    """The review that the row points to, the last one: earlier ones are not known. It may have others too."""
    row = session.get(ManualReview, review_id) if review_id else None
    if row is None:
        return
    facts = {"id": row.id, "cause": mask(row.cause), "reason_code": row.reason_code, "count": row.count}
    yield Happening(row.opened_at, "review", facts, after=since)
    if row.resolved_at is not None:
        decision = {"action": row.action, "by": mask(row.actor or ""), "memo": mask(row.memo or "")}
        yield Happening(row.resolved_at, "decision", decision, after=since)


def _said(row: WebhookEvent, mask: Mask, name: str) -> str | None:
    """A word of the body; None when there is none, or when the body is erased."""
    found = row.payload.get(name) if isinstance(row.payload, dict) else None
    return mask(found) if isinstance(found, str) else None


def _masked(mask: Mask, given: str | None) -> str | None:
    return None if given is None else mask(given)


def _now(session: Session) -> datetime:
    return session.scalars(select(func.now())).one()
