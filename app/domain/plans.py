"""Plans: making one for a day, finding, listing and canceling them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app import coach
from app.domain import history, notifications, reviews, scheduling, summaries, users
from app.domain.advice import Advice, Brief
from app.domain.days import closing_time, local_date
from app.domain.plan_rows import session_row, set_rows
from app.domain.plan_store import add_plan
from app.domain.plan_views import grouped, plan_view
from app.domain.profiles import coach_profile
from app.errors import Conflict, InvalidInput, NeedsReview, NotFound
from app.models import ExercisePlan, ExerciseSession, ExerciseSetState, User, new_id

FURTHEST = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Made:
    """A new plan: its view for the API, and when its message is due (None: no message)."""

    view: dict[str, Any]
    due_at: datetime | None


def brief(session: Session, data: dict[str, Any], now: datetime) -> Brief | None:
    """What an LLM would be asked about this plan; None when there is nothing to ask: `generate` says why.

    Nothing is held: what it sees may have changed when the plan is made.
    """
    user = users.get_user(session, data["user_id"])
    on, today = data["target_date"], local_date(user.timezone, now)
    past, existing = history.load_history(session, user.id, on, today)
    if existing is not None or not _is_in_reach(on, today):
        return None
    profile = coach_profile(user.profile)
    base = coach.plan(profile, past, on, force=data["force"])
    return Brief(base, profile, past, on, user.profile.notes) if base.status is coach.Status.OK else None


def _is_in_reach(on: date, today: date) -> bool:
    return today - timedelta(days=1) <= on <= today + FURTHEST


def generate(
    session: Session,
    data: dict[str, Any],
    now: datetime,
    request_id: str | None = None,
    advice: Advice | None = None,
) -> Made | NeedsReview:
    """Make the plan of one day; plan, sessions, sets and message are added together.

    `data` has `user_id`, `target_date`, `source` ("rule" or "llm") and `force`. Raises NotFound,
    InvalidInput (the date) or Conflict (there is a plan for that day). Returns NeedsReview when a human has
    to look first: the review it opened must be committed before it is raised.
    """
    user = users.hold_user(session, data["user_id"])
    return make(session, user, data, now, request_id, advice=advice)


def make(
    session: Session,
    user: User,
    data: dict[str, Any],
    now: datetime,
    request_id: str | None,
    *,
    advice: Advice | None = None,
    announce: bool = True,
) -> Made | NeedsReview:
    """As `generate`, for a trainee who is held. `announce`: with a message."""
    target_date, today = data["target_date"], local_date(user.timezone, now)
    if not _is_in_reach(target_date, today):
        raise InvalidInput.at("#/target_date", "Must be between yesterday and 365 days ahead.")
    past, existing = history.load_history(session, user.id, target_date, today)
    if existing is not None:
        raise _conflict(target_date, existing)
    profile = coach_profile(user.profile)
    made = coach.plan(profile, past, target_date, force=data["force"])
    if made.status is coach.Status.REVIEW_REQUIRED:
        return _refer_to_human(session, user, made)
    if advice is None and data["source"] == "llm":
        advice = Advice("llm_busy")  # there was nothing to ask about a moment ago
    chosen = _heed(advice, Brief(made, profile, past, target_date, ""))
    return _store(session, user, chosen, data, now, request_id, announce=announce)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The plan that is taken, whose it is, why not the LLM's, and what asking it came to."""

    plan: coach.Plan
    source: str = "rule"
    fallback_reason: str | None = None
    advice: dict[str, Any] | None = None
    words: str | None = None


def _heed(advice: Advice | None, brief: Brief) -> Chosen:
    """The LLM's plan, if the rules still allow it today; else theirs. A day of rest is theirs alone."""
    base = brief.base
    if advice is None or base.status is not coach.Status.OK:
        return Chosen(base)
    if advice.fallback_reason is not None:
        return Chosen(base, "rule", advice.fallback_reason, advice.record, advice.text)
    verdict = coach.judge(base, brief.profile, brief.past, brief.on, advice.proposal)
    if verdict.plan is None:
        return Chosen(base, "rule", verdict.fallback_reason, advice.record, advice.text)
    record = (advice.record or {}) | {"note": verdict.note}
    return Chosen(verdict.plan, "llm", None, record, advice.text)


def _conflict(target_date: date, plan_id: UUID) -> Conflict:
    return Conflict(f"There is a plan for {target_date} already.", plan_id=str(plan_id))


def _refer_to_human(session: Session, user: User, made: coach.Plan) -> NeedsReview:
    """One open review a reason; asking again only counts it."""
    told = coach.explain(made)
    for reason, detail in zip(made.reasons, told, strict=True):
        reviews.open_review(session, subject="health", cause=str(user.id), reason_code=reason, detail=detail)
    return NeedsReview(" ".join(told), reasons=list(made.reasons))


def _store(
    session: Session,
    user: User,
    chosen: Chosen,
    data: dict[str, Any],
    now: datetime,
    request_id: str | None,
    *,
    announce: bool,
) -> Made:
    plan = plan_row(user, chosen, data, now, request_id)
    sessions = [session_row(plan["id"], item) for item in chosen.plan.items]
    sets = [row for each in sessions for row in set_rows(each["id"], each["target_sets"])]
    notification = notifications.daily_plan_values(user, plan, now) if announce else None
    while not add_plan(session, plan, sessions, notification, chosen.words):
        existing = _live_plan_id(session, user.id, plan["target_date"])
        if existing is not None:  # else it was canceled just now, and the day is free again
            raise _conflict(plan["target_date"], existing)
    view = plan_view(plan, sessions, grouped(sets, "session_id"), notification, user.timezone)
    return Made(view, notification["due_at"] if notification else None)


def plan_row(
    user: User, chosen: Chosen, data: dict[str, Any], now: datetime, request_id: str | None
) -> dict[str, Any]:
    """The plan as a row of `exercise_plans`; `data` as for `generate`."""
    made = chosen.plan
    return {
        "id": new_id(),
        "user_id": user.id,
        "target_date": data["target_date"],
        "source": chosen.source,
        "requested_source": data["source"],
        "fallback_reason": chosen.fallback_reason,
        "advice": chosen.advice,
        "status": "ACTIVE",
        "kind": made.kind,
        "summary": coach.summary(made),
        "estimated_seconds": made.seconds,
        "template": made.template and made.template.value,
        "rotation_index": made.rotation_index,
        "is_deload": made.deload,
        "level": made.level and made.level.value,
        "reasons": list(made.reasons),
        "request_id": request_id,
        "closes_at": closing_time(user.timezone, data["target_date"], now),
    }


def explained(plan: ExercisePlan) -> list[str]:
    """Sentences on what is special about a plan, or why it is a day of rest."""
    return [said for reason in plan.reasons if (said := coach.reason_ko(reason))]


def _live_plan_id(session: Session, user_id: UUID, on: date) -> UUID | None:
    return session.scalars(
        select(ExercisePlan.id).where(
            ExercisePlan.user_id == user_id,
            ExercisePlan.target_date == on,
            ExercisePlan.status.in_(("ACTIVE", "DONE")),
        )
    ).one_or_none()


def get_plan(session: Session, plan_id: UUID, *, lock: bool = False) -> ExercisePlan:
    """A plan, whatever its status; raises NotFound. `lock` holds it until the commit.

    `NO KEY` lets the foreign keys of its message be checked by who holds a message we may wait for.
    """
    query = select(ExercisePlan).where(ExercisePlan.id == plan_id)
    plan = session.scalars(query.with_for_update(key_share=True) if lock else query).one_or_none()
    if plan is None:
        raise NotFound(f"No plan {plan_id}.")
    return plan


def plan_owner(session: Session, plan_id: UUID) -> UUID:
    """Whose plan it is, which never changes; raises NotFound."""
    owner = session.scalars(select(ExercisePlan.user_id).where(ExercisePlan.id == plan_id)).one_or_none()
    if owner is None:
        raise NotFound(f"No plan {plan_id}.")
    return owner


def list_plans(
    session: Session, filters: dict[str, Any], limit: int, after: tuple[date, UUID] | None
) -> Sequence[ExercisePlan]:
    """A trainee's plans by date, `limit` + 1 of them at most; `after` is the last (date, id) seen."""
    query = select(ExercisePlan).where(ExercisePlan.user_id == filters["user_id"])
    if "from_date" in filters:
        query = query.where(ExercisePlan.target_date >= filters["from_date"])
    if "to_date" in filters:
        query = query.where(ExercisePlan.target_date <= filters["to_date"])
    if after is not None:
        query = query.where(tuple_(ExercisePlan.target_date, ExercisePlan.id) > after)
    return session.scalars(query.order_by(ExercisePlan.target_date, ExercisePlan.id).limit(limit + 1)).all()


def cancel_plan(session: Session, plan_id: UUID) -> ExercisePlan:
    """Free the day: the plan and its unsent message are canceled. May run twice.

    Raises NotFound, or Conflict once a set was done or tried. A day that is over loses its summary.
    """
    users.lock_row(session, plan_owner(session, plan_id))
    plan = get_plan(session, plan_id, lock=True)
    if plan.status == "CANCELED":
        return plan
    tried = select(ExerciseSetState.id).join(
        ExerciseSession, ExerciseSession.id == ExerciseSetState.session_id
    )
    tried = tried.where(ExerciseSession.plan_id == plan_id, ExerciseSetState.status.in_(("DONE", "FAILED")))
    if session.execute(tried.limit(1)).first():
        raise Conflict("Sets of this plan were done already.", plan_id=str(plan_id))
    plan.status = "CANCELED"
    session.flush()
    scheduling.cancel_for_plan(session, plan_id, "plan_canceled")
    if plan.closed_at is not None:
        summaries.write(session, {plan.user_id: plan.target_date})
    return plan
