"""Ending exercises of a plan before their sets are done, and putting others in their place."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app import coach
from app.domain.plan_rows import coach_plan, planned_item, session_row
from app.models import ExercisePlan, ExerciseSession, ExerciseSetState, UserProfile

# One statement for all that changes; the tables' own types read the JSON, so no number loses a decimal.
_CHANGE = text("""
    WITH skipped AS (
        UPDATE exercise_set_states SET status = 'SKIPPED', skip_reason = :reason, reported_at = :now
        WHERE session_id = ANY(CAST(:out AS uuid[])) AND status = 'PENDING'
    ), eased AS (
        UPDATE exercise_sessions AS s
        SET target_weight_kg = given.target_weight_kg, target_rir = given.target_rir, is_caution = true,
            reasons = given.reasons, notes = given.notes
        FROM json_populate_recordset(NULL::exercise_sessions, CAST(:eased AS json)) AS given
        WHERE s.id = given.id
    ), added AS (
        INSERT INTO exercise_sessions (
            id, plan_id, order_no, slot, priority, tier, exercise, target_sets, target_reps, target_seconds,
            target_weight_kg, target_band, target_rest_sec, target_rir, range_low, range_high, per_side,
            is_caution, reasons, notes
        )
        SELECT id, plan_id, order_no, slot, priority, tier, exercise, target_sets, target_reps,
            target_seconds, target_weight_kg, target_band, target_rest_sec, target_rir, range_low, range_high,
            per_side, is_caution, reasons, notes
        FROM json_populate_recordset(NULL::exercise_sessions, CAST(:added AS json))
        RETURNING id, target_sets
    ), sets AS (
        INSERT INTO exercise_set_states (id, session_id, set_no)
        SELECT gen_random_uuid(), id, set_no FROM added, generate_series(1, added.target_sets) AS set_no
    ), profile AS (
        UPDATE user_profiles SET injuries = CAST(:injuries AS jsonb), updated_at = now()
        WHERE user_id = :user_id AND CAST(:injuries AS jsonb) IS NOT NULL
    )
    SELECT 1
""")


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a plan: exercises that end, their substitutes, and lighter versions of others."""

    out: tuple[ExerciseSession, ...] = ()
    added: tuple[coach.PlannedItem, ...] = ()
    eased: tuple[tuple[UUID, coach.PlannedItem], ...] = ()


def write(
    session: Session,
    plan: ExercisePlan,
    change: Change,
    *,
    reason: str,
    now: datetime,
    injuries: Sequence[dict[str, Any]] | None = None,
) -> None:
    """Skip what is still open of the exercises that end, add their substitutes, keep the injuries.

    Loaded rows of the plan are out of date afterwards; the caller holds the plan, and the trainee whose
    `injuries` these are (None: they stay).
    """
    added = [session_row(plan.id, item) for item in change.added]
    eased = [session_row(plan.id, item) | {"id": found} for found, item in change.eased]
    given = {
        "out": [str(each.id) for each in change.out],
        "added": json.dumps(added, default=str),
        "eased": json.dumps(eased, default=str),
        "injuries": None if injuries is None else json.dumps(injuries),
        "user_id": plan.user_id,
        "reason": reason,
        "now": now,
    }
    session.execute(_CHANGE, given)
    for row in session:
        if isinstance(row, ExerciseSession | ExerciseSetState) and change != Change():
            session.expire(row)
        elif isinstance(row, UserProfile):
            session.expire(row, ["updated_at"])
            if injuries is not None:
                set_committed_value(row, "injuries", list(injuries))


def substitutes(
    plan: ExercisePlan,
    exercises: Sequence[ExerciseSession],
    ending: Sequence[tuple[ExerciseSession, int]],
    profile: coach.Profile,
    past: Sequence[coach.PastSession],
    busy: frozenset[coach.Equipment] = frozenset(),
) -> tuple[coach.PlannedItem, ...]:
    """Another exercise for each that ends with so many sets left, if there is one; they come last.

    `busy`: equipment that is taken.
    """
    made = coach_plan(plan, exercises)
    found: list[coach.PlannedItem] = []
    for exercise, left in ending:
        rest = replace(planned_item(exercise), sets=left)
        so_far = replace(made, items=(*made.items, *found))
        other = coach.replacement(profile, past, plan.target_date, so_far, rest, busy)
        if other is not None:
            found.append(replace(other, order=len(so_far.items) + 1))
    return tuple(found)


def is_over(plan: ExercisePlan, today: date) -> bool:
    """Whether the day of the plan is over: it gets no other exercises then."""
    return plan.target_date < today
