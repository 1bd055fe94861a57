"""How it went: each time an exercise was really trained in a tier, judged against what was prescribed.

Guards that users of other trainers had to ask for: every set must qualify at the top of the range, the weight
counts too, and an exercise that was not done changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.coach.types import Band, PastItem, PastSet, SetState

ATTEMPTED = frozenset({SetState.DONE, SetState.FAILED})
BAND_LEVELS = (Band.LIGHT, Band.MEDIUM, Band.HEAVY)


class Result(StrEnum):
    """`HOLD`: what was tried was met, but something was skipped or lighter than prescribed."""

    HOLD = "HOLD"
    EASY = "EASY"
    HARD = "HARD"
    SUCCESS = "SUCCESS"
    MISS = "MISS"
    BIG_MISS = "BIG_MISS"


MISSES = frozenset({Result.MISS, Result.BIG_MISS})


@dataclass(frozen=True, slots=True)
class Exposure:
    """One exercise in one session.

    `kg` is the least that was lifted (None without kg), `target` the prescribed reps or seconds, `rir` what
    was reported on the last set. `again`: the second miss in a row; `reset`: its load goes down for it.
    """

    on: date
    kg: Decimal | None
    band: Band | None
    target: int
    rir: int | None
    target_rir: int
    caution: bool
    result: Result
    again: bool
    reset: bool


def performed(one: PastSet) -> int:
    """Reps or seconds of an attempted set: without a number as prescribed when done, 0 when failed."""
    number = one.performed_reps if one.performed_reps is not None else one.performed_seconds
    if number is not None:
        return number
    return target_of(one) if one.state == SetState.DONE else 0


def performed_kg(one: PastSet) -> Decimal | None:
    """kg of an attempted set; without a number as prescribed."""
    return one.performed_kg if one.performed_kg is not None else one.target_kg


def target_of(one: PastSet) -> int:
    return one.target_reps or one.target_seconds or 1


def classify(trained: Iterable[tuple[date, PastItem]]) -> tuple[Exposure, ...]:
    """The exposures of one exercise in one tier, oldest first; every item must have an attempted set."""
    found: list[Exposure] = []
    for on, item in trained:
        found.append(_exposure(on, item, found[-1] if found else None))
    return tuple(found)


def _exposure(on: date, item: PastItem, before: Exposure | None) -> Exposure:
    tried = [one for one in item.sets if one.state in ATTEMPTED]
    target = target_of(item.sets[0])
    weights = [kg for one in tried if (kg := performed_kg(one)) is not None]
    kg = min(weights) if weights else None
    levels = [band for one in tried if (band := one.performed_band or one.target_band) is not None]
    result = _result(item, tried, target)
    band = min(levels, key=BAND_LEVELS.index) if levels else None
    same = before is not None and (before.kg, before.band) == (kg, band)
    if result is Result.HARD and same and before and before.result is Result.HARD and before.target == target:
        result = Result.SUCCESS
    again = result in MISSES and before is not None and before.result in MISSES
    return Exposure(
        on=on,
        kg=kg,
        band=band,
        target=target,
        rir=tried[-1].rir,
        target_rir=item.target_rir,
        caution=item.caution,
        result=result,
        again=again,
        reset=result is Result.BIG_MISS or (result is Result.MISS and again and same),
    )


def _result(item: PastItem, tried: list[PastSet], target: int) -> Result:
    numbers = [performed(one) for one in tried]
    if min(numbers) < target:
        enough = 100 * sum(min(number, target) for number in numbers) >= 85 * target * len(tried)
        return Result.MISS if enough else Result.BIG_MISS
    if len(tried) < len(item.sets) or any(_lighter(one) for one in tried):
        return Result.HOLD
    rir = tried[-1].rir
    if rir is None:
        return Result.SUCCESS
    if rir >= item.target_rir + 2:
        return Result.EASY
    return Result.HARD if rir == 0 and item.target_rir >= 2 else Result.SUCCESS


def _lighter(one: PastSet) -> bool:
    if one.performed_kg is not None and one.target_kg is not None:
        return one.performed_kg < one.target_kg
    if one.performed_band is not None and one.target_band is not None:
        return BAND_LEVELS.index(one.performed_band) < BAND_LEVELS.index(one.target_band)
    return False
