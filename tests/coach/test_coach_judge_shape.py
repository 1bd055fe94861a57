"""What an LLM is offered, and the shape and the note of what it may answer."""

from datetime import date
from decimal import Decimal

import pytest
from coach_builders import MONDAY, TRAINED
from coach_proposals import judged, proposal
from jsonschema import Draft202012Validator

from app.coach import PROPOSAL_SCHEMA, candidates, judge, plan


@pytest.mark.parametrize(
    ("note", "kept"),
    [
        ("오늘은 하체부터 시작해요.", True),
        ("예약한 시간에 약간 일찍 와서 몸을 풀어요.", True),
        ("", True),
        ("가" * 200, True),
        ("가" * 201, False),
        ("허리 디스크가 있으니 조심해요.", False),
        ("진통제를 드시고 하세요.", False),
        ("Good for arthritis.", False),
    ],
)
def test_notes(note: str, kept: bool) -> None:
    made = plan(TRAINED, [], MONDAY)

    found = judge(made, TRAINED, [], MONDAY, proposal(made, note=note))

    assert found.ok
    assert found.note == (note if kept else "")
    assert ("V19" in {one.code for one in found.repairs}) is not kept


GOOD = {
    "slug": "plank",
    "sets": 3,
    "reps": None,
    "seconds": 30,
    "kg": None,
    "band": None,
    "rest_s": 45,
    "rir": 3,
}


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        "text",
        {"items": [GOOD]},
        {"items": [], "note": ""},
        {"items": [GOOD] * 11, "note": ""},
        {"items": [GOOD], "note": None},
        {"items": [GOOD], "note": "", "status": "OK"},
        {"items": {"0": GOOD}, "note": ""},
        {"items": [GOOD | {"extra": 1}], "note": ""},
        {"items": [{key: value for key, value in GOOD.items() if key != "rir"}], "note": ""},
        {"items": [GOOD | {"sets": "3"}], "note": ""},
        {"items": [GOOD | {"sets": 2.5}], "note": ""},
        {"items": [GOOD | {"sets": True}], "note": ""},
        {"items": [GOOD | {"sets": None}], "note": ""},
        {"items": [GOOD | {"kg": "12"}], "note": ""},
        {"items": [GOOD | {"band": "PINK"}], "note": ""},
        {"items": [GOOD | {"slug": 5}], "note": ""},
    ],
)
def test_what_is_not_of_the_schema_is_v01(broken: object) -> None:
    made = plan(TRAINED, [], MONDAY)
    found = judge(made, TRAINED, [], MONDAY, broken)

    assert (found.codes, found.plan, found.fallback_reason) == (("V01",), None, "llm_invalid")
    assert not Draft202012Validator(PROPOSAL_SCHEMA).is_valid(broken)


@pytest.mark.parametrize("kg", [float("nan"), float("inf"), 1e300, -1])
def test_numbers_out_of_this_world_are_refused(kg: float) -> None:
    assert not judged(TRAINED, (0, {"kg": kg})).ok


def test_the_schema_takes_what_the_judge_takes() -> None:
    Draft202012Validator.check_schema(PROPOSAL_SCHEMA)
    assert Draft202012Validator(PROPOSAL_SCHEMA).is_valid({"items": [GOOD | {"sets": 3.0}], "note": ""})


def test_a_day_of_rest_cannot_be_judged() -> None:
    rest = plan(TRAINED, [], date(2026, 3, 3))

    with pytest.raises(ValueError, match="session"):
        judge(rest, TRAINED, [], MONDAY, {})
    assert candidates(TRAINED, [], MONDAY, rest) == {}


def test_candidates_say_what_and_how_heavy() -> None:
    made = plan(TRAINED, [], MONDAY)
    offered = candidates(TRAINED, [], MONDAY, made)

    squats = offered["squat/0"]
    assert [one.slug for one in squats][:2] == ["barbell_back_squat", "leg_press"]
    assert (squats[0].kg, squats[0].max_kg) == (Decimal(30), Decimal("37.5"))
    assert all(len(each) <= 6 for each in offered.values())
