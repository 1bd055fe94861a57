"""Which exercise fills a slot, and when it gives way to another."""

import pytest
from coach_builders import MONDAY, day, gear, hurt, item, man, reasons, session

from app.coach import Health, PastSession, Status, exercises, plan


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"equipment": gear("barbell ez_bar rack bench")}, "hip_thrust"),
        ({"equipment": gear("kettlebell")}, "kettlebell_deadlift"),
        ({"equipment": frozenset()}, "glute_bridge"),
        ({"experience": "INTERMEDIATE"}, "conventional_deadlift"),
        ({"experience": "INTERMEDIATE", "age": 17, "health": Health(guardian_consent=True)}, "hip_thrust"),
        ({"experience": "ADVANCED"}, "conventional_deadlift"),
    ],
)
def test_the_best_that_fits_is_chosen(fields: dict[str, object], expected: str) -> None:
    made = plan(man(max_daily_minutes=120, **fields), [], MONDAY)
    found = [one for one in made.items if one.slot == "hinge/0"]
    assert [one.slug for one in found] == [expected]


def test_the_chosen_exercise_stays_for_a_block_and_then_changes_with_the_level() -> None:
    past = session("03-02", "FB_A", 0, item("squat/0", "smith_squat", "MAIN", [8] * 3, "20"))
    closer = [session(f"{on}", "FB_C", 2, item("x/0", "plank", "CORE", [30])) for on in ("03-06", "04-24")]
    profile = man(max_daily_minutes=90)

    assert plan(profile, [past, closer[0]], day("03-09")).items[0].slug == "smith_squat"
    assert plan(profile, [past, *closer], day("04-27")).items[0].slug == "goblet_squat"
    without = man(max_daily_minutes=90, excluded=frozenset({"smith_squat"}))
    assert plan(without, [past, closer[0]], day("03-09")).items[0].slug == "goblet_squat"


def test_a_fallback_stays_only_while_the_pattern_has_nothing() -> None:
    bridge = item("squat/0", "glute_bridge", "MAIN", [10] * 3)
    history = [session("02-23", "FB_A", 0, bridge), session("02-27", "FB_C", 2, bridge)]
    sore = man(equipment=frozenset(), injuries=(hurt("knee", "MODERATE"),))

    made = plan(sore, history, MONDAY)
    assert (made.items[0].slug, made.items[0].slot, made.items[0].reasons[0]) == (
        "glute_bridge",
        "squat/0",
        "FALLBACK",
    )
    assert plan(man(equipment=frozenset()), history, MONDAY).items[0].slug == "bodyweight_squat"


def pushes(slug: str, *results: list[int], of: int) -> list[PastSession]:
    return [
        session(on, "FB_A", 0, item("horizontal_push/0", slug, "SEC", done, of=of, target_rir=3))
        for on, done in zip(("02-16", "02-23"), results, strict=False)
    ] + [session("02-27", "FB_C", 2, item("x/0", "plank", "CORE", [30]))]


@pytest.mark.parametrize(
    ("slug", "results", "of", "fields", "expected", "reason"),
    [
        ("knee_push_up", [[12] * 3, [12] * 3], 12, {}, "push_up", "LADDER_UP"),
        ("knee_push_up", [[12] * 3, [14] * 3], 12, {}, "push_up", "LADDER_UP"),
        ("knee_push_up", [[11] * 3, [11] * 3], 11, {}, "knee_push_up", "REPS_UP"),
        ("knee_push_up", [[12] * 3, [12, 12, 11]], 12, {}, "knee_push_up", "MISS:REPEAT"),
        ("push_up", [[4] * 3, [4] * 3], 10, {}, "knee_push_up", "LADDER_DOWN"),
        ("wall_push_up", [[4] * 3, [4] * 3], 10, {}, "wall_push_up", "BIG_MISS"),
        ("push_up", [[12] * 3, [12] * 3], 12, {"equipment": gear("dip_bar")}, "dips", "LADDER_UP"),
        (
            "push_up",
            [[12] * 3, [12] * 3],
            12,
            {"equipment": gear("dip_bar"), "age": 17, "health": Health(guardian_consent=True)},
            "push_up",
            "REPS_PAST_TOP",
        ),
    ],
)
def test_the_ladder(
    slug: str, results: list[list[int]], of: int, fields: dict[str, object], expected: str, reason: str
) -> None:
    made = plan(man(**{"equipment": frozenset(), **fields}), pushes(slug, *results, of=of), MONDAY)

    assert made.items[1].slug == expected
    assert reasons(made, expected)[0] == reason


def test_after_a_swap_the_exercise_that_was_trained_stays() -> None:
    pained = item("squat/0", "goblet_squat", "MAIN", [None, None], "12", of=8)
    swapped = item("squat/0", "leg_press", "MAIN", [8, 8], "40")
    history = [session("02-23", "FB_A", 0, pained, swapped), session("02-27", "FB_C", 2, swapped)]

    assert plan(man(), history, MONDAY).items[0].slug == "leg_press"


def test_nothing_possible_is_rest_with_reasons() -> None:
    nothing = man(equipment=frozenset(), excluded=frozenset(exercises()))

    made = plan(nothing, [], MONDAY)

    assert (made.status, made.items) == (Status.REST, ())
    assert all(reason.startswith("NO_ELIGIBLE") for reason in made.reasons)
