"""The daily rhythm: trainees' nights, mornings and evenings, a chunk of each a job; and the periodic jobs."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from rq.timeouts import JobTimeoutException
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from app.domain import closings, evenings, mornings
from app.domain.days import utc_now
from app.extensions import db
from app.workers import periodic, stopping
from app.workers.bells import ring

log = logging.getLogger(__name__)

CHUNK, AT_ONCE = 500, 50
"""Trainees a job, and a transaction: who of them chats meanwhile waits for it, some tenths of a second."""
MOST_PLANS = 3_000
"""Plans to read in a transaction; more are for fewer trainees at once."""
WORK_S = 5.0
"""What a part of the day may take of a job, which is ended after 90 s."""
AFTER_A_FAULT = timedelta(hours=1)
TOOK_TOO_LONG = "57014"  # PostgreSQL's query_canceled: the statement's time was over
_PATIENCE = text("SET LOCAL lock_timeout = '5s'")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day: who is due for it, what is done for them, and how to look at one of them later.

    `weigh`: how many plans are to be read for them.
    """

    name: str
    claim: Callable[[Session, int, datetime, Sequence[UUID] | None], list[UUID]]
    work: Callable[[Session, Sequence[UUID], datetime], Counter[str]]
    weigh: Callable[[Session, Sequence[UUID], datetime], int]
    put_off: Callable[[Session, UUID, datetime], None]


NIGHTS = Part("nights", closings.claim, closings.work, closings.weigh, closings.put_off)
MORNINGS = Part("mornings", mornings.claim, mornings.work, mornings.weigh, mornings.put_off)
EVENINGS = Part("evenings", evenings.claim, evenings.work, evenings.weigh, evenings.put_off)


def run() -> None:
    """Do a chunk of each part of the day, then the periodic jobs that are due; any number may run at once.

    There may be more than a chunk: then it rings before it works, for an idle worker, and again afterwards.
    """
    is_more = [_try(part) for part in (NIGHTS, MORNINGS, EVENINGS) if not stopping.is_asked()]
    periodic.run_due()
    if any(is_more):
        ring("daily")


def _try(part: Part) -> bool:
    """As `_chunk`; what the database refuses to one part keeps nobody from the others."""
    try:
        return _chunk(part)
    except (OperationalError, PoolTimeout) as error:
        db.session.rollback()
        log.warning("a part of the day failed", extra={"part": part.name, "error": type(error).__name__})
        return False


def _chunk(part: Part) -> bool:
    """Do a chunk, or what of it fits into the time; whether there may be more."""
    end = monotonic() + WORK_S
    for done in range(0, CHUNK, AT_ONCE):
        now = utc_now()
        ids = _claim(part, AT_ONCE, now)
        if not ids or stopping.is_asked():
            db.session.rollback()
            return False
        if not done and len(ids) == AT_ONCE:
            ring("daily")
        do(part, ids, now)
        if monotonic() > end:
            break
    return True


def _claim(part: Part, limit: int, now: datetime, among: Sequence[UUID] | None = None) -> list[UUID]:
    """Lock who is due, in a transaction in which a lock that is not to be had shows as such."""
    db.session.execute(_PATIENCE)
    return part.claim(db.session(), limit, now, among)


def do(part: Part, ids: Sequence[UUID], now: datetime) -> Counter[str]:
    """Do it for trainees who are locked, and commit; what came of it. One who fails costs nobody else theirs.

    What is wrong with a trainee's data, or with the rules for it, is not foreseen, or it would be refused:
    so the chunk is halved until that trainee is alone, who is then looked at again in an hour. Long histories
    are halved before. What took too long for one statement is done one by one: halves would take as long.
    """
    if len(ids) > 1 and part.weigh(db.session(), ids, now) > MOST_PLANS:
        return _apart(part, ids, now, len(ids) // 2)
    try:
        counts = part.work(db.session(), ids, now)
        db.session.commit()
    except Exception as error:
        if _is_nobodys_fault(error):
            raise
        if len(ids) > 1:
            return _apart(part, ids, now, 1 if isinstance(error, OperationalError) else len(ids) // 2)
        db.session.rollback()
        log.exception("a trainee is left out", extra={"part": part.name, "user_id": str(ids[0])})
        part.put_off(db.session(), ids[0], now + AFTER_A_FAULT)
        db.session.commit()
        return Counter(failed=1)
    log.info(part.name, extra=dict(counts))
    return counts


def _is_nobodys_fault(error: Exception) -> bool:
    """Whether the database is away, a lock was not to be had, or the job's time is over."""
    if isinstance(error, OperationalError):
        return getattr(error.orig, "pgcode", None) != TOOK_TOO_LONG
    return isinstance(error, (PoolTimeout, JobTimeoutException))


def _apart(part: Part, ids: Sequence[UUID], now: datetime, size: int) -> Counter[str]:
    """Let them go, and do it for `size` at a time."""
    db.session.rollback()
    counts: Counter[str] = Counter()
    for start in range(0, len(ids), size):
        counts += do_these(part, ids[start : start + size], now)
    return counts


def do_these(part: Part, ids: Sequence[UUID], now: datetime) -> Counter[str]:
    """As `do`, for those of some trainees who are due and whom nobody else has locked."""
    held = _claim(part, len(ids), now, ids)
    return do(part, held, now) if held else Counter()
