"""When it gets easier: light days, exercises that are dropped, weeks of deload."""

from datetime import timedelta
from decimal import Decimal

import pytest
from coach_builders import as_past, day, item, man, session
from weekly_sessions import KEEP_GOING, after, squat

from app.coach import CheckIn, PastSession, SetState, Template, plan


def test_a_light_day_repeats_with_a_set_less() -> None:
    for checkin in (
        CheckIn(day("03-09"), fatigue=5),
        CheckIn(day("03-09"), fatigue=1, sleep_h=Decimal("4.5")),
    ):
        made, found = after(squat([8] * 4), checkin=checkin)
        assert (found.sets, found.reps, found.rir, found.reasons) == (3, 8, 3, ("LIGHT:HOLD",))
        assert "LIGHT_DAY" in made.reasons
    made, found = after(squat([8] * 4), checkin=CheckIn(day("03-08"), fatigue=5))
    assert (found.sets, found.reps) == (4, 9)


def test_three_resets_drop_an_exercise_for_a_block() -> None:
    failures = [squat([8, 8, 8, 1], kg, of=8) for kg in ("100", "90", "80")]

    assert after(*failures[:2])[0].items[0].slug == "barbell_back_squat"
    assert after(*failures)[0].items[0].slug == "leg_press"


def test_a_deload_lasts_a_week_and_does_not_come_again_soon() -> None:
    stuck = [
        session(on, "FB_A", 0, squat([8, 8, 8, 1], of=8), item("x/0", "barbell_row", "MAIN", [1], "60", of=8))
        for on in ("02-23",)
    ]
    profile = man(experience="INTERMEDIATE", days_per_week=3)
    first = plan(profile, stuck, day("03-02"))
    assert (first.deload, first.reasons[-2:]) == (True, ("DELOAD", "DELOAD_MISSES"))

    history = [*stuck, as_past(first, day("03-02"))]
    assert plan(profile, history, day("03-04")).reasons[-1] == "DELOAD_CONTINUES"
    later = plan(profile, history, day("03-09"))
    assert not later.deload

    skipped = [*stuck, as_past(first, day("03-02"), SetState.SKIPPED)]
    assert plan(profile, skipped, day("03-04")).reasons[-1] == "DELOAD_MISSES"


def weeks(count: int, on: str, per_week: int = 3) -> list[PastSession]:
    monday = day(on) - timedelta(weeks=count)
    return [
        PastSession(
            monday + timedelta(days=7 * week + 2 * number), Template.FB_A, number, False, (KEEP_GOING,)
        )
        for week in range(count)
        for number in range(per_week)
    ]


@pytest.mark.parametrize(
    ("experience", "history", "expected"),
    [
        ("INTERMEDIATE", weeks(8, "03-02"), True),
        ("INTERMEDIATE", weeks(7, "03-02"), False),
        ("ADVANCED", weeks(6, "03-02"), True),
        ("ADVANCED", weeks(5, "03-02"), False),
        ("BEGINNER", weeks(12, "03-02"), False),
        ("INTERMEDIATE", weeks(8, "03-02", per_week=2), False),
        ("INTERMEDIATE", weeks(8, "03-02")[:8] + weeks(8, "03-02")[13:], False),
    ],
)
def test_long_steady_training_earns_a_deload(
    experience: str, history: list[PastSession], expected: bool
) -> None:
    made = plan(man(experience=experience), history, day("03-02"))

    assert made.deload is expected
    assert ("DELOAD_WEEKS" in made.reasons) is expected
