"""Made-up trainees: everything about them follows from the seed and their number."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from app.coach import (
    Area,
    Equipment,
    Experience,
    Goal,
    Health,
    Injury,
    KnownLift,
    LoadType,
    Profile,
    Severity,
    Sex,
    exercises,
)
from dev.simulation.body import Body

MONDAY = date(2026, 3, 2)
FULL = frozenset(Equipment) - {Equipment.BODYWEIGHT}
GYMS: tuple[str, ...] = (
    "",
    "band",
    "dumbbell band",
    "dumbbell bench",
    "kettlebell pullup_bar",
    "barbell rack bench",
    "machine cable cardio_machine",
    "machine cable dumbbell bench cardio_machine",
)
SMALL_DUMBBELLS = {LoadType.DUMBBELL: tuple(map(Decimal, range(1, 11)))}
LIGHT_BAR = {LoadType.BARBELL: tuple(Decimal(15) + Decimal("2.5") * number for number in range(40))}
REPORTS = ("taps", "numbers", "numbers", "rir", "rir", "rir")
"""Who only taps "done", who writes numbers down, and who tells the reserve of each set as well."""


@dataclass(frozen=True)
class Habits:
    """How a person lives with the plan: shares of days, and days off in a row as (first, last)."""

    attendance: float
    skips_set: float
    reports: str
    away: tuple[date, date] | None
    pain: float
    tired: float

    def is_away(self, on: date) -> bool:
        return self.away is not None and self.away[0] <= on <= self.away[1]


@dataclass
class Trainee:
    """A person: what the coach is told (`profile`), what it is not (`body`, `habits`), and their dice."""

    name: str
    profile: Profile
    body: Body
    habits: Habits
    dice: random.Random


def trainees(count: int, seed: int, weeks: int) -> list[Trainee]:
    """`count` people; the same arguments make the same ones."""
    return [_trainee(number, random.Random(f"{seed}/{number}"), weeks) for number in range(count)]


def shown(seed: int, weeks: int) -> list[Trainee]:
    """The three people of the picture."""
    woman = Profile(
        Sex.F, 29, Decimal(58), 163, Experience.BEGINNER, Goal.HYPERTROPHY, 3, max_daily_minutes=45,
        equipment=frozenset({Equipment.DUMBBELL, Equipment.BENCH}),
    )  # fmt: skip
    man = Profile(
        Sex.M, 34, Decimal(80), 177, Experience.INTERMEDIATE, Goal.STRENGTH, 4, max_daily_minutes=75,
        equipment=FULL,
    )  # fmt: skip
    older = Profile(
        Sex.M, 68, Decimal(70), 168, Experience.BEGINNER, Goal.GENERAL_HEALTH, 3, max_daily_minutes=45,
        equipment=frozenset({Equipment.MACHINE, Equipment.CABLE, Equipment.CARDIO_MACHINE}),
    )  # fmt: skip
    away = {1: None, 2: None, 3: (MONDAY + timedelta(days=35), MONDAY + timedelta(days=52))}
    return [
        _shown(
            name, profile, away[place], 0.03 if place == 1 else 0.0, random.Random(f"{seed}/shown/{place}")
        )
        for place, (name, profile) in enumerate(
            (
                ("Woman, 29, beginner, dumbbells", woman),
                ("Man, 34, intermediate, 4 days", man),
                ("Man, 68, beginner, machines", older),
            ),
            start=1,
        )
    ]


def _shown(
    name: str, profile: Profile, away: tuple[date, date] | None, pain: float, dice: random.Random
) -> Trainee:
    habits = Habits(0.93, 0.01, "rir", away, pain, 0.02)
    return Trainee(name, profile, Body(profile, dice), habits, dice)


def _trainee(number: int, dice: random.Random, weeks: int) -> Trainee:
    profile = _profile(dice)
    body = Body(profile, dice)
    if dice.random() < 0.2:
        profile = replace(profile, known_lifts=_told(profile, body, dice))
    return Trainee(f"trainee {number}", profile, body, _habits(dice, weeks), dice)


def _profile(dice: random.Random) -> Profile:
    height = dice.randint(150, 190)
    weight = Decimal(round((height / 100) ** 2 * dice.uniform(19, 32)))
    age = dice.choice((16, 17, *(dice.randint(18, 64) for _ in range(14)), *(dice.randint(65, 79),) * 3))
    days = dice.randint(1, 7)
    equipment, loads = _gym(dice)
    return Profile(
        sex=dice.choice((Sex.M, Sex.F, Sex.M, Sex.F, Sex.X)),
        age=age,
        weight_kg=weight,
        height_cm=height,
        experience=dice.choice(tuple(Experience)),
        goal=dice.choice(tuple(Goal)),
        days_per_week=days,
        weekdays=_weekdays(days, dice),
        max_daily_minutes=dice.choice((15, 20, 30, 40, 45, 60, 75, 90)),
        equipment=equipment,
        injuries=_injuries(dice),
        excluded=frozenset(dice.sample(sorted(exercises()), 3) if dice.random() < 0.15 else ()),
        loads=loads,
        health=Health(guardian_consent=dice.random() < 0.9, active_3_months=dice.random() < 0.9),
    )


def _gym(dice: random.Random) -> tuple[frozenset[Equipment], dict[LoadType, tuple[Decimal, ...]]]:
    loads: dict[LoadType, tuple[Decimal, ...]] = {}
    if dice.random() < 0.4:
        return FULL, loads
    if dice.random() < 0.15:
        return frozenset(dice.sample(sorted(FULL), 5)), loads
    equipment = frozenset(map(Equipment, dice.choice(GYMS).split()))
    if Equipment.BARBELL in equipment and dice.random() < 0.5:
        loads |= LIGHT_BAR
    if Equipment.DUMBBELL in equipment and dice.random() < 0.5:
        loads |= SMALL_DUMBBELLS
    return equipment, loads


def _weekdays(days: int, dice: random.Random) -> tuple[int, ...]:
    return tuple(sorted(dice.sample(range(1, 8), days))) if dice.random() < 0.3 else ()


def _injuries(dice: random.Random) -> tuple[Injury, ...]:
    if dice.random() < 0.8:
        return ()
    severity = Severity.MILD if dice.random() < 0.7 else Severity.MODERATE
    return (Injury(dice.choice(tuple(Area)), severity),)


def _told(profile: Profile, body: Body, dice: random.Random) -> tuple[KnownLift, ...]:
    """A bench press told at sign-up, remembered a little too well or too badly."""
    true_kg = body.one_rep_kg(exercises()["barbell_bench_press"])
    kg = Decimal(max(1, round(true_kg * 30 / 35 * dice.uniform(0.85, 1.1))))
    return (KnownLift("barbell_bench_press", kg, 5),)


def _habits(dice: random.Random, weeks: int) -> Habits:
    return Habits(
        attendance=dice.choice((0.65, 0.75, 0.85, 0.95, 1.0, 1.0)),
        skips_set=dice.choice((0.0, 0.01, 0.05)),
        reports=dice.choice(REPORTS),
        away=_away(dice, weeks, dice.randint),
        pain=dice.choice((0.0, 0.02, 0.05)),
        tired=dice.choice((0.0, 0.03, 0.08)),
    )


def _away(dice: random.Random, weeks: int, between: Callable[[int, int], int]) -> tuple[date, date] | None:
    """Two or three weeks of holiday for some, a longer absence for a few."""
    chance = dice.random()
    if chance > 0.4:
        return None
    days = between(14, 21) if chance > 0.08 else between(28, 60)
    first = MONDAY + timedelta(days=between(7, max(8, 7 * weeks - days - 7)))
    return first, first + timedelta(days=days - 1)
