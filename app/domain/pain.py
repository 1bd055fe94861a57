"""Pain during a set: the exercise ends, the area is spared from now on, another exercise is offered."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app import coach
from app.domain.history import load_history
from app.domain.plan_rows import coach_plan, planned_item, session_row, set_rows
from app.domain.profiles import coach_profile, stored_injury
from app.models import ExercisePlan, ExerciseSession, ExerciseSetState, UserProfile


def react(
    session: Session,
    plan: ExercisePlan,
    exercise: ExerciseSession,
    pain: dict[str, Any],
    today: date,
    now: datetime,
) -> bool:
    """Spare the area, skip the rest of the exercise, add a substitute; whether the plan changed.

    `pain` is `{"area", "score"}` (1 to 10). On a day that is over only the profile changes.
    """
    row = session.get_one(UserProfile, plan.user_id, with_for_update=True)
    profile = coach.with_pain(coach_profile(row), coach.Area(pain["area"]), pain["score"], today)
    row.injuries = [stored_injury(each) for each in profile.injuries]
    skipped = _skip_rest(session, exercise.id, now)
    if not skipped or plan.target_date < today:
        session.flush()
        return skipped > 0
    rest = replace(planned_item(exercise), sets=skipped)
    substitute = _substitute(session, plan, rest, profile, today)
    if substitute is not None:
        _add(session, plan.id, substitute)
    session.flush()
    return True


def is_known(row: UserProfile, pain: dict[str, Any], on: date) -> bool:
    """Whether the profile spares the area at least on that day, as it would after `react`."""
    (felt,) = coach.with_pain(coach.Profile(), pain["area"], pain["score"], on).injuries
    return any(
        (each.area, each.severity) == (felt.area, felt.severity) and (each.until is None or each.until >= on)
        for each in coach_profile(row).injuries
    )


def _skip_rest(session: Session, session_id: UUID, now: datetime) -> int:
    """End the open sets of the exercise; how many there were."""
    skipped = session.execute(
        update(ExerciseSetState)
        .where(ExerciseSetState.session_id == session_id, ExerciseSetState.status == "PENDING")
        .values(status="SKIPPED", skip_reason="pain", reported_at=now)
        .returning(ExerciseSetState.id)
    )
    return len(skipped.all())


def _substitute(
    session: Session, plan: ExercisePlan, rest: coach.PlannedItem, profile: coach.Profile, today: date
) -> coach.PlannedItem | None:
    exercises = session.scalars(
        select(ExerciseSession).where(ExerciseSession.plan_id == plan.id).order_by(ExerciseSession.order_no)
    ).all()
    past, _ = load_history(session, plan.user_id, plan.target_date, today)
    made = coach_plan(plan, exercises)
    return coach.replacement(profile, past, plan.target_date, made, rest)


def _add(session: Session, plan_id: UUID, item: coach.PlannedItem) -> None:
    """Put an exercise at the end of the plan."""
    last = session.scalars(
        select(func.max(ExerciseSession.order_no)).where(ExerciseSession.plan_id == plan_id)
    ).one()
    row = session_row(plan_id, replace(item, order=last + 1))
    session.execute(insert(ExerciseSession), [row])
    session.execute(insert(ExerciseSetState), set_rows(row["id"], item.sets))
