"""What many lives with the coach add up to."""

import hashlib
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median

from app.coach import PlannedItem, SetState, exercises
from dev.simulation.checks import Inspector, Violation
from dev.simulation.life import Diary, live
from dev.simulation.loads import loadable
from dev.simulation.people import Trainee, trainees

ATTENDS = 0.8
CLIMB_DAYS = 42
FINE_STEP = Decimal("1.25")
TRIED = (SetState.DONE, SetState.FAILED)


@dataclass
class Life:
    """One trainee's sums: plans `offered` and `trained`, and per exercise and tier what was planned.

    `climbs` holds the median growth of the main lifts' loads, where 42 days or more lie between the first
    and the last of them."""

    trainee: Trainee
    offered: int = 0
    trained: int = 0
    deloads: int = 0
    first: dict[tuple[str, str], tuple[date, Decimal]] = field(default_factory=dict)
    last: dict[tuple[str, str], tuple[date, Decimal]] = field(default_factory=dict)
    most: dict[tuple[str, str], Decimal] = field(default_factory=dict)

    @property
    def attendance(self) -> float:
        return self.trained / self.offered if self.offered else 0.0

    def see(self, day: Diary) -> None:
        if day.plan.status != "OK":
            return
        self.offered += 1
        self.deloads += day.plan.deload
        self.trained += day.session is not None and any(
            one.state in TRIED for item in day.session.items for one in item.sets
        )
        for item in day.plan.items:
            if item.kg:
                self._see_item(day, item, item.kg)

    def _see_item(self, day: Diary, item: PlannedItem, kg: Decimal) -> None:
        key = (item.slug, str(item.tier))
        self.first.setdefault(key, (day.on, kg))
        self.most[key] = max(self.most.get(key, kg), kg)
        if not day.plan.deload:
            self.last[key] = (day.on, kg)

    def climb(self) -> float | None:
        """The median growth of the main lifts' planned loads; None without a lift that was kept."""
        found = [
            float(kg / self.first[key][1])
            for key, (on, kg) in self.last.items()
            if key[1] == "MAIN" and (on - self.first[key][0]).days >= CLIMB_DAYS
        ]
        return median(found) if found else None

    def peak(self) -> tuple[float, str]:
        """The most any load grew, among those whose list has steps of a quarter or less there."""
        peaks = [
            (float(kg / self.first[key][1]), key[0])
            for key, kg in self.most.items()
            if self._fine(key[0], self.first[key][1])
        ]
        return max(peaks, default=(1.0, ""))

    def _fine(self, slug: str, kg: Decimal) -> bool:
        heavier = [one for one in loadable(self.trainee.profile, exercises()[slug]) if one > kg]
        return bool(heavier) and heavier[0] <= FINE_STEP * kg


@dataclass
class Figures:
    """Everything that a run has to say: `reasons` are those of loads, `causes` those of whole plans."""

    lives: list[Life] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    digest: str = ""
    seconds: float = 0.0

    def climbs(self) -> dict[str, list[float]]:
        """Growth of the main lifts of those who came to 80 % of their sessions, by experience."""
        found: dict[str, list[float]] = defaultdict(list)
        for life in self.lives:
            climb = life.climb()
            if climb is not None and life.attendance >= ATTENDS:
                found[str(life.trainee.profile.experience)].append(climb)
        return found


def run(count: int, weeks: int, seed: int) -> Figures:
    """Let `count` people live `weeks` weeks; the same arguments give the same digest."""
    began = time.monotonic()
    figures, digest = Figures(), hashlib.sha256()
    for trainee in trainees(count, seed, weeks):
        life, inspector = Life(trainee), Inspector(trainee.name)
        for day in live(trainee, weeks):
            inspector.look(day)
            life.see(day)
            _count(figures, day)
            digest.update(repr((trainee.name, day.on, day.plan, day.session)).encode())
        figures.lives.append(life)
        figures.violations += inspector.found
    figures.digest = digest.hexdigest()[:16]
    figures.seconds = time.monotonic() - began
    return figures


def _count(figures: Figures, day: Diary) -> None:
    made, counts = day.plan, figures.counts
    counts["days"] += 1
    counts[made.kind if made.status != "REVIEW_REQUIRED" else "review"] += 1
    counts["planned sets"] += sum(item.sets for item in made.items)
    counts["deload sessions"] += made.deload
    counts["comeback sessions"] += "COMEBACK" in made.reasons
    counts["light sessions"] += "LIGHT_DAY" in made.reasons
    counts["pains"] += len(day.pains)
    counts["swaps"] += len(day.swaps)
    figures.causes.update({reason.split()[0] for reason in made.reasons})
    for item in made.items:
        figures.reasons[item.reasons[-1 if item.reasons[-1] != "CAUTION" else -2]] += 1
    for past in day.session.items if day.session else ():
        states = [one.state for one in past.sets]
        counts["attempted sets"] += sum(state in TRIED for state in states)
        counts["missed sets"] += states.count(SetState.FAILED)


def told(figures: Figures) -> list[str]:
    """The figures in lines."""
    counts = figures.counts
    plans = counts["training"] + counts["active"]
    lines = [
        f"{len(figures.lives)} trainees, {counts['days']} days: {plans} plans to train"
        f" ({counts['active']} of them easy), {counts['rest']} days of rest,"
        f" {counts['review']} under review",
        f"{counts['planned sets']} sets planned, {counts['attempted sets']} attempted,"
        f" {counts['missed sets']} of them short of their target",
        f"{counts['deload sessions']} deload sessions, {counts['comeback sessions']} of a comeback,"
        f" {counts['light sessions']} light ones; {counts['pains']} pains, {counts['swaps']} exchanges",
    ]
    for level, found in sorted(figures.climbs().items()):
        lines.append(
            f"{level}: main lifts of {len(found)} who came to 80 %: x {median(found):.2f} in the median"
            f" ({min(found):.2f} to {max(found):.2f})"
        )
    peak, slug = max(life.peak() for life in figures.lives)
    lines.append(f"the most any load grew, on a list with steps of a quarter or less: x {peak:.2f} ({slug})")
    for what, counted in (("loads", figures.reasons), ("plans", figures.causes)):
        lines.append(f"{what} by reason: " + ", ".join(f"{why} {n}" for why, n in counted.most_common()))
    lines.append(f"digest {figures.digest}, {figures.seconds:.1f} s")
    lines.append(f"violations: {len(figures.violations)}")
    return lines
