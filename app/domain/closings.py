"""The night: days that are over are closed, and what was done on them is written down.

A plan is looked at when `closes_at` has come; its trainee is locked, so that nobody reports a set meanwhile.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import summaries
from app.domain.days import closing_time, local_date, local_moment
from app.domain.workouts import NIGHT_ENDS, PAUSE

_CLAIM = text("""
    SELECT users.id FROM exercise_plans AS plan JOIN users ON users.id = plan.user_id
    WHERE plan.closed_at IS NULL AND plan.status IN ('ACTIVE', 'DONE') AND plan.closes_at <= :now
        AND (CAST(:among AS uuid[]) IS NULL OR users.id = ANY(:among))
    ORDER BY plan.closes_at LIMIT :limit FOR NO KEY UPDATE OF users SKIP LOCKED
""")
_HOLD = text("""
    SELECT plan.id, plan.user_id, users.timezone, plan.target_date, plan.created_at, plan.status,
        CASE WHEN plan.status = 'ACTIVE' THEN (
            SELECT max(sets.reported_at) FROM exercise_sessions AS item
            JOIN exercise_set_states AS sets ON sets.session_id = item.id
            WHERE item.plan_id = plan.id
        ) END AS reported_at
    FROM exercise_plans AS plan JOIN users ON users.id = plan.user_id
    WHERE plan.user_id = ANY(:ids) AND plan.closed_at IS NULL AND plan.status IN ('ACTIVE', 'DONE')
        AND plan.closes_at <= :now
    ORDER BY plan.closes_at, plan.id LIMIT :most FOR NO KEY UPDATE OF plan
""")
_WEIGH = text("""
    SELECT count(*) FROM exercise_plans
    WHERE user_id = ANY(:ids) AND closed_at IS NULL AND status IN ('ACTIVE', 'DONE') AND closes_at <= :now
""")
_LATER = text("""
    UPDATE exercise_plans AS plan SET closes_at = later.at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:moments AS timestamptz[])) AS later (id, at)
    WHERE plan.id = later.id
""")
_PUT_OFF = text("""
    UPDATE exercise_plans SET closes_at = :until
    WHERE user_id = :user_id AND closed_at IS NULL AND closes_at < :until
""")
_CLOSE = text("""
    WITH skipped AS (
        UPDATE exercise_set_states AS sets SET status = 'SKIPPED', reported_at = :now
        FROM exercise_sessions AS item
        WHERE item.plan_id = ANY(:ids) AND sets.session_id = item.id AND sets.status = 'PENDING'
    )
    UPDATE exercise_plans SET status = 'DONE', closed_at = :now WHERE id = ANY(:ids)
""")


MOST = 500
"""Days that are closed in one transaction: after an upgrade trainees may have years of them."""


def claim(session: Session, limit: int, now: datetime, among: Sequence[UUID] | None = None) -> list[UUID]:
    """Lock trainees with days that may be over, up to `limit` days, the oldest first; none that is locked.

    `among`: only of these trainees.
    """
    given = {"limit": limit, "now": now, "among": None if among is None else list(among)}
    return list(dict.fromkeys(session.scalars(_CLAIM, given)))


def work(session: Session, ids: Sequence[UUID], now: datetime) -> Counter[str]:
    """Close what is over of these trainees, who are locked, and write the summaries; may run twice.

    Returns how many days were `closed` and how many are to be closed `later`: `MOST` of both, the oldest
    first. Sets that nobody reported are skipped, without a reason.
    """
    rows = session.execute(_HOLD, {"ids": list(ids), "now": now, "most": MOST}).all()
    ends = {row.id: _end(row, now) for row in rows}
    over = [row for row in rows if ends[row.id] <= now]
    later = {row.id: ends[row.id] for row in rows if ends[row.id] > now}
    if later:
        session.execute(_LATER, {"ids": list(map(str, later)), "moments": list(later.values())})
    if over:
        session.execute(_CLOSE, {"ids": [row.id for row in over], "now": now})
        summaries.write(session, _first_days(over))
    return Counter(closed=len(over), later=len(later))


def weigh(session: Session, ids: Sequence[UUID], now: datetime) -> int:
    """How many days of these trainees are to be looked at."""
    count: int = session.scalars(_WEIGH, {"ids": list(ids), "now": now}).one()
    return count


def put_off(session: Session, user_id: UUID, until: datetime) -> None:
    """Look at a trainee's days later."""
    session.execute(_PUT_OFF, {"user_id": user_id, "until": until})


def _end(row: Any, now: datetime) -> datetime:
    """When the day of a plan is over: in the morning, or when who trains through the night has stopped."""
    end = closing_time(row.timezone, row.target_date, row.created_at)
    if row.reported_at is None or end > now:
        return end
    night_ends = local_moment(row.timezone, local_date(row.timezone, end), time(NIGHT_ENDS))
    stopped: datetime = row.reported_at + PAUSE
    return max(end, min(stopped, night_ends))


def _first_days(rows: Sequence[Any]) -> dict[UUID, date]:
    first: dict[UUID, date] = {}
    for row in rows:
        first[row.user_id] = min(row.target_date, first.get(row.user_id, row.target_date))
    return first
