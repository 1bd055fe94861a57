"""What providers answered lately: how much of it was collected, and each code with its count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

LATE_S = 120


@dataclass(frozen=True, slots=True)
class Collection:
    """Attempts of a window; `due` are those that began more than two minutes ago and must have ended."""

    started: int
    completed: int
    due: int
    due_completed: int

    @property
    def rate(self) -> float | None:
        """Completed / started, None when nothing was started."""
        return self.completed / self.started if self.started else None

    @property
    def due_rate(self) -> float | None:
        """As `rate`, without those that may still be under way."""
        return self.due_completed / self.due if self.due else None


_COLLECTION = text("""
    SELECT count(*) AS started, count(captured_at) AS completed,
           count(*) FILTER (WHERE is_due) AS due, count(captured_at) FILTER (WHERE is_due) AS due_completed
    FROM (
        SELECT captured_at, started_at < now() - make_interval(secs => :late_s) AS is_due
        FROM notification_provider_codes WHERE started_at > now() - make_interval(hours => :hours)
    ) AS attempts
""")

_ANSWERS = text("""
    SELECT provider, provider_status_code AS code, outcome, count(*) AS count,
           min(captured_at) AS first_at, max(captured_at) AS last_at
    FROM notification_provider_codes
    WHERE started_at > now() - make_interval(hours => :hours) AND provider_status_code IS NOT NULL
    GROUP BY provider, provider_status_code, outcome
    ORDER BY provider, count(*) DESC, provider_status_code, outcome
""")

# A result may come 72 hours after its attempt; the rows are found by when that began.
_RESULTS = text("""
    SELECT provider, delivery_code AS code, delivery_outcome AS outcome, count(*) AS count,
           min(delivery_at) AS first_at, max(delivery_at) AS last_at
    FROM notification_provider_codes
    WHERE started_at > now() - make_interval(hours => :hours + 72)
        AND delivery_at > now() - make_interval(hours => :hours) AND delivery_code IS NOT NULL
    GROUP BY provider, delivery_code, delivery_outcome
    ORDER BY provider, count(*) DESC, delivery_code, delivery_outcome
""")


def collection(session: Session, hours: int) -> Collection:
    """How many attempts of the last `hours` have their answer."""
    row = session.execute(_COLLECTION, {"hours": hours, "late_s": LATE_S}).one()
    return Collection(row.started, row.completed, row.due, row.due_completed)


def answers(session: Session, hours: int) -> Sequence[Any]:
    """Codes of answers: `provider`, `code`, `outcome`, `count`, `first_at`, `last_at`."""
    return session.execute(_ANSWERS, {"hours": hours}).all()


def results(session: Session, hours: int) -> Sequence[Any]:
    """Codes of delivery results, with the same columns; `outcome` may be None."""
    return session.execute(_RESULTS, {"hours": hours}).all()
