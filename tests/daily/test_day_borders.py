"""When days begin and end, in every zone there is, around every jump of its clocks."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest

from app.domain.days import EVENING, MORNING, closing_time, last_date, local_date, next_moment

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
BEFORE_AND_AFTER = [
    timedelta(hours=hours, seconds=seconds)
    for hours in (-30, -26, -24, -7, -3, -2, -1, 0, 1, 2, 3, 7, 23, 24, 26)
    for seconds in (-1, 0, 1)
]


@cache
def jumps(zone: str) -> tuple[datetime, ...]:
    """When the clocks of a zone jump, to the second."""
    info, found, at = ZoneInfo(zone), [], FIRST
    while at < LAST:
        if at.astimezone(info).utcoffset() != (at + 7 * DAY).astimezone(info).utcoffset():
            found.append(first_second(info, at, at + 7 * DAY))
        at += 7 * DAY
    return tuple(found)


def first_second(info: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first with the offset of `after`."""
    offset = after.astimezone(info).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(info).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)


def moments() -> Iterator[tuple[str, datetime]]:
    """Every zone with moments around its jumps, or around its mornings and evenings if it has none."""
    for zone in sorted(available_timezones() - {"localtime"}):
        for jump in jumps(zone) or (FIRST, datetime(2026, 7, 21, 4, tzinfo=ZoneInfo(zone)).astimezone(UTC)):
            for offset in BEFORE_AND_AFTER:
                yield zone, jump + offset


def shows(zone: str, moment: datetime, on: date, at: time) -> bool:
    """Whether the clock on the wall shows that, or, where it jumps over it, more."""
    wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    late = wall - datetime.combine(on, at)
    just_before = (moment - SECOND).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return late == timedelta(0) or (timedelta(0) < late <= timedelta(hours=2) and just_before < wall - late)


@pytest.mark.parametrize("at", [MORNING, EVENING])
def test_the_next_moment_comes_and_the_last_has_come(at: time) -> None:
    for zone, now in moments():
        last, coming = last_date(zone, at, now), next_moment(zone, at, now)
        case = (zone, now, last, coming)

        assert now < coming <= now + timedelta(hours=27), case
        assert last in (local_date(zone, now), local_date(zone, now) - DAY), case
        assert shows(zone, coming, last + DAY, at), case
        assert last_date(zone, at, coming) == last + DAY, case
        assert last_date(zone, at, coming - SECOND) == last, case


def test_looking_again_and_again_meets_every_day_once() -> None:
    for zone in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Antarctica/Troll"):
        at, days = FIRST, []
        while at < FIRST + 800 * DAY:
            at = next_moment(zone, EVENING, at)
            days.append(last_date(zone, EVENING, at))

        assert days == [days[0] + n * DAY for n in range(len(days))]


@pytest.mark.parametrize("back", [-1, 0, 1, 365])
def test_a_day_closes_on_a_morning_after_it_and_after_its_plan_was_made(back: int) -> None:
    for zone, now in moments():
        on = local_date(zone, now) + back * DAY
        end = closing_time(zone, on, now)
        wall = end.astimezone(ZoneInfo(zone)).date()
        case = (zone, now, on, end)

        assert end > now, case
        assert wall == on + DAY or (back == -1 and wall == on + 2 * DAY), case
        assert shows(zone, end, wall, MORNING), case


def test_plans_of_two_days_close_in_the_order_of_their_days() -> None:
    for zone, now in moments():
        days = [local_date(zone, now) + n * DAY for n in (-1, 0, 1)]
        ends = [closing_time(zone, on, now) for on in days]

        assert ends == sorted(ends), (zone, now)


def test_the_clocks_of_the_zones_do_jump() -> None:
    assert len(jumps("Europe/Berlin")) == len(jumps("Australia/Lord_Howe")) == 14
    assert datetime(2026, 3, 29, 1, tzinfo=UTC) in jumps("Europe/Berlin")
