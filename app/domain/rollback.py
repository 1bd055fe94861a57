"""Whether the release that runs should go: three signals, each with its figures and when it trips.

Nothing here writes. Read in one snapshot (REPEATABLE READ): a day that is closed between two statements would
look wrong.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import summaries
from app.domain.caps import FAILED_DELIVERY, NOT_COUNTED
from app.domain.provider_codes import LATE_S

SUMMARY_DAYS = 7  # older rows are the work of older releases, and would hide what this one does
TRAINEES_AT_ONCE = 20
REVIEW_DAYS = 7
ENOUGH_REVIEWS = 10
WINDOWS, WINDOW_MINUTES = 3, 5
ENOUGH_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class SummaryError:
    """How many of the compared summaries are `wrong`; `written`: how many there were to draw from."""

    wrong: int
    compared: int
    written: int

    @property
    def share(self) -> float | None:
        """Wrong / compared, None when nothing was compared."""
        return self.wrong / self.compared if self.compared else None

    def trips(self, most: float) -> bool:
        """Whether a larger share than `most` is wrong."""
        return self.share is not None and self.share > most


@dataclass(frozen=True, slots=True)
class ReviewSurge:
    """Reviews opened in the last hour, and in the same hour of each of the days before, newest first."""

    opened: int
    before: tuple[int, ...]

    @property
    def usual(self) -> float:
        """How many are opened in such an hour."""
        return median(self.before)

    @property
    def is_enough(self) -> bool:
        """Whether there are enough to speak of a surge."""
        return self.opened >= ENOUGH_REVIEWS

    def trips(self, factor: float) -> bool:
        """Whether more than `factor` times the usual number were opened."""
        return self.is_enough and (self.usual == 0 or self.opened / self.usual > factor)


@dataclass(frozen=True, slots=True)
class Window:
    """The attempts of some minutes."""

    attempts: int = 0
    failed: int = 0

    @property
    def rate(self) -> float | None:
        """Failed / attempts, None when there were none."""
        return self.failed / self.attempts if self.attempts else None

    @property
    def is_enough(self) -> bool:
        """Whether its rate says something."""
        return self.attempts >= ENOUGH_ATTEMPTS


@dataclass(frozen=True, slots=True)
class FailureRate:
    """The last windows of attempts, newest first."""

    windows: tuple[Window, ...]

    @property
    def is_enough(self) -> bool:
        """Whether every window has enough attempts."""
        return all(window.is_enough for window in self.windows)

    def trips(self, rate: float) -> bool:
        """Whether in every window at least the share `rate` failed; where nothing did, 0 is no failure."""
        return self.is_enough and all(
            each.failed and each.failed / each.attempts >= rate for each in self.windows
        )


_SAMPLE = text("""
    SELECT user_id, on_date AS date, count(*) OVER () AS written, current_date AS today
    FROM daily_summaries WHERE computed_at > now() - make_interval(days => :days)
    ORDER BY random() LIMIT :size
""")

_STORED = text("""
    SELECT user_id, on_date AS date, planned_sets, done_sets, skipped_sets, failed_sets, volume_kg, minutes,
        streak, one_rep_maxes
    FROM daily_summaries WHERE user_id = ANY (CAST(:ids AS uuid[]))
""")

# Opened, not seen again: what is counted onto an open review is no new question.
_OPENED = text("""
    SELECT CAST(floor(age_s / 86400) AS int) AS days_ago, count(*) AS opened
    FROM (
        SELECT extract(epoch FROM now() - opened_at) AS age_s FROM manual_reviews
        WHERE opened_at > now() - make_interval(days => :days, hours => 1)
    ) AS lately
    WHERE age_s % 86400 < 3600
    GROUP BY 1
""")

# As the automatic cap counts, but with attempts that no worker completed: a release whose workers die has
# no others.
_ATTEMPTS = text("""
    SELECT number, count(*) AS attempts, count(*) FILTER (WHERE is_ok IS NOT TRUE) AS failed
    FROM (
        SELECT CAST(floor(extract(epoch FROM now() - started_at) / (60 * :minutes)) AS int) AS number,
            outcome = 'ok' AND coalesce(delivery_outcome, 'ok') <> ALL (:failed) AS is_ok
        FROM notification_provider_codes
        WHERE started_at > now() - make_interval(mins => :minutes * :windows)
            AND (captured_at IS NOT NULL OR started_at < now() - make_interval(secs => :late_s))
            AND (is_counted OR provider_status_code = 'WORKER_LOST')
            AND coalesce(outcome, 'unknown') <> ALL (:not_counted)
    ) AS lately
    GROUP BY number
""")


def summary_error(session: Session, size: int) -> SummaryError:
    """Compare up to `size` random summaries that were written lately with what they should say.

    A streak depends on all days before it, so each drawn trainee is computed from the first day on. Days that
    such a trainee lacks a summary for, though they are over, are compared too, and are wrong.
    """
    rows = session.execute(_SAMPLE, {"days": SUMMARY_DAYS, "size": size}).all()
    drawn: dict[UUID, set[date]] = defaultdict(set)
    for row in rows:
        drawn[row.user_id].add(row.date)
    wrong = missing = 0
    ids = sorted(drawn)
    for start in range(0, len(ids), TRAINEES_AT_ONCE):
        some = {each: drawn[each] for each in ids[start : start + TRAINEES_AT_ONCE]}
        found = _compare(session, some, rows[0].today - timedelta(days=SUMMARY_DAYS))
        wrong, missing = wrong + found[0], missing + found[1]
    return SummaryError(wrong + missing, len(rows) + missing, rows[0].written if rows else 0)


def _compare(session: Session, drawn: dict[UUID, set[date]], since: date) -> tuple[int, int]:
    """How many of the drawn days are wrong, and how many days from `since` on have no summary."""
    given = {"ids": [str(each) for each in drawn]}
    stored = _by_day(session.execute(_STORED, given).mappings().all())
    right = _by_day(summaries.computed(session, dict.fromkeys(drawn, date.min)))
    days = [(user_id, on) for user_id, dates in drawn.items() for on in dates]
    missing = [day for day in right if day[1] >= since and day not in stored]
    return sum(stored[day] != right.get(day) for day in days), len(missing)


def _by_day(rows: Sequence[Any]) -> dict[tuple[UUID, date], dict[str, Any]]:
    return {(row["user_id"], row["date"]): dict(row) for row in rows}


def review_surge(session: Session) -> ReviewSurge:
    """How many reviews were opened in the last hour, and in that hour of the days before."""
    found = {row.days_ago: row.opened for row in session.execute(_OPENED, {"days": REVIEW_DAYS})}
    now, *before = (found.get(days_ago, 0) for days_ago in range(REVIEW_DAYS + 1))
    return ReviewSurge(now, tuple(before))


def failure_rate(session: Session) -> FailureRate:
    """How the attempts of the last windows ended, by when they began.

    What is the recipient's or a quota's does not count, nor what may still be under way.
    """
    given: dict[str, Any] = {"minutes": WINDOW_MINUTES, "windows": WINDOWS, "late_s": LATE_S}
    given |= {"failed": list(FAILED_DELIVERY), "not_counted": sorted(NOT_COUNTED)}
    found = {row.number: Window(row.attempts, row.failed) for row in session.execute(_ATTEMPTS, given)}
    return FailureRate(tuple(found.get(number, Window()) for number in range(WINDOWS)))
