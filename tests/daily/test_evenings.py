"""The evening: who is told what they did, when, what it says, and that it is said once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from daily_builders import DAY, change, clock, close_days, open_plan, report_at, scalar, tell
from factories import SEOUL, add_user, delete_user, patch_user
from flask import Flask
from openapi_client import SpecClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.domain import users
from app.models import Notification, User

NEXT = DAY + timedelta(days=1)
SECOND = timedelta(seconds=1)


def add_reader(session: Session, on: date = DAY, zone: str = SEOUL, **fields: Any) -> User:
    """A trainee who wants to be told, and is looked at on the evening of that day."""
    due = {"summary_due_at": clock(on, "21:00", zone), "summary_enabled": True}
    return add_user(session, timezone=zone, **(due | fields))


def add_trained(
    session: Session, engine: Engine, user: User, on: date = DAY, status: str = "DONE", **numbers: Any
) -> None:
    """The trainee has reported one set of three that day."""
    plan = open_plan(session, user, on, sets=3)
    report_at(engine, plan, 1, clock(on, "19:00", user.timezone), status, **numbers)


def messages(engine: Engine, user_id: UUID | None = None) -> Sequence[Notification]:
    query = select(Notification).order_by(Notification.id)
    with Session(engine) as session:
        return session.scalars(query if user_id is None else query.filter_by(user_id=user_id)).all()


# A zone, a day, its evening, and when one that was not told by then is not told any more.
EVENINGS = [
    ("Asia/Seoul", "2026-07-21", "2026-07-21T12:00Z", "2026-07-21T18:00Z"),
    ("Pacific/Kiritimati", "2026-07-21", "2026-07-21T07:00Z", "2026-07-21T13:00Z"),
    ("Pacific/Pago_Pago", "2026-07-21", "2026-07-22T08:00Z", "2026-07-22T14:00Z"),
    ("Europe/Berlin", "2026-03-28", "2026-03-28T20:00Z", "2026-03-29T02:00Z"),
    ("Europe/Berlin", "2026-10-24", "2026-10-24T19:00Z", "2026-10-25T01:00Z"),
    ("Europe/Berlin", "2026-10-25", "2026-10-25T20:00Z", "2026-10-26T02:00Z"),
    ("America/New_York", "2026-03-08", "2026-03-09T01:00Z", "2026-03-09T07:00Z"),
    ("America/New_York", "2026-11-01", "2026-11-02T02:00Z", "2026-11-02T08:00Z"),
    ("Australia/Lord_Howe", "2026-04-04", "2026-04-04T10:00Z", "2026-04-04T16:00Z"),
    ("Australia/Lord_Howe", "2026-04-05", "2026-04-05T10:30Z", "2026-04-05T16:30Z"),
    ("Australia/Lord_Howe", "2026-10-03", "2026-10-03T10:30Z", "2026-10-03T16:30Z"),
]


@pytest.mark.parametrize(("zone", "on", "evening", "end"), EVENINGS)
def test_at_nine_who_trained_is_told(
    app: Flask, engine: Engine, db_session: Session, zone: str, on: str, evening: str, end: str
) -> None:
    day, at = date.fromisoformat(on), datetime.fromisoformat(evening)
    user = add_reader(db_session, day, zone)
    add_trained(db_session, engine, user, day)

    before, counts = tell(engine, at - SECOND), tell(engine, at)

    assert (before, counts) == ({}, {"looked_at": 1, "messages": 1})
    [message] = messages(engine)
    assert (message.kind, message.status, message.user_id) == ("summary", "SCHEDULED", user.id)
    assert message.schedule_at == message.due_at == at
    assert message.expires_at == datetime.fromisoformat(end)


@pytest.mark.parametrize(("zone", "on", "evening", "end"), EVENINGS)
def test_a_late_evening_is_told_until_six_hours_have_passed(
    app: Flask, engine: Engine, db_session: Session, zone: str, on: str, evening: str, end: str
) -> None:
    day, last = date.fromisoformat(on), datetime.fromisoformat(end) - SECOND
    for _ in range(2):
        add_trained(db_session, engine, add_reader(db_session, day, zone), day)
    one, other = db_session.scalars(select(User).order_by(User.id))
    change(engine, "UPDATE users SET summary_due_at = :at WHERE id = :id", at=last + SECOND, id=other.id)

    in_time, late = tell(engine, last), tell(engine, last + SECOND)

    assert (in_time["messages"], late) == (1, {"looked_at": 1, "messages": 0})
    [message] = messages(engine)
    assert (message.user_id, message.schedule_at) == (one.id, last)
    assert message.expires_at == datetime.fromisoformat(end)


@pytest.mark.parametrize(("zone", "on", "evening", "end"), EVENINGS)
def test_the_next_look_is_the_next_evening(
    app: Flask, engine: Engine, db_session: Session, zone: str, on: str, evening: str, end: str
) -> None:
    day = date.fromisoformat(on)
    add_reader(db_session, day, zone)

    tell(engine, datetime.fromisoformat(evening))

    due = scalar(engine, "SELECT summary_due_at FROM users")
    assert due == clock(day + timedelta(days=1), "21:00", zone)


def test_it_says_what_is_on_record_at_that_moment(app: Flask, engine: Engine, db_session: Session) -> None:
    user = add_reader(db_session, name="김하나")
    plan = open_plan(db_session, user, DAY, sets=5, per_side=True)
    at = clock(DAY, "20:59")
    report_at(engine, plan, 1, at, performed_reps=8, performed_weight_kg=Decimal("42.25"))
    report_at(engine, plan, 2, at, performed_reps=100, performed_weight_kg=Decimal(9))
    report_at(engine, plan, 3, at, "FAILED", performed_reps=2)
    report_at(engine, plan, 4, at, "SKIPPED", skip_reason="time")

    tell(engine, clock(DAY, "21:00"))

    [message] = messages(engine)
    assert message.variables == {
        "회원이름": "김하나",
        "운동날짜": "7월 21일(화)",
        "완료한세트수": "3/5세트 (실패 1)",
        "건너뛴세트수": "1세트",
        "총운동량": "2,524\u00a0kg",
    }


@pytest.mark.parametrize("status", ["DONE", "FAILED", "SKIPPED"])
def test_one_set_with_an_end_is_enough(app: Flask, engine: Engine, db_session: Session, status: str) -> None:
    add_trained(db_session, engine, add_reader(db_session), status=status)

    counts = tell(engine, clock(DAY, "21:00"))

    assert counts["messages"] == 1


def test_who_reported_nothing_that_day_is_told_nothing(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    with_plan, rested, canceled, yesterday, _ = (add_reader(db_session) for _ in range(5))
    open_plan(db_session, with_plan, DAY)
    open_plan(db_session, rested, DAY, sets=0, kind="rest")
    open_plan(db_session, canceled, DAY, status="CANCELED")
    add_trained(db_session, engine, yesterday, DAY - timedelta(days=1))

    counts = tell(engine, clock(DAY, "21:00"))

    assert counts == {"looked_at": 5, "messages": 0}


def test_who_does_not_want_it_or_has_left_is_told_nothing(
    client: SpecClient, engine: Engine, db_session: Session
) -> None:
    wishes = ({"summary_enabled": False}, {"notifications_enabled": False})
    left = ({"unlinked_at": clock(DAY, "20:00")}, {}, {})
    trainees = [add_reader(db_session, **each) for each in (*wishes, *left)]
    for user in trainees:
        add_trained(db_session, engine, user) if user.unlinked_at is None else open_plan(
            db_session, user, DAY
        )
    patch_user(client, str(trainees[3].id), summary_enabled=False)
    delete_user(client, str(trainees[4].id))

    counts = tell(engine, clock(DAY, "21:00"))

    assert (counts, messages(engine)) == ({}, [])


def test_a_second_look_at_the_same_evening_tells_nothing_more(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    add_trained(db_session, engine, add_reader(db_session))
    tell(engine, clock(DAY, "21:00"))

    for at in ("21:00", "21:30", "26:59"):
        now = clock(DAY, "00:00") + timedelta(hours=int(at[:2]), minutes=int(at[3:]))
        change(engine, "UPDATE users SET summary_due_at = :at", at=now)
        tell(engine, now)

    assert len(messages(engine)) == 1


def test_after_a_stop_of_two_days_only_the_last_evening_is_told(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    user, days = add_reader(db_session), [DAY + timedelta(days=n) for n in range(3)]
    for on in days:
        add_trained(db_session, engine, user, on)

    tell(engine, clock(days[2], "23:00"))

    assert [each.idempotency_key[-10:] for each in messages(engine)] == [str(days[2])]


def test_every_evening_has_its_own_message(app: Flask, engine: Engine, db_session: Session) -> None:
    user, days = add_reader(db_session), [DAY + timedelta(days=n) for n in range(3)]

    for on in days:
        add_trained(db_session, engine, user, on)
        tell(engine, clock(on, "21:00"))
        close_days(engine, clock(on + timedelta(days=1), "04:00"))

    assert [each.idempotency_key[-10:] for each in messages(engine)] == [str(on) for on in days]


def test_who_comes_back_into_a_day_that_was_closed_is_told_nothing_of_it(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    user = add_reader(db_session, zone="Pacific/Kiritimati")
    open_plan(db_session, user, DAY)
    tell(engine, clock(DAY, "21:00", "Pacific/Kiritimati"))
    close_days(engine, clock(NEXT, "04:00", "Pacific/Kiritimati"))
    with Session(engine) as session:
        now = clock(NEXT, "04:30", "Pacific/Kiritimati")
        users.update_user(session, user.id, {"timezone": "Pacific/Pago_Pago"}, now)
        session.commit()

    tell(engine, clock(DAY, "21:00", "Pacific/Pago_Pago"))

    assert messages(engine) == []


def test_nothing_is_told_of_sets_that_only_the_night_has_skipped(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    on, zone = date(2026, 3, 28), "Antarctica/Troll"  # its clocks jump two hours: 04:00 is 5 h after 21:00
    open_plan(db_session, add_reader(db_session, on, zone), on)
    close_days(engine, clock(on + timedelta(days=1), "04:00", zone))

    counts = tell(engine, clock(on + timedelta(days=1), "04:30", zone))

    assert counts == {"looked_at": 1, "messages": 0}


def test_who_asks_at_night_to_be_told_is_told_from_the_next_evening_on(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    user = add_reader(db_session, summary_enabled=False)
    add_trained(db_session, engine, user)
    at_night = clock(NEXT, "01:30")
    with Session(engine) as session:
        users.update_user(session, user.id, {"summary_enabled": True}, at_night)
        session.commit()

    tell(engine, at_night)

    assert messages(engine) == []
    assert scalar(engine, "SELECT summary_due_at FROM users") == clock(NEXT, "21:00")
