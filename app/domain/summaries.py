"""What a trainee did, day by day: sets, volume, minutes and the streak."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from app.domain import users
from app.domain.days import days_between, local_date
from app.errors import InvalidInput
from app.models import ExercisePlan, ExerciseSession, ExerciseSetState

LONGEST = 366

_set = ExerciseSetState
_attempted = _set.status.in_(("DONE", "FAILED"))
_volume = func.sum(
    _set.performed_weight_kg * _set.performed_reps * case((ExerciseSession.per_side, 2), else_=1)
).filter(_attempted)
_DAYS = (
    select(
        ExercisePlan.target_date,
        ExercisePlan.kind,
        ExercisePlan.estimated_seconds,
        func.count(_set.id).label("planned_sets"),
        func.count(_set.id).filter(_set.status == "DONE").label("done_sets"),
        func.count(_set.id).filter(_set.status == "SKIPPED").label("skipped_sets"),
        func.count(_set.id).filter(_set.status == "FAILED").label("failed_sets"),
        func.coalesce(_volume, 0).label("volume_kg"),
    )
    .outerjoin(ExerciseSession, ExerciseSession.plan_id == ExercisePlan.id)
    .outerjoin(_set, _set.session_id == ExerciseSession.id)
    .where(ExercisePlan.user_id == bindparam("user_id"), ExercisePlan.target_date <= bindparam("last"))
    .where(ExercisePlan.status.in_(("ACTIVE", "DONE")))
    .group_by(ExercisePlan.id)
    .order_by(ExercisePlan.target_date)
)


def summarize(
    session: Session, user_id: UUID, filters: dict[str, Any], now: datetime
) -> list[dict[str, Any]]:
    """The days from `from_date` to `to_date`, by default the week up to the trainee's today.

    Raises NotFound (the user) and InvalidInput (more than 366 days, or the wrong way round).
    """
    user = users.get_user(session, user_id)
    today = local_date(user.timezone, now)
    last = filters.get("to_date", max(today, filters.get("from_date", today)))
    first = filters.get("from_date", last - timedelta(days=6))
    if not 0 <= (last - first).days < LONGEST:
        raise InvalidInput.at("#/to", f"Must be on or after from, and at most {LONGEST} days.")
    return daily_summaries(session, user_id, first, last, today)


def daily_summaries(
    session: Session, user_id: UUID, first: date, last: date, today: date
) -> list[dict[str, Any]]:
    """One entry a day from `first` to `last`, also for days without a plan.

    `volume_kg` is kg × reps, both sides, of done and failed sets. `minutes` is the plan's estimate for the
    share of its sets that was attempted. `streak` counts training days in a row, up to that day, of
    which at least half of the sets were attempted; rest days and days without a plan do not break it,
    nor does a day that is not over.
    """
    rows = session.execute(_DAYS, {"user_id": user_id, "last": last}).all()
    streaks = _streaks(rows, today)
    by_day = {row.target_date: row for row in rows}
    streak, entries = 0, []
    before = [on for on in streaks if on < first]
    if before:
        streak = streaks[max(before)]
    for on in days_between(first, last):
        streak = streaks.get(on, streak)
        entries.append(_entry(on, by_day.get(on), streak))
    return entries


def _streaks(rows: Iterable[Any], today: date) -> dict[date, int]:
    """The streak after each day with something to do, in order of the days."""
    streaks, count = {}, 0
    for row in rows:
        if not row.planned_sets:
            continue
        if 2 * (row.done_sets + row.failed_sets) >= row.planned_sets:
            count += 1
        elif row.target_date < today:
            count = 0
        streaks[row.target_date] = count
    return streaks


def _entry(on: date, row: Any, streak: int) -> dict[str, Any]:
    names = ("planned_sets", "done_sets", "skipped_sets", "failed_sets")
    if row is None:
        return dict.fromkeys(names, 0) | _figures(on, Decimal(0), 0, streak)
    attempted = row.done_sets + row.failed_sets
    seconds = row.estimated_seconds * attempted / row.planned_sets if row.planned_sets else 0
    minutes = -int(-seconds // 60)
    return {name: getattr(row, name) for name in names} | _figures(on, row.volume_kg, minutes, streak)


def _figures(on: date, volume_kg: Decimal, minutes: int, streak: int) -> dict[str, Any]:
    return {"date": on, "volume_kg": volume_kg, "minutes": minutes, "streak": streak}
