"""The trainee on the day a plan is for: the profile and the past, boiled down to what the rules ask."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.coach.catalogue import Exercise
from app.coach.exposures import Exposure
from app.coach.history import LAYOFF_DAYS, History
from app.coach.loads import loadable
from app.coach.safety import areas, bmi_at_least
from app.coach.types import Area, CheckIn, Equipment, Experience, KnownLift, LoadType, Profile, Severity, Tier

LEVELS = (Experience.BEGINNER, Experience.INTERMEDIATE, Experience.ADVANCED)
BLOCK_DAYS = 56
INTRO_SESSIONS = 4
GRADUATION = (48, 180)
"""Sessions and days after which a beginner is one no longer (ACSM 2009: about six months)."""

# Gap in days -> what the load is multiplied by. Strength holds for about three weeks and losses grow with
# time and age (Bosquet 2013, doi 10.1111/sms.12047; McMaster 2013, doi 10.1007/s40279-013-0031-3); after that
# soreness rather than lost strength is the limit (Halonen 2024, stadiumperformance.com).
GAP_FACTORS = ((56, Decimal("0.70")), (28, Decimal("0.80")), (14, Decimal("0.90")))
GAP_FACTORS_65 = ((28, Decimal("0.70")), (14, Decimal("0.80")), (10, Decimal("0.90")))
HOLD_DAYS = 10


@dataclass(slots=True)
class Day:
    """Everything about the trainee that a rule of the day may ask.

    `level` is after graduation and layoffs; `light` is a day after bad sleep or of great fatigue. `mild` and
    `moderate` are the areas that hurt; `deload` is set once it is known.
    """

    profile: Profile
    on: date
    past: History
    level: Experience
    mild: frozenset[Area]
    moderate: frozenset[Area]
    equipment: frozenset[Equipment]
    known: dict[str, KnownLift]
    over_65: bool
    under_18: bool
    no_impact: bool
    intro: bool
    comeback: bool
    light: bool
    deload: bool = False
    _lists: dict[LoadType, tuple[Decimal, ...]] = field(default_factory=dict)

    @property
    def trained(self) -> bool:
        """Whether the rankings for trained people apply."""
        return self.level is not Experience.BEGINNER

    def steps(self, load_type: LoadType) -> tuple[Decimal, ...]:
        """The loads there are, ascending."""
        found = self._lists.get(load_type)
        if found is None:
            found = self._lists[load_type] = loadable(self.profile.loads, load_type)
        return found

    def exposures(self, exercise: Exercise, tier: Tier) -> tuple[Exposure, ...]:
        return self.past.exposures(exercise.slug, tier)

    def cautious(self, exercise: Exercise) -> bool:
        """Whether a sore area allows the exercise only with less load."""
        return bool(self.mild) and not self.mild.isdisjoint(exercise.caution)

    def gap_factor(self, gap: int | None) -> Decimal | None:
        """What a break of so many days multiplies a load by; None: nothing. From 65 on one bracket worse."""
        if gap is None:
            return None
        for days, factor in GAP_FACTORS_65 if self.over_65 else GAP_FACTORS:
            if gap >= days:
                return factor
        return None


def describe(profile: Profile, on: date, past: History) -> Day:
    """The day, except for the deload, which depends on it."""
    level = level_of(profile, past)
    over_65 = profile.age >= 65
    no_lifts_before = past.since is not None
    return Day(
        profile=profile,
        on=on,
        past=past,
        level=level,
        mild=areas(profile, on, Severity.MILD),
        moderate=areas(profile, on, Severity.MODERATE),
        equipment=profile.equipment,
        known={} if no_lifts_before else {lift.exercise: lift for lift in profile.known_lifts},
        over_65=over_65,
        under_18=profile.age < 18,
        no_impact=level is Experience.BEGINNER or over_65 or bmi_at_least(profile, 300),
        intro=level is Experience.BEGINNER and past.n < INTRO_SESSIONS,
        comeback=past.comeback,
        light=_light(profile.checkin, on),
    )


def level_of(profile: Profile, past: History) -> Experience:
    """The level: a beginner graduates after 48 sessions and 180 days; a layoff of 112 days costs one."""
    place = LEVELS.index(profile.experience)
    sessions, days = GRADUATION
    if place == 0 and past.n >= sessions and past.age_days >= days:
        place = 1
    if past.gap is not None and past.gap >= LAYOFF_DAYS:
        place = max(0, place - 1)
    return LEVELS[place]


def _light(checkin: CheckIn | None, on: date) -> bool:
    if checkin is None or checkin.on != on:
        return False
    tired = checkin.fatigue is not None and checkin.fatigue >= 5
    return tired or (checkin.sleep_h is not None and checkin.sleep_h < 5)
