"""Plans between the coach's values and the tables' rows."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from app import coach
from app.models import ExercisePlan, ExerciseSession, ExerciseSetState, new_id


def session_row(plan_id: UUID, item: coach.PlannedItem) -> dict[str, Any]:
    """A planned item as a row of `exercise_sessions`."""
    return {
        "id": new_id(),
        "plan_id": plan_id,
        "order_no": item.order,
        "slot": item.slot,
        "priority": item.priority,
        "tier": item.tier.value,
        "exercise": item.slug,
        "target_sets": item.sets,
        "target_reps": item.reps,
        "target_seconds": item.seconds,
        "target_weight_kg": item.kg,
        "target_band": item.band and item.band.value,
        "target_rest_sec": item.rest_s,
        "target_rir": item.rir,
        "range_low": item.low,
        "range_high": item.high,
        "per_side": item.per_side,
        "is_caution": item.caution,
        "reasons": list(item.reasons),
        "notes": item.note_ko,
    }


def set_rows(session_id: UUID, count: int) -> list[dict[str, Any]]:
    """The pending sets of a session as rows of `exercise_set_states`."""
    return [
        {
            "id": new_id(),
            "session_id": session_id,
            "set_no": number,
            "status": "PENDING",
            "performed_reps": None,
            "performed_seconds": None,
            "performed_weight_kg": None,
            "performed_band": None,
            "actual_rest_sec": None,
            "rir": None,
            "skip_reason": None,
        }
        for number in range(1, count + 1)
    ]


def coach_plan(plan: ExercisePlan, exercises: Iterable[ExerciseSession]) -> coach.Plan:
    """A stored plan as the coach made it."""
    return coach.Plan(
        status=coach.Status.REST if plan.kind == "rest" else coach.Status.OK,
        template=coach.Template(plan.template) if plan.template else None,
        rotation_index=plan.rotation_index,
        deload=plan.is_deload,
        level=coach.Experience(plan.level) if plan.level else None,
        items=tuple(map(planned_item, exercises)),
        seconds=plan.estimated_seconds,
        reasons=tuple(plan.reasons),
    )


def planned_item(row: ExerciseSession) -> coach.PlannedItem:
    """A stored exercise as the coach prescribed it."""
    return coach.PlannedItem(
        order=row.order_no,
        slot=row.slot,
        priority=row.priority,
        slug=row.exercise,
        tier=coach.Tier(row.tier),
        sets=row.target_sets,
        reps=row.target_reps,
        seconds=row.target_seconds,
        kg=row.target_weight_kg,
        band=coach.Band(row.target_band) if row.target_band else None,
        rest_s=row.target_rest_sec,
        rir=row.target_rir,
        per_side=row.per_side,
        low=row.range_low,
        high=row.range_high,
        reasons=tuple(row.reasons),
        name_ko=coach.exercises()[row.exercise].name_ko,
        note_ko=row.notes,
        caution=row.is_caution,
    )


def past_set(exercise: ExerciseSession, row: ExerciseSetState) -> coach.PastSet:
    """A stored set as the coach looks back on it."""
    return coach.PastSet(
        state=coach.SetState(row.status),
        target_reps=exercise.target_reps,
        target_seconds=exercise.target_seconds,
        target_kg=exercise.target_weight_kg,
        target_band=coach.Band(exercise.target_band) if exercise.target_band else None,
        performed_reps=row.performed_reps,
        performed_seconds=row.performed_seconds,
        performed_kg=row.performed_weight_kg,
        performed_band=coach.Band(row.performed_band) if row.performed_band else None,
        rir=row.rir,
    )
