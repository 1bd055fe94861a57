"""What a button brings back is a wish, never trusted."""

from typing import Any
from uuid import uuid4

import pytest
from factories import AS_CLIENT, get_plan, make_lifter, make_plan, shift_plan
from openapi_client import SpecClient
from skill_builders import Chat, joined
from sqlalchemy.orm import Session


@pytest.fixture
def plan(client: SpecClient) -> dict[str, Any]:
    return make_plan(client, make_lifter(client)["id"])


@pytest.fixture
def stranger(client: SpecClient) -> Chat:
    """Somebody else, who is joined too."""
    return joined(client, make_lifter(client), "somebody else")


def statuses(client: SpecClient, plan: dict[str, Any]) -> set[str]:
    sessions = get_plan(client, plan["id"])["sessions"]
    return {each["status"] for session in sessions for each in session["sets"]}


def button(plan: dict[str, Any], do: object = "DONE", **fields: Any) -> dict[str, Any]:
    bound = {"plan": plan["id"], "session": plan["sessions"][0]["id"], "set": 1}
    return {"do": do, "nonce": uuid4().hex} | bound | fields


def test_a_button_of_somebody_elses_plan_does_nothing(
    client: SpecClient, plan: dict[str, Any], stranger: Chat
) -> None:
    assert "쓸 수 없어요" in stranger.say("완료", extra=button(plan))
    assert statuses(client, plan) == {"PENDING"}


@pytest.mark.parametrize(
    "fields",
    [
        {"plan": str(uuid4())},
        {"session": str(uuid4())},
        {"set": 99},
        {"set": "1"},
        {"do": "DELETE"},
        {"do": ["DONE"]},
        {"do": "ANSWER", "performed_weight_kg": "9999", "performed_reps": 3},
        {"do": "ANSWER", "performed_weight_kg": "NaN"},
        {"do": "ANSWER", "performed_weight_kg": "1e-16384"},
        {"do": "ANSWER", "performed_weight_kg": "1e-99999999"},
        {"do": "ANSWER", "performed_weight_kg": "0." + "3" * 20_000},
        {"do": "ANSWER", "performed_weight_kg": "40.0001"},
        {"do": "ANSWER", "performed_weight_kg": "-0"},
        {"do": "ANSWER", "performed_reps": "2.5"},
        {"do": "ANSWER", "performed_band": "STEEL"},
        {"do": "ANSWER", "status": "PENDING"},
    ],
)
def test_a_button_that_was_tampered_with_does_nothing(client: SpecClient, fields: dict[str, Any]) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])
    chat = joined(client, user)

    chat.say("완료", extra=button(plan) | fields)

    assert statuses(client, plan) == {"PENDING"}


def test_a_button_for_a_later_set_says_which_comes_first(client: SpecClient) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])
    chat = joined(client, user)

    assert "1세트를 먼저" in chat.say("완료", extra=button(plan, set=3))
    assert statuses(client, plan) == {"PENDING"}


def test_a_button_of_yesterday_reports_yesterdays_set(client: SpecClient, db_session: Session) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])
    chat = joined(client, user)
    shift_plan(db_session, plan["id"], -1)

    chat.say("완료", extra=button(plan))

    assert "DONE" in statuses(client, plan)


def test_a_button_of_a_plan_that_is_closed_says_so(client: SpecClient, db_session: Session) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])
    chat = joined(client, user)
    shift_plan(db_session, plan["id"], -4)

    assert "바꿀 수 없어요" in chat.say("완료", extra=button(plan))
    assert statuses(client, plan) == {"PENDING"}


@pytest.mark.parametrize("is_reported", [False, True])
def test_a_button_of_a_plan_that_was_canceled_in_between_is_void(
    client: SpecClient, is_reported: bool
) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])
    chat = joined(client, user)
    if is_reported:
        chat.say("건너뛰기")
    assert client.post(f"/plans/{plan['id']}/cancel", headers=AS_CLIENT).status_code == 200
    before = statuses(client, plan)

    assert "이 버튼은 지금 쓸 수 없어요" in chat.say("완료", extra=button(plan))
    assert all(each.get("extra") is None for each in chat.quick)
    assert statuses(client, plan) == before
