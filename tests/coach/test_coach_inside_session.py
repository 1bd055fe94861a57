"""Inside a session: a lighter set after a bad one, another exercise for one that hurts or is taken."""

from dataclasses import replace
from decimal import Decimal

import pytest
from coach_builders import MONDAY, TRAINED, as_past, day, item, man, session

from app.coach import Area, CheckIn, Equipment, PastSet, SetState, offered_kg, plan, replacement, with_pain


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
