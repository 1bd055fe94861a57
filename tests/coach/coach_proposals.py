"""What an LLM might propose for a plan, and what the judge says of it."""

from typing import Any

from coach_builders import MONDAY

from app.coach import PastSession, Plan, Profile, Verdict, judge, plan


def proposal(made: Plan, *changes: tuple[int, dict[str, Any]], note: str = "") -> dict[str, Any]:
    """The base as a proposal, with changes to single items."""
    items = [
        {
            "slug": one.slug,
            "sets": one.sets,
            "reps": one.reps,
            "seconds": one.seconds,
            "kg": one.kg,
            "band": one.band,
            "rest_s": one.rest_s,
            "rir": one.rir,
        }
        for one in made.items
    ]
    for number, change in changes:
        items[number].update(change)
    return {"items": items, "note": note}


def judged(
    profile: Profile, *changes: tuple[int, dict[str, Any]], history: list[PastSession] | None = None
) -> Verdict:
    made = plan(profile, history or [], MONDAY)
    return judge(made, profile, history or [], MONDAY, proposal(made, *changes))
