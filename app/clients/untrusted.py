"""Reading what a stranger sent: each function gives a value that is safe to store, or None; none raises.

Safe to store means: text has no control character, NUL or lone surrogate (PostgreSQL and UTF-8 refuse them),
and a whole number fits PostgreSQL's `integer`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

KST = ZoneInfo("Asia/Seoul")
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:(\.\d{1,6})\d*)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d{1,9})?", re.ASCII)


def word(value: object, limit: int = 100) -> str | None:
    """An identifier: a printable str of 1 to `limit` characters, else None."""
    if isinstance(value, str) and 0 < len(value) <= limit and value.isprintable():
        return value
    return None


def line(value: str, limit: int) -> str:
    """The same text in at most `limit` characters, with whatever cannot be printed as a space."""
    return "".join(char if char.isprintable() else " " for char in value[:limit])


def storable(value: str, limit: int) -> str:
    """The same text in at most `limit` characters, without NUL and with a lone surrogate as `?`."""
    return value[:limit].replace("\x00", "").encode(errors="replace").decode()


def whole(value: object) -> int | None:
    """An int (a bool is none) of at most 32 bits, else None."""
    if isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value < 2**31:
        return value
    return None


def part(value: object, key: str) -> dict[str, Any]:
    """`value[key]` when both are JSON objects, else an empty dict."""
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def kst(value: object) -> datetime | None:
    """`yyyy-MM-dd HH:mm:ss` in Korean time (a fraction is dropped) as an aware UTC datetime; else None."""
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    try:
        local = datetime.fromisoformat(f"{match[1]} {match[2]}").replace(tzinfo=KST)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def rfc3339(value: object) -> datetime | None:
    """A time with its offset (RFC 3339, 5.6; to the microsecond) as an aware UTC datetime; else None."""
    match = _RFC3339.fullmatch(value) if isinstance(value, str) and len(value) < 100 else None
    if match is None:
        return None
    try:
        offset = "+00:00" if match[4] in "Zz" else match[4]
        at = datetime.fromisoformat(f"{match[1]} {match[2]}{match[3] or ''}{offset}")
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def retry_after_s(headers: Mapping[str, str], limit_s: float = 900.0) -> float | None:
    """`Retry-After` in seconds, 0 to `limit_s`; None when absent or unreadable (RFC 9110, 10.2.3)."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:10]), limit_s)
    try:
        at = parsedate_to_datetime(text)
        left = at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)
    except (ValueError, OverflowError):
        return None
    return min(max(left.total_seconds(), 0.0), limit_s)
