"""What a human decides about a review, done to all of its rows in one transaction.

Locks are taken in one order: the rows of the review by id (a trainee, for `health`), then the review, then
guardrails. Whoever records an answer does the same: messages first, then it counts onto the review.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Update, func, select, text, update
from sqlalchemy.orm import Session

from app.domain import audit, reviews, scheduling, stops, users
from app.domain.days import local_date
from app.errors import Conflict, NotFound
from app.models import ManualReview, Notification, User, WebhookEvent

MAX_HUMAN_RETRIES = 3
LONGEST_MEMO = 1000
EXHAUSTED = "retries_exhausted"
_UNDECIDED = ("FAILED", "MANUAL_REVIEW")
# One decision may concern every message of a morning.
_PATIENCE = text("SET LOCAL statement_timeout = '5min'")
Rows = type[Notification] | type[WebhookEvent]
_ROWS: dict[str, Rows] = {"notification": Notification, "webhook_event": WebhookEvent}
_BELLS = {
    ("notification", "retry"): "delivery",
    ("webhook_event", "retry"): "webhooks",
    ("sender", "retry"): "delivery",
}


@dataclass(frozen=True, slots=True)
class Resolved:
    """The review as the API shows it, with `applied` (rows changed); the bell to ring after the commit."""

    view: dict[str, Any]
    bell: str | None


@dataclass(frozen=True, slots=True)
class _Case:
    """An open review, locked, and who decides what about it."""

    review: ManualReview
    memo: str
    actor: str
    request_id: str | None


def resolve(
    session: Session,
    review_id: UUID,
    *,
    action: str,
    memo: str,
    actor: str,
    now: datetime,
    request_id: str | None = None,
) -> Resolved:
    """Do `action` to every row of the review and close it, with one row in the maintenance log.

    Raises NotFound; Conflict for an action that the subject does not have, for a review that is resolved
    (of two at once the second), and for a retry of messages that were all retried too often. Rows that a
    receipt has settled in the meantime are left alone. The caller commits, then rings.
    """
    memo, actor = audit.words("#/memo", memo, LONGEST_MEMO), audit.person(actor)
    session.execute(_PATIENCE)
    named = select(ManualReview.subject, ManualReview.cause).where(ManualReview.id == review_id)
    found = session.execute(named).one_or_none()
    if found is None:
        raise NotFound(f"No manual review {review_id}.")
    act = _ACTIONS.get((found.subject, action))
    if act is None:
        raise Conflict(f"A review of a {found.subject} takes: {', '.join(actions_of(found.subject))}.")
    is_clearance = (found.subject, action) == ("health", "retry")
    cleared = _clear(session, UUID(found.cause), now) if is_clearance else 0
    case = _Case(_hold(session, review_id, _ROWS.get(found.subject)), memo, actor, request_id)
    before = _counts(session, case.review)
    _close(session, case, action)
    applied = act(session, case) + cleared
    _note(session, case, before, applied)
    (view,) = reviews.views(session, [case.review])
    return Resolved(view | {"applied": applied}, _BELLS.get((found.subject, action)))


def actions_of(subject: str) -> list[str]:
    """What a human may decide about a review of that subject."""
    return [action for of, action in _ACTIONS if of == subject]


def _hold(session: Session, review_id: UUID, model: Rows | None) -> ManualReview:
    """Lock the rows of the review, then the review itself; raises Conflict when it is resolved.

    When rows have joined before the review was locked, all locks are let go and taken again: waiting for
    such a row with the review in hand could wait for somebody who waits for the review.
    """
    while True:
        attempt = session.begin_nested()
        rows = _row_ids(session, model, review_id, lock=True)
        review = _lock_review(session, review_id)
        if _row_ids(session, model, review_id) == rows:
            attempt.commit()
            return review
        attempt.rollback()


def _row_ids(session: Session, model: Rows | None, review_id: UUID, *, lock: bool = False) -> list[UUID]:
    if model is None:
        return []
    query = select(model.id).where(model.review_id == review_id).order_by(model.id)
    return list(session.scalars(query.with_for_update() if lock else query))


def _lock_review(session: Session, review_id: UUID) -> ManualReview:
    query = select(ManualReview).where(ManualReview.id == review_id).with_for_update()
    review = session.scalars(query, execution_options={"populate_existing": True}).one()
    if review.state != "open":
        raise Conflict(f"This review is resolved already: {review.action} by {review.actor}.")
    return review


def _close(session: Session, case: _Case, action: str) -> None:
    """Before its rows move: those that stay in front of a human need a new review of the same cause."""
    query = (
        update(ManualReview)
        .where(ManualReview.id == case.review.id)
        .values(state="resolved", action=action, memo=case.memo, actor=case.actor, resolved_at=func.now())
    )
    session.execute(query)
    session.refresh(case.review)


def _note(session: Session, case: _Case, before: dict[str, int], applied: int) -> None:
    review, after = case.review, _counts(session, case.review)
    detail = {
        "review": str(review.id),
        "subject": review.subject,
        "cause": review.cause,
        "reason_code": review.reason_code,
        "action": review.action,
        "memo": case.memo,
        "before": before,
        "after": after,
        "applied": applied,
    }
    if review.subject in _ROWS:
        detail["moved"] = sum(before.values()) - sum(after.values())
    audit.note(
        session,
        kind="review",
        actor=case.actor,
        message=f"{review.subject} {review.cause} {review.reason_code}: {review.action}",
        detail=detail,
        request_id=case.request_id,
    )


def _counts(session: Session, review: ManualReview) -> dict[str, int]:
    """How many rows of the review are in which state; for a sender, what holds it."""
    model = _ROWS.get(review.subject)
    if model is not None:
        number = func.count().label("number")
        query = select(model.status, number).where(model.review_id == review.id).group_by(model.status)
        return {row.status: row.number for row in session.execute(query)}
    if review.subject != "sender":
        return {}
    return stops.state(session, review.cause)


def _retry_messages(session: Session, case: _Case) -> int:
    """Send them again under a new key, which the next claim gives; those retried too often stay put."""
    may_go = _undecided(case.review).where(Notification.human_retries < MAX_HUMAN_RETRIES)
    going = may_go.values(
        status="RETRY_SCHEDULED",
        due_at=func.now(),
        free_attempts=Notification.attempt_count,
        human_retries=Notification.human_retries + 1,
        expires_at=func.greatest(Notification.expires_at, func.now() + text("interval '1 hour'")),
        split_size=None,
        leased_until=None,
    )
    applied = _changed(session, going.returning(Notification.id))
    mine = (Notification.review_id == case.review.id, Notification.status.in_(_UNDECIDED))
    stay = session.scalars(select(Notification.id).where(*mine)).all()
    if stay and not applied:
        raise Conflict(
            f"A human had all of these sent again {MAX_HUMAN_RETRIES} times; confirm_sent or discard them."
        )
    if stay:
        _move(session, case.review, stay)
    return applied


def _move(session: Session, review: ManualReview, ids: Any) -> None:
    moved_to = reviews.open_review(
        session,
        subject=review.subject,
        cause=review.cause,
        reason_code=EXHAUSTED,
        detail=f"A human had them sent again {MAX_HUMAN_RETRIES} times.",
        count=len(ids),
    )
    session.execute(update(Notification).where(Notification.id.in_(ids)).values(review_id=moved_to))


def _confirm_messages(session: Session, case: _Case) -> int:
    sent = _undecided(case.review).values(
        status="SENT",
        sent_at=func.coalesce(Notification.sent_at, func.now()),
        receipt_due_at=None,
        reason_code=None,
        failure_reason=None,
    )
    return _changed(session, sent.returning(Notification.id))


def _discard_messages(session: Session, case: _Case) -> int:
    failed = _undecided(case.review).values(status="FAILED", reason_code="discarded")
    return _changed(session, failed.returning(Notification.id))


def _undecided(review: ManualReview) -> Update:
    """An update of those of its messages that no receipt has settled."""
    mine = (Notification.review_id == review.id, Notification.status.in_(_UNDECIDED))
    return update(Notification).where(*mine).execution_options(synchronize_session=False)


def _retry_events(session: Session, case: _Case) -> int:
    of_chat = (WebhookEvent.review_id == case.review.id, WebhookEvent.provider == "kakao_skill")
    if session.scalars(select(WebhookEvent.id).where(*of_chat).limit(1)).first() is not None:
        raise Conflict("What was said in a chat is never said again for somebody; discard it.")
    again = _waiting(case.review).values(status="RECEIVED", retry_count=0, due_at=func.now())
    return _changed(session, again.returning(WebhookEvent.id))


def _discard_events(session: Session, case: _Case) -> int:
    gone = _waiting(case.review).values(status="DISCARDED")
    return _changed(session, gone.returning(WebhookEvent.id))


def _waiting(review: ManualReview) -> Update:
    mine = (WebhookEvent.review_id == review.id, WebhookEvent.status == "MANUAL_REVIEW")
    return update(WebhookEvent).where(*mine).execution_options(synchronize_session=False)


def _changed(session: Session, query: Any) -> int:
    return len(session.scalars(query).all())


def _lift_stop(session: Session, case: _Case) -> int:
    return stops.lift(session, case.review, reason=case.memo, actor=case.actor, request_id=case.request_id)


def _clear(session: Session, user_id: UUID, now: datetime) -> int:
    """Date the doctor's clearance today, on the trainee's calendar; 0 when the trainee has left."""
    zone = session.scalars(select(User.timezone).where(User.id == user_id)).one_or_none()
    if zone is None:
        return 0
    health = {"clearance_on": local_date(zone, now).isoformat()}
    try:
        users.update_user(session, user_id, {"profile": {"health": health}}, now)
    except NotFound:
        return 0
    scheduling.resume(session, user_id, "needs_review", now)
    return 1


def _only_close(_session: Session, _case: _Case) -> int:
    return 0


# Every pair that there is; any other is a conflict.
_ACTIONS: dict[tuple[str, str], Callable[[Session, _Case], int]] = {
    ("notification", "retry"): _retry_messages,
    ("notification", "confirm_sent"): _confirm_messages,
    ("notification", "discard"): _discard_messages,
    ("webhook_event", "retry"): _retry_events,
    ("webhook_event", "discard"): _discard_events,
    ("sender", "retry"): _lift_stop,
    ("health", "retry"): _only_close,
    ("health", "discard"): _only_close,
}
