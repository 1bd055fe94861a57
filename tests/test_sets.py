"""Reporting sets over HTTP: what a report means, and what is refused."""

from typing import Any

import pytest
from factories import (
    AS_CLIENT,
    get_plan,
    make_band_plan,
    make_lifter,
    make_plan,
    make_user,
    pointers,
    report,
    stored_set,
    today,
)
from openapi_client import SpecClient
from sqlalchemy.orm import Session

SQUAT, PALLOF = 1, 5  # places in the lifter's plan


def seconds_plan(client: SpecClient) -> dict[str, Any]:
    profile = {"days_per_week": 1, "weekdays": [today().isoweekday()], "goal": "MOBILITY"}
    plan = make_plan(client, make_user(client, profile=profile)["id"])
    assert plan["sessions"][-1]["target_seconds"] is not None
    return plan


def test_done_without_numbers_is_as_prescribed(client: SpecClient) -> None:
    plan = make_plan(client, make_lifter(client)["id"])

    response = report(client, plan, SQUAT, 1)

    assert response.status_code == 200
    assert response.json["set"] == {
        "set_no": 1,
        "status": "DONE",
        "performed_reps": 4,
        "performed_seconds": None,
        "performed_weight_kg": 30,
        "performed_band": None,
        "actual_rest_sec": None,
        "rir": None,
        "skip_reason": None,
    }
    assert get_plan(client, plan["id"])["sessions"][0]["sets"][0] == response.json["set"]


def test_failed_without_reps_is_none_at_the_prescribed_load(client: SpecClient) -> None:
    plan = make_plan(client, make_lifter(client)["id"])

    done = report(client, plan, SQUAT, 1, "FAILED").json["set"]
    tried = report(client, plan, SQUAT, 2, "FAILED", performed_reps=2, rir=0).json["set"]

    assert (done["performed_reps"], done["performed_weight_kg"], done["rir"]) == (0, 30, None)
    assert (tried["performed_reps"], tried["performed_weight_kg"], tried["rir"]) == (2, 30, 0)


def test_bands_and_seconds_are_as_prescribed_too(client: SpecClient) -> None:
    bands, holds = make_band_plan(client), seconds_plan(client)
    last = holds["sessions"][-1]

    band = report(client, bands, 2, 1).json["set"]
    hold = report(client, holds, last["order_no"], 1).json["set"]
    dropped = report(client, holds, last["order_no"], 2, "FAILED").json["set"]

    assert (band["performed_band"], band["performed_weight_kg"]) == ("LIGHT", None)
    assert (hold["performed_seconds"], hold["performed_reps"]) == (last["target_seconds"], None)
    assert dropped["performed_seconds"] == 0


def test_what_was_done_is_taken_as_it_is(client: SpecClient) -> None:
    plan = make_plan(client, make_lifter(client)["id"])
    said = {"performed_reps": 9, "performed_weight_kg": 42.25, "actual_rest_sec": 200, "rir": 1}

    answer = report(client, plan, SQUAT, 1, **said).json["set"]

    assert answer | said == answer
    assert get_plan(client, plan["id"])["sessions"][0]["target_weight_kg"] == 30


@pytest.mark.parametrize("kg", [0, 42.25, 7.125, 0.001, 499.999, 500, 62.5])
def test_weights_lose_no_decimals(client: SpecClient, db_session: Session, kg: float) -> None:
    plan = make_plan(client, make_lifter(client)["id"])

    answer = report(client, plan, SQUAT, 1, performed_weight_kg=kg).json["set"]

    assert answer["performed_weight_kg"] == kg
    assert str(stored_set(db_session, plan).performed_weight_kg) == str(kg)


def test_null_is_the_same_as_nothing(client: SpecClient) -> None:
    plan = make_plan(client, make_lifter(client)["id"])

    answer = report(client, plan, SQUAT, 1, performed_reps=None, performed_band=None, skip_reason=None)

    assert answer.json["set"]["performed_reps"] == 4


@pytest.mark.parametrize("reason", [None, "pain", "time", "busy", "other"])
def test_a_skipped_set_has_a_reason_and_no_numbers(client: SpecClient, reason: str | None) -> None:
    plan = make_plan(client, make_lifter(client)["id"])

    answer = report(client, plan, SQUAT, 1, "SKIPPED", skip_reason=reason).json["set"]

    assert (answer["status"], answer["skip_reason"], answer["performed_reps"]) == ("SKIPPED", reason, None)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"#/status"}),
        ({"status": "PENDING"}, {"#/status"}),
        ({"status": "done"}, {"#/status"}),
        ({"status": None}, {"#/status"}),
        ({"status": "DONE", "performed_seconds": 30}, {"#/performed_seconds"}),
        (
            {"status": "FAILED", "performed_band": "HEAVY", "performed_seconds": 0},
            {"#/performed_band", "#/performed_seconds"},
        ),
        ({"status": "DONE", "skip_reason": "time"}, {"#/skip_reason"}),
        ({"status": "SKIPPED", "performed_reps": 0}, {"#/performed_reps"}),
        ({"status": "SKIPPED", "actual_rest_sec": 10, "rir": 1}, {"#/actual_rest_sec", "#/rir"}),
        ({"status": "DONE", "performed_reps": 101}, {"#/performed_reps"}),
        ({"status": "DONE", "performed_reps": -1}, {"#/performed_reps"}),
        ({"status": "DONE", "performed_reps": 8.5}, {"#/performed_reps"}),
        ({"status": "DONE", "performed_reps": "8"}, {"#/performed_reps"}),
        ({"status": "DONE", "performed_seconds": 7201}, {"#/performed_seconds"}),
        ({"status": "DONE", "performed_weight_kg": 500.001}, {"#/performed_weight_kg"}),
        ({"status": "DONE", "performed_weight_kg": 1.0001}, {"#/performed_weight_kg"}),
        ({"status": "DONE", "performed_band": "light"}, {"#/performed_band"}),
        ({"status": "DONE", "actual_rest_sec": 3601}, {"#/actual_rest_sec"}),
        ({"status": "DONE", "rir": 11}, {"#/rir"}),
        ({"status": "SKIPPED", "skip_reason": "lazy"}, {"#/skip_reason"}),
        ({"status": "DONE", "pain": {"area": "knee"}}, {"#/pain/score"}),
        ({"status": "DONE", "pain": {"area": "head", "score": 11}}, {"#/pain/area", "#/pain/score"}),
        ({"status": "DONE", "pain": {"area": "knee", "score": 0}}, {"#/pain/score"}),
        ({"status": "DONE", "pain": None}, {"#/pain"}),
        ({"status": "DONE", "reps": 8}, {"#/reps"}),
    ],
)
def test_a_report_that_does_not_fit_is_pointed_at(
    client: SpecClient, body: dict[str, Any], wrong: set[str]
) -> None:
    plan = make_plan(client, make_lifter(client)["id"])
    path = f"/plans/{plan['id']}/sessions/{plan['sessions'][0]['id']}/sets/1"

    response = client.put(path, json=body, headers=AS_CLIENT)

    assert pointers(response) == wrong
    assert get_plan(client, plan["id"]) == plan


@pytest.mark.parametrize(
    ("make", "order_no", "number"),
    [
        (make_band_plan, 2, {"performed_weight_kg": 10}),
        (make_band_plan, 1, {"performed_band": "LIGHT"}),
        (make_band_plan, 1, {"performed_weight_kg": 0}),
        (seconds_plan, -1, {"performed_reps": 8}),
    ],
)
def test_a_number_of_the_wrong_measure_is_pointed_at(
    client: SpecClient, make: Any, order_no: int, number: dict[str, Any]
) -> None:
    plan = make(client)
    place = order_no if order_no > 0 else len(plan["sessions"])

    assert pointers(report(client, plan, place, 1, **number)) == {f"#/{next(iter(number))}"}
