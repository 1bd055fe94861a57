"""Days that pass: plans made at a moment, sets reported at one, and the jobs of the day run at one."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from types import ModuleType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from factories import add_plan
from sqlalchemy import Engine, event, select, text
from sqlalchemy.orm import Session

from app.domain import closings, evenings, sets
from app.domain.days import closing_time
from app.models import DailySummary, ExercisePlan, ExerciseSession, ExerciseSetState, User

DAY = date(2026, 7, 21)
FIGURES = ("planned_sets", "done_sets", "skipped_sets", "failed_sets", "volume_kg", "minutes", "streak")
Job = Callable[[Engine, datetime], Counter[str]]


def clock(on: date, at: str, zone: str = "Asia/Seoul") -> datetime:
    """The moment a clock in `zone` shows `at` on that day."""
    return datetime.combine(on, time.fromisoformat(at), tzinfo=ZoneInfo(zone))


def at_nine_now() -> tuple[str, datetime]:
    """A zone in which it is between nine and ten in the evening, and when it was nine there."""
    now = datetime.now(UTC)
    for hours in range(-12, 15):
        zone = f"Etc/GMT{-hours:+d}"
        local = now.astimezone(ZoneInfo(zone))
        if local.hour == 21:
            return zone, local.replace(minute=0, second=0, microsecond=0)
    raise AssertionError(now)


def open_plan(
    session: Session, user: User, on: date, sets: int = 2, made_at: datetime | None = None, **fields: Any
) -> ExercisePlan:
    """A plan as if it had been made at that moment, by default at noon of its day; nothing is reported."""
    made_at = made_at or clock(on, "12:00", user.timezone)
    fields |= {"created_at": made_at, "closes_at": closing_time(user.timezone, on, made_at)}
    return add_plan(session, user.id, on, ["PENDING"] * sets, **fields)


def report_at(
    engine: Engine, plan: ExercisePlan, number: int, at: datetime, status: str = "DONE", **numbers: Any
) -> None:
    """Set `number` of the plan's exercise is reported at that moment."""
    with Session(engine) as session:
        report_in(session, plan, number, at, status, **numbers)
        session.commit()


def report_in(
    session: Session, plan: ExercisePlan, number: int, at: datetime, status: str = "DONE", **numbers: Any
) -> None:
    """As `report_at`, in a transaction that goes on."""
    exercise = select(ExerciseSession.id).where(ExerciseSession.plan_id == plan.id)
    session_id = session.scalars(exercise).one()
    sets.report_set(session, plan.id, session_id, number, {"status": status} | numbers, at)


def close_days(engine: Engine, now: datetime) -> Counter[str]:
    """The night's job, once, at that moment."""
    return _run(closings, engine, now)


def tell(engine: Engine, now: datetime) -> Counter[str]:
    """The evening's job, once, at that moment."""
    return _run(evenings, engine, now)


def _run(part: ModuleType, engine: Engine, now: datetime) -> Counter[str]:
    with Session(engine, expire_on_commit=False) as session:
        ids = part.claim(session, 100, now)
        counts: Counter[str] = part.work(session, ids, now) if ids else Counter()
        session.commit()
    return counts


def until_none_is_left(job: Job, engine: Engine, now: datetime) -> Counter[str]:
    """What a worker does that looks until it finds nothing."""
    done: Counter[str] = Counter()
    while counts := job(engine, now):
        done += counts
    return done


def states(engine: Engine, plan: ExercisePlan) -> tuple[str, bool, list[tuple[str, str | None]]]:
    """A plan's status, whether it is closed, and each set's status with the reason for skipping it."""
    with Session(engine) as session:
        row = session.get_one(ExercisePlan, plan.id)
        query = select(ExerciseSetState.status, ExerciseSetState.skip_reason).join(
            ExerciseSession, ExerciseSession.id == ExerciseSetState.session_id
        )
        found = session.execute(
            query.where(ExerciseSession.plan_id == plan.id).order_by(ExerciseSetState.set_no)
        )
        return row.status, row.closed_at is not None, [tuple(each) for each in found]


def stored(engine: Engine, user_id: UUID) -> dict[date, tuple[Any, ...]]:
    """A trainee's summaries by day: the `FIGURES` and the best lifts."""
    with Session(engine) as session:
        rows = session.scalars(
            select(DailySummary).where(DailySummary.user_id == user_id).order_by(DailySummary.on_date)
        )
        return {
            row.on_date: (*(getattr(row, name) for name in FIGURES), dict(row.one_rep_maxes)) for row in rows
        }


def streaks(engine: Engine, user_id: UUID) -> dict[date, int]:
    return {on: row[FIGURES.index("streak")] for on, row in stored(engine, user_id).items()}


def scalar(engine: Engine, query: str, **given: Any) -> Any:
    with engine.connect() as connection:
        return connection.scalar(text(query), given)


def change(engine: Engine, statement: str, **given: Any) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement), given)


class Died(Exception):
    """The process is gone; the database rolls back."""


@contextmanager
def dying_before(engine: Engine, number: int) -> Iterator[list[str]]:
    """Statement `number` from now on is not sent any more; yields those that were."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if len(sent) + 1 == number:
            raise Died(statement)
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
