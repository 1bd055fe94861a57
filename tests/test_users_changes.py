"""Changing a trainee: what is merged, and what a new time moves."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from factories import (
    AS_CLIENT,
    ask_plan,
    create_user,
    local_time,
    make_plan,
    make_user,
    overlapping,
    patch_user,
    read_user,
    shift_plan,
    today,
)
from flask import Flask
from openapi_client import SpecClient, document
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.models import Notification


def test_a_change_keeps_what_it_does_not_name(client: SpecClient) -> None:
    health = {"parq_yes": True, "clearance_on": "2026-01-02"}
    user = make_user(client, phone_number="01012345678", profile={"age": 41, "health": health})

    changed = patch_user(
        client, user["id"], name="김새", profile={"weight_kg": 71.5, "health": {"pregnant": True}}
    )

    assert changed.status_code == 200
    merged = user["profile"]["health"] | {"pregnant": True}
    profile = user["profile"] | {"weight_kg": 71.5, "health": merged}
    assert changed.json == user | {
        "name": "김새",
        "profile": profile,
        "updated_at": changed.json["updated_at"],
    }
    assert read_user(client, user["id"]).json == changed.json


def test_a_change_without_a_body_changes_nothing_as_the_document_says(app: Flask, client: SpecClient) -> None:
    user = make_user(client)

    response = client.patch(f"/users/{user['id']}", headers=AS_CLIENT)

    assert (response.status_code, response.json) == (200, user | {"updated_at": response.json["updated_at"]})
    assert document(app)["paths"]["/users/{user_id}"]["patch"]["requestBody"]["required"] is False


def test_a_change_of_nothing_changes_nothing(client: SpecClient) -> None:
    user = make_user(client)

    response = patch_user(client, user["id"])

    assert (response.status_code, response.json) == (200, user)


def test_null_takes_a_phone_a_kakao_id_and_a_checkin_away(client: SpecClient) -> None:
    user = make_user(
        client,
        phone_number="01012345678",
        kakao_user_id="k1",
        profile={"checkin": {"on": str(today()), "ill": True}},
    )

    changed = patch_user(client, user["id"], phone_number=None, kakao_user_id=None, profile={"checkin": None})

    assert (changed.json["phone_number"], changed.json["kakao_user_id"]) == (None, None)
    assert changed.json["profile"]["checkin"] is None
    assert create_user(client, name="박셋", phone_number="01012345678", kakao_user_id="k1").status_code == 201


def schedule(client: SpecClient, user: dict[str, Any], plan: dict[str, Any]) -> datetime:
    response = client.get(f"/plans/{plan['id']}", headers=AS_CLIENT)
    at = datetime.fromisoformat(response.json["notification"]["schedule_at"])
    assert at.utcoffset() == local_time(user["timezone"], at.date(), "12:00").utcoffset()
    return at


def test_a_new_reminder_time_moves_the_plans_that_are_to_come(client: SpecClient) -> None:
    user = make_user(client)
    plan = make_plan(client, user["id"], days=2)

    changed = patch_user(client, user["id"], reminder_time="21:15").json

    assert schedule(client, changed, plan) == local_time("Asia/Seoul", today(days=2), "21:15")


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "Australia/Lord_Howe"])
def test_a_new_time_zone_moves_the_plans_that_are_to_come(client: SpecClient, zone: str) -> None:
    user = make_user(client)
    plan = make_plan(client, user["id"], days=3)

    changed = patch_user(client, user["id"], timezone=zone).json

    assert schedule(client, changed, plan) == local_time(zone, today(days=3), "07:00")


def test_moving_to_a_time_that_has_passed_today_means_now(client: SpecClient, db_session: Session) -> None:
    user = make_user(client, reminder_time="23:59")
    plan = make_plan(client, user["id"])

    changed = patch_user(client, user["id"], reminder_time="00:00").json

    at = schedule(client, changed, plan)
    assert abs(at - datetime.now(UTC)) < timedelta(seconds=30)
    row = db_session.scalars(select(Notification)).one()
    assert (row.due_at, row.expires_at) == (row.schedule_at, row.schedule_at + timedelta(hours=12))


def test_only_what_is_scheduled_for_a_day_to_come_is_moved(client: SpecClient, db_session: Session) -> None:
    user = make_user(client)
    plans = [make_plan(client, user["id"], days=days) for days in (1, 3, 5)]
    shift_plan(db_session, plans[0]["id"], days=-3)
    retried = db_session.get_one(Notification, plans[1]["notification"]["id"])
    retried.status = "SENDING"
    retried.leased_until, retried.request_key = datetime.now(UTC), "key"
    db_session.commit()
    before = [schedule(client, user, plan) for plan in plans]

    patch_user(client, user["id"], reminder_time="20:00")

    after = [schedule(client, user, plan) for plan in plans]
    assert after[:2] == before[:2]
    assert after[2] == local_time("Asia/Seoul", today(days=5), "20:00")


@pytest.mark.parametrize(
    ("zone", "skipped", "becomes"),
    [("America/New_York", "02:30", "03:30"), ("Australia/Lord_Howe", "02:15", "02:45")],
)
def test_a_time_that_daylight_saving_skips_is_as_much_later(
    client: SpecClient, zone: str, skipped: str, becomes: str
) -> None:
    on = next(day for day in (today(zone, ahead) for ahead in range(1, 365)) if clock_jumps(zone, day))
    user = make_user(client, timezone=zone, reminder_time="12:00")
    plan = make_plan(client, user["id"], target_date=str(on))

    changed = patch_user(client, user["id"], reminder_time=skipped).json

    at = schedule(client, changed, plan).astimezone(ZoneInfo(zone))
    assert f"{at:%H:%M}" == becomes


def clock_jumps(zone: str, on: date) -> bool:
    night, noon = local_time(zone, on, "00:00"), local_time(zone, on, "12:00")
    return night.utcoffset() < noon.utcoffset()


def test_a_plan_made_while_the_reminder_moves_has_the_new_time(
    app: Flask, client: SpecClient, engine: Engine
) -> None:
    user = make_user(client)
    calls = [
        lambda: ask_plan(app.test_client(), user["id"], days=1),
        lambda: patch_user(app.test_client(), user["id"], reminder_time="21:15"),
    ]

    made, changed = overlapping(engine, "LOCK TABLE exercise_sessions", calls)

    assert (made.status_code, changed.status_code) == (201, 200)
    assert schedule(client, changed.json, made.json) == local_time("Asia/Seoul", today(days=1), "21:15")


def test_of_two_answers_about_health_at_once_none_is_lost(
    app: Flask, client: SpecClient, engine: Engine
) -> None:
    user = make_user(client)
    calls = [
        lambda name=name: patch_user(app.test_client(), user["id"], profile={"health": {name: True}})
        for name in ("pregnant", "parq_yes")
    ]

    answers = overlapping(engine, "SELECT FROM user_profiles FOR UPDATE", calls)

    assert [each.status_code for each in answers] == [200, 200]
    health = read_user(client, user["id"]).json["profile"]["health"]
    assert (health["pregnant"], health["parq_yes"]) == (True, True)
