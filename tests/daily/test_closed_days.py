"""Days that are over: what comes later still changes their summary, and the streaks of the days after."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from daily_builders import (
    DAY,
    FIGURES,
    Died,
    clock,
    close_days,
    dying_before,
    open_plan,
    report_at,
    report_in,
    scalar,
    states,
    stored,
    streaks,
)
from factories import (
    AS_CLIENT,
    add_user,
    at_once,
    get_plan,
    make_lifter,
    make_plan,
    overlapping,
    report,
    today,
)
from flask import Flask
from openapi_client import SpecClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.domain import plans, summaries
from app.errors import Conflict
from app.models import ExercisePlan, User

DAYS = [DAY + timedelta(days=n) for n in range(4)]
AFTER = clock(DAYS[3], "12:00")
"""Days 0 to 2 are closed, and all take reports until midnight."""


@pytest.fixture
def user(app: Flask, db_session: Session) -> User:
    return add_user(db_session)


def closed_days(
    session: Session, engine: Engine, user: User, done: Sequence[int], sets: int = 1
) -> list[ExercisePlan]:
    """Plans of the first three days, which are closed; on the days of `done` all sets were done."""
    made = [open_plan(session, user, on, sets=sets) for on in DAYS[:3]]
    for number in done:
        for set_no in range(1, sets + 1):
            report_at(engine, made[number], set_no, clock(DAYS[number], "19:00"))
    close_days(engine, clock(DAYS[3], "04:00"))
    return made


def run_of(engine: Engine, user: User) -> list[int]:
    return list(streaks(engine, user.id).values())


def asked(session: Session, user_id: UUID, now: datetime = AFTER) -> list[tuple[Any, ...]]:
    """What the API says of the four days: the figures and the best lifts."""
    entries = summaries.summarize(session, user_id, {"from_date": DAYS[0], "to_date": DAYS[3]}, now)
    return [(*(each[name] for name in FIGURES), each["one_rep_maxes"]) for each in entries]


def test_a_late_report_rewrites_its_day_and_the_streaks_after_it(
    engine: Engine, db_session: Session, user: User
) -> None:
    made = closed_days(db_session, engine, user, done=[1, 2])
    before = run_of(engine, user)

    report_at(engine, made[0], 1, AFTER, performed_reps=5, performed_weight_kg=Decimal(50), rir=1)

    assert (before, run_of(engine, user)) == ([0, 1, 2], [1, 2, 3])
    assert stored(engine, user.id)[DAYS[0]] == (1, 1, 0, 0, 250, 20, 1, {"goblet_squat": 60.0})
    assert states(engine, made[0]) == ("DONE", True, [("DONE", None)])


@pytest.mark.parametrize("status", ["SKIPPED", "FAILED"])
def test_a_correction_rewrites_its_day_and_the_streaks_after_it(
    engine: Engine, db_session: Session, user: User, status: str
) -> None:
    made = closed_days(db_session, engine, user, done=[0, 1, 2])

    report_at(engine, made[1], 1, AFTER, status)

    counts = {"SKIPPED": (1, 0, 1, 0), "FAILED": (1, 0, 0, 1)}
    assert stored(engine, user.id)[DAYS[1]][:4] == counts[status]
    assert run_of(engine, user) == ([1, 0, 1] if status == "SKIPPED" else [1, 2, 3])


def test_a_rewritten_day_is_seen_with_its_report_or_not_at_all(
    engine: Engine, db_session: Session, user: User
) -> None:
    made = closed_days(db_session, engine, user, done=[])
    before = stored(engine, user.id)

    with Session(engine) as session:
        report_in(session, made[0], 1, AFTER)
        meanwhile = stored(engine, user.id), states(engine, made[0])[2]
        session.commit()

    assert meanwhile == (before, [("SKIPPED", None)])
    assert run_of(engine, user) == [1, 0, 0]


def test_a_report_whose_process_dies_on_any_line_changes_nothing(
    engine: Engine, db_session: Session, user: User
) -> None:
    made = closed_days(db_session, engine, user, done=[1, 2])
    before, died = stored(engine, user.id), 0
    for number in range(1, 30):
        with dying_before(engine, number):
            try:
                report_at(engine, made[0], 1, AFTER)
                break
            except Died:
                died += 1
        assert (stored(engine, user.id), states(engine, made[0])[2]) == (before, [("SKIPPED", None)])

    assert died >= 8
    assert run_of(engine, user) == [1, 2, 3]


def test_the_same_report_again_writes_no_summary(engine: Engine, db_session: Session, user: User) -> None:
    made = closed_days(db_session, engine, user, done=[0, 1, 2])
    query = "SELECT string_agg(xmin::text || computed_at::text, ',' ORDER BY on_date) FROM daily_summaries"
    before = scalar(engine, query)

    report_at(engine, made[1], 1, AFTER)
    recompute(engine, user.id)

    assert scalar(engine, query) == before


def recompute(engine: Engine, user_id: UUID) -> None:
    with Session(engine) as session:
        summaries.write(session, {user_id: date.min})
        session.commit()


def test_a_canceled_day_has_no_summary_and_breaks_no_streak(
    engine: Engine, db_session: Session, user: User
) -> None:
    made = closed_days(db_session, engine, user, done=[0, 2])
    before = streaks(engine, user.id)

    with Session(engine) as session:
        plans.cancel_plan(session, made[1].id)
        session.commit()

    assert before == {DAYS[0]: 1, DAYS[1]: 0, DAYS[2]: 1}
    assert streaks(engine, user.id) == {DAYS[0]: 1, DAYS[2]: 2}


def test_reports_on_two_closed_days_at_once_leave_the_right_streak(
    engine: Engine, db_session: Session, user: User
) -> None:
    made = closed_days(db_session, engine, user, done=[2])
    calls = [lambda: report_at(engine, made[0], 1, AFTER), lambda: report_at(engine, made[1], 1, AFTER)]

    overlapping(engine, "LOCK TABLE daily_summaries IN SHARE MODE", calls)

    assert run_of(engine, user) == [1, 2, 3]


@pytest.mark.parametrize("first", ["report", "cancel"])
def test_a_report_and_a_cancellation_on_two_closed_days_at_once(
    engine: Engine, db_session: Session, user: User, first: str
) -> None:
    made = closed_days(db_session, engine, user, done=[2])

    def cancel() -> None:
        with Session(engine) as session:
            plans.cancel_plan(session, made[1].id)
            session.commit()

    calls = [lambda: report_at(engine, made[0], 1, AFTER), cancel]
    overlapping(
        engine, "LOCK TABLE daily_summaries IN SHARE MODE", calls if first == "report" else calls[::-1]
    )

    assert streaks(engine, user.id) == {DAYS[0]: 1, DAYS[2]: 2}


def test_every_set_of_closed_days_at_once(engine: Engine, db_session: Session, user: User) -> None:
    made = closed_days(db_session, engine, user, done=[], sets=2)
    sets = [(plan, number) for plan in made for number in (1, 2)]

    at_once(6, lambda number: report_at(engine, *sets[number], AFTER))

    assert [row[:4] for row in stored(engine, user.id).values()] == [(2, 2, 0, 0)] * 3
    assert run_of(engine, user) == [1, 2, 3]


def test_a_closed_day_takes_no_report_after_three_days(
    engine: Engine, db_session: Session, user: User
) -> None:
    made = closed_days(db_session, engine, user, done=[])
    before = stored(engine, user.id)

    with pytest.raises(Conflict):
        report_at(engine, made[0], 1, clock(DAYS[3] + timedelta(days=1), "00:00"))

    assert stored(engine, user.id) == before


def test_the_answer_joins_what_is_stored_and_what_is_open(
    engine: Engine, db_session: Session, user: User
) -> None:
    closed_days(db_session, engine, user, done=[0, 1, 2])
    today_s = open_plan(db_session, user, DAYS[3], sets=2)
    before = asked(db_session, user.id)

    report_at(engine, today_s, 1, AFTER)
    db_session.rollback()
    after = asked(db_session, user.id)

    assert before[:3] == after[:3] == list(stored(engine, user.id).values())
    assert before[3] == (2, 0, 0, 0, 0, 0, 3, {})
    assert after[3] == (2, 1, 0, 0, 96, 10, 4, {"goblet_squat": 15.2})


def test_days_asked_for_one_by_one_are_as_days_asked_for_together(
    engine: Engine, db_session: Session, user: User
) -> None:
    closed_days(db_session, engine, user, done=[0, 2])
    report_at(engine, open_plan(db_session, user, DAYS[3], sets=1), 1, AFTER)
    spans = [{"from_date": on, "to_date": on} for on in DAYS]

    singly = [summaries.summarize(db_session, user.id, span, AFTER)[0] for span in spans]

    assert [each["streak"] for each in singly] == [1, 0, 1, 2]
    assert singly == summaries.summarize(
        db_session, user.id, {"from_date": DAYS[0], "to_date": DAYS[3]}, AFTER
    )


def test_over_http_a_closed_day_takes_a_report_and_tells_of_it(client: SpecClient, engine: Engine) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"], days=-1)
    close_days(engine, clock(today(days=1), "04:00"))
    skipped = {each["status"] for each in get_plan(client, plan["id"])["sessions"][0]["sets"]}

    answer = report(client, plan, 1, 2, performed_reps=5, performed_weight_kg=60)
    told = client.get(f"/users/{user['id']}/summary?from={today(days=-1)}", headers=AS_CLIENT).json["items"]

    assert skipped == {"SKIPPED"}
    assert (answer.status_code, answer.json["next"], answer.json["plan_status"]) == (200, None, "DONE")
    assert (told[0]["done_sets"], told[0]["volume_kg"]) == (1, 300)
    assert told[0]["one_rep_maxes"] == {plan["sessions"][0]["exercise"]: 70.0}
    assert tuple(told[0][name] for name in FIGURES) == stored(engine, UUID(user["id"]))[today(days=-1)][:7]
