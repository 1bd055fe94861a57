"""What a session consists of: its slots, in order.

Large muscles come before small ones and multi-joint before single-joint exercises (ACSM 2009,
medscape.com/viewarticle/717047); the first-priority slots always hold a leg, a push and a pull exercise
(Iversen 2021, PMC8449772).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from app.coach.catalogue import BALANCE
from app.coach.types import Goal, Template, Tier

TIERS = {
    "M": Tier.MAIN,
    "S": Tier.SEC,
    "I": Tier.ISO,
    "K": Tier.CORE,
    "C": Tier.COND,
    "B": Tier.MOB,
}

# Tier letter, pattern (or isolated muscle) / variant, priority.
SLOTS: Mapping[Template, str] = {
    Template.FB_A: """M squat/0 p1, S horizontal_push/0 p1, S horizontal_pull/0 p1, S hinge/0 p2,
        K core/0 p2, I side_delts/0 p3, I biceps/0 p3""",
    Template.FB_B: """M hinge/0 p1, S vertical_push/0 p1, S vertical_pull/0 p1, S lunge/0 p2,
        K core/1 p2, I chest/0 p3, I triceps/0 p3, I calves/0 p3""",
    Template.FB_C: """M horizontal_push/0 p1, S squat/1 p1, S horizontal_pull/1 p1,
        S vertical_pull/1 p2, K core/2 p2, I hamstrings/0 p3, I rear_delts/0 p3""",
    Template.U_A: """M horizontal_push/0 p1, S horizontal_pull/0 p1, S vertical_pull/0 p1,
        S vertical_push/0 p2, I chest/0 p3, I side_delts/0 p3, I biceps/0 p3""",
    Template.L_A: """M squat/0 p1, S hinge/1 p1, S lunge/0 p2, I hamstrings/0 p2, K core/0 p2,
        I calves/0 p3""",
    Template.U_B: """M vertical_push/0 p1, S vertical_pull/1 p1, S horizontal_push/1 p1,
        S horizontal_pull/1 p2, I rear_delts/0 p3, I biceps/1 p3, I triceps/1 p3""",
    Template.L_B: """M hinge/0 p1, S squat/1 p1, I quads/0 p2, K core/1 p2, S lunge/1 p3,
        I calves/1 p3""",
    Template.PUSH: """M horizontal_push/0 p1, S vertical_push/0 p1, S horizontal_push/1 p2,
        I side_delts/0 p2, I triceps/0 p2, I chest/0 p3""",
    Template.PULL: """M vertical_pull/0 p1, S horizontal_pull/0 p1, S horizontal_pull/1 p2,
        I rear_delts/0 p2, I biceps/0 p2, K core/0 p3""",
    Template.LEGS: """M squat/0 p1, S hinge/1 p1, S lunge/0 p2, I hamstrings/0 p2, I quads/0 p3,
        I calves/0 p3""",
    Template.ACT: """C conditioning/0 p1, B mobility/0 p2, B mobility/1 p2, B mobility/2 p2,
        B mobility/3 p2""",
    Template.MOB: """B mobility/0 p1, B mobility/1 p1, B mobility/2 p1, B mobility/3 p1,
        B mobility/4 p1, B mobility/5 p1, K core/0 p2, K core/1 p3""",
}
WITHOUT_ISOLATION = frozenset({Goal.FAT_LOSS, Goal.GENERAL_HEALTH, Goal.MOBILITY})
EASY_DAYS = frozenset({Template.ACT, Template.MOB})

FALLBACKS: Mapping[str, tuple[str, ...]] = {
    "squat": ("hinge",),
    "lunge": ("squat", "hinge"),
    "hinge": ("squat",),
    "horizontal_push": ("vertical_push",),
    "vertical_push": ("horizontal_push",),
    "horizontal_pull": ("vertical_pull",),
    "vertical_pull": ("horizontal_pull",),
}
"""Where to look when a pattern has nothing for the trainee."""


@dataclass(frozen=True, slots=True)
class Slot:
    """`name` is unique in its template and stable; `key` is a pattern or, for isolation, a muscle.

    `variant` is the place in the ranking to take. Conditioning and mobility slots always take the best
    exercise not used yet. `only` names the one exercise that may fill the slot.
    """

    name: str
    key: str
    tier: Tier
    variant: int
    priority: int
    only: str | None = None


@cache
def slots(template: Template, goal: Goal, over_65: bool) -> tuple[Slot, ...]:
    """The slots of a template under a goal.

    From 65 on, general health is trained with balance instead of a loaded carry (three days a week: WHO 2020;
    한국인을 위한 신체활동 지침 2023, segye.com/newsView/20240107507746).
    """
    found = [_slot(text) for text in SLOTS[template].split(",")]
    if template in EASY_DAYS:
        return tuple(found)
    if goal in WITHOUT_ISOLATION:
        found = [slot for slot in found if slot.tier is not Tier.ISO]
    if goal == Goal.FAT_LOSS:
        found.append(Slot("conditioning/0", "conditioning", Tier.COND, 0, 2))
    elif goal == Goal.GENERAL_HEALTH and over_65:
        found.append(Slot("balance/0", "mobility", Tier.MOB, 0, 2, only=BALANCE))
    elif goal == Goal.GENERAL_HEALTH:
        found.append(Slot("carry/0", "carry", Tier.SEC, 0, 3))
    elif goal == Goal.MOBILITY:
        found += [Slot(f"mobility/{number}", "mobility", Tier.MOB, 0, 1) for number in range(3)]
    return tuple(found)


def _slot(text: str) -> Slot:
    letter, name, priority = text.split()
    key, variant = name.split("/")
    tier = TIERS[letter]
    easy = tier in (Tier.COND, Tier.MOB)
    return Slot(name, key, tier, 0 if easy else int(variant), int(priority[1:]))
