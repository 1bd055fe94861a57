"""The deload week: seven days of half the sets and nine tenths of the load.

Athletes take 6.4 days every 5.6 weeks, with less volume and load and more reserve (Rogerson 2024, doi
10.1186/s40798-024-00691-y; Bell 2023, doi 10.1186/s40798-023-00633-0).
"""

from datetime import date, timedelta

from app.coach.day import Day
from app.coach.exposures import Result
from app.coach.types import Experience, Tier

DELOAD_DAYS = 7
PAUSE_DAYS = 28
LOOK_BACK_DAYS = 14
WEEKS = {Experience.INTERMEDIATE: 8, Experience.ADVANCED: 6}
BREAK_DAYS = 10


def deload_reason(day: Day, resistance_days: int) -> str | None:
    """`DELOAD_CONTINUES`, `DELOAD_MISSES` or `DELOAD_WEEKS` when the day belongs to a deload, else None.

    A week begins with the first session that was planned as deload and trained at all; none begins within
    28 days of such a session.
    """
    flagged = [one.on for one in day.past.trained if one.deload]
    if flagged:
        if (day.on - _first_of_last(flagged)).days < DELOAD_DAYS:
            return "DELOAD_CONTINUES"
        if (day.on - flagged[-1]).days < PAUSE_DAYS:
            return None
    if _stuck(day):
        return "DELOAD_MISSES"
    if _long_enough(day, resistance_days, flagged[-1] if flagged else None):
        return "DELOAD_WEEKS"
    return None


def _first_of_last(flagged: list[date]) -> date:
    first = flagged[0]
    for on in flagged:
        if (on - first).days >= DELOAD_DAYS:
            first = on
    return first


def _stuck(day: Day) -> bool:
    """Three main or second lifts, or two main ones, that stand at a big miss or two misses in a row."""
    first = day.on - timedelta(days=LOOK_BACK_DAYS)
    main, lifts = set(), set()
    for (slug, tier), seen in day.past.by_tier.items():
        if tier not in (Tier.MAIN, Tier.SEC) or seen[-1][0] < first:
            continue
        last = day.past.exposures(slug, tier)[-1]
        if last.result is Result.BIG_MISS or last.again:
            lifts.add(slug)
            if tier == Tier.MAIN:
                main.add(slug)
    return len(main) >= 2 or len(lifts) >= 3


def _long_enough(day: Day, resistance_days: int, deload_on: date | None) -> bool:
    """Eight weeks (advanced: six) since the last break or deload, with 75 % of their sessions done."""
    weeks = WEEKS.get(day.level)
    days = day.past.resistance
    if weeks is None or not days:
        return False
    first = day.on - timedelta(weeks=weeks)
    if days[0] > first or (deload_on is not None and deload_on > first):
        return False
    inside = [on for on in days if on >= first]
    before = max(on for on in days if on <= first)
    stops = sorted({before, *inside, day.on})
    breaks = [
        later
        for earlier, later in zip(stops, stops[1:], strict=False)
        if (later - earlier).days >= BREAK_DAYS
    ]
    if breaks and breaks[-1] > first:
        return False
    return 4 * len(inside) >= 3 * resistance_days * weeks
