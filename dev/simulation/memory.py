"""What the past says, read with the training rules in hand and without the coach's help."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.coach import PastItem, PastSession, PastSet, SetState, exercises
from dev.simulation.tables import BANDS, EASY_DAYS, MUSCLES

TRIED = (SetState.DONE, SetState.FAILED)


@dataclass(frozen=True)
class Seen:
    """One exercise in one session without deload: `kg` the least lifted, `target` what was prescribed."""

    on: date
    kg: Decimal | None
    band: str | None
    target: int
    result: str
    rir: int | None
    target_rir: int
    caution: bool
    again: bool
    reset: bool


@dataclass
class Memory:
    """All sessions so far, oldest first, and what was seen of each exercise and tier."""

    sessions: list[PastSession] = field(default_factory=list)
    completed: list[PastSession] = field(default_factory=list)
    trained: list[PastSession] = field(default_factory=list)
    seen: dict[tuple[str, str], list[Seen]] = field(default_factory=lambda: defaultdict(list))
    lifts: dict[str, list[tuple[date, Decimal, int]]] = field(default_factory=lambda: defaultdict(list))
    known: set[str] = field(default_factory=set)

    def add(self, session: PastSession) -> None:
        """Take in a session that is over."""
        self.sessions.append(session)
        states = [one.state for item in session.items for one in item.sets]
        tried = sum(state in TRIED for state in states)
        if tried:
            self.trained.append(session)
        if 2 * tried >= len(states):
            self.completed.append(session)
        for item in session.items:
            if any(one.state in TRIED for one in item.sets):
                self._add_item(session, item)

    def resistance(self) -> list[date]:
        return [one.on for one in self.completed if one.template not in EASY_DAYS]

    def gap(self, on: date) -> int | None:
        days = self.resistance()
        return (on - days[-1]).days if days else None

    def comeback(self, on: date) -> bool:
        """28 days or more without, or fewer than two resistance sessions since."""
        days = [*self.resistance()[-2:], on]
        return any((days[place + 1] - days[place]).days >= 28 for place in range(len(days) - 1))

    def week_sets(self, on: date) -> dict[str, float]:
        """Sets a muscle group on the six days before."""
        sets: dict[str, float] = defaultdict(float)
        for session in self.sessions:
            if 1 <= (on - session.on).days <= 6:
                for item in session.items:
                    done = sum(one.state in TRIED for one in item.sets)
                    for group, share in shares(item.slug).items():
                        sets[group] += share * done
        return sets

    def best_e1rm_30(self, slug: str, on: date) -> Decimal | None:
        """Thirty times the best Epley estimate of the last 42 days: undivided it is exact."""
        found = [
            30 * kg if reps == 1 else kg * (30 + reps)
            for day, kg, reps in self.lifts[slug]
            if (on - day).days <= 42 and 1 <= reps <= 12
        ]
        return max(found, default=None)

    def _add_item(self, session: PastSession, item: PastItem) -> None:
        self.known.add(item.slug)
        tried = [one for one in item.sets if one.state in TRIED]
        for one in tried:
            kg = one.performed_kg if one.performed_kg is not None else one.target_kg
            if kg and not exercises()[item.slug].seconds:
                self.lifts[item.slug].append((session.on, kg, number(one) + (one.rir or 0)))
        if not session.deload:
            seen = self.seen[item.slug, item.tier]
            seen.append(_seen(session.on, item, tried, seen[-1] if seen else None))


def number(one: PastSet) -> int:
    """Repetitions or seconds done; a set that was only tapped done is as prescribed."""
    for done in (one.performed_reps, one.performed_seconds):
        if done is not None:
            return done
    return goal(one) if one.state is SetState.DONE else 0


def goal(one: PastSet) -> int:
    return one.target_reps or one.target_seconds or 1


def shares(slug: str) -> dict[str, float]:
    """One set for a group with a primary muscle in it, half a set with a secondary one."""
    exercise = exercises()[slug]
    if exercise.pattern in ("conditioning", "mobility"):
        return {}
    found = {MUSCLES[muscle]: 0.5 for muscle in exercise.secondary if muscle in MUSCLES}
    return found | {MUSCLES[muscle]: 1.0 for muscle in exercise.primary if muscle in MUSCLES}


def _seen(on: date, item: PastItem, tried: list[PastSet], before: Seen | None) -> Seen:
    target = goal(item.sets[0])
    kgs = [one.performed_kg if one.performed_kg is not None else one.target_kg for one in tried]
    weights = [kg for kg in kgs if kg is not None]
    bands = [one.performed_band or one.target_band for one in tried]
    levels = [band for band in bands if band is not None]
    kg = min(weights) if weights else None
    band = min(levels, key=BANDS.index) if levels else None
    same = before is not None and (before.kg, before.band) == (kg, band)
    result = _result(item, tried, target)
    if before and same and result == before.result == "HARD" and before.target == target:
        result = "SUCCESS"
    again = "MISS" in result and before is not None and "MISS" in before.result
    return Seen(
        on,
        kg,
        band,
        target,
        result,
        tried[-1].rir,
        item.target_rir,
        item.caution,
        again,
        result == "BIG_MISS" or (again and same),
    )


def _result(item: PastItem, tried: list[PastSet], target: int) -> str:
    done = [min(number(one), target) for one in tried]
    if min(done) < target:
        return "MISS" if sum(done) / (target * len(done)) >= 0.85 else "BIG_MISS"
    lighter = any(
        one.performed_kg is not None and one.target_kg is not None and one.performed_kg < one.target_kg
        for one in tried
    )
    if lighter or len(tried) < len(item.sets):
        return "HOLD"
    rir = tried[-1].rir
    if rir is not None and rir >= item.target_rir + 2:
        return "EASY"
    return "HARD" if rir == 0 and item.target_rir >= 2 else "SUCCESS"
