"""What follows from how it went: the result of an exposure and the next target."""

from datetime import timedelta
from decimal import Decimal

import pytest
from coach_builders import day, item, weights
from weekly_sessions import after, squat

from app.coach import LoadType, PastItem, PastSession, PastSet, SetState, Template, Tier
from app.coach.exposures import Result
from app.coach.history import read


@pytest.mark.parametrize(
    ("items", "result"),
    [
        ([squat([8, 8, 8, 8])], Result.SUCCESS),
        ([squat([8, 8, 8, None], of=8)], Result.HOLD),
        ([squat([8, 8, 8, 8], lifted="95")], Result.HOLD),
        ([squat([8, 8, 8, 8], lifted="105")], Result.SUCCESS),
        ([squat([8, 8, 8, 8], rir=4)], Result.EASY),
        ([squat([8, 8, 8, 8], rir=3)], Result.SUCCESS),
        ([squat([8, 8, 8, 8], rir=0)], Result.HARD),
        ([squat([8, 8, 8, 8], rir=0, target_rir=1)], Result.SUCCESS),
        ([squat([8, 8, 8, 8], rir=0), squat([8, 8, 8, 8], rir=0)], Result.SUCCESS),
        ([squat([8, 8, 8, 8], rir=0), squat([9, 9, 9, 9], rir=0)], Result.HARD),
        ([squat([8] * 4, rir=0)] * 3, Result.HARD),
        ([squat([8, 8, 6, 6], of=8)], Result.MISS),
        ([squat([8, 7, 6, 6], of=8)], Result.BIG_MISS),
        ([squat([20, 20, 20, 7], of=8)], Result.MISS),
        ([squat([8, 4, None, None], of=8)], Result.BIG_MISS),
        ([squat([8, 7, None, None], of=8)], Result.MISS),
    ],
)
def test_results(items: list[PastItem], result: Result) -> None:
    history = [
        PastSession(day("02-02") + timedelta(days=7 * number), Template.FB_A, 0, False, (one,))
        for number, one in enumerate(items)
    ]

    assert read(history, day("03-09")).exposures("barbell_back_squat", Tier.MAIN)[-1].result is result


def test_done_without_numbers_is_as_prescribed_and_failed_without_reps_is_nothing() -> None:
    done = PastSet(SetState.DONE, target_reps=8, target_kg=Decimal(100))
    failed = PastSet(SetState.FAILED, target_reps=8, target_kg=Decimal(100))

    for sets, result in (((done, done), Result.SUCCESS), ((done, failed), Result.BIG_MISS)):
        past = PastItem("squat/0", "barbell_back_squat", Tier.MAIN, 2, sets)
        history = [PastSession(day("03-02"), Template.FB_A, 0, False, (past,))]
        assert read(history, day("03-09")).exposures(past.slug, Tier.MAIN)[0].result is result


def test_an_exercise_that_was_not_done_changes_nothing() -> None:
    done = squat([8, 8, 8, 8])
    untouched = squat([None] * 4, of=8)

    assert after(done, untouched)[1].reps == after(done)[1].reps == 9


@pytest.mark.parametrize(
    ("items", "expected", "reason"),
    [
        # The range is 6 to 10, the step 1 when it is narrow and low, else 2.
        ([squat([6] * 4)], (7, "100"), "REPS_UP"),
        ([squat([9] * 4, rir=4), squat([9] * 4), squat([9] * 4), squat([9] * 4)], (10, "100"), "REPS_UP"),
        ([squat([6] * 4)] * 3 + [squat([6] * 4, rir=5)], (8, "100"), "REPS_UP"),
        ([squat([10] * 4)], (6, "102.5"), "LOAD_UP"),
        ([squat([10] * 4, "20")], (12, "20"), "REPS_PAST_TOP"),
        ([squat([12] * 4, "20")], (6, "22.5"), "LOAD_UP"),
        ([squat([11] * 4, "20")], (12, "20"), "REPS_PAST_TOP"),
        ([squat([10] * 4, "300")], (11, "300"), "REPS_PAST_TOP"),
        ([squat([12] * 4, "300")], (13, "300"), "REPS_PAST_TOP"),
        ([squat([8] * 4, rir=4)], (6, "110"), "CALIBRATE_UP"),
        ([squat([8] * 4, rir=10)], (6, "120"), "CALIBRATE_UP"),
        ([squat([8] * 4, rir=4)] * 3, (6, "110"), "CALIBRATE_UP"),
        ([squat([8, 8, 8, None], of=8)], (8, "100"), "HOLD"),
        ([squat([8] * 4, lifted="95")], (8, "95"), "HOLD"),
        ([squat([8] * 4, rir=0)], (8, "100"), "HARD"),
        ([squat([8, 8, 8, 7], of=8)], (8, "100"), "MISS:REPEAT"),
        ([squat([8, 8, 8, 7], of=8)] * 2, (6, "95"), "MISS:RESET"),
        ([squat([8, 8, 8, 7], of=8), squat([8, 8, 8, 7], "95", of=8)], (8, "95"), "MISS:REPEAT"),
        ([squat([8, 8, 8, 7], of=8), squat([8] * 4), squat([8, 8, 8, 7], of=8)], (8, "100"), "MISS:REPEAT"),
        ([squat([8, 8, 8, 1], of=8)], (6, "90"), "BIG_MISS"),
        ([squat([8, 8, 8, 1], "20", of=8)], (4, "20"), "BIG_MISS"),
        ([squat([8] * 4, "101")], (9, "100"), "REPS_UP"),
    ],
)
def test_the_next_target(items: list[PastItem], expected: tuple[int, str], reason: str) -> None:
    found = after(*items)[1]

    assert (found.reps, found.kg, found.reasons[0]) == (expected[0], Decimal(expected[1]), reason)


def test_steps_of_two_in_a_wide_range_and_five_kg_for_beginners() -> None:
    rdl = item("hinge/0", "dumbbell_rdl", "SEC", [8] * 3, "20")
    bar = [squat([12] * 3, "60", target_rir=3)] * 5

    assert after(rdl, experience="BEGINNER")[1].reps == 10
    found = after(*bar, experience="BEGINNER", apart=3)[1]
    assert (found.kg, found.reps, found.reasons) == (Decimal(65), 8, ("LOAD_UP",))


@pytest.mark.parametrize(
    ("kg", "steps", "expected"),
    [
        ("16", ("16", "18.5", "21"), "18.5"),
        ("40", ("20", "40", "60"), None),
        ("40", ("20", "40", "43"), "43"),
    ],
)
def test_a_gym_with_other_plates(kg: str, steps: tuple[str, ...], expected: str | None) -> None:
    found = after(squat([12] * 4, kg), loads={LoadType.BARBELL: weights(steps)})[1]

    assert found.kg == Decimal(expected or "60")
