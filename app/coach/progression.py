"""The next load and target of an exercise: double progression, per exercise and tier.

More repetitions at the same load until the range is full, then more load (ACSM 2009: +2 to 10 %; the
"2-for-2" rule of Baechle and Earle). Order of checks: gap or stale, range shift, deload, hold, progression.
"""

from dataclasses import dataclass
from decimal import Decimal

from app.coach.catalogue import Exercise
from app.coach.day import HOLD_DAYS, Day
from app.coach.exposures import BAND_LEVELS, Exposure, Result, performed, performed_kg
from app.coach.history import LAYOFF_DAYS
from app.coach.loads import above, down, epley_30, settle, start_kg, target_from
from app.coach.prescription import Dose
from app.coach.types import Band, Experience, LoadType, SetState, Tier

RECENT_DAYS = 42
STALE_DAYS, STALE_GAP_DAYS = 28, 14
STALE_FACTOR = DELOAD_FACTOR = BIG_MISS_FACTOR = Decimal("0.90")
MISS_FACTOR = Decimal("0.95")
COARSE = Decimal("0.85")
CAUTION_FACTOR = Decimal("0.8")
BIG_STEP_PATTERNS = frozenset({"squat", "hinge", "lunge"})
LONGEST_HOLD_S = 60


@dataclass(frozen=True, slots=True)
class Target:
    """What every set of an exercise is to be: `reps` (or seconds) at `kg` or `band`, and why.

    `fresh`: the load does not come from the last exposure's.
    """

    reps: int
    kg: Decimal | None
    band: Band | None
    reasons: tuple[str, ...]
    fresh: bool = False


def target(day: Day, exercise: Exercise, tier: Tier, dose: Dose) -> Target:
    """The target of today; the load of a sore area comes down last, once.

    "Once": an exposure that was itself under caution is where the next load starts, so that 0.8 does not
    compound from session to session.
    """
    if tier in (Tier.COND, Tier.MOB):
        return Target(dose.low, None, None, ("START",))
    found = _target(day, exercise, tier, dose)
    if found.kg is None or not day.cautious(exercise):
        return found
    exposures = day.exposures(exercise, tier)
    if exposures and exposures[-1].caution and not found.fresh:
        return Target(found.reps, found.kg, None, (*found.reasons, "CAUTION"))
    kg = settle(day.steps(exercise.load_type), CAUTION_FACTOR * found.kg)
    return Target(found.reps, kg, None, (*found.reasons, "CAUTION"))


def e1rm_30(day: Day, exercise: Exercise) -> Decimal | None:
    """Thirty times the best estimate of the last 42 days, from any tier; None without one.

    A lift the trainee only told us about counts as 0.9 of its estimate, and only while there is no set of
    ours.
    """
    if exercise.seconds:  # a maximum is of repetitions
        return None
    best: Decimal | None = None
    for on, item in reversed(day.past.by_slug.get(exercise.slug, ())):
        if (day.on - on).days > RECENT_DAYS:
            break
        for one in item.sets:
            if one.state not in (SetState.DONE, SetState.FAILED):
                continue
            kg = performed_kg(one)
            found = epley_30(kg, performed(one) + (one.rir or 0)) if kg else None
            if found is not None and (best is None or found > best):
                best = found
    known = day.known.get(exercise.slug)
    if best is None and known is not None:
        told = epley_30(known.weight_kg, known.reps)
        return None if told is None else Decimal("0.9") * told
    return best


def _target(day: Day, exercise: Exercise, tier: Tier, dose: Dose) -> Target:
    exposures = day.exposures(exercise, tier)
    if not exposures or _unknown(exercise, exposures[-1]):
        return _first(day, exercise, tier, dose)
    last = exposures[-1]
    age = (day.on - last.on).days
    gap = age if day.past.gap is None else day.past.gap
    if gap >= LAYOFF_DAYS:
        return _start(day, exercise, dose)
    factor = day.gap_factor(gap)
    if factor is not None:
        return _reset(day, exercise, dose, last, factor, f"GAP:{factor}")
    if age >= STALE_DAYS and gap < STALE_GAP_DAYS:
        return _reset(day, exercise, dose, last, STALE_FACTOR, "STALE")
    if exercise.loaded and _out_of_range(day, exercise, dose, last):
        return _range_shift(day, exercise, dose, last)
    if day.deload:
        return _reset(day, exercise, dose, last, DELOAD_FACTOR, "DELOAD")
    if gap >= HOLD_DAYS or day.light:
        return _repeat(day, exercise, dose, last, "GAP:HOLD" if gap >= HOLD_DAYS else "LIGHT:HOLD")
    return _next(day, exercise, dose, exposures)


def _unknown(exercise: Exercise, last: Exposure) -> bool:
    """Whether nobody wrote down what was lifted."""
    return last.kg is None if exercise.loaded else exercise.load_type is LoadType.BAND and last.band is None


def _first(day: Day, exercise: Exercise, tier: Tier, dose: Dose) -> Target:
    """No exposure in this tier: from the estimated maximum, from another tier, or from body weight."""
    if exercise.loaded:
        factor = day.gap_factor(day.past.gap) or Decimal(1)
        estimate = e1rm_30(day, exercise)
        if estimate is not None:
            return _settled(
                day, exercise, dose, target_from(estimate, dose.low, dose.load_rir, factor), "E1RM"
            )
        other = _other_tier(day, exercise, tier)
        if other is not None:
            return _settled(day, exercise, dose, Decimal("0.9") * other * factor, "OTHER_TIER")
    return _start(day, exercise, dose)


def _start(day: Day, exercise: Exercise, dose: Dose) -> Target:
    if exercise.load_type is LoadType.BAND:
        easy = day.level is Experience.BEGINNER or day.over_65
        return Target(dose.low, None, Band.LIGHT if easy else Band.MEDIUM, ("START",))
    if not exercise.loaded:
        return Target(dose.low, None, None, ("START",))
    steps = day.steps(exercise.load_type)
    kg = start_kg(day.profile, day.level, exercise, steps)
    return Target(dose.low, steps[0] if kg is None else kg, None, ("START",), fresh=True)


def _other_tier(day: Day, exercise: Exercise, tier: Tier) -> Decimal | None:
    """The kg of the latest exposure in another tier, if it is 42 days old at most."""
    found = [
        (seen[-1].on, seen[-1].kg)
        for other in exercise.tiers
        if other is not tier and (seen := day.exposures(exercise, other))
    ]
    if not found:
        return None
    on, kg = max(found, key=lambda one: one[0])
    return kg if (day.on - on).days <= RECENT_DAYS else None


def _settled(day: Day, exercise: Exercise, dose: Dose, kg: Decimal, reason: str) -> Target:
    steps = day.steps(exercise.load_type)
    found = down(steps, kg)
    if found is None:
        return Target(max(3, dose.low - 2), steps[0], None, (reason, "COARSE"), fresh=True)
    return Target(dose.low, found, None, (reason,), fresh=True)


def _reset(day: Day, exercise: Exercise, dose: Dose, last: Exposure, factor: Decimal, reason: str) -> Target:
    """Down to `factor`, from the bottom of the range; where the steps are too coarse, fewer reps instead."""
    if last.kg is None or not exercise.loaded:
        band = last.band
        if band is not None and factor <= CAUTION_FACTOR:
            band = BAND_LEVELS[max(0, BAND_LEVELS.index(band) - 1)]
        return Target(dose.low, None, band, (reason,))
    steps = day.steps(exercise.load_type)
    wanted = last.kg * factor
    found = down(steps, wanted)
    if found is None or found < COARSE * wanted:
        return Target(max(3, dose.low - 2), settle(steps, last.kg), None, (reason, "COARSE"))
    return Target(dose.low, found, None, (reason,))


def _repeat(day: Day, exercise: Exercise, dose: Dose, last: Exposure, reason: str) -> Target:
    return _at(day, exercise, last, min(last.target, _ceiling(exercise, dose)), reason)


def _at(day: Day, exercise: Exercise, last: Exposure, reps: int, reason: str) -> Target:
    """The load of last time, or the next lighter one if the gym has lost it."""
    if last.kg is None or not exercise.loaded:
        return Target(reps, None, last.band, (reason,))
    return Target(reps, settle(day.steps(exercise.load_type), last.kg), None, (reason,))


def _out_of_range(day: Day, exercise: Exercise, dose: Dose, last: Exposure) -> bool:
    """Whether the target was of another range: two reps past the top are not, nor five at the last load."""
    most = dose.high + 2
    if last.kg is not None and above(day.steps(exercise.load_type), last.kg) is None:
        most = _ceiling(exercise, dose)
    return not dose.low <= last.target <= most and last.target != max(3, dose.low - 2)


def _range_shift(day: Day, exercise: Exercise, dose: Dose, last: Exposure) -> Target:
    estimate = e1rm_30(day, exercise)
    if estimate is None:
        return _reset(day, exercise, dose, last, Decimal("0.9"), "RANGE_SHIFT")
    return _settled(day, exercise, dose, target_from(estimate, dose.low, dose.load_rir), "RANGE_SHIFT")


def _next(day: Day, exercise: Exercise, dose: Dose, exposures: tuple[Exposure, ...]) -> Target:
    last = exposures[-1]
    if last.result in (Result.HOLD, Result.HARD):
        return _repeat(day, exercise, dose, last, last.result)
    if last.result is Result.BIG_MISS:
        return _reset(day, exercise, dose, last, BIG_MISS_FACTOR, "BIG_MISS")
    if last.result is Result.MISS:
        if last.reset:
            return _reset(day, exercise, dose, last, MISS_FACTOR, "MISS:RESET")
        return _repeat(day, exercise, dose, last, "MISS:REPEAT")
    easy = last.result is Result.EASY
    if easy and len(exposures) <= 3 and (kg := _calibrated(day, exercise, last)) is not None:
        return Target(dose.low, kg, None, ("CALIBRATE_UP",))
    if last.target < dose.high:
        step = _step(exercise, dose) * (2 if easy else 1)
        return _at(day, exercise, last, min(dose.high, last.target + step), "REPS_UP")
    return _past_top(day, exercise, dose, last)


def _past_top(day: Day, exercise: Exercise, dose: Dose, last: Exposure) -> Target:
    """The range is full: more load if the step is small or two extra reps are there, else more reps."""
    if last.band is not None and exercise.load_type is LoadType.BAND:
        place = BAND_LEVELS.index(last.band) + 1
        if place < len(BAND_LEVELS):
            return Target(dose.low, None, BAND_LEVELS[place], ("LOAD_UP",))
    if exercise.loaded and last.kg is not None:
        heavier = _up(day, exercise, last.kg)
        if heavier is not None:
            if 10 * heavier <= 11 * last.kg or last.target >= dose.high + 2:
                return Target(dose.low, heavier, None, ("LOAD_UP",))
            return _at(day, exercise, last, dose.high + 2, "REPS_PAST_TOP")
    reps = min(last.target + _step(exercise, dose), _ceiling(exercise, dose))
    return _at(day, exercise, last, reps, "REPS_PAST_TOP" if reps > last.target else "TOP")


def _up(day: Day, exercise: Exercise, kg: Decimal) -> Decimal | None:
    """+2.5 kg on a barbell (+5 for a beginner's squat, hinge and lunge), else the next load there is."""
    steps = day.steps(exercise.load_type)
    following = above(steps, kg)
    if exercise.load_type is not LoadType.BARBELL or following is None:
        return following
    big = day.level is Experience.BEGINNER and exercise.pattern in BIG_STEP_PATTERNS
    wanted = kg + (Decimal(5) if big else Decimal("2.5"))
    return max(following, settle(steps, wanted))


def _calibrated(day: Day, exercise: Exercise, last: Exposure) -> Decimal | None:
    """A faster way to the right load in the first sessions: 5 % a rep of reserve too many, 20 % at most.

    Reserve against load in a trial: PMC11057620, table 1D.
    """
    if not exercise.loaded or last.kg is None or last.rir is None:
        return None
    heavier = _up(day, exercise, last.kg)
    if heavier is None or 4 * heavier > 5 * last.kg:
        return None
    percent = min(20, 5 * (last.rir - last.target_rir))
    return max(heavier, settle(day.steps(exercise.load_type), last.kg * (100 + percent) / 100))


def _step(exercise: Exercise, dose: Dose) -> int:
    if exercise.seconds:
        return 5
    return 1 if dose.high - dose.low <= 4 and dose.low < 8 else 2


def _ceiling(exercise: Exercise, dose: Dose) -> int:
    """The most reps or seconds once no more load can be had: five past the range, a minute for a hold."""
    return LONGEST_HOLD_S if exercise.seconds and not exercise.loaded else dose.high + 5
