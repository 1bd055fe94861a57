"""Evenings when workers run side by side and processes die, and the way of the message to the trainee."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from daily_builders import (
    DAY,
    Died,
    at_nine_now,
    change,
    clock,
    dying_before,
    open_plan,
    report_at,
    scalar,
    tell,
    until_none_is_left,
)
from factories import add_user, at_once
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.domain import evenings
from app.models import User
from app.workers import daily
from dev.sandbox.client import Sandbox

EVENING = clock(DAY, "21:00")


def add_reader(session: Session, engine: Engine, due: datetime = EVENING, zone: str = "Asia/Seoul") -> User:
    """A trainee who wants to be told, and has reported one set of two on the day of that evening."""
    user = add_user(session, timezone=zone, summary_due_at=due, summary_enabled=True)
    plan = open_plan(session, user, due.astimezone(ZoneInfo(zone)).date(), sets=2)
    report_at(engine, plan, 1, due - timedelta(hours=2))
    return user


def tell_few(engine: Engine, now: datetime) -> Counter[str]:
    """As `tell`, up to three trainees, so that many workers get something."""
    with Session(engine) as session:
        ids = evenings.claim(session, 3, now)
        counts = evenings.work(session, ids, now) if ids else Counter()
        session.commit()
    return counts


def test_many_workers_tell_each_trainee_once(app: Flask, engine: Engine, db_session: Session) -> None:
    users = [add_reader(db_session, engine) for _ in range(40)]

    counts = at_once(4, lambda _: until_none_is_left(tell_few, engine, EVENING))

    assert sum(counts, Counter()) == {"looked_at": 40, "messages": 40}
    query = "SELECT count(DISTINCT user_id) FROM notifications"
    assert scalar(engine, query) == scalar(engine, "SELECT count(*) FROM notifications") == len(users)


def test_a_trainee_whom_somebody_holds_is_passed_over(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    held, free = (add_reader(db_session, engine) for _ in range(2))
    db_session.execute(text("SELECT FROM users WHERE id = :id FOR NO KEY UPDATE"), {"id": held.id})

    with Session(engine) as session:
        session.execute(text("SET LOCAL lock_timeout = '1s'"))
        claimed = evenings.claim(session, 100, EVENING)

    assert claimed == [free.id]


def test_two_that_both_look_at_a_trainee_make_one_message(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    user = add_reader(db_session, engine)

    def look(_: int) -> None:
        with Session(engine) as session:  # as if the lock had been lost between claim and work
            evenings.work(session, [user.id], EVENING)
            session.commit()

    at_once(4, look)

    assert scalar(engine, "SELECT count(*) FROM notifications") == 1


def test_a_process_that_dies_on_any_line_leaves_nothing_behind(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    add_reader(db_session, engine)
    died = 0
    for number in range(1, 20):
        with dying_before(engine, number):
            try:
                tell(engine, EVENING)
                break
            except Died:
                died += 1
        assert scalar(engine, "SELECT count(*) FROM notifications") == 0
        assert scalar(engine, "SELECT summary_due_at FROM users") == EVENING

    assert died >= 4
    assert scalar(engine, "SELECT count(*) FROM notifications") == 1


def test_the_trainee_reads_it_once(
    app: Flask,
    engine: Engine,
    db_session: Session,
    sandbox: Sandbox,
    run_delivery: Callable[[], None],
) -> None:
    zone, due = at_nine_now()
    user = add_reader(db_session, engine, due, zone)
    change(engine, "UPDATE users SET phone_number = '01000000077' WHERE id = :id", id=user.id)

    with app.app_context():
        daily.run()
        daily.run()
    run_delivery()

    [message] = sandbox.messages(recipient="01000000077")
    assert "▶ 완료한 세트: 1/2세트\n▶ 건너뛴 세트: 0세트\n▶ 들어 올린 무게: 96" in message.text


def test_one_whose_data_is_broken_costs_nobody_else_their_evening(
    app: Flask, engine: Engine, db_session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    zone, due = at_nine_now()
    users = [add_reader(db_session, engine, due, zone) for _ in range(7)]
    broken = users[4].id
    change(engine, "UPDATE users SET timezone = 'Mars/Olympus' WHERE id = :id", id=broken)

    with app.app_context():
        daily.run()

    assert told(engine) == {each.id for each in users} - {broken}
    assert [each.user_id for each in caplog.records if hasattr(each, "part")] == [str(broken)]
    wait_s = scalar(
        engine, "SELECT extract(epoch FROM summary_due_at - now()) FROM users WHERE id = :id", id=broken
    )
    assert 3590 < wait_s <= 3600


def told(engine: Engine) -> set[UUID]:
    with engine.connect() as connection:
        return set(connection.scalars(text("SELECT user_id FROM notifications WHERE kind = 'summary'")))
