"""A trainee's past plans in the coach's own terms, read in one query."""

from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import coach
from app.models import ExercisePlan, ExerciseSession, ExerciseSetState

_STATES = {state.value: state for state in coach.SetState}
_TIERS = {tier.value: tier for tier in coach.Tier}
_BANDS: dict[str | None, coach.Band | None] = {band.value: band for band in coach.Band} | {None: None}

_plan, _item, _set = ExercisePlan, ExerciseSession, ExerciseSetState
_QUERY = (
    select(
        _plan.id.label("plan_id"),
        _plan.target_date,
        _plan.status.label("plan_status"),
        _plan.template,
        _plan.rotation_index,
        _plan.is_deload,
        _item.id.label("session_id"),
        _item.slot,
        _item.exercise,
        _item.tier,
        _item.target_rir,
        _item.is_caution,
        _item.target_reps,
        _item.target_seconds,
        _item.target_weight_kg,
        _item.target_band,
        _set.status,
        _set.performed_reps,
        _set.performed_seconds,
        _set.performed_weight_kg,
        _set.performed_band,
        _set.rir,
    )
    .outerjoin(_item, _item.plan_id == _plan.id)
    .outerjoin(_set, _set.session_id == _item.id)
    .where(_plan.status.in_(("ACTIVE", "DONE")))
    .order_by(_plan.target_date, _item.order_no, _set.set_no)
)


def load_history(
    session: Session, user_id: UUID, target_date: date, today: date
) -> tuple[tuple[coach.PastSession, ...], UUID | None]:
    """What was trained before `target_date`, oldest first, and the id of the plan for that day, if any.

    Sets that are still open on a day that is not over (`today` or later) count as done for the calendar
    and the rotation only; of a day that is over, as skipped.
    """
    rows = session.execute(_QUERY.where(_plan.user_id == user_id, _plan.target_date <= target_date)).all()
    past: list[coach.PastSession] = []
    existing: UUID | None = None
    for plan_id, plan_rows in groupby(rows, attrgetter("plan_id")):
        first, *others = plan_rows
        if first.target_date == target_date:
            existing = plan_id
        elif first.session_id is not None:
            past.append(_past_session([first, *others], today))
    return tuple(past), existing


def _past_session(rows: list[Any], today: date) -> coach.PastSession:
    first = rows[0]
    is_open = first.plan_status == "ACTIVE" and first.target_date >= today
    items = (list(item) for _, item in groupby(rows, attrgetter("session_id")))
    return coach.PastSession(
        on=first.target_date,
        template=coach.Template(first.template),
        rotation_index=first.rotation_index,
        deload=first.is_deload,
        items=tuple(_past_item(item, is_open) for item in items),
    )


def _past_item(rows: list[Any], is_open: bool) -> coach.PastItem:
    first = rows[0]
    band = _BANDS[first.target_band]
    targets = (first.target_reps, first.target_seconds, first.target_weight_kg, band)
    return coach.PastItem(
        slot=first.slot,
        slug=first.exercise,
        tier=_TIERS[first.tier],
        target_rir=first.target_rir,
        caution=first.is_caution,
        sets=tuple(_past_set(row, targets, is_open) for row in rows),
    )


def _past_set(row: Any, targets: tuple[Any, ...], is_open: bool) -> coach.PastSet:
    state = _STATES[row.status]
    if is_open and state is coach.SetState.PENDING:
        state = coach.SetState.ASSUMED_DONE
    target_reps, target_seconds, target_kg, target_band = targets
    return coach.PastSet(
        state,
        target_reps,
        target_seconds,
        target_kg,
        target_band,
        row.performed_reps,
        row.performed_seconds,
        row.performed_weight_kg,
        _BANDS[row.performed_band],
        row.rir,
    )
