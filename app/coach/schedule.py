"""Which session the day is for, or why it is a day of rest.

Frequencies from ACSM 2009 and Garber 2011; full body and splits are equal when the volume is (Ramos-Campo
2024, doi 10.1519/JSC.0000000000004774). A session that was skipped or half done is never made up and never
doubled: the rotation just waits.
A plan whose day is not over counts as done here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.coach.day import LEVELS, Day
from app.coach.history import History
from app.coach.templates import EASY_DAYS
from app.coach.types import Experience, Goal, Profile, Template

# Resistance days a week at most: beginner, intermediate, advanced.
RESISTANCE_DAYS: Mapping[Goal, tuple[int, int, int]] = {
    Goal.STRENGTH: (3, 4, 5),
    Goal.HYPERTROPHY: (3, 5, 6),
    Goal.FAT_LOSS: (3, 4, 4),
    Goal.GENERAL_HEALTH: (3, 3, 3),
    Goal.MOBILITY: (2, 2, 2),
}
ROTATIONS: Mapping[int, tuple[Template, ...]] = {
    1: (Template.FB_A,),
    2: (Template.FB_A, Template.FB_B),
    3: (Template.FB_A, Template.FB_B, Template.FB_C),
    4: (Template.U_A, Template.L_A, Template.U_B, Template.L_B),
    5: (Template.U_A, Template.L_A, Template.PUSH, Template.PULL, Template.LEGS),
    6: (Template.PUSH, Template.PULL, Template.LEGS) * 2,
}
WEEKDAYS: Mapping[int, tuple[int, ...]] = {
    1: (1,),
    2: (1, 4),
    3: (1, 3, 5),
    4: (1, 3, 5, 6),
    5: (1, 2, 3, 5, 6),
    6: (1, 2, 3, 4, 5, 6),
}
WEEKDAYS_OF_FOUR = (1, 2, 4, 5)
"""For four resistance days: two upper and two lower."""
UPPER = frozenset({Template.U_A, Template.U_B})
LOWER = frozenset({Template.L_A, Template.L_B})
WHOLE = frozenset({Template.FB_A, Template.FB_B, Template.FB_C})
RECOVERY_DAYS = 2
"""48 hours between sessions for the same muscles, on Garber's non-consecutive days."""


@dataclass(frozen=True, slots=True)
class Session:
    """The session to do: its place in the rotation is None for ACT and MOB."""

    template: Template
    rotation_index: int | None


def session_of(day: Day, force: bool) -> Session | str:
    """The day's session, or the code of a day of rest.

    `NOT_A_TRAINING_DAY`, `WEEK_DONE`, or `RECOVERY` (a session for the same muscles was trained the day
    before). `force` lifts the first two: beyond the week's number comes the next resistance session, if
    they have recovered.
    """
    profile = day.profile
    resistance, active = days_of(profile, day.level)
    weekdays = profile.weekdays or default_weekdays(resistance, active)
    if not force and day.on.isoweekday() not in weekdays:
        return "NOT_A_TRAINING_DAY"
    following = next_of(ROTATIONS[resistance], day.past)
    recovered = _recovered(day.past, following.template)
    open_week = day.past.this_week(easy=False) < resistance
    if open_week and recovered:
        return following
    if day.past.this_week(easy=True) < active:
        return Session(Template.MOB if profile.goal == Goal.MOBILITY else Template.ACT, None)
    if force and recovered:
        return following
    return "RECOVERY" if open_week or force else "WEEK_DONE"


def days_of(profile: Profile, level: Experience) -> tuple[int, int]:
    """Resistance and active days a week: six together at most, and no more than there are weekdays chosen."""
    days = min(profile.days_per_week, 6, len(set(profile.weekdays)) or 6)
    resistance = min(days, RESISTANCE_DAYS[profile.goal][LEVELS.index(level)])
    return resistance, days - resistance


def default_weekdays(resistance: int, active: int) -> tuple[int, ...]:
    return WEEKDAYS_OF_FOUR if resistance == 4 and not active else WEEKDAYS[resistance + active]


def next_of(rotation: tuple[Template, ...], past: History) -> Session:
    """The session after the last completed one; from the start when that one is not of this rotation."""
    for one in reversed(past.calendar):
        if one.template in EASY_DAYS:
            continue
        place = one.rotation_index
        if place is None or place >= len(rotation) or rotation[place] != one.template:
            if one.template not in rotation:
                return Session(rotation[0], 0)
            place = rotation.index(one.template)
        place = (place + 1) % len(rotation)
        return Session(rotation[place], place)
    return Session(rotation[0], 0)


def conflict(one: Template, other: Template) -> bool:
    """Whether two resistance templates train the same muscles."""
    pair = {one, other}
    if len(pair) == 1 or pair & WHOLE or pair <= UPPER or pair <= LOWER:
        return True
    if pair & UPPER:
        return bool(pair & {Template.PUSH, Template.PULL})
    return bool(pair & LOWER) and Template.LEGS in pair


def _recovered(past: History, template: Template) -> bool:
    """Whether nothing for the same muscles was trained, were it one set, less than two days ago."""
    return not any(
        one.template not in EASY_DAYS and conflict(one.template, template)
        for one in past.last_days(RECOVERY_DAYS - 1)
    )
