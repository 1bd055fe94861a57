"""Choosing the exercise of a slot.

What a sore area rules out follows Powers 2014 (knee: JOSPT 44(5)), McGill (back: futurefit.co.uk),
Escalante 2017 (shoulder: doi 10.1519/SSC.0000000000000259) and bodyresults.com/E2wristpain.asp (wrist), as
marked in the catalogue.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from app.coach.catalogue import BALANCE, Exercise, exercises, pool
from app.coach.day import BLOCK_DAYS, Day
from app.coach.exposures import Result
from app.coach.loads import start_kg
from app.coach.prescription import prescribe
from app.coach.templates import FALLBACKS, Slot
from app.coach.types import Equipment, Experience, LoadType, Template, Tier

DIFFICULTY = {Experience.BEGINNER: 2, Experience.INTERMEDIATE: 3, Experience.ADVANCED: 5}
BODYWEIGHT_DIFFICULTY = {Experience.BEGINNER: 1, Experience.INTERMEDIATE: 2, Experience.ADVANCED: 4}
AGE_DIFFICULTY = 2
SETTLED_SESSIONS = 12
RESETS = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """`fallback` is the exercise's pattern when the slot's own had nothing; `reasons` are the ladder's."""

    exercise: Exercise
    fallback: str | None = None
    reasons: tuple[str, ...] = ()


def choose(
    day: Day, slot: Slot, template: Template, rotation_index: int | None, used: Collection[str]
) -> Choice | None:
    """The exercise of a slot, `used` being today's others; None when nothing is possible."""
    if slot.only is not None:
        exercise = exercises()[slot.only]
        return Choice(exercise) if possible(day, exercise, used, by_name=True) else None
    kept = _kept(day, slot, template, rotation_index, used)
    return kept or best(day, slot, used)


def best(
    day: Day,
    slot: Slot,
    used: Collection[str],
    busy: frozenset[Equipment] = frozenset(),
    variant: int | None = None,
) -> Choice | None:
    """The exercise of a slot by rank alone; `busy` equipment counts as missing."""
    found = _nth(eligible(day, slot.key, slot.tier, used, busy), slot.variant if variant is None else variant)
    if found is not None:
        return Choice(found)
    for key in FALLBACKS.get(slot.key, ()):
        found = _nth(eligible(day, key, slot.tier, used, busy), 0)
        if found is not None:
            return Choice(found, fallback=key)
    return None


def eligible(
    day: Day, key: str, tier: Tier, used: Collection[str], busy: frozenset[Equipment] = frozenset()
) -> Iterator[Exercise]:
    """The exercises the trainee may be given for a pattern (or muscle) in a tier, best first."""
    for exercise in pool(key, tier, day.trained):
        if (
            possible(day, exercise, used)
            and exercise.difficulty <= difficulty_cap(day, exercise)
            and exercise.equipment.isdisjoint(busy)
            and not dropped(day, exercise, tier)
            and not too_heavy(day, exercise)
        ):
            yield exercise


def possible(day: Day, exercise: Exercise, used: Collection[str] = (), by_name: bool = False) -> bool:
    """Whether the trainee can and may do the exercise at all, however hard it is."""
    return (
        exercise.slug not in used
        and exercise.equipment <= day.equipment
        and exercise.slug not in day.profile.excluded
        and safe(day, exercise)
        and (by_name or exercise.slug != BALANCE)
    )


def safe(day: Day, exercise: Exercise) -> bool:
    """Whether no sore area forbids it; no jumps for beginners, from 65 on, or from a BMI of 30 on."""
    if exercise.high_impact and day.no_impact:
        return False
    if day.mild and not day.mild.isdisjoint(exercise.avoid):
        return False
    if not day.moderate:
        return True
    return day.moderate.isdisjoint(exercise.avoid) and day.moderate.isdisjoint(exercise.caution)


def difficulty_cap(day: Day, exercise: Exercise) -> int:
    """The hardest the trainee may be given: body weight can't be lightened and is capped lower."""
    if exercise.load_type is LoadType.BODYWEIGHT and exercise.kind == "compound":
        cap = BODYWEIGHT_DIFFICULTY[day.level]
    elif day.level is Experience.BEGINNER and day.past.n >= SETTLED_SESSIONS:
        cap = 3
    else:
        cap = DIFFICULTY[day.level]
    return min(cap, AGE_DIFFICULTY) if day.over_65 or day.under_18 else cap


def too_heavy(day: Day, exercise: Exercise) -> bool:
    """Whether even the lightest load is too much for somebody who never lifted it."""
    if not exercise.loaded or exercise.slug in day.past.by_slug or exercise.slug in day.known:
        return False
    return start_kg(day.profile, day.level, exercise, day.steps(exercise.load_type)) is None


def dropped(day: Day, exercise: Exercise, tier: Tier) -> bool:
    """Whether its load was reset three times within 56 days, the last time less than 56 days ago."""
    resets = [one.on for one in day.exposures(exercise, tier) if one.reset]
    return any(
        (third - first).days < BLOCK_DAYS and (day.on - third).days < BLOCK_DAYS
        for first, third in zip(resets, resets[RESETS - 1 :], strict=False)
    )


def _nth(found: Iterator[Exercise], variant: int) -> Exercise | None:
    last = None
    for number, exercise in enumerate(found):
        last = exercise
        if number == variant:
            break
    return last


def _kept(
    day: Day, slot: Slot, template: Template, rotation_index: int | None, used: Collection[str]
) -> Choice | None:
    """The exercise of the same slot last time, within a block of 56 days, or its neighbour on the ladder."""
    if slot.tier in (Tier.COND, Tier.MOB):
        return None
    exercise = _last_of(day, slot, template, rotation_index)
    if exercise is None or slot.tier not in exercise.tiers or not possible(day, exercise, used):
        return None
    if dropped(day, exercise, slot.tier):
        return None
    fallback = None
    if exercise.key != slot.key:
        own = eligible(day, slot.key, slot.tier, used)
        if exercise.key not in FALLBACKS.get(slot.key, ()) or next(own, None) is not None:
            return None
        fallback = exercise.key
    climbed = _ladder(day, exercise, slot, template, used)
    if climbed is None:
        return Choice(exercise, fallback)
    return Choice(climbed[0], fallback, (climbed[1],))


def _last_of(day: Day, slot: Slot, template: Template, rotation_index: int | None) -> Exercise | None:
    """What the slot held last time; after a swap the first exercise of which a set was attempted."""
    latest = day.past.latest(template, rotation_index)
    if latest is None:
        return None
    first = day.past.completed[0].on
    if (latest.on - first).days // BLOCK_DAYS != (day.on - first).days // BLOCK_DAYS:
        return None
    items = [item for item in latest.items if item.slot == slot.name]
    if not items:
        return None
    tried = (
        item for item in items if any((latest.on, item) == one for one in day.past.by_slug.get(item.slug, ()))
    )
    return exercises().get(next(tried, items[0]).slug)


def _ladder(
    day: Day, exercise: Exercise, slot: Slot, template: Template, used: Collection[str]
) -> tuple[Exercise, str] | None:
    """A harder or easier body-weight exercise after two sessions that say so.

    The age limits on difficulty hold on the ladder as well, the level's do not.
    """
    if exercise.load_type is not LoadType.BODYWEIGHT:
        return None
    last = day.exposures(exercise, slot.tier)[-2:]
    if len(last) < 2:
        return None
    if all(one.result in (Result.SUCCESS, Result.EASY) for one in last):
        top = prescribe(day, exercise, slot.tier, template).high
        if all(one.target >= top for one in last):
            return _rung(day, exercise, slot.tier, exercise.harder, used, "LADDER_UP")
    elif all(one.result is Result.BIG_MISS for one in last):
        return _rung(day, exercise, slot.tier, exercise.easier, used, "LADDER_DOWN")
    return None


def _rung(
    day: Day, exercise: Exercise, tier: Tier, slugs: tuple[str, ...], used: Collection[str], reason: str
) -> tuple[Exercise, str] | None:
    for slug in slugs:
        one = exercises()[slug]
        if (
            one.pattern == exercise.pattern
            and tier in one.tiers
            and possible(day, one, used)
            and (one.difficulty <= AGE_DIFFICULTY or not (day.over_65 or day.under_18))
            and not dropped(day, one, tier)
            and not too_heavy(day, one)
        ):
            return one, reason
    return None
