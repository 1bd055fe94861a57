"""The evening: what a trainee did today, to those who asked to be told and did something.

A trainee is looked at when `summary_due_at` has come, which is 21:00 on their wall clock. The message's key
has its day, so that there is one, however often this runs.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.chat.figures import kilograms
from app.domain import summaries
from app.domain.days import EVENING, korean_date, last_date, local_moment, next_moment
from app.domain.notifications import OWN_KEYS
from app.domain.scheduling import LIFETIMES
from app.domain.summaries import Entry
from app.domain.templates import TEMPLATES
from app.models import Notification, User, new_id
from app.models.user import REACHED

_CLAIM = text(f"""
    SELECT id FROM users WHERE summary_due_at <= :now AND {REACHED} AND summary_enabled
        AND (CAST(:among AS uuid[]) IS NULL OR id = ANY(:among))
    ORDER BY summary_due_at LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
""")  # noqa: S608 - a constant
_LOOK_AGAIN = text("""
    UPDATE users SET summary_due_at = due.at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:moments AS timestamptz[])) AS due (id, at)
    WHERE users.id = due.id
""")


def claim(session: Session, limit: int, now: datetime, among: Sequence[UUID] | None = None) -> list[UUID]:
    """Lock up to `limit` trainees whose evening has come, who wait longest first; none that is locked.

    `among`: only of these trainees.
    """
    given = {"limit": limit, "now": now, "among": None if among is None else list(among)}
    return list(session.scalars(_CLAIM, given))


def work(session: Session, ids: Sequence[UUID], now: datetime) -> Counter[str]:
    """Add the `messages` of trainees who are locked; too late for the lifetime of one is too late."""
    fresh = {"populate_existing": True}
    found = session.scalars(select(User).where(User.id.in_(ids)).order_by(User.id), execution_options=fresh)
    users = found.all()
    days = {user.id: last_date(user.timezone, EVENING, now) for user in users}
    figures = summaries.of_days(session, days)
    rows = [
        row
        for user in users
        if user.id in figures and (row := _message(user, days[user.id], figures[user.id], now))
    ]
    if rows:
        session.execute(insert(Notification).values(rows).on_conflict_do_nothing())
    moments = [next_moment(user.timezone, EVENING, now) for user in users]
    session.execute(_LOOK_AGAIN, {"ids": [str(user.id) for user in users], "moments": moments})
    return Counter(looked_at=len(users), messages=len(rows))


def weigh(_: Session, ids: Sequence[UUID], __: datetime) -> int:
    """How many plans are read: one each."""
    return len(ids)


def put_off(session: Session, user_id: UUID, until: datetime) -> None:
    """Look at a trainee later."""
    session.execute(_LOOK_AGAIN, {"ids": [str(user_id)], "moments": [until]})


def _message(user: User, on: date, day: Entry, now: datetime) -> dict[str, Any] | None:
    at = local_moment(user.timezone, on, EVENING)
    expires_at = at + LIFETIMES["summary"]
    reported = day["done_sets"] + day["failed_sets"] + day["skipped_sets"]
    if not reported or expires_at <= now:
        return None
    return {
        "id": new_id(),
        "user_id": user.id,
        "kind": "summary",
        "idempotency_key": f"{OWN_KEYS}summary:{user.id}:{on}",
        "variables": TEMPLATES["summary"].fit({"회원이름": user.name or ""} | _values(on, day)),
        "schedule_at": max(at, now),
        "due_at": max(at, now),
        "expires_at": expires_at,
    }


def _values(on: date, day: Entry) -> dict[str, str]:
    attempted, failed = day["done_sets"] + day["failed_sets"], day["failed_sets"]
    tried = f"{attempted}/{day['planned_sets']}세트" + (f" (실패 {failed})" if failed else "")
    return {
        "운동날짜": korean_date(on),
        "완료한세트수": tried,
        "건너뛴세트수": f"{day['skipped_sets']}세트",
        "총운동량": kilograms(day["volume_kg"]),
    }
