"""Days and times on a trainee's own calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

KST = ZoneInfo("Asia/Seoul")
KOREAN_WEEKDAYS = "월화수목금토일"
MORNING = time(4)
"""When a trainee's day begins: until then the night belongs to the day before."""
EVENING = time(21)
"""When a trainee is told what they did."""


def utc_now() -> datetime:
    """The present, aware, UTC. The only place in the domain that reads a clock."""
    return datetime.now(UTC)


def local_date(zone: str, at: datetime) -> date:
    """The date on the wall calendar of `zone` at the moment `at`."""
    return at.astimezone(ZoneInfo(zone)).date()


def local_moment(zone: str, on: date, at: time) -> datetime:
    """The moment a wall clock in `zone` shows `at` on that date, as UTC.

    A time that daylight saving skips becomes as much later as the clock jumps; one that comes twice
    means its first coming (PEP 495).
    """
    return datetime.combine(on, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def last_date(zone: str, at: time, now: datetime) -> date:
    """The latest date on which a wall clock in `zone` has shown `at`."""
    on = local_date(zone, now)
    return on if local_moment(zone, on, at) <= now else on - timedelta(days=1)


def next_moment(zone: str, at: time, now: datetime) -> datetime:
    """When a wall clock in `zone` shows `at` the next time."""
    return local_moment(zone, last_date(zone, at, now) + timedelta(days=1), at)


def closing_time(zone: str, on: date, since: datetime) -> datetime:
    """When the day `on` is over for a plan made at `since`: one made late has until the next morning."""
    end = local_moment(zone, on + timedelta(days=1), MORNING)
    return end if end > since else next_moment(zone, MORNING, since)


def in_zone(zone: str, at: datetime) -> datetime:
    """The same moment with the offset of `zone`, as people there write it."""
    return at.astimezone(ZoneInfo(zone))


def korean_date(on: date) -> str:
    """For people: `11월 23일(월)`."""
    return f"{on.month}월 {on.day}일({KOREAN_WEEKDAYS[on.weekday()]})"


def days_between(first: date, last: date) -> list[date]:
    """Every date from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
