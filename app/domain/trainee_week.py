"""The week on the trainee's page: where each day's bar stands, and the same in words."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.chat.figures import kilograms
from app.domain.days import KOREAN_WEEKDAYS, korean_date
from app.domain.trainee_page import Page

COLUMN, BAR, FLOOR, TALLEST = 44, 24, 108, 84


@dataclass(frozen=True, slots=True)
class Day:
    """One column of the picture, in its own units, with what is written on it."""

    on: date
    x: int
    top: int
    height: int
    center: int
    weekday: str
    sets: str
    volume: str
    is_shown: bool
    words: tuple[str, str, str]


def week_days(page: Page) -> list[Day]:
    """The columns from Monday to Sunday; the tallest bar is the day with the most kilograms."""
    most = max(each["volume_kg"] for each in page.week)
    return [_day(place, each, most, page.plan.target_date) for place, each in enumerate(page.week)]


def week_words(page: Page) -> str:
    """The week in one sentence, for those who do not see the picture."""
    done = sum(each["done_sets"] for each in page.week)
    planned = sum(each["planned_sets"] for each in page.week)
    volume = sum((each["volume_kg"] for each in page.week), Decimal(0))
    first, last = page.week[0]["date"], page.week[-1]["date"]
    return (
        f"{korean_date(first)}부터 {korean_date(last)}까지 {planned}세트 중 {done}세트를 완료했고, "
        f"모두 {kilograms(volume)}을 들어 올렸어요."
    )


def _day(place: int, figures: dict[str, Any], most: Decimal, shown: date) -> Day:
    volume = figures["volume_kg"]
    height = max(3, round(TALLEST * volume / most)) if volume else 0
    sets = f"{figures['done_sets']}/{figures['planned_sets']}"
    return Day(
        on=figures["date"],
        x=place * COLUMN + (COLUMN - BAR) // 2,
        top=FLOOR - height,
        height=height,
        center=place * COLUMN + COLUMN // 2,
        weekday=KOREAN_WEEKDAYS[place],
        sets=sets if figures["planned_sets"] else "–",
        volume=_short(volume) if volume else "",
        is_shown=figures["date"] == shown,
        words=(
            korean_date(figures["date"]),
            sets if figures["planned_sets"] else "없음",
            kilograms(volume),
        ),
    )


def _short(volume: Decimal) -> str:
    """Few enough characters for a column: `1,240`, from ten tons on `12.3t`."""
    return f"{volume / 1000:.1f}t" if volume >= 10_000 else f"{volume:,.0f}"
