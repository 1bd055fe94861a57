"""Loads: what can be loaded, where to start, and what a set says about the one-repetition maximum.

All arithmetic is exact `Decimal`: products first, one division at the end.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache

from app.coach.catalogue import Exercise
from app.coach.types import Experience, LoadType, Profile, Sex

# First, step, last. Bar 20 kg, plates of 1.25 to 20 kg in pairs (cboard.net/wiki/1097562, d.namu.moe 바벨);
# gyms with other bars (a club bar weighed 16.5 kg: b-613.tistory.com/502) give a list of their own.
RANGES: Mapping[LoadType, tuple[str, str, str]] = {
    LoadType.BARBELL: ("20", "2.5", "300"),
    LoadType.EZ_BAR: ("10", "2.5", "80"),
    LoadType.PLATE_MACHINE: ("0", "5", "400"),
    LoadType.STACK: ("5", "5", "120"),
    LoadType.CABLE: ("2.5", "2.5", "80"),
}
DUMBBELLS = (*range(1, 11), *range(12, 51, 2))
KETTLEBELLS = (4, 6, 8, 10, 12, 16, 20, 24, 28, 32)

LEVEL_FACTOR = {
    Experience.BEGINNER: Decimal("1.0"),
    Experience.INTERMEDIATE: Decimal("1.3"),
    Experience.ADVANCED: Decimal("1.6"),
}
AGE_FACTORS = ((18, "0.8"), (40, "1"), (55, "0.9"), (65, "0.8"))
OLDEST_FACTOR = "0.7"
HEAVIEST_COUNTED = {Sex.M: Decimal(85), Sex.F: Decimal(65), Sex.X: Decimal(65)}
TOLERANCE = Decimal("1.25")
"""The lightest load may be this many times the one wanted; beyond that the exercise is too heavy."""
MAX_EPLEY_REPS = 12


@cache
def default_list(load_type: LoadType) -> tuple[Decimal, ...]:
    """The kg a usual gym has, ascending; empty for what has no kg."""
    if load_type in (LoadType.DUMBBELL, LoadType.SINGLE_DUMBBELL):
        return tuple(map(Decimal, DUMBBELLS))
    if load_type is LoadType.KETTLEBELL:
        return tuple(map(Decimal, KETTLEBELLS))
    if load_type not in RANGES:
        return ()
    first, step, last = map(Decimal, RANGES[load_type])
    return tuple(first + number * step for number in range(int((last - first) / step) + 1))


def loadable(own: Mapping[LoadType, tuple[Decimal, ...]], load_type: LoadType) -> tuple[Decimal, ...]:
    """The trainee's own list of that type, else the usual one; a list of dumbbells is one of single ones."""
    found = own.get(load_type)
    if not found and load_type == LoadType.SINGLE_DUMBBELL:
        found = own.get(LoadType.DUMBBELL)
    return tuple(sorted(set(found))) if found else default_list(load_type)


def down(steps: Sequence[Decimal], kg: Decimal) -> Decimal | None:
    """The heaviest load that is not above `kg`; None below the lightest."""
    place = bisect_right(steps, kg)
    return steps[place - 1] if place else None


def above(steps: Sequence[Decimal], kg: Decimal) -> Decimal | None:
    """The next load above `kg`; None at the end of the list."""
    place = bisect_right(steps, kg)
    return steps[place] if place < len(steps) else None


def is_loadable(steps: Sequence[Decimal], kg: Decimal) -> bool:
    place = bisect_left(steps, kg)
    return place < len(steps) and steps[place] == kg


def settle(steps: Sequence[Decimal], kg: Decimal) -> Decimal:
    """`kg` or the next lighter load; the lightest there is, if that is still above `kg`."""
    found = down(steps, kg)
    return steps[0] if found is None else found


def start_kg(
    profile: Profile, level: Experience, exercise: Exercise, steps: Sequence[Decimal]
) -> Decimal | None:
    """The first load of somebody who never did the exercise; None when even the lightest is too heavy.

    min(weight, 85 M / 65 F) × start ratio × level × age; sex X counts as F. For 16- and 17-year-olds the age
    factor is the ×0.8 of the rules for minors.
    """
    ratio = exercise.ratio_m if profile.sex == Sex.M else exercise.ratio_f
    if ratio is None:
        return None
    weight = min(profile.weight_kg, HEAVIEST_COUNTED[profile.sex])
    wanted = weight * ratio * LEVEL_FACTOR[level] * age_factor(profile.age)
    found = down(steps, wanted)
    if found is not None:
        return found
    return steps[0] if steps[0] <= TOLERANCE * wanted else None


def age_factor(age: int) -> Decimal:
    for limit, factor in AGE_FACTORS:
        if age < limit:
            return Decimal(factor)
    return Decimal(OLDEST_FACTOR)


def epley_30(kg: Decimal, reps: int) -> Decimal | None:
    """Thirty times the one-repetition maximum that `reps` to failure at `kg` speak for; None outside 1 to 12.

    Epley: kg × (1 + reps / 30), and kg itself for one. Brzycki agrees at 10 and is lower below
    (cdchester.co.uk). Kept times thirty so that it is exact.
    """
    if not 1 <= reps <= MAX_EPLEY_REPS:
        return None
    return kg * 30 if reps == 1 else kg * (30 + reps)


def one_rep_max(kg: Decimal, reps: int) -> Decimal | None:
    """The one-repetition maximum in kg, to the hundredth; `reps` with those left in reserve."""
    found = epley_30(kg, reps)
    return None if found is None else (found / 30).quantize(Decimal("0.01"))


def target_from(e1rm_30: Decimal, reps: int, rir: int, factor: Decimal = Decimal(1)) -> Decimal:
    """0.95 of the load for `reps` with `rir` to spare, times `factor`; not rounded to what can be loaded."""
    return Decimal("0.95") * e1rm_30 * factor / (30 + reps + rir)
