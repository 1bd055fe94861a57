"""Whatever trainees do and whenever days close: what is stored, computed, told and counted by hand agree."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from daily_builders import DAY, FIGURES, clock, close_days, open_plan, report_at, stored
from factories import add_user
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload

from app.domain import plans, summaries, users
from app.domain.days import local_date
from app.errors import Conflict, SetOrder
from app.models import ExercisePlan, ExerciseSession, User

ZONES = ("Asia/Seoul", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe")
LIFTS = ({}, {"per_side": True}, {"exercise": "barbell_back_squat", "target_weight_kg": Decimal("42.25")})
SPAN = 12

Act = tuple[Any, ...]
waits = st.tuples(st.just("wait"), st.integers(1, 30))
makes = st.tuples(st.just("make"), st.integers(-1, 1), st.integers(0, 3), st.sampled_from(LIFTS))
reports = st.tuples(
    st.just("report"),
    st.integers(0, 3),
    st.integers(1, 3),
    st.sampled_from(["DONE", "DONE", "FAILED", "SKIPPED"]),
    st.integers(0, 14),
    st.sampled_from([None, Decimal(0), Decimal(40), Decimal("12.125")]),
    st.none() | st.integers(0, 4),
)
cancels = st.tuples(st.just("cancel"), st.integers(0, 3))
moves = st.tuples(st.just("move"), st.sampled_from(ZONES))
closes = st.just(("close",))
acts = st.lists(
    st.one_of(waits, makes, makes, reports, reports, reports, cancels, moves, closes), max_size=40
)


DONE = ("DONE", 8, None, None)
# The plan of the day before is trained into the next morning, when the later day is closed already.
NIGHT_OF_THE_DAY_BEFORE = [
    ("make", -1, 2, {}),
    ("make", 0, 1, {}),
    ("report", 0, 1, *DONE),
    ("wait", 7),
    ("report", 1, 1, *DONE),
    ("wait", 1),
    ("close",),
]
MOVED_BACK_INTO_A_CLOSED_DAY = [
    ("move", "Pacific/Kiritimati"),
    ("make", -1, 1, {}),
    ("report", 0, 1, *DONE),
    ("make", 0, 1, {}),
    ("wait", 27),
    ("close",),
    ("move", "Pacific/Pago_Pago"),
]


class Life:
    """A trainee and the moment it is for them."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.now = engine, clock(DAY, "20:00")
        with Session(engine, expire_on_commit=False) as session:
            self.user_id = add_user(session).id

    def act(self, act: Act) -> None:
        getattr(self, act[0])(*act[1:])

    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    def make(self, days: int, sets: int, lift: dict[str, Any]) -> None:
        with Session(self.engine) as session:
            user = session.get_one(User, self.user_id)
            on = local_date(user.timezone, self.now) + timedelta(days=days)
            if on not in {each.target_date for each in live_plans(session, self.user_id)}:
                open_plan(session, user, on, sets, self.now, **lift)

    def report(
        self, back: int, number: int, status: str, reps: int, kg: Decimal | None, rir: int | None
    ) -> None:
        plan = self._plan(back)
        numbers = {"performed_reps": reps, "performed_weight_kg": kg, "rir": rir}
        if plan is not None and plan.sessions and number <= plan.sessions[0].target_sets:
            given = {name: value for name, value in numbers.items() if value is not None}
            try:
                report_at(
                    self.engine, plan, number, self.now, status, **(given if status != "SKIPPED" else {})
                )
            except (Conflict, SetOrder):
                return  # too late, or an earlier set waits

    def cancel(self, back: int) -> None:
        plan = self._plan(back)
        if plan is not None:
            with Session(self.engine) as session:
                try:
                    plans.cancel_plan(session, plan.id)
                except Conflict:
                    return  # something was done
                session.commit()

    def move(self, zone: str) -> None:
        with Session(self.engine) as session:
            users.update_user(session, self.user_id, {"timezone": zone}, self.now)
            session.commit()

    def close(self) -> None:
        close_days(self.engine, self.now)

    def _plan(self, back: int) -> ExercisePlan | None:
        with Session(self.engine, expire_on_commit=False) as session:
            found = live_plans(session, self.user_id)[::-1]
            return found[back] if back < len(found) else None


def live_plans(session: Session, user_id: UUID) -> list[ExercisePlan]:
    query = select(ExercisePlan).options(
        selectinload(ExercisePlan.sessions).selectinload(ExerciseSession.sets)
    )
    mine = (ExercisePlan.user_id == user_id, ExercisePlan.status != "CANCELED")
    return list(session.scalars(query.where(*mine).order_by(ExercisePlan.target_date)))


def by_hand(plan: ExercisePlan) -> tuple[Any, ...]:
    """The figures of a day but the streak, and the best lifts, counted set by set."""
    count = dict.fromkeys(("PENDING", "DONE", "SKIPPED", "FAILED"), 0)
    volume, best = Decimal(0), {}
    for item in plan.sessions:
        for row in item.sets:
            count[row.status] += 1
            if row.status not in ("DONE", "FAILED") or row.performed_weight_kg is None:
                continue
            volume += row.performed_weight_kg * row.performed_reps * (2 if item.per_side else 1)
            reps = row.performed_reps + (row.rir or 0)
            if row.performed_weight_kg and 1 <= reps <= 12:
                factor = Decimal(1) if reps == 1 else 1 + Decimal(reps) / 30
                kg = float(round(row.performed_weight_kg * factor, 2))
                best[item.exercise] = max(kg, best.get(item.exercise, 0))
    planned, tried = sum(count.values()), count["DONE"] + count["FAILED"]
    minutes = -(-plan.estimated_seconds * tried // (60 * planned)) if planned else 0
    return (planned, count["DONE"], count["SKIPPED"], count["FAILED"], volume, minutes), best


def streak_after(before: int, figures: tuple[Any, ...], is_over: bool) -> int:
    planned, tried = figures[0], figures[1] + figures[3]
    if planned == 0:
        return before
    if tried >= planned / 2:
        return before + 1
    return 0 if is_over else before


def check(life: Life) -> None:
    """All four agree."""
    engine, user_id = life.engine, life.user_id
    with Session(engine) as session:
        found = live_plans(session, user_id)
        today = local_date(session.get_one(User, user_id).timezone, life.now)
        span = {"from_date": DAY - timedelta(days=3), "to_date": DAY + timedelta(days=60)}
        entries = summaries.summarize(session, user_id, span, life.now)
        parts = [
            summaries.summarize(session, user_id, {"from_date": on, "to_date": on}, life.now)[0]
            for on in (each["date"] for each in entries[: SPAN + 3])
        ]
    assert stored(engine, user_id) == closed_by_hand(found)
    assert told(entries) == told_by_hand(found, today, [each["date"] for each in entries])
    assert parts == entries[: SPAN + 3]
    recompute_and_compare(engine, user_id)


def closed_by_hand(found: list[ExercisePlan]) -> dict[date, tuple[Any, ...]]:
    streak, rows = 0, {}
    for plan in found:
        if plan.closed_at is not None:
            figures, best = by_hand(plan)
            streak = streak_after(streak, figures, is_over=True)
            rows[plan.target_date] = (*figures, streak, best)
    return rows


def told(entries: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(*(each[name] for name in FIGURES), each["one_rep_maxes"]) for each in entries]


def told_by_hand(found: list[ExercisePlan], today: date, days: list[date]) -> list[tuple[Any, ...]]:
    by_day, streak, rows = {each.target_date: each for each in found}, 0, []
    for on in days:
        figures, best = (0, 0, 0, 0, Decimal(0), 0), {}
        if on in by_day:
            plan = by_day[on]
            figures, best = by_hand(plan)
            streak = streak_after(streak, figures, is_over=plan.closed_at is not None or on < today)
        rows.append((*figures, streak, best))
    return rows


def recompute_and_compare(engine: Engine, user_id: UUID) -> None:
    before, moments = stored(engine, user_id), written_at(engine, user_id)
    with Session(engine) as session:
        summaries.write(session, {user_id: date.min})
        session.commit()
    assert (stored(engine, user_id), written_at(engine, user_id)) == (before, moments)


def written_at(engine: Engine, user_id: UUID) -> list[datetime]:
    query = "SELECT computed_at FROM daily_summaries WHERE user_id = :id ORDER BY on_date"
    with engine.connect() as connection:
        return list(
            connection.exec_driver_sql(query.replace(":id", "%(id)s"), {"id": str(user_id)}).scalars()
        )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(life=NIGHT_OF_THE_DAY_BEFORE, looks=set())
@example(life=MOVED_BACK_INTO_A_CLOSED_DAY, looks=set())
@given(life=acts, looks=st.sets(st.integers(0, 40), max_size=3))
def test_what_is_stored_computed_told_and_counted_by_hand_agrees(
    app: Flask, engine: Engine, life: list[Act], looks: set[int]
) -> None:
    trainee = Life(engine)

    for number, act in enumerate(life):
        trainee.act(act)
        if number in looks:
            check(trainee)

    check(trainee)
    trainee.wait(100)
    trainee.close()
    check(trainee)
