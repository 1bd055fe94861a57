"""Reporting sets: what was lifted, in which order, and what is next."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app import coach
from app.domain import pain, users
from app.domain.days import in_zone, local_date
from app.domain.plan_rows import past_set
from app.domain.plans import get_plan, plan_owner
from app.domain.profiles import coach_profile
from app.errors import Conflict, InvalidInput, NotFound, SetOrder
from app.models import ExercisePlan, ExerciseSession, ExerciseSetState, User

OPEN_FOR = timedelta(days=3)
PAUSE = timedelta(hours=2)  # between two sets of one workout, at most
LATE_UNTIL = 3  # o'clock: a workout that has not begun may still be yesterday's
NIGHT_ENDS = 6  # o'clock: a workout that began before midnight goes on until then
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


@dataclass(frozen=True, slots=True)
class Day:
    """A plan, locked, with its exercises and all their sets in the order of training."""

    plan: ExercisePlan
    exercises: dict[UUID, ExerciseSession]
    sets: list[ExerciseSetState]

    def sets_of(self, session_id: UUID) -> list[ExerciseSetState]:
        return [each for each in self.sets if each.session_id == session_id]

    def course(self) -> pain.Course:
        """What is left of the plan."""
        left = Counter(each.session_id for each in self.sets if each.status == "PENDING")
        touched = {each.session_id for each in self.sets if each.status != "PENDING"}
        untouched = frozenset(self.exercises) - touched
        return pain.Course(self.plan, tuple(self.exercises.values()), dict(left), untouched)

    @property
    def pending(self) -> ExerciseSetState | None:
        """The set that is next."""
        return next((each for each in self.sets if each.status == "PENDING"), None)


def report_set(
    session: Session, plan_id: UUID, session_id: UUID, set_no: int, report: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """Record how a set ended; returns `{set, next, plan_status, plan_changed}`. May run twice.

    Raises NotFound (the set, or the trainee has left); InvalidInput (a number of the wrong measure);
    SetOrder (an earlier set of this exercise is still open); Conflict (plan canceled, or its date more
    than 3 days ago).
    """
    user = users.hold_user(session, plan_owner(session, plan_id))
    return record(session, user, load_day(session, plan_id), session_id, set_no, report, now)


def record(
    session: Session,
    user: User,
    day: Day,
    session_id: UUID,
    set_no: int,
    report: dict[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """As `report_set`, for a trainee who is held and a day that is loaded; trainees are locked before plans.

    After a pain that changed the plan, `day` is out of date: load it again.
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
        day = load_day(session, day.plan.id)
    result = _result(user, day, _find_set(day, session_id, set_no), changed)
    session.flush()
    return result


def skip(session: Session, day: Day, rows: Sequence[ExerciseSetState], reason: str, now: datetime) -> None:
    """Skip open sets of a day that is held, several at once."""
    ids = [row.id for row in rows]
    session.execute(
        update(ExerciseSetState)
        .where(ExerciseSetState.id.in_(ids), ExerciseSetState.status == "PENDING")
        .values(status="SKIPPED", skip_reason=reason, reported_at=now)
        .execution_options(synchronize_session="evaluate")
    )
    close(day)


def close(day: Day) -> None:
    """The plan is done as soon as every set has an end."""
    if day.pending is None and day.plan.status == "ACTIVE":
        day.plan.status = "DONE"


def open_day(session: Session, user: User, now: datetime) -> Day | None:
    """The plan a trainee is on: today's, or in the night yesterday's that is not finished.

    Yesterday's counts until 3 o'clock if there is none of today, and until 6 as long as they train: who gets up
    at 5 wants the new day's. The plan is held. In one query: nobody
    reports a set while the trainee is locked, as they must be here.
    """
    local = in_zone(user.timezone, now)
    first = local.date() - timedelta(days=1 if local.hour < NIGHT_ENDS else 0)
    rows = session.execute(_HOLD_DAYS, {"user_id": user.id, "first": first, "last": local.date()}).all()
    days = [_day([row for row in rows if row[0] is plan]) for plan in dict.fromkeys(row[0] for row in rows)]
    is_late = local.hour < LATE_UNTIL
    on = [
        each
        for each in days
        if each.plan.target_date == local.date()
        or (each.plan.status == "ACTIVE" and (is_late or _goes_on(each, now)))
    ]
    return max(on, key=lambda each: (_goes_on(each, now), each.plan.target_date), default=None)


def _goes_on(day: Day, now: datetime) -> bool:
    """Whether the trainee is in the middle of it."""
    last = max((each.reported_at for each in day.sets if each.reported_at), default=None)
    return day.plan.status == "ACTIVE" and last is not None and now - last < PAUSE


def own_day(session: Session, user: User, plan_id: UUID) -> Day | None:
    """As `open_day`, for a plan of the trainee's that is named; None when it is none of theirs."""
    rows = session.execute(_HOLD_OWN, {"user_id": user.id, "plan_id": plan_id}).all()
    return _day(rows) if rows else None


def read_day(session: Session, plan_id: UUID) -> Day:
    """As `load_day`, in one query, for a plan that is held already."""
    return _day(session.execute(_WITH_SETS.where(ExercisePlan.id == plan_id)).all())


_WITH_SETS = (
    select(ExercisePlan, ExerciseSession, ExerciseSetState)
    .outerjoin(ExerciseSession, ExerciseSession.plan_id == ExercisePlan.id)
    .outerjoin(ExerciseSetState, ExerciseSetState.session_id == ExerciseSession.id)
    .order_by(ExerciseSession.order_no, ExerciseSetState.set_no)
)
# Made once: making a query anew takes longer than reading a row.
_HOLD_OWN = _WITH_SETS.where(
    ExercisePlan.id == bindparam("plan_id"), ExercisePlan.user_id == bindparam("user_id")
).with_for_update(key_share=True, of=ExercisePlan)
_HOLD_DAYS = _WITH_SETS.where(
    ExercisePlan.user_id == bindparam("user_id"),
    ExercisePlan.target_date.between(bindparam("first"), bindparam("last")),
    ExercisePlan.status.in_(("ACTIVE", "DONE")),
).with_for_update(key_share=True, of=ExercisePlan)


def _day(rows: Sequence[Any]) -> Day:
    """The rows of one plan; a day of rest has no exercises."""
    return Day(rows[0][0], {row[1].id: row[1] for row in rows if row[1]}, [row[2] for row in rows if row[2]])


def load_day(session: Session, plan_id: UUID) -> Day:
    """A plan with its sets, held until the commit; raises NotFound."""
    return _with_sets(session, get_plan(session, plan_id, lock=True))


def _with_sets(session: Session, plan: ExercisePlan) -> Day:
    rows = session.execute(
        select(ExerciseSession, ExerciseSetState)
        .join(ExerciseSetState, ExerciseSetState.session_id == ExerciseSession.id)
        .where(ExerciseSession.plan_id == plan.id)
        .order_by(ExerciseSession.order_no, ExerciseSetState.set_no)
    ).all()
    return Day(plan, {row[0].id: row[0] for row in rows}, [row[1] for row in rows])


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
    close(day)
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
        "offered_weight_kg": offered_kg(user, day, exercise),
    }


def offered_kg(user: User, day: Day, exercise: ExerciseSession) -> Decimal | None:
    """The load for the sets of an exercise that are still open; None for work without kg."""
    past = [past_set(exercise, each) for each in day.sets_of(exercise.id)]
    return coach.offered_kg(coach_profile(user.profile), exercise.exercise, past)
