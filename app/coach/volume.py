"""How much a week and a session may hold.

One set for each primary muscle, half a set for each secondary one (Pelland 2024, studylib.net/doc/27564711).
Useful from 4 sets a week (Iversen 2021, PMC8449772), about 10 for growth (ACSM 2026; Schoenfeld 2017, doi
10.1080/02640414.2016.1210197); the caps are ours. Counted in halves of a set, so that it stays exact.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from app.coach.catalogue import GROUPS, exercises
from app.coach.draft import Draft
from app.coach.history import COUNTED, History
from app.coach.types import Experience, Tier

WEEK_CAP = {Experience.BEGINNER: 14, Experience.INTERMEDIATE: 20, Experience.ADVANCED: 24}
SESSION_CAP = {Experience.BEGINNER: 20, Experience.INTERMEDIATE: 24, Experience.ADVANCED: 28}
WINDOW_DAYS = 7
EASY = frozenset({Tier.COND, Tier.MOB})


def half_sets_before(past: History) -> Counter[str]:
    """Half sets of each muscle group on the six days before; assumed sets count as done."""
    counts: Counter[str] = Counter()
    catalogue = exercises()
    for session in past.last_days(WINDOW_DAYS - 1):
        for item in session.items:
            exercise = catalogue.get(item.slug)
            if exercise is None or not exercise.half_sets:
                continue
            sets = sum(one.state in COUNTED for one in item.sets)
            for group, halves in exercise.half_sets.items():
                counts[group] += halves * sets
    return counts


def half_sets_of(drafts: Iterable[Draft]) -> Counter[str]:
    """Half sets of each muscle group in a session."""
    counts: Counter[str] = Counter()
    for draft in drafts:
        for group, halves in draft.exercise.half_sets.items():
            counts[group] += halves * draft.sets
    return counts


def session_sets(drafts: Iterable[Draft]) -> int:
    """Sets that load a muscle: conditioning and mobility do not count."""
    return sum(draft.sets for draft in drafts if draft.tier not in EASY)


def limit(drafts: list[Draft], level: Experience, before: Mapping[str, int]) -> tuple[list[Draft], list[str]]:
    """The session within the caps, group by group, and the reasons for what changed.

    Third and then second priorities give a set while they have more than two, and go after that, the last one
    first; first priorities keep two sets. What is still too much stays: `WEEK_OVER`.
    """
    reasons: list[str] = []
    today = half_sets_of(drafts)
    for group in GROUPS:
        cap = 2 * WEEK_CAP[level]
        if before.get(group, 0) + today[group] <= cap:
            continue
        room = cap - before.get(group, 0)
        drafts = _take(drafts, group, room, reasons)
        today = half_sets_of(drafts)
        if today[group] > room and today[group]:
            reasons.append(f"WEEK_OVER {group}")
    if session_sets(drafts) > SESSION_CAP[level]:
        drafts = _take(drafts, None, 2 * SESSION_CAP[level], reasons)
    return drafts, reasons


def _take(drafts: list[Draft], group: str | None, room: int, reasons: list[str]) -> list[Draft]:
    """Take sets from what hits the group (None: from everything) until it fits into `room` half sets."""
    kept = list(drafts)
    for priority in (3, 2, 1):
        for draft in reversed(drafts):
            if draft.priority != priority or not _halves(draft, group):
                continue
            while _total(kept, group) > room and draft.sets > 2:
                draft.sets -= 1
                reasons.append(f"CAP-SETS {draft.exercise.slug}")
            if _total(kept, group) > room and priority > 1:
                kept.remove(draft)
                reasons.append(f"CAP-DROP {draft.exercise.slug}")
    return kept


def _halves(draft: Draft, group: str | None) -> int:
    if group is None:
        return 0 if draft.tier in EASY else 2
    return draft.exercise.half_sets.get(group, 0)


def _total(drafts: list[Draft], group: str | None) -> int:
    return sum(_halves(draft, group) * draft.sets for draft in drafts)
