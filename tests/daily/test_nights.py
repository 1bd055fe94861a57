"""The night: when a day is over, what becomes of its sets, and what is written down."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from daily_builders import (
    DAY,
    clock,
    close_days,
    open_plan,
    report_at,
    scalar,
    states,
    stored,
    streaks,
)
from factories import add_user, delete_user, make_plan, make_user, patch_user, today
from flask import Flask
from openapi_client import SpecClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.domain import closings

NEXT = DAY + timedelta(days=1)
SECOND = timedelta(seconds=1)
# A zone, a day in it, and the moment at which the day is over, worked out by hand.
ENDS = [
    ("Asia/Seoul", "2026-07-21", "2026-07-21T19:00Z"),
    ("Pacific/Kiritimati", "2026-07-21", "2026-07-21T14:00Z"),
    ("Pacific/Pago_Pago", "2026-07-21", "2026-07-22T15:00Z"),
    ("Asia/Kathmandu", "2026-12-31", "2026-12-31T22:15Z"),
    ("Europe/Berlin", "2026-03-28", "2026-03-29T02:00Z"),
    ("Europe/Berlin", "2026-10-24", "2026-10-25T03:00Z"),
    ("America/New_York", "2026-03-07", "2026-03-08T08:00Z"),
    ("America/New_York", "2026-10-31", "2026-11-01T09:00Z"),
    ("Australia/Lord_Howe", "2026-04-04", "2026-04-04T17:30Z"),
    ("Australia/Lord_Howe", "2026-10-03", "2026-10-03T17:00Z"),
]


@pytest.mark.parametrize(("zone", "on", "end"), ENDS)
def test_a_day_is_over_at_four_in_the_next_morning(
    app: Flask, engine: Engine, db_session: Session, zone: str, on: str, end: str
) -> None:
    plan = open_plan(db_session, add_user(db_session, timezone=zone), date.fromisoformat(on))

    before = close_days(engine, datetime.fromisoformat(end) - SECOND)
    after = close_days(engine, datetime.fromisoformat(end))

    assert (before, after) == ({}, {"closed": 1, "later": 0})
    assert states(engine, plan) == ("DONE", True, [("SKIPPED", None), ("SKIPPED", None)])


def test_what_was_reported_stays_and_is_written_down(app: Flask, engine: Engine, db_session: Session) -> None:
    user = add_user(db_session)
    plan = open_plan(db_session, user, DAY, sets=4, per_side=True)
    at = clock(DAY, "19:00")
    report_at(engine, plan, 1, at, performed_reps=8, performed_weight_kg=Decimal("42.25"), rir=2)
    report_at(engine, plan, 2, at, "FAILED", performed_reps=3, performed_weight_kg=Decimal(45))
    report_at(engine, plan, 3, at, "SKIPPED", skip_reason="time")

    close_days(engine, clock(NEXT, "04:00"))

    sets = [("DONE", None), ("FAILED", None), ("SKIPPED", "time"), ("SKIPPED", None)]
    assert states(engine, plan) == ("DONE", True, sets)
    volume = 2 * (8 * Decimal("42.25") + 3 * Decimal(45))
    assert stored(engine, user.id) == {DAY: (4, 1, 2, 1, volume, 10, 1, {"goblet_squat": 56.33})}


def test_a_day_of_rest_is_over_too_and_breaks_no_streak(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    user = add_user(db_session)
    first = open_plan(db_session, user, DAY, sets=1)
    open_plan(db_session, user, NEXT, sets=0, kind="rest", estimated_seconds=0)
    report_at(engine, first, 1, clock(DAY, "19:00"))

    close_days(engine, clock(NEXT + timedelta(days=1), "04:00"))

    assert streaks(engine, user.id) == {DAY: 1, NEXT: 1}
    assert stored(engine, user.id)[NEXT] == (0, 0, 0, 0, 0, 0, 1, {})


# A zone, the day, when the last set was reported in the night after it, and when the day is over then.
NIGHTS = [
    ("Asia/Seoul", DAY, "01:59", "04:00"),
    ("Asia/Seoul", DAY, "02:01", "04:01"),
    ("Asia/Seoul", DAY, "03:30", "05:30"),
    ("Asia/Seoul", DAY, "03:59", "05:59"),
    ("Europe/Berlin", date(2026, 3, 28), "03:10", "05:10"),
    ("Europe/Berlin", date(2026, 10, 24), "03:10", "05:10"),
    ("America/New_York", date(2026, 3, 7), "03:59", "05:59"),
    ("Australia/Lord_Howe", date(2026, 4, 4), "03:59", "05:59"),
    ("Pacific/Kiritimati", DAY, "03:00", "05:00"),
    ("Pacific/Pago_Pago", DAY, "03:00", "05:00"),
]


@pytest.mark.parametrize(("zone", "on", "reported", "end"), NIGHTS)
def test_who_trains_in_the_night_goes_on_until_two_hours_after_the_last_set(
    app: Flask, engine: Engine, db_session: Session, zone: str, on: date, reported: str, end: str
) -> None:
    plan = open_plan(db_session, add_user(db_session, timezone=zone), on)
    morning = on + timedelta(days=1)
    report_at(engine, plan, 1, clock(morning, reported, zone))

    before = [close_days(engine, clock(morning, at, zone) - SECOND) for at in ("04:00", end)]
    at_four = close_days(engine, clock(morning, "04:00", zone))
    is_open = states(engine, plan)[0]
    close_days(engine, clock(morning, end, zone))

    assert before[0] == {}
    assert at_four["closed"] == (end == "04:00")
    assert is_open == ("DONE" if end == "04:00" else "ACTIVE")
    assert states(engine, plan) == ("DONE", True, [("DONE", None), ("SKIPPED", None)])


def test_the_night_ends_at_six_even_for_who_goes_on(app: Flask, engine: Engine, db_session: Session) -> None:
    plan = open_plan(db_session, add_user(db_session), DAY, sets=4)
    looks = []
    for number, reported, looked in ((1, "03:50", "04:00"), (2, "05:40", "05:50"), (3, "05:59", "05:59:59")):
        report_at(engine, plan, number, clock(NEXT, reported))
        looks.append(close_days(engine, clock(NEXT, looked)))

    at_six = close_days(engine, clock(NEXT, "06:00"))

    assert looks == [{"closed": 0, "later": 1}, {"closed": 0, "later": 1}, {}]
    assert at_six["closed"] == 1
    assert [each for each, _ in states(engine, plan)[2]] == ["DONE", "DONE", "DONE", "SKIPPED"]


def test_who_has_finished_in_the_night_is_closed_at_four(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    plan = open_plan(db_session, add_user(db_session), DAY, sets=1)
    report_at(engine, plan, 1, clock(NEXT, "03:55"))

    counts = close_days(engine, clock(NEXT, "04:00"))

    assert counts["closed"] == 1


@pytest.mark.parametrize(
    ("made", "end"),
    [("00:10", "04:00"), ("03:59", "04:00"), ("04:00", "28:00"), ("04:01", "28:00"), ("23:50", "28:00")],
)
def test_a_plan_made_for_yesterday_when_it_was_over_has_until_the_next_morning(
    app: Flask, engine: Engine, db_session: Session, made: str, end: str
) -> None:
    plan = open_plan(db_session, add_user(db_session), DAY, made_at=clock(NEXT, made))
    over = clock(NEXT, "00:00") + timedelta(hours=int(end[:2]))

    before = close_days(engine, over - SECOND)
    close_days(engine, over)

    assert before == {}
    assert states(engine, plan)[:2] == ("DONE", True)


@pytest.mark.parametrize("zone", ["Asia/Seoul", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_plan_of_the_api_knows_when_its_day_is_over(client: SpecClient, engine: Engine, zone: str) -> None:
    user, ends = make_user(client, timezone=zone), {}

    for days in (-1, 0, 5):
        plan = make_plan(client, user["id"], target_date=str(today(zone, days)))
        query = "SELECT closes_at FROM exercise_plans WHERE id = :id"
        ends[days] = scalar(engine, query, id=plan["id"])

    mornings = {days: clock(today(zone, days), "04:00", zone) for days in (0, 1, 6)}
    was_over = datetime.now(mornings[0].tzinfo) >= mornings[0]
    assert ends == {-1: mornings[1 if was_over else 0], 0: mornings[1], 5: mornings[6]}


def test_the_days_of_a_stop_are_all_closed_late_and_once(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    user = add_user(db_session)
    days = [DAY + timedelta(days=n) for n in range(4)]
    for on in days:
        report_at(engine, open_plan(db_session, user, on, sets=2), 1, clock(on, "19:00"))
    late = clock(days[3], "12:00")

    counts = [close_days(engine, late), close_days(engine, late), close_days(engine, late)]

    assert counts == [{"closed": 3, "later": 0}, {}, {}]
    assert streaks(engine, user.id) == {on: n + 1 for n, on in enumerate(days[:3])}


def test_a_canceled_plan_has_no_night_and_somebody_who_left_has_theirs(
    client: SpecClient, engine: Engine, db_session: Session
) -> None:
    canceled = open_plan(db_session, add_user(db_session), DAY, status="CANCELED")
    user = add_user(db_session)
    left = open_plan(db_session, user, DAY)
    assert delete_user(client, str(user.id)).status_code == 204

    counts = close_days(engine, clock(NEXT, "04:00"))

    assert counts["closed"] == 1
    assert (states(engine, canceled)[:2], states(engine, left)[:2]) == (("CANCELED", False), ("DONE", True))
    assert list(stored(engine, user.id)) == [DAY]


def test_a_day_ends_on_the_clock_of_where_its_trainee_has_moved(
    client: SpecClient, engine: Engine, db_session: Session
) -> None:
    user = make_user(client, timezone="Pacific/Pago_Pago")
    plan = make_plan(client, user["id"], target_date=str(today("Pacific/Pago_Pago", 1)))
    on = today("Pacific/Pago_Pago", 1)
    end = clock(on + timedelta(days=1), "04:00", "Pacific/Kiritimati")

    patch_user(client, user["id"], timezone="Pacific/Kiritimati")
    early = close_days(engine, end - SECOND)
    over = close_days(engine, end)

    assert early in ({}, {"closed": 0, "later": 1})
    assert over["closed"] == 1
    assert scalar(engine, "SELECT status FROM exercise_plans WHERE id = :id", id=plan["id"]) == "DONE"


def test_running_again_writes_nothing(app: Flask, engine: Engine, db_session: Session) -> None:
    user = add_user(db_session)
    plan = open_plan(db_session, user, DAY)
    close_days(engine, clock(NEXT, "04:00"))
    query = """
        SELECT (SELECT xmin::text FROM exercise_plans WHERE id = :id)
            || (SELECT string_agg(xmin::text, ',') FROM daily_summaries)
            || (SELECT string_agg(xmin::text, ',') FROM exercise_set_states)
    """
    before = scalar(engine, query, id=plan.id)

    with Session(engine) as session:
        counts = closings.work(session, [user.id], clock(NEXT, "09:00"))
        session.commit()

    assert (+counts, scalar(engine, query, id=plan.id)) == ({}, before)
