"""A trainee's past plans in the coach's own terms, read in one query."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app import coach

_STATES = {state.value: state for state in coach.SetState}
_TIERS = {tier.value: tier for tier in coach.Tier}
_BANDS: dict[str | None, coach.Band | None] = {band.value: band for band in coach.Band} | {None: None}

# One row a set. No ids: making UUID objects of them would take longer than all the rest. The day tells
# plans apart, for only one of a day is alive, and the place in it tells exercises apart.
_HISTORY = text("""
    SELECT plan.target_date, item.order_no,
           plan.status AS plan_status, plan.template, plan.rotation_index, plan.is_deload,
           CASE WHEN plan.target_date = :on THEN plan.id END AS plan_id,
           item.slot, item.exercise, item.tier, item.target_rir, item.is_caution,
           item.target_reps, item.target_seconds, item.target_weight_kg, item.target_band,
           sets.status, sets.performed_reps, sets.performed_seconds, sets.performed_weight_kg,
           sets.performed_band, sets.rir
    FROM exercise_plans AS plan
    LEFT JOIN exercise_sessions AS item ON item.plan_id = plan.id
    LEFT JOIN exercise_set_states AS sets ON sets.session_id = item.id
    WHERE plan.user_id = :user_id AND plan.target_date <= :on AND plan.status IN ('ACTIVE', 'DONE')
    ORDER BY plan.target_date, item.order_no, sets.set_no
""")
Targets = tuple[int | None, int | None, Decimal | None, coach.Band | None]
_DAY, _PLACE = itemgetter(0), itemgetter(1)
_ITEM, _SET = slice(7, 16), slice(16, 22)


def load_history(
    session: Session, user_id: UUID, target_date: date, today: date
) -> tuple[tuple[coach.PastSession, ...], UUID | None]:
    """What was trained before `target_date`, oldest first, and the id of the plan for that day, if any.

    Sets that are still open on a day that is not over (`today` or later) count as done for the calendar
    and the rotation only; of a day that is over, as skipped.
    """
    rows = session.execute(_HISTORY, {"user_id": user_id, "on": target_date}).all()
    past: list[coach.PastSession] = []
    existing: UUID | None = None
    for on, of_day in groupby(rows, _DAY):
        of_plan = list(of_day)
        if on == target_date:
            existing = of_plan[0].plan_id
        elif of_plan[0].order_no is not None:
            past.append(_past_session(of_plan, today))
    return tuple(past), existing


def _past_session(rows: Sequence[Any], today: date) -> coach.PastSession:
    first = rows[0]
    is_open = first.plan_status == "ACTIVE" and first.target_date >= today
    return coach.PastSession(
        on=first.target_date,
        template=coach.Template(first.template),
        rotation_index=first.rotation_index,
        deload=first.is_deload,
        items=tuple([_past_item(list(of_item), is_open) for _, of_item in groupby(rows, _PLACE)]),
    )


def _past_item(rows: Sequence[Any], is_open: bool) -> coach.PastItem:
    slot, slug, tier, rir, is_caution, reps, seconds, kg, band = rows[0][_ITEM]
    targets: Targets = (reps, seconds, kg, _BANDS[band])
    performed = [row[_SET] for row in rows]
    # Most sets of an exercise end alike, and making a value costs more than finding it.
    known = {each: _past_set(each, targets, is_open) for each in set(performed)}
    sets = tuple([known[each] for each in performed])
    return coach.PastItem(slot, slug, _TIERS[tier], rir, sets, is_caution)


def _past_set(performed: Sequence[Any], targets: Targets, is_open: bool) -> coach.PastSet:
    status, reps, seconds, kg, band, rir = performed
    state = _STATES[status]
    if is_open and state is coach.SetState.PENDING:
        state = coach.SetState.ASSUMED_DONE
    return coach.PastSet(state, *targets, reps, seconds, kg, _BANDS[band], rir)
