"""A day's plan while it is trained: which one a trainee is on, its sets in order, and what is left of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app import coach
from app.chat.said import Whole
from app.domain.days import in_zone
from app.domain.plan_rows import past_set
from app.domain.plans import get_plan
from app.domain.profiles import coach_profile
from app.models import ExercisePlan, ExerciseSession, ExerciseSetState, User

PAUSE = timedelta(hours=2)  # between two sets of one workout, at most
LATE_UNTIL = 3  # o'clock: a workout that has not begun may still be yesterday's
NIGHT_ENDS = 6  # o'clock: a workout that began before midnight goes on until then


@dataclass(frozen=True, slots=True)
class Course:
    """A plan with what is left of it: its exercises in order, and their open sets by session id."""

    plan: ExercisePlan
    exercises: Sequence[ExerciseSession]
    left: dict[Any, int]
    untouched: frozenset[Any]


@dataclass(frozen=True, slots=True)
class Day:
    """A plan, locked, with its exercises and all their sets in the order of training."""

    plan: ExercisePlan
    exercises: dict[UUID, ExerciseSession]
    sets: list[ExerciseSetState]

    def sets_of(self, session_id: UUID) -> list[ExerciseSetState]:
        return [each for each in self.sets if each.session_id == session_id]

    def course(self) -> Course:
        """What is left of the plan."""
        left = Counter(each.session_id for each in self.sets if each.status == "PENDING")
        touched = {each.session_id for each in self.sets if each.status != "PENDING"}
        untouched = frozenset(self.exercises) - touched
        return Course(self.plan, tuple(self.exercises.values()), dict(left), untouched)

    @property
    def pending(self) -> ExerciseSetState | None:
        """The first set that waits, in the order of the plan."""
        return next((each for each in self.sets if each.status == "PENDING"), None)

    @property
    def current(self) -> ExerciseSetState | None:
        """The set to go on with: of the exercise begun last, as on the page, else the first that waits."""
        waiting = [each for each in self.sets if each.status == "PENDING"]
        open_ = {each.session_id for each in waiting}
        begun = [(each.reported_at, each.session_id) for each in self.sets if each.reported_at]
        _, last = max((each for each in begun if each[1] in open_), key=itemgetter(0), default=(None, None))
        return next((each for each in waiting if last in (None, each.session_id)), None)


def open_day(session: Session, user: User, now: datetime) -> Day | None:
    """The plan a trainee is on: today's, or in the night yesterday's that is not finished.

    Yesterday's counts until 3 o'clock if there is none of today, and until 6 as long as they train: who gets
    up at 5 wants the new day's. The plan is held. In one query: nobody reports a set while the trainee is
    locked, as they must be here.
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


def meant(day: Day, row: ExerciseSetState, whole: Whole) -> list[ExerciseSetState]:
    """The open sets that somebody skips who is at `row`: it alone, the rest of its exercise or of the day."""
    if whole == "set":
        return [row]
    sets = day.sets if whole == "plan" else day.sets_of(row.session_id)
    return [each for each in sets if each.status == "PENDING"]


def skip(session: Session, day: Day, rows: Sequence[ExerciseSetState], reason: str, now: datetime) -> None:
    """Skip open sets of a day that is held, several at once; the plan is done if these were the last."""
    ids = [row.id for row in rows]
    skipped = (
        update(ExerciseSetState)
        .where(ExerciseSetState.id.in_(ids), ExerciseSetState.status == "PENDING")
        .values(status="SKIPPED", skip_reason=reason, reported_at=now)
    )
    is_last = all(each.id in ids for each in day.sets if each.status == "PENDING")
    if is_last and day.plan.status == "ACTIVE":
        done = update(ExercisePlan).where(ExercisePlan.id == day.plan.id).values(status="DONE")
        skipped = skipped.add_cte(done.cte("done"))
        set_committed_value(day.plan, "status", "DONE")
    session.execute(skipped.execution_options(synchronize_session="evaluate"))


def close(day: Day) -> None:
    """The plan is done as soon as every set has an end."""
    if day.pending is None and day.plan.status == "ACTIVE":
        day.plan.status = "DONE"


def offered_kg(user: User, day: Day, exercise: ExerciseSession) -> Decimal | None:
    """The load for the sets of an exercise that are still open; None for work without kg."""
    past = [past_set(exercise, each) for each in day.sets_of(exercise.id)]
    return coach.offered_kg(coach_profile(user.profile), exercise.exercise, past)
