"""Trainees' past plans in the coach's own terms, read in one query, however many they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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

# One row a set, which says what its exercise and plan are only if it is the first: reading a value takes
# longer than finding it. No ids: making UUID objects of them would take longer than all the rest. The place
# in the list tells trainees apart, the day tells plans, for only one of a day is alive, and the place in it
# exercises.
_WITH_FIRST = (
    *("plan.status", "plan.template", "plan.rotation_index", "plan.is_deload"),
    *("item.slot", "item.exercise", "item.tier", "item.target_rir", "item.is_caution"),
    *("item.target_reps", "item.target_seconds", "item.target_weight_kg", "item.target_band"),
)
_HISTORY = text(f"""
    SELECT whose.place, plan.target_date, item.order_no,
           sets.status, sets.performed_reps, sets.performed_seconds, sets.performed_weight_kg,
           sets.performed_band, sets.rir,
           {", ".join(f"CASE WHEN sets.set_no = 1 THEN {column} END" for column in _WITH_FIRST)},
           CASE WHEN plan.target_date = whose.until THEN plan.id END
    FROM unnest(CAST(:user_ids AS uuid[]), CAST(:dates AS date[]))
        WITH ORDINALITY AS whose (user_id, until, place)
    JOIN exercise_plans AS plan ON plan.user_id = whose.user_id AND plan.target_date <= whose.until
        AND plan.status IN ('ACTIVE', 'DONE')
    LEFT JOIN exercise_sessions AS item ON item.plan_id = plan.id
    LEFT JOIN exercise_set_states AS sets ON sets.session_id = item.id
    ORDER BY whose.place, plan.target_date, item.order_no, sets.set_no
""")  # noqa: S608 - from the names above
Targets = tuple[int | None, int | None, Decimal | None, coach.Band | None]
_WHOSE, _DAY, _PLACE = itemgetter(0), itemgetter(1), itemgetter(2)
_SET, _PLAN, _ITEM, _PLAN_ID = slice(3, 9), slice(9, 13), slice(13, 22), 22


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose past is asked for, before which day, and their own date today."""

    user_id: UUID
    target_date: date
    today: date


Past = tuple[coach.PastSession, ...]


def load_history(session: Session, user_id: UUID, target_date: date, today: date) -> tuple[Past, UUID | None]:
    """What was trained before `target_date`, oldest first, and the id of the plan for that day, if any.

    Sets that are still open on a day that is not over (`today` or later) count as done for the calendar
    and the rotation only; of a day that is over, as skipped.
    """
    return load_histories(session, [Wanted(user_id, target_date, today)])[0]


def load_histories(session: Session, wanted: Sequence[Wanted]) -> list[tuple[Past, UUID | None]]:
    """As `load_history`, for each of `wanted`, in that order."""
    given = {
        "user_ids": [str(each.user_id) for each in wanted],
        "dates": [each.target_date for each in wanted],
    }
    found: list[tuple[Past, UUID | None]] = [((), None)] * len(wanted)
    for place, rows in groupby(session.execute(_HISTORY, given).all(), _WHOSE):
        found[place - 1] = _past(rows, wanted[place - 1])
    return found


def _past(rows: Iterable[Any], wanted: Wanted) -> tuple[Past, UUID | None]:
    past: list[coach.PastSession] = []
    existing: UUID | None = None
    for on, of_day in groupby(rows, _DAY):
        of_plan = list(of_day)
        if on == wanted.target_date:
            existing = of_plan[0][_PLAN_ID]
        elif of_plan[0][2] is not None:
            past.append(_past_session(of_plan, wanted.today))
    return tuple(past), existing


def _past_session(rows: Sequence[Any], today: date) -> coach.PastSession:
    on = rows[0][1]
    status, template, rotation_index, is_deload = rows[0][_PLAN]
    is_open = status == "ACTIVE" and on >= today
    return coach.PastSession(
        on=on,
        template=coach.Template(template),
        rotation_index=rotation_index,
        deload=is_deload,
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
