"""Which day a plan is for: the trainee's own calendar, the reminder, days of rest, and whom to see first."""

from datetime import UTC, datetime, timedelta

import pytest
from factories import (
    SEOUL,
    ask_plan,
    get_plan,
    local_time,
    make_lifter,
    make_plan,
    make_user,
    patch_user,
    pointers,
    row_count,
    today,
)
from openapi_client import SpecClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ExercisePlan, ManualReview, Notification


@pytest.mark.parametrize("zone", [SEOUL, "Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize(("days", "status"), [(-2, 400), (-1, 201), (0, 201), (365, 201), (366, 400)])
def test_dates_are_counted_on_the_calendar_of_the_trainee(
    client: SpecClient, zone: str, days: int, status: int
) -> None:
    user = make_user(client, timezone=zone)

    response = ask_plan(client, user["id"], target_date=str(today(zone, days)))

    assert response.status_code == status
    if status == 400:
        assert pointers(response) == {"#/target_date"}


def test_a_message_is_due_at_the_reminder_time_of_the_trainees_zone(client: SpecClient) -> None:
    zone = "Pacific/Kiritimati"
    user = make_user(client, timezone=zone, reminder_time="05:45")
    on = today(zone, days=2)

    plan = make_plan(client, user["id"], target_date=str(on))

    assert plan["notification"]["schedule_at"] == f"{on}T05:45:00+14:00"
    assert datetime.fromisoformat(plan["notification"]["schedule_at"]) == local_time(zone, on, "05:45")


def test_a_reminder_time_that_has_passed_means_now(client: SpecClient) -> None:
    user = make_user(client, reminder_time="00:00")

    plan = make_plan(client, user["id"])

    at = datetime.fromisoformat(plan["notification"]["schedule_at"])
    assert abs(at - datetime.now(UTC)) < timedelta(seconds=30)


def test_the_plan_of_yesterday_is_not_announced(client: SpecClient, db_session: Session) -> None:
    user = make_user(client)

    plan = make_plan(client, user["id"], days=-1)

    assert (plan["kind"], plan["notification"]) == ("training", None)
    assert row_count(db_session, Notification) == 0


def test_who_wants_no_messages_gets_a_plan_without_one(client: SpecClient, db_session: Session) -> None:
    user = make_user(client, notifications_enabled=False)

    assert make_plan(client, user["id"], days=1)["notification"] is None
    assert row_count(db_session, Notification) == 0


def test_a_trainee_who_cannot_be_addressed_is_announced_all_the_same(client: SpecClient) -> None:
    user = make_user(client)

    assert user["phone_number"] is None
    assert make_plan(client, user["id"], days=1)["notification"]["status"] == "SCHEDULED"


def another_weekday(days: int) -> list[int]:
    return [today(days=days + 1).isoweekday()]


def test_a_rest_day_is_a_plan_without_exercises_or_message(client: SpecClient, db_session: Session) -> None:
    user = make_user(client, profile={"weekdays": another_weekday(1)})

    plan = make_plan(client, user["id"], days=1, force=False)

    assert (plan["kind"], plan["sessions"], plan["notification"]) == ("rest", [], None)
    assert plan["summary"] == "휴식 · 오늘은 쉬는 날"
    assert plan["estimated_minutes"] == 0
    assert row_count(db_session, Notification) == 0
    assert get_plan(client, plan["id"]) == plan
    assert ask_plan(client, user["id"], days=1).json["plan_id"] == plan["id"]


def test_force_trains_on_a_day_of_rest_but_not_against_recovery_or_illness(client: SpecClient) -> None:
    ill = {"on": str(today(days=5)), "ill": True}
    user = make_lifter(client, weekdays=another_weekday(1), checkin=ill)

    kinds = [make_plan(client, user["id"], days=days, force=True)["summary"] for days in (1, 2, 5)]

    assert kinds[0].startswith("전신 A")
    assert kinds[1:] == ["휴식 · 회복하는 날", "휴식 · 아픈 날은 쉬어요"]


def test_a_day_of_easy_movement_is_announced(client: SpecClient) -> None:
    user = make_user(client, profile={"days_per_week": 7, "weekdays": [1, 2, 3, 4, 5, 6, 7]})
    make_plan(client, user["id"], days=1, force=False)

    plan = make_plan(client, user["id"], days=2, force=False)

    assert (plan["kind"], plan["notification"]["status"]) == ("active", "SCHEDULED")


def test_answers_that_call_for_a_doctor_open_one_review_that_counts(
    client: SpecClient, db_session: Session
) -> None:
    user = make_user(client, profile={"health": {"pregnant": True, "parq_yes": True}})

    responses = [ask_plan(client, user["id"], days=days) for days in (0, 1, 1)]

    assert {(each.status_code, each.json["code"]) for each in responses} == {(409, "needs_review")}
    assert responses[0].json["reasons"] == ["PARQ_YES", "PREGNANT"]
    reviews = db_session.scalars(select(ManualReview).order_by(ManualReview.reason_code)).all()
    assert [(each.subject, each.cause, each.reason_code, each.count) for each in reviews] == [
        ("health", user["id"], "PARQ_YES", 3),
        ("health", user["id"], "PREGNANT", 3),
    ]
    assert row_count(db_session, ExercisePlan) == 0


def test_who_was_cleared_gets_a_plan(client: SpecClient) -> None:
    user = make_user(client, profile={"health": {"parq_yes": True}})
    assert ask_plan(client, user["id"]).json["code"] == "needs_review"

    patch_user(client, user["id"], profile={"health": {"clearance_on": str(today())}})

    assert ask_plan(client, user["id"]).status_code == 201
