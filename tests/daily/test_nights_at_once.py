"""Nights when workers run side by side, reports come meanwhile, and processes die."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from daily_builders import (
    DAY,
    Died,
    change,
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
    until_none_is_left,
)
from factories import add_user, at_once, today, wait_for_blocked
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.domain import closings
from app.models import ExercisePlan
from app.workers import daily

NEXT = DAY + timedelta(days=1)
MORNING = clock(NEXT, "04:00")


@pytest.fixture
def impatient(engine: Engine) -> Iterator[Session]:
    """A session that does not wait for locks."""
    with Session(engine) as session:
        session.execute(text("SET LOCAL lock_timeout = '1s'"))
        yield session


def test_many_workers_close_each_day_once(app: Flask, engine: Engine, db_session: Session) -> None:
    users = [add_user(db_session) for _ in range(40)]
    for user in users:
        for on in (DAY - timedelta(days=1), DAY):
            report_at(engine, open_plan(db_session, user, on, sets=1), 1, clock(on, "19:00"))

    counts = at_once(4, lambda _: until_none_is_left(close_few, engine, MORNING))

    assert sum(counts, Counter()) == {"closed": 80}
    assert {tuple(streaks(engine, user.id).values()) for user in users} == {(1, 2)}


def close_few(engine: Engine, now: datetime) -> Counter[str]:
    """As `close_days`, up to three days, so that many workers get something."""
    with Session(engine) as session:
        ids = closings.claim(session, 3, now)
        counts = closings.work(session, ids, now) if ids else Counter()
        session.commit()
    return +counts


def test_a_trainee_whom_somebody_holds_is_passed_over(
    app: Flask, engine: Engine, db_session: Session, impatient: Session
) -> None:
    held, free = add_user(db_session), add_user(db_session)
    for user in (held, free):
        open_plan(db_session, user, DAY)
    db_session.execute(text("SELECT FROM users WHERE id = :id FOR NO KEY UPDATE"), {"id": held.id})

    claimed = closings.claim(impatient, 100, MORNING)

    assert claimed == [free.id]


def test_a_set_that_is_being_reported_is_not_skipped(
    app: Flask, engine: Engine, db_session: Session, impatient: Session
) -> None:
    plan = open_plan(db_session, add_user(db_session), DAY, sets=2)
    report_in(db_session, plan, 1, clock(DAY, "19:00"))

    meanwhile = closings.claim(impatient, 100, MORNING)
    db_session.commit()
    close_days(engine, MORNING)

    assert meanwhile == []
    assert states(engine, plan) == ("DONE", True, [("DONE", None), ("SKIPPED", None)])


def test_a_report_that_comes_while_the_day_closes_is_in_its_summary(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    user = add_user(db_session)
    plan = open_plan(db_session, user, DAY, sets=2)
    with ThreadPoolExecutor(1) as pool, Session(engine) as night:
        claimed = closings.claim(night, 100, MORNING)
        report = pool.submit(report_at, engine, plan, 2, MORNING)
        wait_for_blocked(engine, 1)
        closings.work(night, claimed, MORNING)
        night.commit()
        report.result()

    assert states(engine, plan) == ("DONE", True, [("SKIPPED", None), ("DONE", None)])
    assert stored(engine, user.id)[DAY][:4] == (2, 1, 1, 0)
    assert streaks(engine, user.id) == {DAY: 1}


def test_reports_and_nights_at_once_leave_what_a_fresh_count_finds(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    users = [add_user(db_session) for _ in range(12)]
    days = (DAY - timedelta(days=1), DAY)
    made = [open_plan(db_session, user, on, sets=1) for user in users for on in days]

    def run(number: int) -> None:
        if number < 2:
            until_none_is_left(close_few, engine, MORNING)
        else:
            for plan in made[number - 2 :: 4]:
                report_at(engine, plan, 1, MORNING)

    at_once(6, run)
    until_none_is_left(close_few, engine, clock(NEXT, "06:00"))

    assert {tuple(streaks(engine, user.id).values()) for user in users} == {(1, 2)}
    assert {row[:4] for user in users for row in stored(engine, user.id).values()} == {(1, 1, 0, 0)}


def test_a_process_that_dies_on_any_line_leaves_nothing_behind(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    user = add_user(db_session)
    plans = [open_plan(db_session, user, DAY - timedelta(days=n), sets=2) for n in range(2)]
    died = 0
    for number in range(1, 20):
        with dying_before(engine, number):
            try:
                close_days(engine, MORNING)
                break
            except Died:
                died += 1
        assert [states(engine, each)[:2] for each in plans] == [("ACTIVE", False)] * 2
        assert stored(engine, user.id) == {}

    assert died >= 5
    assert [states(engine, each)[:2] for each in plans] == [("DONE", True)] * 2
    assert list(stored(engine, user.id)) == [DAY - timedelta(days=1), DAY]


def break_zone(engine: Engine, plan: ExercisePlan) -> None:
    """Nobody can say when the trainee's days end."""
    change(engine, "UPDATE users SET timezone = 'Mars/Olympus' WHERE id = :id", id=plan.user_id)


def test_one_whose_data_is_broken_costs_nobody_else_their_night(
    app: Flask, engine: Engine, db_session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    plans = [open_plan(db_session, add_user(db_session), today(days=-2)) for _ in range(7)]
    break_zone(engine, plans[3])

    with app.app_context(), caplog.at_level(logging.INFO):
        daily.run()

    closed = [states(engine, each)[:2] == ("DONE", True) for each in plans]
    assert closed == [number != 3 for number in range(7)]
    left_out = [each for each in caplog.records if each.message == "a trainee is left out"]
    assert [(each.part, each.user_id) for each in left_out] == [("nights", str(plans[3].user_id))]


def test_who_was_left_out_is_looked_at_again_in_an_hour(
    app: Flask, engine: Engine, db_session: Session, pass_time: Callable[[float], None]
) -> None:
    plan = open_plan(db_session, add_user(db_session), today(days=-2))
    break_zone(engine, plan)
    with app.app_context():
        daily.run()
    change(engine, "UPDATE users SET timezone = 'Asia/Seoul'")

    wait_s = scalar(engine, "SELECT extract(epoch FROM closes_at - now()) FROM exercise_plans")
    pass_time(3601)
    with app.app_context():
        daily.run()

    assert 3590 < wait_s <= 3600
    assert states(engine, plan)[:2] == ("DONE", True)


def test_years_that_were_never_closed_are_closed_bit_by_bit(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    user = add_user(db_session)
    plan = open_plan(db_session, user, DAY, sets=1)
    change(
        engine,
        """
        INSERT INTO exercise_plans (
            id, user_id, target_date, source, requested_source, kind, summary, estimated_seconds, reasons
        )
        SELECT gen_random_uuid(), :user_id, :on - n, 'rule', 'rule', 'rest', '', 0, '{}'
        FROM generate_series(1, 1200) AS n
        """,
        user_id=user.id,
        on=DAY,
    )
    report_at(engine, plan, 1, clock(DAY, "19:00"))
    change(engine, "UPDATE exercise_plans SET closes_at = :at, created_at = :at", at=clock(DAY, "00:00"))

    counts = []
    while found := close_days(engine, MORNING):
        counts.append(found["closed"])

    assert counts == [500, 500, 201]
    assert len(stored(engine, user.id)) == 1201
    assert streaks(engine, user.id)[DAY] == 1


def test_more_days_than_a_chunk_ring_until_all_are_closed(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    count = daily.CHUNK + 1
    for _ in range(count):
        open_plan(db_session, add_user(db_session), today(days=-2), sets=1)

    rounds = 0
    while scalar(engine, "SELECT count(*) FROM exercise_plans WHERE closed_at IS NULL") and rounds < 10:
        with app.app_context():
            daily.run()
        rounds += 1

    assert rounds == 2
    assert scalar(engine, "SELECT count(*) FROM daily_summaries") == count
