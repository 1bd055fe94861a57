"""Weekly and daily volume: caps, and a reason for each set that is not there (sections 10 and 11)."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date

from app.coach import Plan, Profile
from dev.simulation.memory import Memory, shares
from dev.simulation.tables import EASY_DAYS, LEVELS, SESSION_CAP, SLOTS, SLOTS_ADDED, WEEK_CAP

SLACK = 1e-9


def broken(profile: Profile, memory: Memory, on: date, plan: Plan) -> Iterator[tuple[str, str]]:
    """Broken rules of volume in one plan, as (rule, detail)."""
    level = LEVELS.index(profile.experience)
    sets = sum(item.sets for item in plan.items if item.tier not in ("COND", "MOB"))
    if sets > SESSION_CAP[level]:
        yield "SESSION_SETS", f"{sets} sets"
    yield from _slots(profile, plan)
    said = {reason.split()[1] for reason in plan.reasons if reason.startswith("WEEK_OVER")}
    for group, total in totals(memory, on, plan).items():
        today = _today(plan)[group]
        if total > WEEK_CAP[level] + SLACK and today and group not in said:
            yield "WEEK_SETS", f"{total} sets for {group} without WEEK_OVER"
        if group in said and total > WEEK_CAP[level] + SLACK:
            yield from _could_give(plan, group)


def totals(memory: Memory, on: date, plan: Plan) -> dict[str, float]:
    """Sets a muscle group: done on the six days before, and planned today."""
    before, today = memory.week_sets(on), _today(plan)
    return {group: before.get(group, 0.0) + today.get(group, 0.0) for group in {*before, *today}}


def _today(plan: Plan) -> dict[str, float]:
    sets: dict[str, float] = defaultdict(float)
    for item in plan.items:
        for group, share in shares(item.slug).items():
            sets[group] += share * item.sets
    return sets


def _could_give(plan: Plan, group: str) -> Iterator[tuple[str, str]]:
    """WEEK_OVER is said only when nothing is left to take: first priorities with two sets."""
    for item in plan.items:
        if group in shares(item.slug) and (item.priority > 1 or item.sets > 2):
            yield "WEEK_OVER", f"{item.slug} could give a set for {group}"


def _slots(profile: Profile, plan: Plan) -> Iterator[tuple[str, str]]:
    """Each slot of the template is there, or the plan says why not; only time takes a first priority."""
    count, isolation, first = SLOTS[str(plan.template)]
    if profile.goal in SLOTS_ADDED and plan.template not in EASY_DAYS:
        count += SLOTS_ADDED[profile.goal] - isolation
        first += 3 if profile.goal == "MOBILITY" else 0
    empty = sum(reason.startswith("NO_ELIGIBLE") for reason in plan.reasons)
    gone = sum("-DROP " in reason for reason in plan.reasons)
    last = sum(reason.startswith("T7-DROP") for reason in plan.reasons)
    if len(plan.items) != count - empty - gone:
        yield "SLOTS", f"{len(plan.items)} of {count}, {empty} empty and {gone} dropped with a reason"
    if sum(item.priority == 1 for item in plan.items) < first - empty - last:
        yield "SLOTS", "a first priority is missing"


def cuts(plan: Plan) -> Counter[str]:
    """How many sets each exercise gave, by the plan's own reasons."""
    return Counter(reason.split()[1] for reason in plan.reasons if "-SETS " in reason)
