"""Reporting sets: what was lifted, in which order, and what is next."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import coach
from app.domain import pain, summaries, users, workouts
from app.domain.days import local_date
from app.domain.plans import plan_owner
from app.domain.workouts import Day
from app.errors import Conflict, InvalidInput, NotFound, SetOrder
from app.models import ExerciseSession, ExerciseSetState, User

OPEN_FOR = timedelta(days=3)
NUMBERS = (
    "performed_reps",
    "performed_seconds",
    "performed_weight_kg",
    "performed_band",
    "actual_rest_sec",
    "rir",
)
# What a set is measured in: the reported number is allowed only where the target has its counterpart.
MEASURES = {
    "performed_reps": "target_reps",
    "performed_seconds": "target_seconds",
    "performed_weight_kg": "target_weight_kg",
    "performed_band": "target_band",
}


def report_set(
    session: Session, plan_id: UUID, session_id: UUID, set_no: int, report: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """Record how a set ended; returns `{set, next, plan_status, plan_changed}`. May run twice.

    Raises NotFound (the set, or the trainee has left); InvalidInput (a number of the wrong measure);
    SetOrder (an earlier set of this exercise is still open); Conflict (plan canceled, or its date more
    than 3 days ago).
    """
    user = users.lock_user(session, plan_owner(session, plan_id))
    users.heard(session, user, now)
    return record(session, user, workouts.load_day(session, plan_id), session_id, set_no, report, now)


def record(
    session: Session,
    user: User,
    day: Day,
    session_id: UUID,
    set_no: int,
    report: dict[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """As `report_set`, for a trainee who is locked and a day that is loaded; trainees come before plans.

    After a pain that changed the plan, `day` is out of date: load it again. A day that is over gets its
    summary anew.
    """
    reported, exercise = _find_set(day, session_id, set_no), day.exercises[session_id]
    outcome = _outcome(exercise, report)
    differs = any(getattr(reported, name) != value for name, value in outcome.items())
    hurts = "pain" in report and (differs or _is_news(user, day, session_id, report["pain"]))
    changed = False
    if differs or hurts:
        today = _check_open(user, day, now)
        _check_order(day, reported)
        for name, value in outcome.items():
            setattr(reported, name, value)
        reported.reported_at = now
    if hurts:
        session.flush()
        changed = pain.react(session, day.course(), exercise, report["pain"], today, now)
        day = workouts.load_day(session, day.plan.id)
    result = _result(user, day, _find_set(day, session_id, set_no), changed)
    session.flush()
    if differs and day.plan.closed_at is not None:
        summaries.write(session, {user.id: day.plan.target_date})
    return result


def _find_set(day: Day, session_id: UUID, set_no: int) -> ExerciseSetState:
    for each in day.sets_of(session_id):
        if each.set_no == set_no:
            return each
    raise NotFound(f"No set {set_no} in session {session_id} of plan {day.plan.id}.")


def _is_news(user: User, day: Day, session_id: UUID, told: dict[str, Any]) -> bool:
    """Whether a pain that comes with a report we have already is told for the first time."""
    is_open = any(each.status == "PENDING" for each in day.sets_of(session_id))
    return is_open or not pain.is_known(user.profile, told, day.plan.target_date)


def _check_open(user: User, day: Day, now: datetime) -> date:
    """The trainee's date today; raises Conflict when the plan takes no more reports."""
    if day.plan.status == "CANCELED":
        raise Conflict("This plan was canceled.")
    today = local_date(user.timezone, now)
    if today > day.plan.target_date + OPEN_FOR:
        raise Conflict(f"The plan of {day.plan.target_date} takes no more reports.")
    return today


def _check_order(day: Day, reported: ExerciseSetState) -> None:
    for each in day.sets_of(reported.session_id):
        if each.set_no < reported.set_no and each.status == "PENDING":
            raise SetOrder(f"Set {each.set_no} of this exercise comes first.", set_no=each.set_no)


def _outcome(exercise: ExerciseSession, report: dict[str, Any]) -> dict[str, Any]:
    """The columns of the set that the report means; `DONE` without numbers is "as prescribed".

    Raises InvalidInput when a number does not go with the status or the exercise's measure.
    """
    errors = _misfits(exercise, report)
    if errors:
        raise InvalidInput("The report does not fit this set.", errors)
    outcome = {name: report.get(name) for name in NUMBERS}
    if report["status"] != "SKIPPED":
        for name, target in MEASURES.items():
            if outcome[name] is None:
                outcome[name] = _as_prescribed(exercise, name, target, report["status"])
    return outcome | {"status": report["status"], "skip_reason": report.get("skip_reason")}


def _as_prescribed(exercise: ExerciseSession, name: str, target: str, status: str) -> Any:
    value = getattr(exercise, target)
    is_count = name in ("performed_reps", "performed_seconds")
    return 0 if status == "FAILED" and is_count and value is not None else value


def _misfits(exercise: ExerciseSession, report: dict[str, Any]) -> list[dict[str, str]]:
    given = [name for name in NUMBERS if report.get(name) is not None]
    if report["status"] == "SKIPPED":
        return [_error(name, "A skipped set takes no numbers.") for name in given]
    errors = [
        _error(name, "This exercise is not measured in that.")
        for name in given
        if name in MEASURES and getattr(exercise, MEASURES[name]) is None
    ]
    if report.get("skip_reason") is not None:
        errors.append(_error("skip_reason", "Only a skipped set has one."))
    return errors


def _error(name: str, detail: str) -> dict[str, str]:
    return {"pointer": f"#/{name}", "detail": detail}


def _result(user: User, day: Day, reported: ExerciseSetState, changed: bool) -> dict[str, Any]:
    workouts.close(day)
    pending = day.pending
    return {
        "set": reported,
        "next": pending and next_view(user, day, pending),
        "plan_status": day.plan.status,
        "plan_changed": changed,
    }


def next_view(user: User, day: Day, pending: ExerciseSetState) -> dict[str, Any]:
    """The next set with what to do; `offered_weight_kg` is lower after a set that fell far short."""
    exercise = day.exercises[pending.session_id]
    return {
        "session_id": exercise.id,
        "set_no": pending.set_no,
        "status": pending.status,
        "exercise": exercise.exercise,
        "exercise_name": coach.exercises()[exercise.exercise].name_ko,
        "target_reps": exercise.target_reps,
        "target_seconds": exercise.target_seconds,
        "target_weight_kg": exercise.target_weight_kg,
        "target_band": exercise.target_band,
        "target_rest_sec": exercise.target_rest_sec,
        "offered_weight_kg": workouts.offered_kg(user, day, exercise),
    }
