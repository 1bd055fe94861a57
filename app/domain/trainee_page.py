"""What the trainee's page shows of one plan: its exercises and sets, what is next, the rest, the week."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from app import coach
from app.domain import summaries
from app.domain.days import in_zone, local_date
from app.domain.plan_rows import past_set
from app.domain.profiles import coach_profile
from app.domain.sets import OPEN_FOR
from app.domain.workouts import read_day
from app.errors import Gone, NotFound
from app.models import ExercisePlan, ExerciseSession, ExerciseSetState, User

ATTEMPTED = ("DONE", "FAILED")
_PLAN = (
    select(ExercisePlan, User)
    .join(User, User.id == ExercisePlan.user_id)
    .outerjoin(User.profile)
    .options(contains_eager(User.profile))
)
_STATE = select(
    ExercisePlan.status, ExercisePlan.target_date, User.deleted_at, User.unlinked_at, User.timezone
).join(User, User.id == ExercisePlan.user_id)


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise with its sets in order; `offered_kg` is for those still pending, None without kg."""

    row: ExerciseSession
    name: str
    part: str
    sets: tuple[ExerciseSetState, ...]
    offered_kg: Decimal | None

    @property
    def pending(self) -> ExerciseSetState | None:
        """The set to do next, None when all are reported."""
        return next((each for each in self.sets if each.status == "PENDING"), None)

    @property
    def reported(self) -> tuple[ExerciseSetState, ...]:
        return tuple(each for each in self.sets if each.status != "PENDING")

    @property
    def is_lowered(self) -> bool:
        """Whether the next set is offered below the target, as one before fell far short."""
        target = self.row.target_weight_kg
        has_less = target is not None and self.offered_kg is not None and self.offered_kg < target
        return has_less and self.pending is not None

    @property
    def is_substitute(self) -> bool:
        """Whether it came in place of an exercise that hurt, or whose equipment was taken."""
        return "SWAP" in self.row.reasons


@dataclass(frozen=True, slots=True)
class Rest:
    """The rest that is going on: seconds left of how many, and when it ends on the trainee's clock."""

    left_s: int
    total_s: int
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One plan as its page shows it.

    `week` are the summaries from Monday to Sunday of the plan's week; `injuries` count on the trainee's
    `today`.
    """

    plan: ExercisePlan
    name: str
    today: date
    exercises: tuple[Exercise, ...]
    injuries: tuple[coach.Injury, ...]
    rest: Rest | None
    week: tuple[dict[str, Any], ...]

    @property
    def current(self) -> Exercise | None:
        """The exercise to go on with: the one begun last, else the first that waits."""
        return _current(self.exercises)

    @property
    def total(self) -> int:
        return sum(len(each.sets) for each in self.exercises)

    @property
    def reported(self) -> int:
        return sum(len(each.reported) for each in self.exercises)

    @property
    def day(self) -> dict[str, Any]:
        """The figures of the plan's own day."""
        return self.week[self.plan.target_date.weekday()]

    @property
    def closes_on(self) -> date:
        """The last day on which sets can be reported."""
        return self.plan.target_date + OPEN_FOR

    @property
    def is_severe(self) -> bool:
        """Whether something hurts so much that somebody should look at it first."""
        return any(each.severity is coach.Severity.SEVERE for each in self.injuries)

    def exercise(self, session_id: UUID) -> Exercise | None:
        return next((each for each in self.exercises if each.row.id == session_id), None)


def load(session: Session, plan_id: UUID, now: datetime) -> Page:
    """The page of a plan, in three queries.

    Raises NotFound without such a plan, and Gone, whose `kind` says why: the trainee has `left`, the plan
    was `canceled` or is too `old`.
    """
    plan, user = _one(session, _PLAN, plan_id)
    today = _today(plan, user, now)
    profile = coach_profile(user.profile)
    exercises = _exercises(session, plan, profile)
    monday = plan.target_date - timedelta(days=plan.target_date.weekday())
    week = summaries.daily_summaries(session, user, monday, monday + timedelta(days=6), now)
    return Page(
        plan=plan,
        name=user.name or "",
        today=today,
        exercises=exercises,
        injuries=tuple(each for each in profile.injuries if each.until is None or each.until >= today),
        rest=_rest(exercises, user.timezone, now),
        week=tuple(week),
    )


def check_open(session: Session, plan_id: UUID, now: datetime) -> None:
    """Raise what `load` raises, for one query.

    It leaves no object in the session: whoever locks the plan next must not find it as it was before.
    """
    row = _one(session, _STATE, plan_id)
    _today(row, row, now)


def _one(session: Session, query: Any, plan_id: UUID) -> Any:
    row = session.execute(query.where(ExercisePlan.id == plan_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such plan.", kind="not_found")
    return row


def _today(plan: Any, user: Any, now: datetime) -> date:
    """The trainee's date, if the page of this plan may be shown."""
    if user.deleted_at is not None or user.unlinked_at is not None:
        raise Gone("The trainee has left.", kind="left")
    if plan.status == "CANCELED":
        raise Gone("The plan was canceled.", kind="canceled")
    today = local_date(user.timezone, now)
    if today > plan.target_date + OPEN_FOR:
        raise Gone("The plan takes no more reports.", kind="old")
    return today


def _exercises(session: Session, plan: ExercisePlan, profile: coach.Profile) -> tuple[Exercise, ...]:
    day = read_day(session, plan.id)
    return tuple(_exercise(row, day.sets_of(key), profile) for key, row in day.exercises.items())


def _exercise(row: ExerciseSession, sets: list[ExerciseSetState], profile: coach.Profile) -> Exercise:
    past = [past_set(row, each) for each in sets]
    return Exercise(
        row=row,
        name=coach.exercises()[row.exercise].name_ko,
        part=coach.body_part(row.exercise),
        sets=tuple(sets),
        offered_kg=coach.offered_kg(profile, row.exercise, past),
    )


def _current(exercises: tuple[Exercise, ...]) -> Exercise | None:
    waiting = [each for each in exercises if each.pending]
    begun = [each for each in waiting if each.reported]
    return max(begun, key=_last_reported_at, default=next(iter(waiting), None))


def _last_reported_at(exercise: Exercise) -> datetime:
    return max(each.reported_at for each in exercise.reported if each.reported_at)


def _rest(exercises: tuple[Exercise, ...], zone: str, now: datetime) -> Rest | None:
    """The rest after the set that was reported last, if another one waits.

    The report of a set that has reported ones behind it corrects it, and nobody rests after that.
    """
    begun = [each for each in exercises if each.reported]
    if not begun or _current(exercises) is None:
        return None
    exercise = max(begun, key=_last_reported_at)
    last = exercise.reported[-1]
    if last.reported_at != _last_reported_at(exercise) or last.status not in ATTEMPTED:
        return None
    ends_at = last.reported_at + timedelta(seconds=exercise.row.target_rest_sec)
    left_s = -int((now - ends_at).total_seconds() // 1)
    return Rest(left_s, exercise.row.target_rest_sec, in_zone(zone, ends_at)) if left_s > 0 else None
