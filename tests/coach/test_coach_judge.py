"""What an LLM may and may not propose, rule by rule; and what happens inside a session."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from coach_builders import FULL, as_past, day, gear, hurt, item, man, session, slugs
from jsonschema import Draft202012Validator

from app.coach import (
    PROPOSAL_SCHEMA,
    Area,
    CheckIn,
    Equipment,
    Health,
    PastSession,
    PastSet,
    Plan,
    Profile,
    SetState,
    Status,
    Template,
    Verdict,
    body_part,
    candidates,
    exercises,
    explain,
    judge,
    offered_kg,
    plan,
    reason_ko,
    replacement,
    summary,
    volume_kg,
    with_pain,
)
from app.coach.korean import ITEMS, PHASES, RESTS, REVIEWS

MONDAY = date(2026, 3, 2)


def proposal(made: Plan, *changes: tuple[int, dict[str, Any]], note: str = "") -> dict[str, Any]:
    """The base as a proposal, with changes to single items."""
    items = [
        {
            "slug": one.slug,
            "sets": one.sets,
            "reps": one.reps,
            "seconds": one.seconds,
            "kg": one.kg,
            "band": one.band,
            "rest_s": one.rest_s,
            "rir": one.rir,
        }
        for one in made.items
    ]
    for number, change in changes:
        items[number].update(change)
    return {"items": items, "note": note}


def judged(
    profile: Profile, *changes: tuple[int, dict[str, Any]], history: list[PastSession] | None = None
) -> Verdict:
    made = plan(profile, history or [], MONDAY)
    return judge(made, profile, history or [], MONDAY, proposal(made, *changes))


TRAINED = man(experience="INTERMEDIATE", max_daily_minutes=120)
"""FB_A: squat 4x6 @30, bench 3x8 @32.5, row 3x8 @27.5, deadlift 3x8 @37.5, pallof, lateral raise, curl."""


@pytest.mark.parametrize(
    ("number", "change", "codes"),
    [
        (0, {}, ()),
        (0, {"slug": "squatt"}, ("V02", "V17")),
        (1, {"slug": "barbell_row"}, ("V03", "V17")),
        (0, {"slug": "front_squat", "kg": 20}, ("V06",)),
        (0, {"slug": "leg_press", "kg": 55}, ()),
        (0, {"sets": 0}, ("V07",)),
        (0, {"sets": 6}, ()),
        (0, {"sets": 7}, ("V07", "V16")),
        (0, {"reps": 0}, ("V08",)),
        (0, {"reps": 31}, ("V08",)),
        (0, {"reps": None, "seconds": 30}, ("V08",)),
        (0, {"kg": Decimal("37.5")}, ()),
        (0, {"kg": 40}, ("V12",)),
        (0, {"kg": 19}, ("V11",)),
        (0, {"kg": None}, ("V13",)),
        (2, {"slug": "dumbbell_bench_press", "kg": 12}, ("V17",)),
    ],
)
def test_errors(number: int, change: dict[str, Any], codes: tuple[str, ...]) -> None:
    assert judged(TRAINED, (number, change)).codes == codes


@pytest.mark.parametrize(
    ("fields", "change", "codes"),
    [
        ({"equipment": FULL - {Equipment.MACHINE}}, {"slug": "leg_press", "kg": 20}, ("V04",)),
        ({"excluded": frozenset({"leg_press"})}, {"slug": "leg_press", "kg": 20}, ("V04",)),
        ({"injuries": (hurt("knee", "MODERATE"),)}, {"slug": "leg_press", "kg": 20}, ("V05",)),
        ({"injuries": (hurt("shoulder", "MILD"),)}, {"slug": "dips", "kg": None}, ("V05", "V06")),
        ({"experience": "BEGINNER"}, {"slug": "running", "reps": None, "seconds": 300, "sets": 1}, ("V05",)),
    ],
)
def test_what_the_trainee_cannot_do(
    fields: dict[str, Any], change: dict[str, Any], codes: tuple[str, ...]
) -> None:
    found = judged(replace(TRAINED, **fields), (5 if "seconds" in change else 0, change))

    assert set(codes) <= set(found.codes)
    assert found.fallback_reason == "llm_unsafe"


@pytest.mark.parametrize(
    ("number", "change", "code", "field", "value"),
    [
        (0, {"rest_s": 30}, "V09", "rest_s", 90),
        (1, {"rest_s": 30}, "V09", "rest_s", 60),
        (4, {"rest_s": 5}, "V09", "rest_s", 30),
        (0, {"rest_s": 999}, "V09", "rest_s", 300),
        (0, {"rir": 0}, "V10", "rir", 1),
        (4, {"rir": 0}, "V10", "rir", 2),
        (0, {"rir": 40}, "V10", "rir", 10),
        (0, {"kg": 31.3}, "V11", "kg", Decimal(30)),
    ],
)
def test_repairs(number: int, change: dict[str, Any], code: str, field: str, value: object) -> None:
    found = judged(TRAINED, (number, change))

    assert [one.code for one in found.repairs] == [code]
    assert found.plan is not None
    assert getattr(found.plan.items[number], field) == value


def test_too_long_and_too_much_in_a_week() -> None:
    hour = replace(TRAINED, max_daily_minutes=60)
    assert judged(hour, (0, {"rest_s": 300}), (1, {"rest_s": 300})).codes == ("V14",)

    past = [session("02-26", "FB_C", 2, item("x/0", "leg_press", "SEC", [8] * 19, "30"))]
    assert judged(TRAINED, history=past).ok
    assert judged(TRAINED, (3, {"sets": 4}), history=past).ok
    assert judged(TRAINED, (0, {"sets": 5}), history=past).codes == ("V15",)


def test_beginners_and_easy_weeks_get_no_more_than_the_base() -> None:
    beginner = man(max_daily_minutes=120)
    assert judged(beginner, (0, {"sets": 3})).codes == ("V18",)
    assert judged(beginner, (0, {"sets": 5})).codes == ("V07", "V18")
    assert judged(beginner, (0, {"kg": 14})).codes == ("V18",)
    assert judged(beginner, (0, {"kg": 10})).ok
    assert judged(beginner, (6, {"slug": "hammer_curl"})).ok

    past = [session("01-05", "FB_C", 2, item("x/0", "barbell_bench_press", "SEC", [8] * 3, "60"))]
    assert judged(TRAINED, (1, {"kg": 50}), history=past).codes == ("V12", "V18")


def test_with_history_a_tenth_more_than_last_time_is_the_most() -> None:
    past = [
        session("02-23", "FB_A", 0, item("squat/0", "barbell_back_squat", "MAIN", [8] * 4, "100")),
        session("02-27", "FB_C", 2, item("x/0", "plank", "CORE", [30])),
    ]

    assert judged(TRAINED, (0, {"kg": 110}), history=past).ok
    assert judged(TRAINED, (0, {"kg": Decimal("112.5")}), history=past).codes == ("V12",)


def test_a_sore_area_is_not_loaded_more_than_the_rules_would() -> None:
    sore = replace(TRAINED, injuries=(hurt("ankle", "MILD"),))
    past = [
        session("02-23", "FB_A", 0, item("squat/0", "barbell_back_squat", "MAIN", [8] * 4, "100")),
        session("02-27", "FB_C", 2, item("x/0", "plank", "CORE", [30])),
    ]

    assert judged(sore, (0, {"kg": 80}), history=past).ok
    assert judged(sore, (0, {"kg": Decimal("82.5")}), history=past).codes == ("V12",)
    found = judged(sore, (0, {"rir": 1}), history=past)
    assert found.plan is not None
    assert found.plan.items[0].rir == 3


def test_bands_have_levels_instead_of_kg() -> None:
    banded = man(experience="INTERMEDIATE", equipment=gear("band"), max_daily_minutes=60)
    made = plan(banded, [], MONDAY)
    place = slugs(made).index("band_row")

    assert judged(banded, (place, {"band": "HEAVY", "kg": 10})).ok
    assert judged(banded, (place, {"band": None})).codes == ("V13",)
    assert judged(replace(banded, age=66), (place, {"band": "HEAVY"})).codes == ("V12",)


def test_minors_do_no_heavy_sets() -> None:
    minor = replace(TRAINED, age=17, health=Health(guardian_consent=True))

    assert judged(minor, (0, {"reps": 5})).codes == ("V08",)


def test_main_lifts_are_put_first() -> None:
    made = plan(TRAINED, [], MONDAY)
    turned = proposal(made)
    turned["items"].reverse()

    found = judge(made, TRAINED, [], MONDAY, turned)

    assert [one.code for one in found.repairs] == ["V19"]
    assert found.plan is not None
    assert slugs(found.plan)[0] == "barbell_back_squat"
    assert slugs(found.plan)[1:] == slugs(made)[:0:-1]
    assert [one.order for one in found.plan.items] == [1, 2, 3, 4, 5, 6, 7]


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


def sets(*reports: tuple[int | None, str | None], of: int = 10, kg: str = "60") -> tuple[PastSet, ...]:
    """Reported sets (reps, kg), then one that is pending."""
    reported = [
        PastSet(
            SetState.SKIPPED if reps is None else SetState.DONE if reps >= of else SetState.FAILED,
            target_reps=of,
            target_kg=Decimal(kg),
            performed_reps=reps,
            performed_kg=lifted and Decimal(lifted),
        )
        for reps, lifted in reports
    ]
    return (*reported, PastSet(SetState.PENDING, target_reps=of, target_kg=Decimal(kg)))


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        (sets(), "60"),
        (sets((10, None)), "60"),
        (sets((9, None)), "60"),
        (sets((8, None)), "52.5"),
        (sets((8, None), (10, "52.5")), "52.5"),
        (sets((8, None), (8, "52.5")), "45"),
        (sets((None, None)), "60"),
        (sets((10, "50")), "60"),
        (sets((8, "50")), "45"),
        (sets((8, "20"), kg="20"), "20"),
        (sets((17, None), of=20), "60"),
        (sets((16, None), of=20), "52.5"),
    ],
)
def test_a_set_that_went_wrong_makes_the_next_one_lighter(past: tuple[PastSet, ...], expected: str) -> None:
    assert offered_kg(man(), "barbell_bench_press", past) == Decimal(expected)


def test_nothing_to_offer_without_kg() -> None:
    assert offered_kg(man(), "push_up", sets((1, None))) is None
    assert offered_kg(man(), "barbell_bench_press", ()) is None


def test_pain_brings_the_next_exercise_that_does_not_hurt() -> None:
    made = plan(TRAINED, [], MONDAY)
    sore = with_pain(TRAINED, Area.KNEE, 3, MONDAY)

    found = replacement(sore, [], MONDAY, made, made.items[0])

    assert found is not None
    assert (found.slug, found.slot, found.order, found.sets, found.rir) == ("leg_press", "squat/0", 1, 4, 3)
    assert found.kg == Decimal(40)  # 75 x 0.6 x 1.3 is 55 on the list, and 0.8 of that 44.


def test_a_taken_rack_brings_the_next_exercise_without_it() -> None:
    made = plan(TRAINED, [], MONDAY)

    found = replacement(
        TRAINED, [], MONDAY, made, made.items[1], frozenset({Equipment.RACK, Equipment.DUMBBELL})
    )
    assert found is not None
    assert (found.slug, found.reasons) == ("chest_press_machine", ("SWAP", "START"))
    left = replacement(TRAINED, [], MONDAY, made, replace(made.items[1], sets=1))
    assert left is not None
    assert (left.slug, left.sets) == ("dumbbell_bench_press", 1)


def test_a_replacement_was_not_used_today() -> None:
    made = plan(TRAINED, [], MONDAY)
    first = replacement(TRAINED, [], MONDAY, made, made.items[0])
    assert first is not None

    again = replacement(TRAINED, [], MONDAY, replace(made, items=(*made.items, first)), made.items[0])
    past = replacement(TRAINED, [as_past(replace(made, items=(first,)), MONDAY)], MONDAY, made, made.items[0])

    assert again is not None
    assert again.slug != first.slug
    assert past is not None
    assert past.slug == again.slug


def test_serious_pain_ends_the_session() -> None:
    made = plan(TRAINED, [], MONDAY)

    assert replacement(with_pain(TRAINED, Area.KNEE, 8, MONDAY), [], MONDAY, made, made.items[0]) is None
    feverish = replace(TRAINED, checkin=CheckIn(MONDAY, ill=True))
    assert replacement(feverish, [], MONDAY, made, made.items[0]) is None


def test_a_bike_that_is_taken_is_a_walk_of_the_same_length() -> None:
    profile = man(days_per_week=5)
    past = [session("03-02", "FB_A", 0, item("x/0", "plank", "CORE", [30]))]
    made = plan(profile, past, day("03-03"))

    found = replacement(
        profile, past, day("03-03"), made, made.items[0], frozenset({Equipment.CARDIO_MACHINE})
    )

    assert found is not None
    assert (found.slug, found.seconds, found.sets) == ("brisk_walk", 1200, 1)


def test_volume() -> None:
    assert volume_kg(Decimal("42.5"), 8, False) == Decimal(340)
    assert volume_kg(Decimal("12.5"), 8, True) == Decimal(200)
    assert volume_kg(None, 8, True) == volume_kg(Decimal(5), None, False) == 0


def test_summaries() -> None:
    assert summary(plan(TRAINED, [], MONDAY)) == "전신 A · 7종목 · 72분"
    push = man(experience="ADVANCED", days_per_week=6)
    assert summary(plan(push, [], MONDAY)).startswith("상체 밀기 · ")
    assert summary(plan(TRAINED, [], date(2026, 3, 3))) == "휴식 · 오늘은 쉬는 날"
    review = plan(man(age=15), [], MONDAY)
    assert summary(review) == "휴식 · 담당자 확인이 필요해요"
    assert explain(review) == (REVIEWS["AGE_UNDER_16"],)


def test_every_word_for_people_is_there() -> None:
    for template in Template:
        made = Plan(Status.OK, template=template, seconds=61)
        assert summary(made).endswith(" · 0종목 · 2분")
    assert len({body_part(slug) for slug in exercises()}) > 6
    assert (body_part("barbell_bench_press"), body_part("cat_cow")) == ("가슴", "스트레칭")
    for words in (REVIEWS, PHASES, ITEMS):
        assert all(words.values())
    assert reason_ko("T1-DROP band_curl") == ""
    assert reason_ko("NO_ELIGIBLE squat") == RESTS["NO_ELIGIBLE"][1]


def test_notes_tell_why_and_how() -> None:
    made = plan(TRAINED, [], MONDAY)

    assert made.items[0].note_ko == f"{ITEMS['START']} 먼저 50%로 8회, 70%로 5회 몸을 풀어요."
    assert made.items[4].note_ko == f"{ITEMS['START']} 좌우 각각 하세요."
