"""What the tables of providers' result codes share: what can be said about a code, and how a table is read.

A row of a table is: the codes (of numbers, `a..b` is a range with both ends), the outcome, our stable
`reason_code`, one line for people in Korean and in English, and, where there are any, the flags of `Code`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

Outcome = Literal["ok", "retry", "quota", "recipient", "request", "alert", "duplicate", "unknown"]
HoldUntil = Literal["00:00", "08:00", "1st", "10min"]
Holds = Literal["sender", "owner", "row"]
Row = tuple[str, Outcome, str, str, str] | tuple[str, Outcome, str, str, str, dict[str, Any]]
Key = TypeVar("Key", int, str)


@dataclass(frozen=True, slots=True)
class Code:
    """What one code means.

    `reason_code` is a stable snake_case word. `review`: besides the outcome a human is told; nothing stops.
    `scope` "template": the alert holds only the messages of that template. `poll`: no result yet, ask again
    later. `may_recover` (of a recipient): the next notification may get through, so the contact point is not
    to be marked. `refresh` (of a retry): the access token is refreshed once, then the message is sent again.
    `slow` (of a retry): maintenance, so that it takes long. `once`: it is tried again once.

    Of a quota, `hold_until` is its end: the next 00:00 or 08:00 in Korea, 00:00 of the next month's first day
    ("1st"), ten minutes; None: `Retry-After`, or else a minute. `holds` is what waits until then: everything
    of this sender; everything sent with the same token, which is its "owner"'s; or this message alone, a
    "row".
    """

    outcome: Outcome
    reason_code: str
    ko: str
    en: str
    review: bool = False
    scope: Literal["template"] | None = None
    poll: bool = False
    hold_until: HoldUntil | None = None
    holds: Holds = "sender"
    may_recover: bool = False
    refresh: bool = False
    slow: bool = False
    once: bool = False


UNKNOWN: Final = Code("unknown", "unknown_code", "알 수 없는 결과 코드입니다.", "A code in no table.")


def numbers(codes: str) -> list[int]:
    """The numbers of a row's first column: "-2000..-2005 7" is seven numbers."""
    found: list[int] = []
    for entry in codes.split():
        ends = [int(end) for end in entry.split("..")]
        found.extend(range(min(ends), max(ends) + 1))
    return found


def table(rows: tuple[Row, ...], keys: Callable[[str], Iterable[Key]]) -> dict[Key, Code]:
    """code → Code, where `keys` reads a row's first column; raises ValueError for a code in two rows."""
    found: dict[Key, Code] = {}
    for codes, outcome, reason_code, ko, en, *flags in rows:
        meaning = Code(outcome, reason_code, ko, en, **(flags[0] if flags else {}))
        for key in keys(codes):
            if key in found:
                raise ValueError(f"code {key} stands in two rows")
            found[key] = meaning
    return found
