"""What a trainee did, day by day."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import (
    AS_CLIENT,
    add_plan,
    add_user,
    make_lifter,
    make_plan,
    make_user,
    pointers,
    report,
    report_all,
    today,
)
from openapi_client import SpecClient
from sqlalchemy.orm import Session


def ask(client: SpecClient, user_id: str | UUID, **query: Any) -> Any:
    named = {name.rstrip("_"): str(value) for name, value in query.items()}
    return client.get(f"/users/{user_id}/summary", query_string=named, headers=AS_CLIENT)


def days(client: SpecClient, user_id: str | UUID, first: int = -6, last: int = 0) -> list[dict[str, Any]]:
    response = ask(client, user_id, from_=today(days=first), to=today(days=last))
    assert response.status_code == 200, response.text
    assert response.json["next_cursor"] is None
    return list(response.json["items"])


def test_a_day_has_exactly_the_figures_of_the_contract(client: SpecClient) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])
    planned = sum(each["target_sets"] for each in plan["sessions"])
    for number in (1, 2):
        report(client, plan, 1, number, performed_reps=4, performed_weight_kg=42.25)
    report(client, plan, 1, 3, "FAILED", performed_reps=2, performed_weight_kg=40)
    report(client, plan, 1, 4, "SKIPPED", skip_reason="time")
    report(client, plan, 5, 1, performed_reps=8, performed_weight_kg=7.125)

    (day,) = days(client, user["id"], first=0)

    assert plan["sessions"][4]["per_side"]
    assert day == {
        "date": str(today()),
        "planned_sets": planned,
        "done_sets": 3,
        "skipped_sets": 1,
        "failed_sets": 1,
        "volume_kg": 2 * 4 * 42.25 + 2 * 40 + 2 * 8 * 7.125,
        "minutes": day["minutes"],
        "streak": 0,
        "one_rep_maxes": {plan["sessions"][0]["exercise"]: 47.88, plan["sessions"][4]["exercise"]: 9.02},
    }
    assert 0 < day["minutes"] < plan["estimated_minutes"]


def test_a_day_done_wholly_takes_the_minutes_of_the_plan(client: SpecClient) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])
    report_all(client, plan)

    (day,) = days(client, user["id"], first=0)

    assert (day["minutes"], day["streak"]) == (plan["estimated_minutes"], 1)


def test_work_without_kilograms_has_no_volume(client: SpecClient) -> None:
    user = make_user(client, profile={"equipment": ["band"]})
    report_all(client, make_plan(client, user["id"]))

    assert days(client, user["id"], first=0)[0]["volume_kg"] == 0


def test_days_without_a_plan_are_there_with_nothing(client: SpecClient) -> None:
    user = make_user(client)

    found = days(client, user["id"], first=-2, last=1)

    assert [each["date"] for each in found] == [str(today(days=offset)) for offset in (-2, -1, 0, 1)]
    assert [list(each.values())[1:] for each in found] == [[0, 0, 0, 0, 0, 0, 0, {}]] * 4


def test_canceled_plans_and_other_trainees_count_for_nothing(client: SpecClient, db_session: Session) -> None:
    user, other = add_user(db_session), add_user(db_session)
    add_plan(db_session, user.id, today(), ["SKIPPED"], status="CANCELED")
    add_plan(db_session, other.id, today(), ["DONE"], status="DONE")

    assert days(client, user.id, first=0)[0]["planned_sets"] == 0


def streaks(client: SpecClient, user_id: UUID, first: int = -6, last: int = 0) -> list[int]:
    return [each["streak"] for each in days(client, user_id, first, last)]


def test_a_streak_counts_training_days_of_which_half_was_attempted(
    client: SpecClient, db_session: Session
) -> None:
    user = add_user(db_session)
    add_plan(db_session, user.id, today(days=-6), ["DONE", "DONE"], status="DONE")
    add_plan(db_session, user.id, today(days=-4), ["FAILED", "SKIPPED"], status="DONE")
    add_plan(db_session, user.id, today(days=-2), ["DONE", "SKIPPED", "SKIPPED"], status="DONE")
    add_plan(db_session, user.id, today(days=-1), ["DONE"], status="DONE")

    assert streaks(client, user.id) == [1, 1, 2, 2, 0, 1, 1]


def test_days_of_rest_days_to_come_and_today_do_not_break_a_streak(
    client: SpecClient, db_session: Session
) -> None:
    user = add_user(db_session)
    add_plan(db_session, user.id, today(days=-3), ["DONE"], status="DONE")
    add_plan(db_session, user.id, today(days=-2), [], kind="rest")
    add_plan(db_session, user.id, today(), ["DONE", "PENDING", "PENDING"])
    add_plan(db_session, user.id, today(days=1), ["PENDING"])

    assert streaks(client, user.id, first=-3, last=2) == [1, 1, 1, 1, 1, 1]


def test_a_plan_left_open_breaks_a_streak_when_its_day_is_over(
    client: SpecClient, db_session: Session
) -> None:
    user = add_user(db_session)
    add_plan(db_session, user.id, today(days=-3), ["DONE"], status="DONE")
    add_plan(db_session, user.id, today(days=-1), ["PENDING"])

    assert streaks(client, user.id, first=-3) == [1, 1, 0, 0]


def test_a_streak_goes_on_from_before_the_first_day_asked_for(
    client: SpecClient, db_session: Session
) -> None:
    user = add_user(db_session)
    for offset in (-20, -10, -5):
        add_plan(db_session, user.id, today(days=offset), ["DONE"], status="DONE")

    assert streaks(client, user.id, first=-6) == [2, 3, 3, 3, 3, 3, 3]


@pytest.mark.parametrize("zone", ["Asia/Seoul", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_without_dates_it_is_the_week_up_to_the_trainees_today(client: SpecClient, zone: str) -> None:
    user = make_user(client, timezone=zone)

    found = [each["date"] for each in ask(client, user["id"]).json["items"]]

    assert found == [str(today(zone, offset)) for offset in range(-6, 1)]


def test_one_date_is_enough(client: SpecClient) -> None:
    user_id = make_user(client)["id"]

    since = ask(client, user_id, from_=today(days=-2)).json["items"]
    until = ask(client, user_id, to=today(days=-2)).json["items"]
    ahead = ask(client, user_id, from_=today(days=9)).json["items"]

    assert [each["date"] for each in since] == [str(today(days=offset)) for offset in (-2, -1, 0)]
    assert [each["date"] for each in until] == [str(today(days=offset)) for offset in range(-8, -1)]
    assert [each["date"] for each in ahead] == [str(today(days=9))]


def test_a_year_is_the_longest_span(client: SpecClient) -> None:
    user_id = make_user(client)["id"]

    assert len(days(client, user_id, first=-365)) == 366
    assert pointers(ask(client, user_id, from_=today(days=-366), to=today())) == {"#/to"}
    assert pointers(ask(client, user_id, from_=today(), to=today(days=-1))) == {"#/to"}


@pytest.mark.parametrize(
    "value", ["", "x", "2026-13-01", "2026-11-23T00:00:00Z", "0001-01-01", "９９９９-01-01"]
)
def test_dates_are_dates(client: SpecClient, value: str) -> None:
    user_id = make_user(client)["id"]

    assert pointers(ask(client, user_id, from_=value)) == {"#/from"}
    assert pointers(ask(client, user_id, to=value)) == {"#/to"}
    assert pointers(ask(client, user_id, since=value)) == {"#/since"}


def test_a_day_goes_on_until_the_morning_after_it(client: SpecClient, db_session: Session) -> None:
    user = add_user(db_session)
    add_plan(db_session, user.id, today(days=-3), ["DONE"], status="DONE")
    plan = add_plan(db_session, user.id, today(days=-1), ["PENDING"])
    plan.closes_at = datetime.now(UTC) + timedelta(minutes=1)
    db_session.commit()

    at_night = streaks(client, user.id, first=-1)
    plan.closes_at = datetime.now(UTC)
    db_session.commit()
    in_the_morning = streaks(client, user.id, first=-1)

    assert (at_night, in_the_morning) == ([1, 1], [0, 0])
