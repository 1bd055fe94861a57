"""Which day's plan a trainee is on when midnight comes while they train, and where they live."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from factories import add_plan, add_user
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import workouts
from app.models import User

DAY = date(2026, 7, 21)
EVE = DAY - timedelta(days=1)


def on_at(session: Session, user: User, clock: str, zone: str) -> date | None:
    """The date of the plan that the trainee is on when the clock shows that, on `DAY`."""
    now = datetime.fromisoformat(f"{DAY} {clock}").replace(tzinfo=ZoneInfo(zone))
    day = workouts.open_day(session, user, now)
    session.rollback()
    return day.plan.target_date if day else None


def report_at(session: Session, on: date, clock: str, zone: str) -> None:
    """As if the sets that have an end had got it then."""
    at = datetime.fromisoformat(f"{on} {clock}").replace(tzinfo=ZoneInfo(zone))
    session.execute(
        text("UPDATE exercise_set_states SET reported_at = :at WHERE status = 'DONE'"), {"at": at}
    )
    session.commit()


@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"])
@pytest.mark.parametrize(
    ("plans", "reported", "clock", "expected"),
    [
        ({EVE: ["DONE", "PENDING"]}, "23:50", "00:30", EVE),
        ({EVE: ["DONE", "PENDING"]}, "23:50", "06:00", None),
        ({EVE: ["DONE", "DONE"]}, "23:50", "00:30", None),
        ({EVE: ["PENDING"]}, "23:50", "00:30", EVE),
        ({EVE: ["PENDING"]}, "23:50", "03:00", None),
        ({EVE: ["DONE", "PENDING"]}, "19:00", "05:30", None),
        ({EVE: ["DONE", "PENDING"], DAY: ["PENDING"]}, "23:50", "00:30", EVE),
        ({EVE: ["DONE", "PENDING"], DAY: ["PENDING"]}, "19:00", "05:30", DAY),
        ({EVE: ["DONE", "PENDING"], DAY: ["PENDING"]}, "23:50", "06:00", DAY),
        ({EVE: ["DONE", "DONE"], DAY: ["PENDING"]}, "23:50", "00:30", DAY),
        ({EVE: ["PENDING"], DAY: ["PENDING"]}, "23:50", "00:30", DAY),
        ({DAY: ["PENDING"]}, "23:50", "00:00", DAY),
    ],
)
def test_a_workout_that_began_before_midnight_goes_on(
    app: Flask,
    db_session: Session,
    zone: str,
    plans: dict[date, list[str]],
    reported: str,
    clock: str,
    expected: Any,
) -> None:
    user = add_user(db_session, timezone=zone)
    for on, states in plans.items():
        status = "ACTIVE" if "PENDING" in states else "DONE"
        add_plan(db_session, user.id, on, states).status = status
    db_session.commit()
    report_at(db_session, EVE, reported, zone)

    assert on_at(db_session, user, clock, zone) == expected


@pytest.mark.parametrize(("clock", "expected"), [("03:30", EVE), ("05:00", None), ("06:00", None)])
def test_a_long_night_ends_when_they_pause(
    app: Flask, db_session: Session, clock: str, expected: Any
) -> None:
    user = add_user(db_session)
    add_plan(db_session, user.id, EVE, ["DONE", "PENDING"])
    report_at(db_session, DAY, "02:50", "Asia/Seoul")

    assert on_at(db_session, user, clock, "Asia/Seoul") == expected
