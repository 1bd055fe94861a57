"""What a trainee did, day by day: sets, volume, minutes, the streak and the best lifts.

Days that are over have a row in `daily_summaries`; the others are read from their sets. Both come from the
same figures, so that a row can be computed again at any time and is the same.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from app import coach
from app.domain import users
from app.domain.days import days_between, local_date
from app.errors import InvalidInput
from app.models import User

LONGEST = 366
COUNTS = ("planned_sets", "done_sets", "skipped_sets", "failed_sets")
Entry = dict[str, Any]

# One row a plan. `lifts`: each exercise that was tried with kg, with its reps and those left in reserve.
_FIGURES = """
    SELECT plan.user_id, plan.target_date AS date, plan.closes_at, plan.estimated_seconds,
        count(sets.id) AS planned_sets,
        count(*) FILTER (WHERE sets.status = 'DONE') AS done_sets,
        count(*) FILTER (WHERE sets.status = 'SKIPPED') AS skipped_sets,
        count(*) FILTER (WHERE sets.status = 'FAILED') AS failed_sets,
        coalesce(
            sum(
                sets.performed_weight_kg * sets.performed_reps * CASE WHEN item.per_side THEN 2 ELSE 1 END
            ) FILTER (WHERE sets.status IN ('DONE', 'FAILED')), 0
        ) AS volume_kg,
        json_agg(DISTINCT jsonb_build_array(
            item.exercise, CAST(sets.performed_weight_kg AS text), sets.performed_reps + coalesce(sets.rir, 0)
        )) FILTER (
            WHERE sets.status IN ('DONE', 'FAILED') AND sets.performed_weight_kg > 0
                AND sets.performed_reps IS NOT NULL
        ) AS lifts
    FROM exercise_plans AS plan
    LEFT JOIN exercise_sessions AS item ON item.plan_id = plan.id
    LEFT JOIN exercise_set_states AS sets ON sets.session_id = item.id
"""
_LIVE = "plan.status IN ('ACTIVE', 'DONE')"
# What is on record, from the last day before those asked for or before the first open one, and what is open.
_READ = text(f"""
    WITH open AS ({_FIGURES}
        WHERE plan.user_id = :user_id AND plan.target_date <= :last AND {_LIVE} AND plan.closed_at IS NULL
        GROUP BY plan.id
    ), start AS (
        SELECT coalesce(max(on_date), least(:first, (SELECT min(date) FROM open))) AS date
        FROM daily_summaries
        WHERE user_id = :user_id AND on_date < least(:first, (SELECT min(date) FROM open))
    )
    SELECT date, estimated_seconds, planned_sets, done_sets, skipped_sets, failed_sets, volume_kg, lifts,
        NULL AS minutes, NULL AS one_rep_maxes, NULL AS streak,
        date < :today AND closes_at <= :now AS is_over
    FROM open
    UNION ALL
    SELECT on_date, NULL, planned_sets, done_sets, skipped_sets, failed_sets, volume_kg, NULL,
        minutes, one_rep_maxes, streak, true
    FROM daily_summaries, start
    WHERE user_id = :user_id AND on_date BETWEEN start.date AND :last
    ORDER BY 1
""")  # noqa: S608 - from the texts above
_OF_DAYS = text(f"""{_FIGURES}
    JOIN unnest(CAST(:ids AS uuid[]), CAST(:dates AS date[])) AS day (user_id, date)
        ON plan.user_id = day.user_id AND plan.target_date = day.date
    WHERE {_LIVE} AND plan.closed_at IS NULL
    GROUP BY plan.id
""")  # noqa: S608 - from the texts above
_CLOSED = text(f"""{_FIGURES}
    JOIN unnest(CAST(:ids AS uuid[]), CAST(:dates AS date[])) AS since (user_id, date)
        ON plan.user_id = since.user_id AND plan.target_date >= since.date
    WHERE {_LIVE} AND plan.closed_at IS NOT NULL
    GROUP BY plan.id
    ORDER BY plan.user_id, plan.target_date
""")  # noqa: S608 - from the texts above
_STREAKS_BEFORE = text("""
    SELECT since.user_id, before.streak
    FROM unnest(CAST(:ids AS uuid[]), CAST(:dates AS date[])) AS since (user_id, date), LATERAL (
        SELECT streak FROM daily_summaries AS s WHERE s.user_id = since.user_id AND s.on_date < since.date
        ORDER BY s.on_date DESC LIMIT 1
    ) AS before
""")
_WRITE = text("""
    WITH since AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:dates AS date[])) AS since (user_id, date)
    ), entries AS (
        SELECT * FROM json_populate_recordset(NULL::daily_summaries, CAST(:entries AS json))
    ), gone AS (
        DELETE FROM daily_summaries AS s USING since
        WHERE s.user_id = since.user_id AND s.on_date >= since.date AND NOT EXISTS (
            SELECT FROM entries WHERE entries.user_id = s.user_id AND entries.on_date = s.on_date
        )
    )
    INSERT INTO daily_summaries AS s (
        user_id, on_date, planned_sets, done_sets, skipped_sets, failed_sets, volume_kg, minutes, streak,
        one_rep_maxes
    )
    SELECT user_id, on_date, planned_sets, done_sets, skipped_sets, failed_sets, volume_kg, minutes, streak,
        one_rep_maxes
    FROM entries
    ON CONFLICT (user_id, on_date) DO UPDATE SET
        planned_sets = excluded.planned_sets, done_sets = excluded.done_sets,
        skipped_sets = excluded.skipped_sets, failed_sets = excluded.failed_sets,
        volume_kg = excluded.volume_kg, minutes = excluded.minutes, streak = excluded.streak,
        one_rep_maxes = excluded.one_rep_maxes, computed_at = now()
    WHERE (s.planned_sets, s.done_sets, s.skipped_sets, s.failed_sets,
           s.volume_kg, s.minutes, s.streak, s.one_rep_maxes)
        IS DISTINCT FROM (
           excluded.planned_sets, excluded.done_sets, excluded.skipped_sets, excluded.failed_sets,
           excluded.volume_kg, excluded.minutes, excluded.streak, excluded.one_rep_maxes)
""")


def summarize(session: Session, user_id: UUID, filters: dict[str, Any], now: datetime) -> list[Entry]:
    """The days from `from_date` to `to_date`, by default the week up to the trainee's today.

    Raises NotFound (the user) and InvalidInput (more than 366 days, or the wrong way round).
    """
    user = users.get_user(session, user_id)
    today = local_date(user.timezone, now)
    last = filters.get("to_date", max(today, filters.get("from_date", today)))
    first = filters.get("from_date", last - timedelta(days=6))
    if not 0 <= (last - first).days < LONGEST:
        raise InvalidInput.at("#/to", f"Must be on or after from, and at most {LONGEST} days.")
    return daily_summaries(session, user, first, last, now)


def daily_summaries(session: Session, user: User, first: date, last: date, now: datetime) -> list[Entry]:
    """One entry a day from `first` to `last`, also for days without a plan.

    `volume_kg` is kg × reps, both sides, of done and failed sets. `minutes` is the plan's estimate for the
    share of its sets that was attempted. `streak` counts training days in a row, up to that day, of
    which at least half of the sets were attempted; rest days and days without a plan do not break it,
    nor does a day that is not over. `one_rep_maxes` are kg by exercise, the best estimate of the day.
    """
    given = {"user_id": user.id, "first": first, "last": last}
    given |= {"now": now, "today": local_date(user.timezone, now)}
    rows = session.execute(_READ, given).mappings().all()
    by_day: dict[date, Entry] = {}
    streak = 0
    for row in rows:
        is_first_on_record = not by_day and row["streak"] is not None
        streak = row["streak"] if is_first_on_record else _streak(streak, row, is_over=row["is_over"])
        by_day[row["date"]] = _entry(row, streak)
    streak = next((by_day[on]["streak"] for on in sorted(by_day, reverse=True) if on < first), 0)
    entries = []
    for on in days_between(first, last):
        entries.append(by_day.get(on) or _empty(on, streak))
        streak = entries[-1]["streak"]
    return entries


def of_days(session: Session, days: Mapping[UUID, date]) -> dict[UUID, Entry]:
    """The figures of one day of each trainee, from the sets as they are; without the streak, 0.

    A day that is closed has none: sets that nobody reported look as if they had been skipped.
    """
    found = session.execute(_OF_DAYS, _given(days)).mappings()
    return {row["user_id"]: _entry(row, 0) for row in found}


def write(session: Session, since: Mapping[UUID, date]) -> None:
    """Compute the summaries of these trainees' closed days anew, from a day on; may run twice.

    The caller has locked the trainees. What has no closed plan any more has no summary; what is the same is
    not written.
    """
    entries = [
        {("on_date" if name == "date" else name): value for name, value in each.items()}
        for each in computed(session, since)
    ]
    given = _given(since) | {"entries": json.dumps(entries, default=str)}
    session.execute(_WRITE, given)


def computed(session: Session, since: Mapping[UUID, date]) -> list[Entry]:
    """What the summaries of these trainees' closed days should say, from a day on; with their `user_id`."""
    given = _given(since)
    streaks = {row.user_id: row.streak for row in session.execute(_STREAKS_BEFORE, given)}
    entries = []
    for row in session.execute(_CLOSED, given).mappings():
        user_id = row["user_id"]
        streaks[user_id] = _streak(streaks.get(user_id, 0), row, is_over=True)
        entries.append({"user_id": user_id} | _entry(row, streaks[user_id]))
    return entries


def _given(days: Mapping[UUID, date]) -> dict[str, Any]:
    return {"ids": [str(each) for each in days], "dates": list(days.values())}


def _streak(before: int, row: RowMapping, *, is_over: bool) -> int:
    """The streak after a day, given the one before it."""
    if not row["planned_sets"]:
        return before
    if 2 * (row["done_sets"] + row["failed_sets"]) >= row["planned_sets"]:
        return before + 1
    return 0 if is_over else before


def _entry(row: RowMapping, streak: int) -> Entry:
    """A day's figures, from those of a plan or from its summary."""
    is_stored = row["lifts"] is None and row.get("minutes") is not None
    return {
        "date": row["date"],
        **{name: row[name] for name in COUNTS},
        "volume_kg": row["volume_kg"],
        "minutes": row["minutes"] if is_stored else _minutes(row),
        "streak": streak,
        "one_rep_maxes": row["one_rep_maxes"] if is_stored else _one_rep_maxes(row["lifts"] or ()),
    }


def _empty(on: date, streak: int) -> Entry:
    zero = dict.fromkeys(COUNTS, 0) | {"volume_kg": Decimal(0), "minutes": 0}
    return {"date": on, **zero, "streak": streak, "one_rep_maxes": {}}


def _minutes(row: RowMapping) -> int:
    attempted, planned = row["done_sets"] + row["failed_sets"], row["planned_sets"]
    return -int(-row["estimated_seconds"] * attempted // (60 * planned)) if planned else 0


def _one_rep_maxes(lifts: Iterable[tuple[str, str, int]]) -> dict[str, float]:
    best: dict[str, float] = {}
    for exercise, kg, reps in lifts:
        found = coach.one_rep_max(Decimal(kg), reps)
        if found is not None:
            best[exercise] = max(best.get(exercise, 0.0), float(found))
    return best
