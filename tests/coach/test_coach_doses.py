"""How much of an exercise, and how long it all takes."""

import pytest
from coach_builders import MONDAY, day, hurt, item, man, session

from app.coach import Status, Template, Tier, exercises, plan
from app.coach.day import describe
from app.coach.history import read
from app.coach.prescription import prescribe
from app.coach.timing import ramp_sets, total_s


@pytest.mark.parametrize(
    ("fields", "slug", "tier", "expected"),
    [
        # sets, low, high, RIR, rest
        ({"goal": "STRENGTH", "experience": "ADVANCED"}, "barbell_back_squat", "MAIN", (4, 3, 5, 2, 240)),
        ({"goal": "HYPERTROPHY", "experience": "ADVANCED"}, "leg_curl", "ISO", (3, 10, 15, 1, 75)),
        ({"goal": "FAT_LOSS", "experience": "INTERMEDIATE"}, "barbell_row", "SEC", (3, 10, 15, 2, 75)),
        ({"goal": "GENERAL_HEALTH", "experience": "ADVANCED"}, "barbell_row", "SEC", (3, 8, 12, 2, 90)),
        ({"goal": "MOBILITY", "experience": "ADVANCED"}, "barbell_row", "MAIN", (2, 10, 15, 4, 60)),
        ({"goal": "MOBILITY", "experience": "ADVANCED"}, "plank", "CORE", (2, 20, 40, 3, 45)),
        ({"goal": "STRENGTH", "experience": "ADVANCED"}, "dead_bug", "CORE", (3, 8, 12, 3, 45)),
        ({"goal": "STRENGTH", "experience": "ADVANCED"}, "hanging_knee_raise", "CORE", (3, 10, 15, 3, 45)),
        ({"experience": "INTERMEDIATE"}, "farmers_carry", "SEC", (3, 20, 40, 3, 75)),
        (
            {"goal": "STRENGTH", "experience": "INTERMEDIATE", "age": 65},
            "leg_press",
            "MAIN",
            (4, 10, 15, 3, 210),
        ),
        (
            {"goal": "STRENGTH", "experience": "INTERMEDIATE", "age": 65},
            "leg_curl",
            "ISO",
            (2, 10, 15, 3, 75),
        ),
        (
            {"goal": "STRENGTH", "experience": "INTERMEDIATE", "age": 17},
            "leg_press",
            "MAIN",
            (4, 8, 12, 3, 180),
        ),
        ({"experience": "INTERMEDIATE", "age": 17}, "leg_curl", "ISO", (3, 10, 15, 3, 75)),
        ({}, "goblet_squat", "MAIN", (2, 8, 12, 4, 120)),
        ({"experience": "INTERMEDIATE"}, "brisk_walk", "COND", (1, 720, 720, 4, 0)),
        ({"age": 66}, "cat_cow", "MOB", (2, 45, 45, 4, 15)),
        (
            {"experience": "INTERMEDIATE", "injuries": (hurt("knee", "MILD"),)},
            "leg_press",
            "MAIN",
            (4, 6, 10, 3, 150),
        ),
    ],
)
def test_doses(fields: dict[str, object], slug: str, tier: str, expected: tuple[int, ...]) -> None:
    today = describe(man(**fields), MONDAY, read([], MONDAY))
    dose = prescribe(today, exercises()[slug], Tier(tier), Template.FB_A)
    assert (dose.sets, dose.low, dose.high, dose.rir, dose.rest_s) == expected


def test_states_of_the_day_come_one_after_the_other() -> None:
    today = describe(
        man(experience="INTERMEDIATE", injuries=(hurt("knee", "MILD"),)), MONDAY, read([], MONDAY)
    )
    today.comeback = today.deload = today.light = True

    dose = prescribe(today, exercises()["leg_press"], Tier.MAIN, Template.FB_A)

    # 4 -> 3 -> 2 -> 1 sets; RIR 2 -> 3 -> 5 -> 6; loads still with 2.
    assert (dose.sets, dose.rir, dose.load_rir) == (1, 6, 2)


@pytest.mark.parametrize(
    ("goal", "minutes", "expected"),
    [("STRENGTH", 30, 3), ("STRENGTH", 29, 1), ("FAT_LOSS", 30, 2), ("FAT_LOSS", 10, 1)],
)
def test_ramp_sets(goal: str, minutes: int, expected: int) -> None:
    assert ramp_sets(man(goal=goal, max_daily_minutes=minutes)) == expected


@pytest.mark.parametrize(("minutes", "frame"), [(29, 120), (30, 300), (44, 300), (45, 480), (180, 480)])
def test_warm_up_and_cool_down(minutes: int, frame: int) -> None:
    assert total_s(man(max_daily_minutes=minutes), []) == frame


def test_ten_minutes_are_enough_for_something() -> None:
    for fields in (
        {},
        {"goal": "MOBILITY"},
        {"goal": "STRENGTH", "experience": "ADVANCED"},
        {"goal": "FAT_LOSS"},
    ):
        made = plan(man(max_daily_minutes=10, **fields), [], MONDAY)
        assert made.status is Status.OK
        assert made.seconds <= 600

    walk = [session("03-02", "FB_A", 0, item("x/0", "plank", "CORE", [30]))]
    active = plan(man(max_daily_minutes=10, days_per_week=5), walk, day("03-03"))
    assert [(one.slug, one.seconds) for one in active.items] == [("stationary_bike", 420)]
    assert active.reasons[-2] == "T7-TIME stationary_bike"
