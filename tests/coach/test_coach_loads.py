"""Where a load comes from: lists of plates, estimated maxima, other ranges and tiers, bands, caution."""

from dataclasses import replace
from decimal import Decimal

import pytest
from coach_builders import MONDAY, day, hurt, item, lines, man, reasons, session
from weekly_sessions import after, squat

from app.coach import Band, Equipment, KnownLift, LoadType, PastItem, PastSet, SetState, Tier, exercises, plan
from app.coach.loads import above, default_list, down, epley_30, start_kg, target_from


@pytest.mark.parametrize(
    ("kg", "reps", "expected"), [("100", 1, "3000"), ("80", 5, "2800"), ("80", 12, "3360")]
)
def test_the_estimated_maximum(kg: str, reps: int, expected: str) -> None:
    assert epley_30(Decimal(kg), reps) == Decimal(expected)
    assert epley_30(Decimal(kg), 13) is None
    assert epley_30(Decimal(kg), 0) is None


def test_exact_loads_stay_exact() -> None:
    assert target_from(Decimal("0.9") * 80 * 35, 6, 2) == Decimal(63)
    steps = default_list(LoadType.BARBELL)
    assert down(steps, Decimal("62.5")) == Decimal("62.5")
    assert down(steps, Decimal("62.4999")) == Decimal(60)
    assert down(steps, Decimal("19.99")) is None
    assert above(steps, Decimal(300)) is None


@pytest.mark.parametrize(
    ("load_type", "first", "last", "count"),
    [
        ("barbell", "20", "300", 113),
        ("ez_bar", "10", "80", 29),
        ("plate_machine", "0", "400", 81),
        ("stack", "5", "120", 24),
        ("cable", "2.5", "80", 32),
        ("dumbbell", "1", "50", 30),
        ("single_dumbbell", "1", "50", 30),
        ("kettlebell", "4", "32", 10),
    ],
)
def test_loadable_lists(load_type: str, first: str, last: str, count: int) -> None:
    steps = default_list(LoadType(load_type))
    assert (steps[0], steps[-1], len(steps)) == (Decimal(first), Decimal(last), count)


@pytest.mark.parametrize(
    ("fields", "level", "expected"),
    [
        # 20 kg bar for a woman of 55: 55 x 0.20 = 11, and 20 > 13.75.
        ({"sex": "F", "weight_kg": Decimal(55)}, "BEGINNER", None),
        ({"sex": "X", "weight_kg": Decimal(55)}, "BEGINNER", None),
        ({"weight_kg": Decimal(120)}, "BEGINNER", "27.5"),
        ({"age": 17}, "BEGINNER", "20"),
        ({"age": 40}, "INTERMEDIATE", "30"),
        ({"age": 55}, "ADVANCED", "32.5"),
        ({"age": 65}, "ADVANCED", "27.5"),
    ],
)
def test_first_loads(fields: dict[str, object], level: str, expected: str | None) -> None:
    bench = exercises()["barbell_bench_press"]
    found = start_kg(man(**fields), level, bench, default_list(LoadType.BARBELL))  # type: ignore[arg-type]
    assert found == (expected and Decimal(expected))


@pytest.mark.parametrize(
    ("past", "reps", "kg", "reason"),
    [
        # 4x4-6 now. 100 x 12 is 140 for one: 0.95 x 140 / (1 + 6/30) = 110.8.
        (squat([12] * 4), 4, "110", "RANGE_SHIFT"),
        # 20 reps say nothing about a maximum: 0.9.
        (squat([20] * 4), 4, "90", "RANGE_SHIFT"),
        (squat([2] * 4), 4, "82.5", "RANGE_SHIFT"),
        # b + 2, and max(3, a - 2), which coarse steps may have asked for, are still of the range.
        (squat([8] * 4), 4, "102.5", "LOAD_UP"),
        (squat([3] * 4), 4, "100", "REPS_UP"),
    ],
)
def test_another_range_asks_for_another_load(past: PastItem, reps: int, kg: str, reason: str) -> None:
    found = after(past, goal="STRENGTH", days_per_week=3)[1]

    assert (found.reps, found.kg, found.reasons) == (reps, Decimal(kg), (reason,))


@pytest.mark.parametrize(("done", "reps"), [(10, 11), (12, 13), (13, 14), (14, 15), (15, 15)])
def test_the_heaviest_load_there_is_gets_up_to_five_more_reps(done: int, reps: int) -> None:
    only = {"loads": {LoadType.BARBELL: (Decimal(20), Decimal(40))}}

    found = after(squat([done] * 4, "40"), **only)[1]

    assert (found.reps, found.kg) == (reps, Decimal(40))


def test_a_lift_known_from_another_tier() -> None:
    seen = item("horizontal_push/0", "barbell_bench_press", "MAIN", [8] * 4, "80")
    silent = item("horizontal_push/0", "barbell_bench_press", "MAIN", [15] * 4, "60")
    profile = man(experience="INTERMEDIATE")

    for past, kg, reason in ((seen, "70", "E1RM"), (silent, "52.5", "OTHER_TIER")):
        made = plan(profile, [session("03-06", "FB_C", 2, past)], day("03-09"))
        bench = next(one for one in made.items if one.slug == "barbell_bench_press")
        # 80 x 8 is 101.3: 0.95 x 101.3 / (1 + 10/30) = 72.2.
        assert (bench.kg, bench.reasons) == (Decimal(kg), (reason,))


def test_what_is_told_counts_only_until_it_is_seen() -> None:
    seen = item("horizontal_push/0", "barbell_bench_press", "MAIN", [8] * 4, "60")
    told = (KnownLift("barbell_bench_press", Decimal(140), 5),)
    profile = man(experience="INTERMEDIATE", known_lifts=told)

    made = plan(profile, [session("03-06", "FB_C", 2, seen)], day("03-09"))

    bench = next(one for one in made.items if one.slug == "barbell_bench_press")
    assert bench.kg == Decimal("52.5")


def test_a_carry_is_measured_in_seconds_and_has_no_maximum() -> None:
    told = (KnownLift("farmers_carry", Decimal(80), 5),)
    walker = man(goal="GENERAL_HEALTH")

    first, last = plan(walker, [], MONDAY), plan(replace(walker, known_lifts=told), [], MONDAY)

    assert last.items[-1].slug == "farmers_carry"
    assert lines(last) == lines(first)


def banded(level: str, reps: int, of: int | None = None, rir: int | None = None) -> PastItem:
    goal = of or reps
    one = PastSet(
        SetState.DONE if reps >= goal else SetState.FAILED,
        target_reps=goal,
        target_band=Band(level),
        performed_reps=reps,
        rir=rir,
    )
    return PastItem("horizontal_push/0", "band_chest_press", Tier.SEC, 2, (one,) * 3)


@pytest.mark.parametrize(
    ("items", "last", "expected"),
    [
        ([], "03-06", ("MEDIUM", 8)),
        ([banded("LIGHT", 10)], "03-06", ("LIGHT", 12)),
        ([banded("LIGHT", 12)], "03-06", ("MEDIUM", 8)),
        ([banded("HEAVY", 12)], "03-06", ("HEAVY", 14)),
        ([banded("HEAVY", 17)], "03-06", ("HEAVY", 17)),
        ([banded("MEDIUM", 4, of=10)], "03-06", ("MEDIUM", 8)),
        ([banded("MEDIUM", 10)], "02-08", ("LIGHT", 8)),
        # A second time in a row counts at the same level only.
        ([banded("LIGHT", 9, of=10), banded("LIGHT", 9, of=10)], "03-06", ("LIGHT", 8)),
        ([banded("LIGHT", 9, of=10), banded("MEDIUM", 9, of=10)], "03-06", ("MEDIUM", 10)),
        ([banded("LIGHT", 10, rir=0), banded("LIGHT", 10, rir=0)], "03-06", ("LIGHT", 12)),
        ([banded("LIGHT", 10, rir=0), banded("MEDIUM", 10, rir=0)], "03-06", ("MEDIUM", 10)),
    ],
)
def test_bands(items: list[PastItem], last: str, expected: tuple[str, int]) -> None:
    apart = 7 if last == "03-06" else 30
    made, _ = after(*items, last=last, apart=apart, equipment=frozenset({Equipment.BAND}))

    press = next(one for one in made.items if one.slug == "band_chest_press")
    assert (press.band, press.reps, press.kg) == (expected[0], expected[1], None)


def test_caution_lowers_a_load_once_and_not_again() -> None:
    sore = {"injuries": (hurt("wrist", "MILD"),), "goal": "HYPERTROPHY"}
    press = item("horizontal_push/0", "barbell_bench_press", "SEC", [8] * 3, "60")
    eased = item(
        "horizontal_push/0", "barbell_bench_press", "SEC", [8] * 3, "47.5", target_rir=3, caution=True
    )

    for past, kg in ((press, "47.5"), (eased, "47.5")):
        made, found = after(past, **sore)
        assert (found.slug, found.kg, found.rir, found.caution) == (
            "barbell_bench_press",
            Decimal(kg),
            3,
            True,
        )
        assert reasons(made, "barbell_bench_press") == ("REPS_UP", "CAUTION")


def test_caution_does_not_lower_a_lowered_load_again_when_the_range_has_changed() -> None:
    # 20 reps say nothing about a maximum, so the new load is 0.9 of the last one, which was eased already.
    eased = squat([20] * 4, "80", target_rir=3, caution=True)
    fresh = squat([20] * 4, "80", target_rir=3)
    sore = {"goal": "STRENGTH", "days_per_week": 3, "injuries": (hurt("hip", "MILD"),)}

    for past, kg in ((eased, "70"), (fresh, "55")):
        found = after(past, **sore)[1]
        assert (found.slug, found.reps, found.kg) == ("barbell_back_squat", 4, Decimal(kg))
        assert found.reasons == ("RANGE_SHIFT", "CAUTION")
