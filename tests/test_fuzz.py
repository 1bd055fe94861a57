"""Bodies nobody thought of: whatever is sent, the answer is one of the document, never a fault of ours."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from factories import (
    AS_CLIENT,
    AS_OPERATOR,
    add_user,
    ask_plan,
    get_plan,
    make_lifter,
    make_plan,
    make_user,
    report_all,
    today,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_client import SpecClient
from review_builders import add_review
from sqlalchemy.orm import Session

from app import coach
from app.domain import guardrails

FAST = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
REFUSED = {400, 404, 409, 413}

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**31, 2**63, -(2**63), 10**40, -0.0, 1e308, 5e-324, float("nan"), float("inf")])
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["\x00", "\ud800", "", " ", "2026-11-23", "0000-00-00", "🏋️" * 9, str(uuid4())])
)
junk = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=10,
)


def disturbed(body: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A good body of which some fields are junk, and some are not there or not known."""
    known = st.dictionaries(st.sampled_from(sorted(body)), junk, max_size=3)
    unknown = st.dictionaries(st.text(max_size=9), junk, max_size=1)
    return st.builds(lambda *parts: body | parts[0] | parts[1], known, unknown)


def send(client: SpecClient, method: str, path: str, body: Any, headers: dict[str, str] = AS_CLIENT) -> int:
    raw = json.dumps(body)
    response = client.open(path, method=method, data=raw, content_type="application/json", headers=headers)
    assert response.status_code < 500, raw
    return response.status_code


USER = {
    "name": "김하나",
    "phone_number": "01012345678",
    "timezone": "Asia/Seoul",
    "reminder_time": "07:00",
    "summary_enabled": True,
    "profile": {"age": 30},
}
PROFILE = {
    "sex": "M",
    "age": 30,
    "weight_kg": 70,
    "weekdays": [1],
    "equipment": ["band"],
    "injuries": [{"area": "knee", "severity": "MILD"}],
    "known_lifts": [{"exercise": "goblet_squat", "weight_kg": 10, "reps": 5}],
    "loads": {"barbell": [20]},
    "health": {"parq_yes": False},
    "checkin": {"on": "2026-11-23"},
    "notes": "",
}
REPORT = {
    "status": "DONE",
    "performed_reps": 4,
    "performed_weight_kg": 30,
    "actual_rest_sec": 60,
    "rir": 2,
    "pain": {"area": "knee", "score": 2},
}


@FAST
@given(body=disturbed(USER) | junk)
def test_any_body_of_a_trainee_is_taken_or_refused(client: SpecClient, body: Any) -> None:
    assert send(client, "POST", "/users", body) in REFUSED | {201}


@FAST
@given(profile=disturbed(PROFILE) | junk, user=disturbed(USER))
def test_any_change_of_a_trainee_is_taken_or_refused(
    client: SpecClient, profile: Any, user: dict[str, Any]
) -> None:
    path = f"/users/{make_user(client)['id']}"

    assert send(client, "PATCH", path, {"profile": profile}) in REFUSED | {200}
    assert send(client, "PATCH", path, user) in REFUSED | {200}


@FAST
@given(data=st.data())
def test_any_request_for_a_plan_is_taken_or_refused(client: SpecClient, data: st.DataObject) -> None:
    body = {"user_id": make_user(client)["id"], "target_date": str(today()), "source": "rule", "force": True}

    assert send(client, "POST", "/plans/generate", data.draw(disturbed(body) | junk)) in REFUSED | {201}


@FAST
@given(body=disturbed(REPORT) | junk)
def test_any_report_is_taken_or_refused(client: SpecClient, body: Any) -> None:
    plan = make_plan(client, make_lifter(client)["id"])
    path = f"/plans/{plan['id']}/sessions/{plan['sessions'][0]['id']}/sets/1"

    assert send(client, "PUT", path, body) in REFUSED | {200}
    assert get_plan(client, plan["id"])["id"] == plan["id"]


@FAST
@given(data=st.data())
def test_any_notice_is_taken_or_refused(client: SpecClient, data: st.DataObject) -> None:
    variables = {"안내드리는제목": "x", "안내드리는자세한내용": "y"}
    body = {"user_id": make_user(client)["id"], "kind": "notice", "variables": variables}
    body |= {"idempotency_key": str(uuid4()), "schedule_at": f"{today()}T23:00:00+09:00"}

    found = data.draw(disturbed(body) | st.builds(lambda each: body | {"variables": each}, junk) | junk)

    assert send(client, "POST", "/notifications", found) in REFUSED | {200, 201}


@FAST
@given(data=st.data())
def test_any_change_of_a_guardrail_is_taken_or_refused(client: SpecClient, data: st.DataObject) -> None:
    body = {"value": True, "reason": "r", "actor": "kim", "expires_at": "2199-01-01T00:00:00Z"}
    name = data.draw(st.sampled_from(guardrails.NAMES))

    found = data.draw(disturbed(body) | st.builds(lambda each: body | {"value": each}, junk) | junk)

    assert send(client, "PUT", f"/guardrails/{name}", found, AS_OPERATOR) in REFUSED | {200}
    assert client.get("/guardrails", headers=AS_OPERATOR).status_code == 200


@FAST
@given(data=st.data())
def test_any_decision_about_a_review_is_taken_or_refused(
    client: SpecClient, db_session: Session, data: st.DataObject
) -> None:
    review = add_review(db_session, cause=f"notice:{uuid4()}")
    body = {"action": "retry", "memo": "m", "actor": "kim"}

    found = data.draw(disturbed(body) | junk)

    assert send(client, "POST", f"/manual-reviews/{review.id}/resolve", found, AS_OPERATOR) in REFUSED | {200}
    assert client.get("/manual-reviews", headers=AS_OPERATOR).status_code == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"NaN",
        b'{"name": NaN}',
        b'{"name": "\\u0000"}',
        b'{"name": "\\ud800"}',
        b'{"name": 1' + b"0" * 5000 + b"}",
        b'{"profile": ' * 5000 + b"1" + b"}" * 5000,
        b"[" * 100_000,
        b"\xff\xfe{}",
        b'{"name": "x", "name": "' + b"x" * 300_000 + b'"}',
    ],
)
@pytest.mark.parametrize("path", ["/users", "/plans/generate", "/notifications"])
def test_what_is_hardly_json_is_refused(client: SpecClient, path: str, raw: bytes) -> None:
    response = client.post(path, data=raw, content_type="application/json", headers=AS_CLIENT)

    assert response.status_code in (400, 413)


def words(kind: Any) -> list[str]:
    return [each.value for each in kind]


def kilograms(low: int, high: int) -> st.SearchStrategy[float]:
    return st.integers(low * 1000, high * 1000).map(lambda grams: grams / 1000)


slugs = st.sampled_from(sorted(coach.exercises()))
dates = st.dates(today(days=-400), today(days=30)).map(str)
load_lists = st.lists(kilograms(0, 500), max_size=5, unique=True)
profiles = st.fixed_dictionaries(
    {"health": st.just({"active_3_months": True, "guardian_consent": True})},
    optional={
        "sex": st.sampled_from(words(coach.Sex)),
        "age": st.integers(16, 79),
        "weight_kg": kilograms(30, 300),
        "height_cm": kilograms(100, 250),
        "experience": st.sampled_from(words(coach.Experience)),
        "goal": st.sampled_from(words(coach.Goal)),
        "days_per_week": st.integers(1, 7),
        "weekdays": st.lists(st.integers(1, 7), unique=True, max_size=7),
        "max_daily_minutes": st.integers(10, 180),
        "equipment": st.lists(st.sampled_from(words(coach.Equipment)), unique=True),
        "injuries": st.lists(
            st.fixed_dictionaries(
                {
                    "area": st.sampled_from(words(coach.Area)),
                    "severity": st.sampled_from(["MILD", "MODERATE"]),
                    "until": st.none() | dates,
                }
            ),
            max_size=4,
        ),
        "excluded": st.lists(slugs, unique=True, max_size=60),
        "known_lifts": st.lists(
            st.fixed_dictionaries(
                {"exercise": slugs, "weight_kg": kilograms(0, 500), "reps": st.integers(1, 100)}
            ),
            max_size=8,
        ),
        "loads": st.dictionaries(
            st.sampled_from(["barbell", "dumbbell", "stack", "cable", "kettlebell", "band", "none"]),
            load_lists,
        ),
        "checkin": st.fixed_dictionaries(
            {"on": st.just(str(today(days=1)))},
            optional={"fatigue": st.integers(1, 5), "sleep_h": st.integers(0, 24), "ill": st.booleans()},
        ),
    },
)


@FAST
@given(profile=profiles)
def test_every_profile_that_is_taken_can_be_planned_for(client: SpecClient, profile: dict[str, Any]) -> None:
    user = make_user(client, profile=profile)

    first = ask_plan(client, user["id"], days=0, source="llm")
    if first.status_code == 201:
        report_all(client, first.json, "FAILED", rir=0)
    then = [ask_plan(client, user["id"], days=days) for days in (1, 2, 40)]

    answers = [first, *then]
    assert {each.status_code for each in answers} <= {201, 409}
    assert {each.json["code"] for each in answers if each.status_code == 409} <= {"needs_review"}
    made = [each.json for each in answers if each.status_code == 201]
    assert [get_plan(client, plan["id"])["summary"] for plan in made] == [plan["summary"] for plan in made]


def test_ids_that_are_none_are_not_found(client: SpecClient, db_session: Session) -> None:
    user = add_user(db_session)
    odd = ["0", "x", str(user.id).upper(), "%00", "..", str(UUID(int=0))]

    statuses = {each: client.get(f"/users/{each}", headers=AS_CLIENT).status_code for each in odd}

    assert statuses.pop(str(user.id).upper()) == 200
    assert set(statuses.values()) == {404}
