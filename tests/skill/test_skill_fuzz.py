"""Trainees who say and tap anything: there is always an answer, and a set never ends out of thin air."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from factories import make_band_plan, make_lifter, make_plan, make_user, patch_user
from fuzz_sizes import NAMES, TALKS
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_client import SpecClient
from skill_builders import SIGNED, URL, Chat, joined, turn
from sqlalchemy import text
from sqlalchemy.orm import Session
from test_fuzz import FAST, junk
from test_queries import SAID

from dev.sandbox.skill_rules import violations

Run = Callable[[], None]

# What ends the day is said by few, else there is not much to say afterwards.
ENDS = {"가슴이 조여요", "오늘은 그만할래"}
common = st.sampled_from(sorted({*SAID} - ENDS))
numbers = st.sampled_from(
    [
        *("0", "1", "8", "40", "2.5", "-3", "１２", "1e3", "1_0", "0.1", "501", "99999999999", "²", "٣", "½"),
        *("1" * 400, "0." + "0" * 300 + "1", "NaN", "여덟", "마흔", "열두", "백", "반"),
    ]
)
units = st.sampled_from(["회", "개", "kg", "킬로", "초", "분", "세트", "점", "시", " ", "", "x", "~", "/"])
pieces = common | st.sampled_from(
    ["완료", "실패", "정정", "올려서", "내려서", "아파요", "어깨", "전부", "까지", "에", ","]
)
phrases = st.lists(pieces | numbers | units, max_size=6).map(" ".join)
utterances = (
    common
    | phrases
    | phrases.map(lambda said: said.replace(" ", ""))
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
    | st.sampled_from([*ENDS, "", " ", "\n", "\u200b", "\u202e완료", "완료 " * 400, "9" * 1000, "🏋️" * 500])
)
odd_numbers = st.sampled_from(
    [
        *("1e-400", "1e-16384", "1E-99999999", "1e400", "-0", "0.1", "NaN", "sNaN", "Infinity", "1_0", "٣"),
        *(
            "9" * 400,
            "0." + "3" * 400,
            "0." + "3" * 20_000,
            "8",
            8,
            -1,
            2.5,
            True,
            2**63 - 1,
            1e308,
            "",
            [8],
            {},
        ),
    ]
)
MEASURES = ("performed_weight_kg", "performed_reps", "performed_seconds", "rir")


@st.composite
def extras(draw: st.DrawFn, plans: list[dict[str, Any]]) -> dict[str, Any]:
    """What a button of ours could carry, of any plan, and with some of it disturbed."""
    plan = draw(st.sampled_from([each for each in plans if each["sessions"]]))
    session = draw(st.sampled_from(plan["sessions"]))
    extra: dict[str, Any] = {"plan": plan["id"], "session": session["id"], "nonce": uuid4().hex}
    extra["set"] = draw(st.just(1) | st.integers(-1, 5) | st.sampled_from([True, 1.0, "1"]))
    extra["do"] = draw(st.sampled_from(["DONE", "FAILED", "SKIPPED", "ANSWER", "ANSWER", "PENDING"]))
    extra |= draw(st.dictionaries(st.sampled_from(MEASURES), odd_numbers, max_size=3))
    if draw(st.integers(0, 3)) == 0:
        extra |= {"again": draw(st.sampled_from([True, 1, "true"]))}
        extra |= {"status": draw(st.sampled_from(["DONE", "FAILED", "SKIPPED", "PENDING", None, []]))}
        extra |= {"performed_band": draw(st.sampled_from([None, "LIGHT", "HEAVY", "STEEL", ["LIGHT"], 1]))}
    names = st.sampled_from(sorted(extra))
    return extra | draw(st.just({}) | st.just({}) | st.dictionaries(names, storable, max_size=2))


def is_storable(value: Any) -> bool:
    """Whether it gets past the reading of the body."""
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= each <= "\udfff" for each in value)
    if isinstance(value, dict | list):
        inner = [*value, *value.values()] if isinstance(value, dict) else value
        return all(map(is_storable, inner))
    is_number = isinstance(value, int | float)
    return not is_number or (abs(value) < 2**63 if isinstance(value, int) else abs(value) < float("inf"))


storable = junk.filter(is_storable)
plain_extras = st.dictionaries(st.text(max_size=9), storable, max_size=3).filter(is_storable)


@pytest.fixture
def stranger_plan(client: SpecClient) -> dict[str, Any]:
    """The plan of somebody else."""
    return make_band_plan(client)


def statuses(session: Session, plan: dict[str, Any]) -> list[str]:
    session.rollback()
    query = text(
        "SELECT status FROM exercise_set_states JOIN exercise_sessions AS s ON s.id = session_id"
        " WHERE plan_id = :plan"
    )
    return list(session.scalars(query, {"plan": UUID(plan["id"])}))


@settings(FAST, max_examples=TALKS[0])
@given(data=st.data())
def test_whatever_a_trainee_says_or_taps_is_answered(
    client: SpecClient, stranger_plan: dict[str, Any], db_session: Session, data: st.DataObject
) -> None:
    user = make_lifter(client, weekdays=[1, 2, 3, 4, 5, 6, 7], **data.draw(gear))
    plans = [make_plan(client, user["id"], days=days) for days in (0, 1)]
    chat = joined(client, user, uuid4().hex)
    offered: list[dict[str, Any]] = [{}]

    for _ in range(TALKS[1]):
        say(chat, data, [*plans, stranger_plan], offered)

    assert set(statuses(db_session, stranger_plan)) == {"PENDING"}


gear = st.sampled_from([{}, {"equipment": ["band"]}, {"equipment": []}, {"goal": "HYPERTROPHY"}])


def say(chat: Chat, data: st.DataObject, plans: list[dict[str, Any]], offered: list[dict[str, Any]]) -> None:
    """One turn; what its answer offers to tap is added to `offered`, of which the last is tapped most."""
    tapped = data.draw(st.none() | st.integers(1, 4) | extras(plans) | plain_extras)
    extra = offered[-min(tapped, len(offered))] if isinstance(tapped, int) else tapped
    parts = {"extra": extra, "reason": data.draw(st.just("") | utterances)}
    body = turn(data.draw(utterances), chat.who, **parts)
    answer = chat.client.post(URL, json=body, headers=SIGNED)
    assert answer.status_code == 200, (body, answer.text)
    assert violations(answer.get_data()) == [], body
    quick = answer.json.get("template", {}).get("quickReplies", [])
    offered.extend(each["extra"] for each in quick if "extra" in each)


@settings(FAST, max_examples=NAMES[0])
@given(
    name=st.text(min_size=1)
    | st.sampled_from(["\u202e김", "가" * 100, "🏋️" * 30, "{0}%s", "a\nb", "</b>&amp;"])
)
def test_any_name_that_is_taken_can_be_spoken_to(client: SpecClient, name: str) -> None:
    user = make_user(client)
    if patch_user(client, user["id"], name=name).status_code == 400:
        return
    chat = joined(client, user, uuid4().hex)

    response = client.post(URL, json=turn("123456", chat.who), headers=SIGNED)

    assert response.status_code == 200
    assert violations(response.get_data()) == []
