"""`flask ops daily`: the plans of a day by hand, and what they would be."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from click.testing import Result
from factories import SEOUL, add_plan, today
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.models import ExercisePlan, ManualReview, Notification, User, UserProfile

EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
TABLES = (ExercisePlan, Notification, ManualReview)


def daily(app: Flask, *args: str) -> Result:
    return app.test_cli_runner().invoke(args=["ops", "daily", *args])


def lines(app: Flask, *args: str) -> list[dict[str, Any]]:
    result = daily(app, "--json", *args)
    assert result.exit_code == 0, result.output
    return list(json.loads(result.stdout)["lines"])


def totals(app: Flask, *args: str) -> dict[str, int]:
    return {each["name"]: each["data"]["count"] for each in lines(app, *args) if "count" in each["data"]}


def add(session: Session, profile: dict[str, Any] | None = None, **fields: Any) -> UUID:
    """A trainee, by default where it is about noon."""
    zone = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
    usual = {"name": "최비밀", "timezone": zone, "reminder_time": "23:30"}
    user = User(**usual | fields, profile=UserProfile(**{"weekdays": EVERY_DAY} | (profile or {})))
    session.add(user)
    session.commit()
    return user.id


def day_of(session: Session, user_id: UUID) -> date:
    return today(session.get_one(User, user_id).timezone)


def rows(session: Session) -> list[int]:
    session.rollback()
    return [session.scalar(text(f"SELECT count(*) FROM {model.__tablename__}")) for model in TABLES]


def test_a_dry_run_says_what_it_would_do_and_does_nothing(app: Flask, db_session: Session) -> None:
    trains = add(db_session)
    day = day_of(db_session, trains)
    add(db_session, {"weekdays": [(day.isoweekday()) % 7 + 1]})
    taken = add(db_session)
    add_plan(db_session, taken, day)
    add(db_session, {"health": {"parq_yes": True}})
    add(db_session, heard_at=datetime.now(UTC) - timedelta(days=29))
    for inactive in ({"notifications_enabled": False}, {"paused_at": datetime.now(UTC)}):
        add(db_session, **inactive)
    before = rows(db_session)

    found = lines(app, "--date", str(day), "--dry-run")

    counts = {each["name"]: each["data"]["count"] for each in found if "count" in each["data"]}
    assert counts == {"training": 1, "off": 1, "taken": 1, "review": 1, "paused": 1, "messages": 2}
    (line,) = [each["data"] for each in found if each["data"].get("user_id") == str(trains)]
    assert (line["outcome"], line["date"]) == ("training", str(day))
    assert line["summary"].startswith("전신 A")
    assert line["message_at"][11:16] == "23:30"
    assert rows(db_session) == before


def test_without_it_the_plans_are_made_once(app: Flask, db_session: Session) -> None:
    who = [add(db_session) for _ in range(3)]
    day = str(day_of(db_session, who[0]))

    first, second = totals(app, "--date", day), totals(app, "--date", day)

    assert (first, second) == ({"training": 3}, {"taken": 3})
    assert rows(db_session)[:2] == [3, 3]


def test_a_dry_run_shows_a_day_to_come(app: Flask, db_session: Session) -> None:
    who = add(db_session, {"weekdays": [1]})
    day = day_of(db_session, who)
    monday = day + timedelta(days=7 - day.weekday())

    assert totals(app, "--date", str(monday), "--dry-run") == {"training": 1, "messages": 1}
    assert totals(app, "--date", str(monday + timedelta(days=1)), "--dry-run") == {"off": 1, "messages": 0}
    paused = monday + timedelta(days=35)
    assert totals(app, "--date", str(paused), "--dry-run") == {"paused": 1, "messages": 1}


def test_a_day_that_is_not_the_trainees_is_left_alone(app: Flask, db_session: Session) -> None:
    who = add(db_session)
    tomorrow = day_of(db_session, who) + timedelta(days=1)

    assert totals(app, "--date", str(tomorrow)) == {"daily": 0}
    assert rows(db_session)[0] == 0


def test_without_a_date_it_is_today_in_seoul(app: Flask, db_session: Session) -> None:
    add(db_session, timezone=SEOUL)

    (line,) = [each for each in lines(app, "--dry-run") if "user_id" in each["data"]]

    assert line["data"]["date"] == str(today())


def test_one_whose_data_breaks_it_is_told_and_costs_nobody_else(app: Flask, db_session: Session) -> None:
    who = [add(db_session) for _ in range(4)]
    day = str(day_of(db_session, who[0]))
    db_session.execute(
        text("UPDATE user_profiles SET loads = CAST(:x AS jsonb) WHERE user_id = :id"),
        {"id": who[1], "x": '{"HANDBAG": [1]}'},
    )
    db_session.commit()

    result = daily(app, "--date", day)

    assert result.exit_code == 1
    assert [line.split()[:3] for line in result.stdout.splitlines()] == [
        ["ok", "training", "3"],
        ["FAIL", "failed", "1"],
    ]
    assert rows(db_session)[0] == 3


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE users SET timezone = 'Moon/Tycho' WHERE id = :id",
        """UPDATE user_profiles SET loads = '{"HANDBAG": [1]}' WHERE user_id = :id""",
    ],
)
@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_a_fault_in_one_stops_no_walk(
    app: Flask, db_session: Session, harm: str, options: tuple[str, ...]
) -> None:
    who = [add(db_session) for _ in range(4)]
    day = str(day_of(db_session, who[0]))
    db_session.execute(text(harm), {"id": who[1]})
    db_session.commit()

    result = daily(app, "--date", day, *options)

    assert result.exit_code == 1
    totals = [line.split()[:3] for line in result.stdout.splitlines()]
    assert totals[:2] == [["ok", "training", "3"], ["FAIL", "failed", "1"]]


def test_many_are_walked_and_few_are_listed(app: Flask, db_session: Session) -> None:
    who = [add(db_session) for _ in range(205)]
    day = str(day_of(db_session, who[0]))

    found = lines(app, "--date", day, "--dry-run", "--show", "3")

    assert [each["data"]["count"] for each in found[:2]] == [205, 205]
    assert [each["name"] for each in found[2:]] == [str(each) for each in sorted(who)[:3]]


@pytest.mark.parametrize("args", [("--date", "soon"), ("--date", "2020-01-01"), ("--show", "-1")])
def test_wrong_use_is_2(app: Flask, args: tuple[str, ...]) -> None:
    result = daily(app, *args)

    assert result.exit_code == 2
    assert args[0] in result.output


def test_nobody_is_named(app: Flask, db_session: Session) -> None:
    who = add(db_session, phone_number="01000000042")

    result = daily(app, "--date", str(day_of(db_session, who)), "--dry-run")

    assert "최비밀" not in result.output
    assert "0042" not in result.output.replace(str(who), "")
