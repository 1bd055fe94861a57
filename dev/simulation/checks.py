"""Every plan of a life held to the rules, one broken rule a line; the coach gives its catalogue only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from dev.simulation import agenda, bounds, weeks
from dev.simulation.life import Diary
from dev.simulation.memory import Memory


@dataclass(frozen=True)
class Violation:
    """Who, when, and which rule in what way."""

    name: str
    on: date
    rule: str
    detail: str

    def __str__(self) -> str:
        return f"{self.name}, {self.on}: {self.rule}: {self.detail}"


@dataclass
class Inspector:
    """Follows one trainee: `look` at each day in order, `close` after the last."""

    name: str
    memory: Memory = field(default_factory=Memory)
    found: list[Violation] = field(default_factory=list)

    def look(self, day: Diary) -> list[Violation]:
        """The broken rules of one day; the day's session goes into the memory after that."""
        broken = [Violation(self.name, day.on, rule, detail) for rule, detail in self._broken(day)]
        if day.session is not None:
            self.memory.add(day.session)
        self.found += broken
        return broken

    def _broken(self, day: Diary) -> Iterator[tuple[str, str]]:
        yield from agenda.broken(day.profile, self.memory, day.on, day.plan)
        if day.plan.status == "OK":
            yield from bounds.broken(day.profile, self.memory, day.on, day.plan)
            yield from weeks.broken(day.profile, self.memory, day.on, day.plan)
        for profile, item in day.swaps:
            yield from bounds.forbidden(profile, day.on, item)


def violations(name: str, days: Iterable[Diary]) -> list[Violation]:
    """All broken rules of one life."""
    inspector = Inspector(name)
    for day in days:
        inspector.look(day)
    return inspector.found
