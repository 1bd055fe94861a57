"""Weeks of one exercise, and the plan that comes after them."""

from datetime import timedelta

from coach_builders import day, item, man, session

from app.coach import PastItem, PastSession, Plan, PlannedItem, Template, plan

KEEP_GOING = item("horizontal_push/0", "barbell_bench_press", "MAIN", [8] * 4, "60")
"""Something to close a gap with that says nothing about the exercise in question."""


def after(
    *items: PastItem, on: str = "03-09", last: str = "03-06", apart: int = 7, **fields: object
) -> tuple[Plan, PlannedItem]:
    """The plan and the first item of FB_A on a Monday, after those weekly FB_A sessions up to a week ago."""
    first = day(on) - timedelta(days=apart * len(items))
    history = [
        PastSession(first + timedelta(days=apart * number), Template.FB_A, 0, False, (one,))
        for number, one in enumerate(items)
    ]
    if last:
        history.append(session(last, "FB_C", 2, KEEP_GOING))
    made = plan(man(**{"experience": "INTERMEDIATE", "max_daily_minutes": 90, **fields}), history, day(on))
    slug = items[0].slug if items else ""
    return made, next((one for one in made.items if one.slug == slug), made.items[0])


def squat(done: list[int | None], kg: str = "100", **fields: object) -> PastItem:
    return item("squat/0", "barbell_back_squat", "MAIN", done, kg, **fields)  # type: ignore[arg-type]
