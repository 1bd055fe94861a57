"""Stops of a sender that the service made by itself, and how a human ends them."""

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from app.domain import guardrails
from app.models import ManualReview, SenderHold


def lift(session: Session, review: ManualReview, *, reason: str, actor: str, request_id: str | None) -> int:
    """End what stopped the sender that a review is about; how many holds and pauses that was.

    That is the service's own pause, for a whole provider, and holds without an end. The pause stays while
    another review says that a whole sender is stopped: it has a cause of its own. So does a pause that an
    operator began.
    """
    resumed = not _others_stop(session, review) and guardrails.resume_sending(
        session, reason=reason, actor=actor, request_id=request_id
    )
    gone = delete(SenderHold).where(*_holds(review.cause)).returning(SenderHold.scope)
    return int(resumed) + len(session.scalars(gone).all())


def state(session: Session, cause: str) -> dict[str, int]:
    """What holds that sender, for the log: `holds`, and `paused` (0 or 1)."""
    held = session.scalars(select(func.count()).where(*_holds(cause))).one()
    return {"holds": held, "paused": int(guardrails.is_stopped_by_service(session))}


def _others_stop(session: Session, review: ManualReview) -> bool:
    """Whether this review is about a part of a sender only, or others are open about whole ones."""
    if ":" in review.cause:
        return True
    is_whole = (ManualReview.subject == "sender", ~ManualReview.cause.contains(":"))
    query = select(ManualReview.id).where(*is_whole, ManualReview.state == "open").limit(1)
    return session.scalars(query).one_or_none() is not None


def _holds(scope: str) -> tuple[ColumnElement[bool], ...]:
    """The hold of that provider, or provider and kind; a provider's quota runs out by itself."""
    mine = SenderHold.scope == scope
    return (mine,) if ":" in scope else (mine, SenderHold.until.is_(None))
