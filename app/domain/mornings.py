"""The morning: each active trainee's plan for their own day, and the message that announces it.

A trainee is looked at when `plan_due_at` has come, which is 04:00 on their wall clock. Of many that look at
once one has the row; a day that has a plan, were it canceled, gets none: so there is one, however often.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfoNotFoundError

from sqlalchemy import select, text
from sqlalchemy.orm import Session, joinedload

from app import coach
from app.domain import history, notifications, pauses, reviews
from app.domain.days import MORNING, last_date, local_date, local_moment, next_moment
from app.domain.history import Wanted
from app.domain.plan_rows import session_row
from app.domain.plan_store import add_plans
from app.domain.plans import Chosen, plan_row
from app.domain.profiles import coach_profile
from app.domain.scheduling import LIFETIMES
from app.models import User
from app.models.user import REACHED

NO_ROW = {"NOT_A_TRAINING_DAY", "ILLNESS"}
"""Rest that leaves no trace: the day is free, should the trainee feel like it or get well."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """A trainee and the moment they are looked at; `on` is the day they are in then."""

    user: User
    at: datetime

    @property
    def on(self) -> date:
        return last_date(self.user.timezone, MORNING, self.at)


@dataclass(frozen=True, slots=True)
class Decision:
    """What comes of a look.

    `outcome` is the kind of the new plan (`training`, `active`, `rest`), or why there is none: `off` (no
    day for training), `taken` (the day has or had one), `review` (a human must look first), `paused` (not
    heard from for too long), `over` (it is past midnight) or `failed` (a fault broke the look).
    """

    user: User
    on: date
    outcome: str
    plan: Row | None = None
    sessions: Sequence[Row] = ()
    message: Row | None = None
    reasons: tuple[str, ...] = ()


_FREE = text(f"{REACHED} AND paused_at IS NULL")
_CLAIM = text(f"""
    SELECT id FROM users WHERE plan_due_at <= :now AND {REACHED} AND paused_at IS NULL
        AND (CAST(:among AS uuid[]) IS NULL OR id = ANY(:among))
    ORDER BY plan_due_at LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
""")  # noqa: S608 - a constant
_NEXT = text(f"""
    SELECT id, timezone FROM users WHERE id > :after AND {REACHED} AND paused_at IS NULL
    ORDER BY id LIMIT :limit FOR NO KEY UPDATE
""")  # noqa: S608 - a constant
_WEIGH = text("SELECT count(*) FROM exercise_plans WHERE user_id = ANY(:ids)")
_CALL = text("UPDATE users SET plan_due_at = :now WHERE id = ANY(:ids)")
_TAKEN = text("""
    SELECT user_id FROM exercise_plans AS plan
    JOIN unnest(CAST(:ids AS uuid[]), CAST(:dates AS date[])) AS day (id, date)
        ON plan.user_id = day.id AND plan.target_date = day.date
""")
_LOOK_AGAIN = text("""
    UPDATE users SET plan_due_at = due.at, paused_at = CASE WHEN due.is_paused THEN :now END
    FROM unnest(CAST(:ids AS uuid[]), CAST(:moments AS timestamptz[]), CAST(:paused AS bool[]))
        AS due (id, at, is_paused)
    WHERE users.id = due.id
""")


def claim(session: Session, limit: int, now: datetime, among: Sequence[UUID] | None = None) -> list[UUID]:
    """Lock up to `limit` trainees whose morning has come, who wait longest first; none that is locked.

    `among`: only of these trainees.
    """
    given = {"limit": limit, "now": now, "among": None if among is None else list(among)}
    return list(session.scalars(_CLAIM, given))


def work(session: Session, ids: Sequence[UUID], now: datetime) -> Counter[str]:
    """Do the morning of trainees who are locked; how often which outcome came.

    Plan, sets and message are written in one statement; a day that got a plan in this very moment keeps it.
    """
    decided = list(decide(session, [Look(user, now) for user in _trainees(session, ids)], now))
    made = [each for each in decided if each.plan]
    add_plans(
        session,
        [each.plan for each in made if each.plan],
        [row for each in made for row in each.sessions],
        [each.message for each in made if each.message],
    )
    _refer(session, [each for each in decided if each.outcome == "review"])
    pauses.tell(session, [each.user for each in decided if each.outcome == "paused"], now)
    _look_again(session, decided, now)
    return Counter(each.outcome for each in decided)


def weigh(session: Session, ids: Sequence[UUID], _: datetime) -> int:
    """How many plans these trainees have: the coach looks back on all of them."""
    count: int = session.scalars(_WEIGH, {"ids": list(ids)}).one()
    return count


def put_off(session: Session, user_id: UUID, until: datetime) -> None:
    """Look at a trainee later."""
    session.execute(
        text("UPDATE users SET plan_due_at = :until WHERE id = :id"), {"id": user_id, "until": until}
    )


def call(
    session: Session, on: date, now: datetime, after: UUID, limit: int
) -> tuple[UUID | None, list[UUID]]:
    """Make due, of the next `limit` trainees by id, those whose day is `on`: the last id seen, and their ids.

    The last id is None when there were no more.
    """
    rows = session.execute(_NEXT, {"after": after, "limit": limit}).all()
    ids = [row.id for row in rows if _day_of(row.timezone, now) in (on, None)]
    session.execute(_CALL, {"ids": ids, "now": now})
    return (rows[-1].id if rows else None), ids


def _day_of(zone: str, now: datetime) -> date | None:
    """The day in a zone; None for one that this machine does not know: whoever looks then says so."""
    try:
        return last_date(zone, MORNING, now)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def following(session: Session, after: UUID, limit: int) -> Sequence[UUID]:
    """The next `limit` active trainees by id."""
    return session.scalars(select(User.id).where(_FREE, User.id > after).order_by(User.id).limit(limit)).all()


def preview(session: Session, ids: Sequence[UUID], on: date, now: datetime) -> list[Decision]:
    """What the morning of `on` would bring these trainees; nothing is written.

    For a day to come as of its morning, from what is known today.
    """
    users = _trainees(session, ids)
    looks = [Look(user, max(now, local_moment(user.timezone, on, MORNING))) for user in users]
    past = [Decision(each.user, on, "over") for each in looks if each.on != on]
    return [*past, *decide(session, [each for each in looks if each.on == on], now)]


def left_out(session: Session, user_id: UUID, on: date) -> Decision:
    """The decision on a trainee whom a fault kept from one."""
    return Decision(session.get_one(User, user_id), on, "failed")


def _trainees(session: Session, ids: Sequence[UUID]) -> Sequence[User]:
    """As they are now: not as the session may have seen them before they were locked."""
    query = select(User).options(joinedload(User.profile, innerjoin=True)).where(User.id.in_(ids))
    return session.scalars(query.order_by(User.id).execution_options(populate_existing=True)).all()


def decide(session: Session, looks: Sequence[Look], now: datetime) -> Iterator[Decision]:
    """The decision on each look; the coach is asked about those whose day is free."""
    taken = _taken(session, looks)
    free = []
    for look in looks:
        outcome = _closed(look, taken)
        if outcome:
            yield Decision(look.user, look.on, outcome)
        else:
            free.append(look)
    wanted = [Wanted(each.user.id, each.on, local_date(each.user.timezone, now)) for each in free]
    for look, (past, _) in zip(free, history.load_histories(session, wanted), strict=True):
        yield _planned(look, past, now)


def _closed(look: Look, taken: set[UUID]) -> str | None:
    """Why there is nothing to plan for this trainee, if so."""
    if look.on < local_date(look.user.timezone, look.at):
        return "over"
    if pauses.is_silent(look.user, look.at):
        return "paused"
    return "taken" if look.user.id in taken else None


def _taken(session: Session, looks: Sequence[Look]) -> set[UUID]:
    given = {"ids": [str(each.user.id) for each in looks], "dates": [each.on for each in looks]}
    return set(session.scalars(_TAKEN, given))


def _planned(look: Look, past: history.Past, now: datetime) -> Decision:
    user, on = look.user, look.on
    made = coach.plan(coach_profile(user.profile), past, on)
    if made.status is coach.Status.REVIEW_REQUIRED:
        return Decision(user, on, "review", reasons=made.reasons)
    if made.status is coach.Status.REST and NO_ROW.intersection(made.reasons):
        return Decision(user, on, "off", reasons=made.reasons)
    plan = plan_row(user, Chosen(made), {"target_date": on, "source": "rule"}, now, None)
    sessions = [session_row(plan["id"], item) for item in made.items]
    return Decision(user, on, made.kind, plan, sessions, _message(look, plan), made.reasons)


def _message(look: Look, plan: Row) -> Row | None:
    """The announcement at the trainee's time; one that would be late by more than its lifetime is none."""
    user, values = look.user, notifications.daily_plan_values(look.user, plan, look.at)
    end = local_moment(user.timezone, look.on, user.reminder_time) + LIFETIMES["daily_plan"]
    return values and values | {"expires_at": end} if end > look.at else None


def _refer(session: Session, decided: Sequence[Decision]) -> None:
    """Open a review for each reason that no human knows of; what one turned down stays turned down."""
    known = reviews.known(session, "health", [str(each.user.id) for each in decided])
    for each in decided:
        for reason in each.reasons:
            if (str(each.user.id), reason) not in known:
                detail = coach.reason_ko(reason)
                cause = str(each.user.id)
                reviews.open_review(session, subject="health", cause=cause, reason_code=reason, detail=detail)


def _look_again(session: Session, decided: Sequence[Decision], now: datetime) -> None:
    given = {
        "ids": [str(each.user.id) for each in decided],
        "moments": [next_moment(each.user.timezone, MORNING, now) for each in decided],
        "paused": [each.outcome == "paused" for each in decided],
        "now": now,
    }
    session.execute(_LOOK_AGAIN, given)
