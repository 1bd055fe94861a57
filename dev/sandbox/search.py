"""Date windows in KST and paging, as the dealer's queries take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from flask import request

from dev.sandbox.faults import Refused, dealer_header, the_state
from dev.sandbox.state import KST

MINUTE = "%Y-%m-%d %H:%M"
T = TypeVar("T")


def refuse(code: int, message: str | None = None) -> Refused:
    """The dealer's refusal of a whole request."""
    return Refused({"header": dealer_header(code, message)}, the_state().settings.error_status)


def kst(at: datetime | None) -> str | None:
    return at.astimezone(KST).strftime("%Y-%m-%d %H:%M:%S") if at else None


def minute(text: str) -> datetime:
    """`yyyy-MM-dd HH:mm` in KST; ValueError for anything else, a missing zero included."""
    at = datetime.strptime(text, MINUTE).replace(tzinfo=KST)
    if at.strftime(MINUTE) != text:
        raise ValueError(text)
    return at


@dataclass(frozen=True)
class Window:
    """From a minute to a minute, both ends included."""

    field: str
    start: datetime
    end: datetime

    @classmethod
    def from_query(cls, field: str, max_days: int) -> Window | None:
        """`start{field}Date` and `end{field}Date` of the query; None when neither is given."""
        texts = [request.args.get(f"{edge}{field}Date") for edge in ("start", "end")]
        if texts == [None, None]:
            return None
        try:
            start, end = (minute(text or "") for text in texts)
        except ValueError:
            raise refuse(-4000, f"start{field}Date and end{field}Date are yyyy-MM-dd HH:mm.") from None
        if end < start or end - start > timedelta(days=max_days):
            raise refuse(-4003, f"The window of {field}Date is limited to {max_days} days.")
        return cls(field, start, end)

    def has(self, at: datetime) -> bool:
        return self.start <= at.astimezone(KST) <= self.end


def page(found: Sequence[T]) -> tuple[Sequence[T], int]:
    """The asked page (15 a page when not said, at most 1000) and how many there are in all."""
    try:
        number, size = int(request.args.get("pageNum", 1)), int(request.args.get("pageSize", 15))
    except ValueError:
        raise refuse(-9994, "pageNum and pageSize are numbers.") from None
    if number < 1 or not 1 <= size <= 1000:
        raise refuse(-2005, "The 'pageSize' must be less than or equal to 1000.")
    return found[(number - 1) * size : number * size], len(found)
