"""The past, read once: what later rules ask of it, by name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.coach.exposures import ATTEMPTED, Exposure, classify
from app.coach.templates import EASY_DAYS
from app.coach.types import PastItem, PastSession, SetState, Template, Tier

LAYOFF_DAYS = 112
"""After this long a trainee is a novice again (ACSM 2009: "not trained for long")."""
COMEBACK_DAYS = 28

COUNTED = ATTEMPTED | {SetState.ASSUMED_DONE}


@dataclass(slots=True)
class History:
    """The sessions before a day, oldest first.

    `completed`: at least half of the sets were attempted. `calendar`: the same, where an assumed set counts
    as well. `trained`: at least one set was attempted or assumed. `resistance` are the days of completed
    sessions other than ACT and MOB; `since` the first day after the last layoff (None: there was none),
    before which nothing tells what the trainee can lift.
    """

    on: date
    completed: list[PastSession] = field(default_factory=list)
    calendar: list[PastSession] = field(default_factory=list)
    trained: list[PastSession] = field(default_factory=list)
    resistance: list[date] = field(default_factory=list)
    since: date | None = None
    by_tier: dict[tuple[str, Tier], list[tuple[date, PastItem]]] = field(default_factory=dict)
    by_slug: dict[str, list[tuple[date, PastItem]]] = field(default_factory=dict)
    _exposures: dict[tuple[str, Tier], tuple[Exposure, ...]] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """How many sessions were completed."""
        return len(self.completed)

    @property
    def gap(self) -> int | None:
        """Days since the last completed resistance session; None without any."""
        return (self.on - self.resistance[-1]).days if self.resistance else None

    @property
    def age_days(self) -> int:
        """Days since the first completed session."""
        return (self.on - self.completed[0].on).days if self.completed else 0

    @property
    def comeback(self) -> bool:
        """A gap of 28 days or more, or fewer than two resistance sessions since one."""
        days = [*self.resistance[-2:], self.on]
        return any(
            (later - earlier).days >= COMEBACK_DAYS for earlier, later in zip(days, days[1:], strict=False)
        )

    def exposures(self, slug: str, tier: Tier) -> tuple[Exposure, ...]:
        """Sessions that trained the exercise in this tier, oldest first; no deloads, none before a layoff."""
        key = (slug, tier)
        found = self._exposures.get(key)
        if found is None:
            found = self._exposures[key] = classify(self.by_tier.get(key, ()))
        return found

    def this_week(self, easy: bool) -> int:
        """Sessions done since Monday: resistance ones, or easy ones."""
        monday = self.on - timedelta(days=self.on.weekday())
        return sum((one.template in EASY_DAYS) is easy for one in self.calendar if one.on >= monday)

    def last_days(self, days: int) -> Iterator[PastSession]:
        """Trained sessions of the `days` days before this one, latest first."""
        first = self.on - timedelta(days=days)
        for one in reversed(self.trained):
            if one.on < first:
                return
            yield one

    def latest(self, template: Template, rotation_index: int | None) -> PastSession | None:
        """The latest completed session at this place of the rotation."""
        for one in reversed(self.completed):
            if one.template == template and one.rotation_index == rotation_index:
                return one
        return None


def read(history: Sequence[PastSession], on: date) -> History:
    """The sessions before `on`, in any order; later ones do not count."""
    past = History(on)
    sessions = sorted((one for one in history if one.on < on), key=_age)
    tried = [(one, _file(past, one)) for one in sessions]
    past.since = _since(past)
    for one, items in tried:
        if past.since is None or one.on >= past.since:
            _index(past, one, items)
    return past


def _file(past: History, session: PastSession) -> list[PastItem]:
    """Put a session where it belongs by what was done of it; returns the items with an attempted set."""
    total = attempted = assumed = 0
    items = []
    for item in session.items:
        states = [one.state for one in item.sets]
        hits = sum(state in ATTEMPTED for state in states)
        total += len(states)
        attempted += hits
        assumed += states.count(SetState.ASSUMED_DONE)
        if hits:
            items.append(item)
    if attempted + assumed:
        past.trained.append(session)
    if total and 2 * (attempted + assumed) >= total:
        past.calendar.append(session)
    if total and 2 * attempted >= total:
        past.completed.append(session)
        if session.template not in EASY_DAYS:
            past.resistance.append(session.on)
    return items


def _index(past: History, session: PastSession, items: list[PastItem]) -> None:
    for item in items:
        entry = (session.on, item)
        past.by_slug.setdefault(item.slug, []).append(entry)
        if not session.deload:
            past.by_tier.setdefault((item.slug, item.tier), []).append(entry)


def _since(past: History) -> date | None:
    days = [*past.resistance, past.on]
    for later, earlier in zip(reversed(days), reversed(days[:-1]), strict=False):
        if (later - earlier).days >= LAYOFF_DAYS:
            return later
    return None


def _age(one: PastSession) -> tuple[date, str, int]:
    return one.on, one.template, -1 if one.rotation_index is None else one.rotation_index
