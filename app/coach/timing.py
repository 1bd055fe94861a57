"""How long a session takes, and how it is made to fit.

Times of ours in the spirit of ACSM 2009's rest periods; specific warm-up sets only (Iversen 2021,
PMC8449772).
"""

from collections.abc import Iterable

from app.coach.draft import Draft
from app.coach.types import Goal, Profile, Tier

SHORT_MINUTES, LONG_MINUTES = 30, 45
WARM_UP_S, SHORT_WARM_UP_S, COOL_DOWN_S, RAMP_SET_S = 300, 120, 180, 60
SET_S, SIDE_S = 15, 10
LEAST_REST_S = {Tier.ISO: 45, Tier.CORE: 45, Tier.SEC: 60}


def item_s(draft: Draft) -> int:
    """Seconds of one item: setup, sets, the other side, and the rests between; without ramp sets."""
    exercise, sets = draft.exercise, draft.sets
    sides = 2 if exercise.per_side else 1
    if draft.tier is Tier.COND:
        return 60 + draft.target
    if draft.tier is Tier.MOB:
        return 15 + sets * (5 + draft.target * sides) + (sets - 1) * 15
    most = max(draft.high, draft.target)
    work = most if exercise.seconds else most * (4 if draft.tier in (Tier.MAIN, Tier.SEC) else 3)
    one = SET_S + work * sides + (SIDE_S if sides == 2 else 0)
    return exercise.setup_s + sets * one + (sets - 1) * draft.rest_s


def ramp_sets(profile: Profile) -> int:
    """Sets that lead up to a main lift in kg: 50 % × 8, 70 % × 5, 85 % × 2; one for anybody under 30 min."""
    if profile.max_daily_minutes < SHORT_MINUTES:
        return 1
    return 3 if profile.goal == Goal.STRENGTH else 2


def total_s(profile: Profile, drafts: Iterable[Draft]) -> int:
    """Seconds of the session: warm-up, ramp sets of main lifts that have kg, items, cool-down."""
    minutes, ramp_s = profile.max_daily_minutes, RAMP_SET_S * ramp_sets(profile)
    total = SHORT_WARM_UP_S if minutes < SHORT_MINUTES else WARM_UP_S
    if minutes >= LONG_MINUTES:
        total += COOL_DOWN_S
    for draft in drafts:
        total += item_s(draft)
        if draft.tier is Tier.MAIN and draft.kg is not None:
            total += ramp_s
    return total


def trim(profile: Profile, drafts: list[Draft]) -> tuple[list[Draft], list[str]]:
    """The session within the trainee's minutes, and what was given up for it, in order."""
    cut = _Trim(profile, drafts)
    for step in (
        cut.drop_third,
        cut.shorten_rests,
        cut.thin,
        cut.drop_second,
        cut.thin_main,
        cut.thin_second,
    ):
        if cut.fits():
            break
        step()
    if not cut.fits():
        cut.drop_rest()
    return cut.drafts, cut.reasons


class _Trim:
    """A session on its way to fitting; each step stops as soon as it does."""

    def __init__(self, profile: Profile, drafts: list[Draft]) -> None:
        self.profile = profile
        self.budget_s = 60 * profile.max_daily_minutes
        self.drafts = list(drafts)
        self.reasons: list[str] = []

    def fits(self) -> bool:
        return total_s(self.profile, self.drafts) <= self.budget_s

    def drop_third(self) -> None:
        self._drop_priority(3, "T1-DROP")

    def shorten_rests(self) -> None:
        before = [(draft.rest_s, draft.target) for draft in self.drafts]
        for draft in self.drafts:
            if draft.tier is Tier.COND:
                draft.target = min(draft.target, max(300, draft.target * 3 // 4 // 60 * 60))
            elif draft.tier in LEAST_REST_S:
                shorter = draft.rest_s * 3 // 4 // 5 * 5
                draft.rest_s = min(draft.rest_s, max(LEAST_REST_S[draft.tier], shorter))
        if before != [(draft.rest_s, draft.target) for draft in self.drafts]:
            self.reasons.append("T2-REST")

    def thin(self) -> None:
        changed = True
        while changed:
            changed = False
            for tier in (Tier.ISO, Tier.CORE, Tier.SEC):
                for draft in reversed(self.drafts):
                    if draft.tier is tier and draft.sets > 2:
                        if self.fits():
                            return
                        self._less(draft, "T3-SETS")
                        changed = True

    def drop_second(self) -> None:
        self._drop_priority(2, "T4-DROP")

    def thin_main(self) -> None:
        for draft in reversed(self.drafts):
            while draft.tier is Tier.MAIN and draft.sets > 2 and not self.fits():
                self._less(draft, "T5-SETS")

    def thin_second(self) -> None:
        for draft in reversed(self.drafts):
            if draft.tier is Tier.SEC and draft.sets > 1 and not self.fits():
                self._less(draft, "T6-SETS")

    def drop_rest(self) -> None:
        while len(self.drafts) > 1 and not self.fits():
            self.reasons.append(f"T7-DROP {self.drafts.pop().exercise.slug}")
        first = self.drafts[0]
        while first.sets > 1 and not self.fits():
            self._less(first, "T7-SETS")
        over_s = total_s(self.profile, self.drafts) - self.budget_s
        if over_s > 0 and first.tier is Tier.COND:
            first.target = max(60, (first.target - over_s) // 60 * 60)
            self.reasons.append(f"T7-TIME {first.exercise.slug}")

    def _drop_priority(self, priority: int, reason: str) -> None:
        for draft in reversed(list(self.drafts)):
            if draft.priority == priority and not self.fits():
                self.drafts.remove(draft)
                self.reasons.append(f"{reason} {draft.exercise.slug}")

    def _less(self, draft: Draft, reason: str) -> None:
        draft.sets -= 1
        self.reasons.append(f"{reason} {draft.exercise.slug}")
