"""What a gap costs: loads after days or months away, stale lifts, comebacks."""

from datetime import timedelta
from decimal import Decimal

import pytest
from coach_builders import day, item, man, session
from weekly_sessions import KEEP_GOING, squat

from app.coach import PastSession, Template, plan


@pytest.mark.parametrize(
    ("gap", "age", "expected", "reason"),
    [
        (9, 40, (9, "100"), "REPS_UP"),
        (10, 40, (8, "100"), "GAP:HOLD"),
        (13, 64, (8, "100"), "GAP:HOLD"),
        (14, 40, (6, "90"), "GAP:0.90"),
        (27, 40, (6, "90"), "GAP:0.90"),
        (28, 40, (6, "80"), "GAP:0.80"),
        (55, 40, (6, "80"), "GAP:0.80"),
        (56, 40, (6, "70"), "GAP:0.70"),
        (111, 40, (6, "70"), "GAP:0.70"),
        (112, 40, (6, "22.5"), "START"),
    ],
)
def test_gaps(gap: int, age: int, expected: tuple[int, str], reason: str) -> None:
    history = [
        PastSession(day("03-02"), Template.FB_C, 2, False, (squat([8] * 4),)),
    ]
    profile = man(experience="INTERMEDIATE", age=age, max_daily_minutes=90, weekdays=(1, 2, 3, 4, 5, 6, 7))

    made = plan(profile, history, day("03-02") + timedelta(days=gap), force=True)

    if gap >= 112:
        assert (made.level, made.items[0].slug, made.items[0].reasons) == (
            "BEGINNER",
            "goblet_squat",
            ("START",),
        )
        return
    found = made.items[0]
    assert (found.reps, found.kg, found.reasons) == (expected[0], Decimal(expected[1]), (reason,))


@pytest.mark.parametrize(
    ("gap", "kg"), [(9, "40"), (10, "35"), (14, "30"), (28, "25"), (56, "25"), (111, "25")]
)
def test_gaps_are_one_bracket_worse_from_65_on(gap: int, kg: str) -> None:
    press = item("squat/0", "leg_press", "MAIN", [10] * 2, "40", target_rir=3)
    profile = man(experience="INTERMEDIATE", age=66, goal="GENERAL_HEALTH", weekdays=tuple(range(1, 8)))

    made = plan(profile, [session("03-02", "FB_C", 2, press)], day("03-02") + timedelta(days=gap), force=True)

    found = next(one for one in made.items if one.slug == "leg_press")
    assert found.kg == Decimal(kg)


def test_a_stale_lift_comes_back_lighter() -> None:
    history = [session("02-02", "FB_A", 0, squat([8] * 4))]
    history += [session(on, "FB_C", 2, KEEP_GOING) for on in ("02-09", "02-16", "02-23", "03-02", "03-06")]

    made = plan(man(experience="INTERMEDIATE"), history, day("03-09"))

    assert (made.items[0].kg, made.items[0].reasons) == (Decimal(90), ("STALE",))


def test_after_a_layoff_nothing_from_before_counts_even_in_the_second_session() -> None:
    deadlift = item("hinge/0", "conventional_deadlift", "MAIN", [8] * 4, "140")
    history = [
        session("2025-06-02", "FB_B", 1, deadlift),
        session("02-27", "FB_A", 0, squat([8] * 3, "30")),
    ]

    made = plan(man(experience="INTERMEDIATE"), history, day("03-02"))

    assert made.template == Template.FB_B
    assert "COMEBACK" in made.reasons
    assert (made.items[0].slug, made.items[0].reasons) == ("conventional_deadlift", ("START",))


def test_a_comeback_lasts_two_sessions() -> None:
    old = session("01-05", "FB_A", 0, squat([8] * 4))
    first = session("03-02", "FB_B", 1, KEEP_GOING)
    second = session("03-04", "FB_C", 2, KEEP_GOING)
    profile = man(experience="INTERMEDIATE")

    assert "COMEBACK" in plan(profile, [old], day("03-02")).reasons
    assert "COMEBACK" in plan(profile, [old, first], day("03-04")).reasons
    assert "COMEBACK" not in plan(profile, [old, first, second], day("03-06")).reasons
