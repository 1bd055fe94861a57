"""Trainees over HTTP: what is asked of each field, and who may not be made twice."""

from typing import Any
from uuid import uuid4

import pytest
from factories import AS_CLIENT, AS_OPERATOR, at_once, create_user, make_user, patch_user, pointers, read_user
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_client import SpecClient, document
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import User

PROFILE = {
    "sex": "X",
    "age": 30,
    "weight_kg": 60,
    "height_cm": 165,
    "experience": "BEGINNER",
    "goal": "GENERAL_HEALTH",
    "days_per_week": 3,
    "weekdays": [],
    "max_daily_minutes": 40,
    "equipment": [],
    "injuries": [],
    "excluded": [],
    "known_lifts": [],
    "loads": {},
    "health": {
        "emergency_symptom": False,
        "parq_yes": False,
        "pregnant": False,
        "active_3_months": False,
        "guardian_consent": False,
        "postpartum_weeks": None,
        "clearance_on": None,
    },
    "checkin": None,
    "notes": "",
}


def test_a_name_is_enough_and_the_rest_has_defaults(client: SpecClient) -> None:
    response = create_user(client, name="김하나")

    assert response.status_code == 201
    user = response.json
    assert response.headers["Location"] == f"/users/{user['id']}"
    assert user | {"id": "", "created_at": "", "updated_at": ""} == {
        "id": "",
        "name": "김하나",
        "kakao_user_id": None,
        "phone_number": None,
        "phone_fault": None,
        "timezone": "Asia/Seoul",
        "reminder_time": "07:00",
        "notifications_enabled": True,
        "summary_enabled": False,
        "is_sandbox": False,
        "channel_state": None,
        "unlinked_at": None,
        "profile": PROFILE,
        "created_at": "",
        "updated_at": "",
    }
    assert read_user(client, user["id"]).json == user


def test_everything_that_is_said_comes_back(client: SpecClient) -> None:
    profile = PROFILE | {
        "sex": "F",
        "weight_kg": 52.125,
        "height_cm": 160.5,
        "weekdays": [2, 4],
        "equipment": ["band", "dumbbell"],
        "injuries": [{"area": "knee", "severity": "MILD", "until": "2026-12-01"}],
        "excluded": ["goblet_squat"],
        "known_lifts": [{"exercise": "goblet_squat", "weight_kg": 7.125, "reps": 5}],
        "loads": {"dumbbell": [1, 2.5, 4]},
        "health": PROFILE["health"] | {"parq_yes": True, "clearance_on": "2026-01-02"},
        "checkin": {"on": "2026-11-23", "fatigue": 3, "sleep_h": 6.5, "ill": False},
        "notes": "무릎 조심",
    }
    said = {"kakao_user_id": "k1", "timezone": "America/New_York", "reminder_time": "06:30"}
    said |= {"notifications_enabled": False, "summary_enabled": True, "profile": profile}

    user = create_user(client, name="김하나", **said).json

    assert {name: user[name] for name in said} == said
    assert read_user(client, user["id"]).json == user


@pytest.mark.parametrize(
    "spelling",
    [
        "01012345678",
        "010-1234-5678",
        "010 1234 5678",
        "010.1234.5678",
        "(010)1234-5678",
        "+82 10-1234-5678",
        "+821012345678",
        "821012345678",
        "+82 (0)10 1234 5678",
        "010–1234–5678",
    ],
)
def test_a_phone_number_is_stored_as_digits_whatever_its_spelling(client: SpecClient, spelling: str) -> None:
    response = create_user(client, name="김하나", phone_number=spelling)

    assert response.json["phone_number"] == "01012345678"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": None}, "#/name"),
        ({"name": ""}, "#/name"),
        ({"name": " \n"}, "#/name"),
        ({"name": "가" * 51}, "#/name"),
        ({"name": 7}, "#/name"),
        ({"phone_number": "02-123-4567"}, "#/phone_number"),
        ({"phone_number": "0101234567890"}, "#/phone_number"),
        ({"phone_number": "०१०१२३४५६७८"}, "#/phone_number"),
        ({"phone_number": 1012345678}, "#/phone_number"),
        ({"kakao_user_id": ""}, "#/kakao_user_id"),
        ({"kakao_user_id": "k" * 71}, "#/kakao_user_id"),
        ({"timezone": "Asia/Pyongsong"}, "#/timezone"),
        ({"timezone": "asia/seoul"}, "#/timezone"),
        ({"timezone": "localtime"}, "#/timezone"),
        ({"timezone": "Factory"}, "#/timezone"),
        ({"timezone": None}, "#/timezone"),
        ({"reminder_time": "24:00"}, "#/reminder_time"),
        ({"reminder_time": "7:00"}, "#/reminder_time"),
        ({"reminder_time": "07:00:30"}, "#/reminder_time"),
        ({"notifications_enabled": "yes"}, "#/notifications_enabled"),
        ({"summary_enabled": 1}, "#/summary_enabled"),
        ({"nickname": "x"}, "#/nickname"),
        ({"id": str(uuid4())}, "#/id"),
        ({"profile": []}, "#/profile"),
        ({"profile": {"sex": "m"}}, "#/profile/sex"),
        ({"profile": {"age": 9}}, "#/profile/age"),
        ({"profile": {"age": 30.5}}, "#/profile/age"),
        ({"profile": {"age": "30"}}, "#/profile/age"),
        ({"profile": {"weight_kg": 29.9}}, "#/profile/weight_kg"),
        ({"profile": {"weight_kg": 60.0001}}, "#/profile/weight_kg"),
        ({"profile": {"height_cm": 251}}, "#/profile/height_cm"),
        ({"profile": {"experience": "EXPERT"}}, "#/profile/experience"),
        ({"profile": {"goal": None}}, "#/profile/goal"),
        ({"profile": {"days_per_week": 0}}, "#/profile/days_per_week"),
        ({"profile": {"weekdays": [1, 8]}}, "#/profile/weekdays/1"),
        ({"profile": {"weekdays": [1, 1]}}, "#/profile/weekdays"),
        ({"profile": {"max_daily_minutes": 181}}, "#/profile/max_daily_minutes"),
        ({"profile": {"equipment": ["spoon"]}}, "#/profile/equipment/0"),
        ({"profile": {"equipment": ["band", "band"]}}, "#/profile/equipment"),
        ({"profile": {"injuries": [{"area": "knee"}]}}, "#/profile/injuries/0/severity"),
        ({"profile": {"excluded": ["moonwalk"]}}, "#/profile/excluded/0"),
        (
            {"profile": {"known_lifts": [{"exercise": "goblet_squat", "weight_kg": 501, "reps": 5}]}},
            "#/profile/known_lifts/0/weight_kg",
        ),
        ({"profile": {"loads": {"spoon": [1]}}}, "#/profile/loads/spoon"),
        ({"profile": {"loads": {"barbell": [-1]}}}, "#/profile/loads/barbell/0"),
        ({"profile": {"health": {"pregnant": "no"}}}, "#/profile/health/pregnant"),
        ({"profile": {"health": {"clearance_on": "20260102"}}}, "#/profile/health/clearance_on"),
        ({"profile": {"checkin": {"fatigue": 3}}}, "#/profile/checkin/on"),
        ({"profile": {"checkin": {"on": "2026-11-23", "fatigue": 6}}}, "#/profile/checkin/fatigue"),
        ({"profile": {"notes": "가" * 501}}, "#/profile/notes"),
        ({"profile": {"mood": "good"}}, "#/profile/mood"),
    ],
)
def test_a_field_that_does_not_fit_is_pointed_at(
    client: SpecClient, body: dict[str, Any], pointer: str
) -> None:
    user = make_user(client)

    created, changed = (
        create_user(client, **{"name": "김하나"} | body),
        patch_user(client, user["id"], **body),
    )

    assert pointers(created) == pointers(changed) == {pointer}


def test_a_trainee_without_a_name_is_refused(client: SpecClient) -> None:
    assert pointers(create_user(client)) == {"#/name"}


@pytest.mark.parametrize("taken", [{"kakao_user_id": "k1"}, {"phone_number": "01012345678"}])
def test_a_phone_or_kakao_id_belongs_to_one_trainee(client: SpecClient, taken: dict[str, str]) -> None:
    make_user(client, **taken)
    other = make_user(client)

    created, changed = create_user(client, name="박셋", **taken), patch_user(client, other["id"], **taken)

    assert [created.status_code, changed.status_code] == [409, 409]
    assert created.json["code"] == changed.json["code"] == "conflict"
    assert next(iter(taken)) in created.json["detail"]


def test_of_two_trainees_with_one_phone_at_once_one_is_made(app: Flask, db_session: Session) -> None:
    responses = at_once(
        2, lambda number: create_user(app.test_client(), name=f"김{number}", phone_number="01012345678")
    )

    assert sorted(response.status_code for response in responses) == [201, 409]
    assert len(db_session.scalars(select(User)).all()) == 1


def test_only_an_operator_makes_a_sandbox_trainee(client: SpecClient) -> None:
    refused = create_user(client, name="김하나", is_sandbox=True)
    made = client.post("/users", json={"name": "김하나", "is_sandbox": True}, headers=AS_OPERATOR)

    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
    assert made.json["is_sandbox"] is True
    assert create_user(client, name="김하나", is_sandbox=False).status_code == 201
    assert pointers(patch_user(client, made.json["id"], is_sandbox=False)) == {"#/is_sandbox"}


def test_nobody_is_found_under_an_unknown_id(client: SpecClient) -> None:
    unknown = str(uuid4())

    answers = [
        read_user(client, unknown),
        patch_user(client, unknown, name="x"),
        client.delete(f"/users/{unknown}", headers=AS_CLIENT),
        client.get(f"/users/{unknown}/summary", headers=AS_CLIENT),
    ]

    assert {(each.status_code, each.json["code"]) for each in answers} == {(404, "not_found")}


@given(
    body=st.dictionaries(
        st.sampled_from(["name", "phone_number", "timezone", "reminder_time", "profile", "kakao_user_id"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
            ),
            max_leaves=8,
        ),
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_at_all_makes_the_service_stumble(client: SpecClient, body: dict[str, Any]) -> None:
    response = create_user(client, **body)

    assert response.status_code in (201, 400, 409)


def test_the_document_promises_the_whole_profile(app: Flask) -> None:
    schemas = document(app)["components"]["schemas"]

    assert set(schemas["ProfileOut"]["required"]) == set(schemas["ProfileOut"]["properties"])
    assert "required" not in schemas["ProfileIn"]
