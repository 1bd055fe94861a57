"""Days and times on a trainee's own calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

KST = ZoneInfo("Asia/Seoul")
KOREAN_WEEKDAYS = "월화수목금토일"


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


def in_zone(zone: str, at: datetime) -> datetime:
    """The same moment with the offset of `zone`, as people there write it."""
    return at.astimezone(ZoneInfo(zone))


def korean_date(on: date) -> str:
    """For people: `11월 23일(월)`."""
    return f"{on.month}월 {on.day}일({KOREAN_WEEKDAYS[on.weekday()]})"


def days_between(first: date, last: date) -> list[date]:
    """Every date from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
