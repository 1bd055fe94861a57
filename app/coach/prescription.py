"""Sets, repetitions, reserve and rest: by goal, tier and level, then by what the day is like.

Strength from about 80 % of the maximum, two or three sets, twice a week; size at any load, about ten weekly
sets; failure is not needed (ACSM 2026 position stand; Robinson 2024, doi 10.1007/s40279-024-02069-2; Refalo
2022, doi 10.1007/s40279-022-01784-y). Novices 8 to 12 repetitions (ACSM 2009). Main lifts stay in
Prilepin's 10 to 24 repetitions. Rest of 1 to 5 minutes (ACSM 2009; Singer 2024, doi
10.3389/fspor.2024.1429789). Guesses of the reserve are within about one repetition up to 5 (Hackett 2017,
doi 10.1519/JSC.0000000000001683).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from app.coach.catalogue import Exercise
from app.coach.day import LEVELS, Day
from app.coach.types import Experience, Goal, Template, Tier

# Beginner, intermediate, advanced: sets x range, R reserve, rest in seconds.
TABLE: Mapping[tuple[Goal, Tier], tuple[str, str, str]] = {
    (Goal.STRENGTH, Tier.MAIN): ("3x6-8 R3 150", "4x4-6 R2 180", "4x3-5 R2 240"),
    (Goal.STRENGTH, Tier.SEC): ("3x8-10 R3 120", "3x6-8 R2 150", "3x6-8 R2 150"),
    (Goal.STRENGTH, Tier.ISO): ("2x10-12 R3 60", "2x8-12 R2 75", "3x8-12 R2 75"),
    (Goal.HYPERTROPHY, Tier.MAIN): ("3x8-12 R3 120", "4x6-10 R2 150", "4x6-10 R2 150"),
    (Goal.HYPERTROPHY, Tier.SEC): ("3x8-12 R3 90", "3x8-12 R2 120", "3x8-12 R2 120"),
    (Goal.HYPERTROPHY, Tier.ISO): ("2x10-15 R3 60", "3x10-15 R2 75", "3x10-15 R1 75"),
    (Goal.FAT_LOSS, Tier.MAIN): ("3x8-12 R3 90", "3x8-12 R2 90", "3x6-10 R2 120"),
    (Goal.FAT_LOSS, Tier.SEC): ("2x10-15 R3 60", "3x10-15 R2 75", "3x10-15 R2 75"),
    (Goal.GENERAL_HEALTH, Tier.MAIN): ("2x8-12 R3 90", "3x8-12 R3 90", "3x8-12 R2 120"),
    (Goal.GENERAL_HEALTH, Tier.SEC): ("2x8-12 R3 90", "2x8-12 R3 90", "3x8-12 R2 90"),
    (Goal.MOBILITY, Tier.MAIN): ("2x10-15 R4 60", "2x10-15 R4 60", "2x10-15 R4 60"),
    (Goal.MOBILITY, Tier.SEC): ("2x10-15 R4 60", "2x10-15 R4 60", "2x10-15 R4 60"),
}
FINISHER_S = {Experience.BEGINNER: 600, Experience.INTERMEDIATE: 720, Experience.ADVANCED: 900}
ACTIVE_DAY_S = {Experience.BEGINNER: 1200, Experience.INTERMEDIATE: 1800, Experience.ADVANCED: 1800}
STRETCH_S, STRETCH_65_S = 30, 45
EASY_RIR = 4
GROWN = frozenset({Tier.MAIN, Tier.SEC, Tier.ISO})


@dataclass(slots=True)
class Dose:
    """Sets of `low` to `high` reps (or seconds) with `rir` to spare and `rest_s` between them.

    `load_rir` is the reserve loads are computed with: that of the table and of age, before the day's state.
    """

    sets: int
    low: int
    high: int
    rir: int
    rest_s: int
    load_rir: int = 0


def prescribe(day: Day, exercise: Exercise, tier: Tier, template: Template) -> Dose:
    """The dose of an exercise in a tier on that day.

    Conditioning (RPE 12 to 13, 64 to 76 % of HRmax, "can talk, cannot sing": PMC8581515 table 1) and
    mobility (10 to 30 s, from 65 on 30 to 60 s: ACSM, scribd.com/document/394163042) know no state of the
    day: they are easy already. An ISO slot under a goal that has none, which only a proposal can ask for,
    is dosed as SEC.
    """
    if tier is Tier.COND:
        times = ACTIVE_DAY_S if template is Template.ACT else FINISHER_S
        return Dose(1, times[day.level], times[day.level], EASY_RIR, 0)
    if tier is Tier.MOB:
        hold_s = STRETCH_65_S if day.over_65 else STRETCH_S
        return Dose(2, hold_s, hold_s, EASY_RIR, 15)
    dose = _from_table(day, exercise, tier)
    _fit_age(day, dose, tier, exercise)
    dose.load_rir = dose.rir
    _fit_state(day, dose)
    if day.cautious(exercise):
        dose.rir = max(dose.rir, 3)
    return dose


def _from_table(day: Day, exercise: Exercise, tier: Tier) -> Dose:
    goal, beginner = day.profile.goal, day.level is Experience.BEGINNER
    if exercise.pattern == "carry":
        return Dose(2 if beginner else 3, 20, 40, 3, 75)
    if tier is Tier.CORE:
        low, high = (20, 40) if exercise.seconds else (8, 12) if exercise.per_side else (10, 15)
        few = beginner or goal in (Goal.GENERAL_HEALTH, Goal.MOBILITY)
        return Dose(2 if few else 3, low, high, 3, 45)
    row = TABLE.get((goal, tier)) or TABLE[goal, Tier.SEC]
    return Dose(*_parse(row[LEVELS.index(day.level)]))


@cache
def _parse(text: str) -> tuple[int, int, int, int, int]:
    sets, low, high, rir, rest_s = map(int, re.findall(r"\d+", text))
    return sets, low, high, rir, rest_s


def _fit_age(day: Day, dose: Dose, tier: Tier, exercise: Exercise) -> None:
    """From 65 on more reps and rest (NSCA 2019, unm.edu/~lkravitz); minors stay light (NSCA 2009)."""
    if day.over_65:
        if tier in GROWN and not exercise.seconds:
            dose.low, dose.high = 10, 15
        dose.rir = max(dose.rir, 3)
        if tier in (Tier.MAIN, Tier.SEC):
            dose.rest_s += 30
    elif day.under_18:
        dose.rir = max(dose.rir, 3)
        if dose.low < 8:
            dose.low, dose.high = 8, 12


def _fit_state(day: Day, dose: Dose) -> None:
    """First sessions, comebacks, deloads and light days, in this order.

    The first sessions are short for fear of rhabdomyolysis (wikitree.co.kr id=314577).
    """
    if day.intro:
        dose.sets, dose.rir = min(dose.sets, 2), max(dose.rir, 4)
    if day.comeback:
        dose.sets, dose.rir = -(-2 * dose.sets // 3), dose.rir + 1
    if day.deload:
        dose.sets, dose.rir = -(-dose.sets // 2), max(dose.rir + 2, 4)
    if day.light:
        dose.sets, dose.rir = max(1, dose.sets - 1), dose.rir + 1
