"""Reporting sets over HTTP: in which order, until when, again and otherwise, and what comes next."""

from uuid import uuid4

import pytest
from factories import (
    AS_CLIENT,
    add_plan,
    add_user,
    get_plan,
    make_band_plan,
    make_lifter,
    make_plan,
    make_user,
    report,
    report_all,
    shift_plan,
    stored_set,
    today,
)
from openapi_client import SpecClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ExerciseSession

SQUAT, PALLOF = 1, 5  # places in the lifter's plan


def test_the_sets_of_an_exercise_are_reported_in_order(client: SpecClient) -> None:
    plan = make_plan(client, make_lifter(client)["id"])

    early = report(client, plan, SQUAT, 3)
    report(client, plan, SQUAT, 1, "SKIPPED")
    between = report(client, plan, SQUAT, 3)

    assert [(each.status_code, each.json["code"]) for each in (early, between)] == [(409, "set_order")] * 2
    assert (early.json["set_no"], between.json["set_no"]) == (1, 2)
    assert report(client, plan, SQUAT, 2).status_code == 200
    assert report(client, plan, SQUAT, 3).status_code == 200


def test_exercises_may_be_done_in_any_order(client: SpecClient) -> None:
    plan = make_plan(client, make_lifter(client)["id"])

    answer = report(client, plan, PALLOF, 1)

    assert answer.status_code == 200
    assert (answer.json["next"]["session_id"], answer.json["next"]["set_no"]) == (
        plan["sessions"][0]["id"],
        1,
    )


def test_the_same_report_again_changes_nothing(client: SpecClient, db_session: Session) -> None:
    plan = make_plan(client, make_lifter(client)["id"])
    first = report(client, plan, SQUAT, 1, performed_reps=4, rir=2)
    at = stored_set(db_session, plan).reported_at
    db_session.expire_all()

    second = report(client, plan, SQUAT, 1, rir=2)

    assert (second.status_code, second.json) == (200, first.json)
    assert stored_set(db_session, plan).reported_at == at


def test_another_report_replaces_the_first_one_wholly(client: SpecClient) -> None:
    plan = make_plan(client, make_lifter(client)["id"])
    report(client, plan, SQUAT, 1, performed_reps=3, rir=0, actual_rest_sec=90)

    skipped = report(client, plan, SQUAT, 1, "SKIPPED", skip_reason="busy").json["set"]
    done = report(client, plan, SQUAT, 1).json["set"]

    assert (skipped["performed_reps"], skipped["rir"], skipped["skip_reason"]) == (None, None, "busy")
    assert (done["performed_reps"], done["rir"], done["skip_reason"]) == (4, None, None)


def test_the_next_set_says_what_to_do(client: SpecClient) -> None:
    plan = make_plan(client, make_lifter(client)["id"])

    answer = report(client, plan, SQUAT, 1).json

    assert answer["next"] == {
        "session_id": plan["sessions"][0]["id"],
        "set_no": 2,
        "status": "PENDING",
        "exercise": "barbell_back_squat",
        "exercise_name": "바벨 백스쿼트",
        "target_reps": 4,
        "target_seconds": None,
        "target_weight_kg": 30,
        "target_band": None,
        "target_rest_sec": 180,
        "offered_weight_kg": 30,
    }
    assert (answer["plan_status"], answer["plan_changed"]) == ("ACTIVE", False)


def test_after_a_set_that_fell_far_short_less_weight_is_offered(client: SpecClient) -> None:
    plan = make_plan(client, make_lifter(client)["id"])

    near = report(client, plan, 2, 1, performed_reps=6).json
    far = report(client, plan, 2, 1, "FAILED", performed_reps=3).json
    for number in (1, 2, 3, 4):
        near = report(client, plan, SQUAT, number).json

    assert far["next"]["session_id"] == plan["sessions"][0]["id"]
    assert near["next"]["session_id"] == plan["sessions"][1]["id"]
    assert (near["next"]["target_weight_kg"], near["next"]["offered_weight_kg"]) == (32.5, 27.5)


def test_work_without_kilograms_offers_none(client: SpecClient) -> None:
    assert report(client, make_band_plan(client), 1, 1).json["next"]["offered_weight_kg"] is None


def test_the_last_set_ends_the_plan(client: SpecClient) -> None:
    plan = make_plan(client, make_user(client)["id"])
    report_all(client, plan)

    last = plan["sessions"][-1]
    answer = report(client, plan, last["order_no"], last["target_sets"]).json

    assert (answer["next"], answer["plan_status"]) == (None, "DONE")
    assert get_plan(client, plan["id"])["status"] == "DONE"
    corrected = report(client, plan, 1, 1, "SKIPPED").json
    assert (corrected["set"]["status"], corrected["plan_status"]) == ("SKIPPED", "DONE")


def test_a_plan_of_skipped_sets_is_over_as_well(client: SpecClient) -> None:
    plan = make_plan(client, make_user(client)["id"])

    report_all(client, plan, "SKIPPED", skip_reason="time")

    assert get_plan(client, plan["id"])["status"] == "DONE"


@pytest.mark.parametrize("zone", ["Asia/Seoul", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_reports_are_taken_until_three_days_after_on_the_trainees_calendar(
    client: SpecClient, db_session: Session, zone: str
) -> None:
    user = make_user(client, timezone=zone)
    plan = make_plan(client, user["id"], target_date=str(today(zone)))

    shift_plan(db_session, plan["id"], days=-3)
    in_time = report(client, plan, 1, 1, performed_reps=5)
    shift_plan(db_session, plan["id"], days=-1)
    same, other, late = (
        report(client, plan, 1, 1, performed_reps=5),
        report(client, plan, 1, 1, performed_reps=6),
        report(client, plan, 2, 1),
    )

    assert (in_time.status_code, same.status_code) == (200, 200)
    assert same.json["set"] == in_time.json["set"]
    assert {(each.status_code, each.json["code"]) for each in (other, late)} == {(409, "conflict")}


def test_a_canceled_plan_takes_no_reports(client: SpecClient) -> None:
    plan = make_plan(client, make_user(client)["id"])
    client.post(f"/plans/{plan['id']}/cancel", headers=AS_CLIENT)

    response = report(client, plan, 1, 1)

    assert (response.status_code, response.json["code"]) == (409, "conflict")


def test_a_set_is_found_under_its_own_plan_and_exercise_only(client: SpecClient, db_session: Session) -> None:
    user = add_user(db_session)
    one, other = (add_plan(db_session, user.id, today(days=days)) for days in (0, 1))
    sessions = {
        row.plan_id: row.id for row in db_session.execute(select(ExerciseSession.plan_id, ExerciseSession.id))
    }
    wrong = [
        (uuid4(), sessions[one.id], 1),
        (one.id, uuid4(), 1),
        (one.id, sessions[other.id], 1),
        (one.id, sessions[one.id], 0),
        (one.id, sessions[one.id], 2),
        (one.id, sessions[one.id], 10**30),
    ]

    answers = [
        client.put(
            f"/plans/{plan}/sessions/{session}/sets/{set_no}", json={"status": "DONE"}, headers=AS_CLIENT
        )
        for plan, session, set_no in wrong
    ]

    assert {(each.status_code, each.json["code"]) for each in answers} == {(404, "not_found")}
