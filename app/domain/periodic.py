"""Work that comes again and again: which of it is due, and up to when it is done.

The row is the lock: whoever begins a job moves its `started_at`, so that two clocks or workers do no harm,
and a job whose worker dies is begun again when it is due the next time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import text
from sqlalchemy.orm import Session

EVERY: Mapping[str, timedelta] = MappingProxyType(
    {
        "pull_results": timedelta(minutes=3),
        "review_silent": timedelta(minutes=10),
        "reseal_tokens": timedelta(minutes=10),
        "forget_tallies": timedelta(hours=1),
        "forget_llm": timedelta(hours=1),
        "forget_old": timedelta(hours=1),
        "erase_unlinked": timedelta(hours=1),
    }
)
TALLIES_KEPT = timedelta(hours=2)

_BEGIN = text("""
    INSERT INTO periodic_jobs AS job (name) VALUES (:name)
    ON CONFLICT (name) DO UPDATE SET started_at = now() WHERE job.started_at <= now() - :every
    RETURNING done_until
""")

_DUE = text("""
    SELECT name FROM unnest(CAST(:names AS text[]), CAST(:seconds AS float8[])) AS every (name, seconds)
    WHERE NOT EXISTS (
        SELECT FROM periodic_jobs AS job
        WHERE job.name = every.name AND job.started_at > now() - make_interval(secs => every.seconds)
    )
""")

_DONE = text("""
    UPDATE periodic_jobs SET done_until = greatest(done_until, :until) WHERE name = :name
""")


@dataclass(frozen=True, slots=True)
class Begun:
    """A job that is ours to do now; what is older than `done_until` is done, None: nothing yet."""

    name: str
    done_until: datetime | None


def due(session: Session) -> list[str]:
    """The names of the jobs that are due."""
    seconds = [each.total_seconds() for each in EVERY.values()]
    return list(session.scalars(_DUE, {"names": list(EVERY), "seconds": seconds}))


def begin(session: Session, name: str) -> Begun | None:
    """Take a job, if it is due; of many at once, one gets it. The caller commits before it works."""
    row = session.execute(_BEGIN, {"name": name, "every": EVERY[name]}).one_or_none()
    return Begun(name, row.done_until) if row else None


def done(session: Session, name: str, until: datetime) -> None:
    """Everything up to `until` is done."""
    session.execute(_DONE, {"name": name, "until": until})


def forget_tallies(session: Session) -> None:
    """Delete tallies that no cap counts any more."""
    session.execute(text("DELETE FROM delivery_tallies WHERE at < now() - :kept"), {"kept": TALLIES_KEPT})
