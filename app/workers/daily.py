"""The daily rhythm: trainees' nights, mornings and evenings, a chunk of each a job; and the periodic jobs."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

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
HELD_S, WORK_S = 0.25, 8.0
"""A transaction that took longer than the first is followed by a smaller one; a job ends after the second."""
AFTER_A_FAULT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day: who is due for it, what is done for them, and how to look at one of them later."""

    name: str
    claim: Callable[[Session, int, datetime, Sequence[UUID] | None], list[UUID]]
    work: Callable[[Session, Sequence[UUID], datetime], Counter[str]]
    put_off: Callable[[Session, UUID, datetime], None]


NIGHTS = Part("nights", closings.claim, closings.work, closings.put_off)
MORNINGS = Part("mornings", mornings.claim, mornings.work, mornings.put_off)
EVENINGS = Part("evenings", evenings.claim, evenings.work, evenings.put_off)


def run() -> None:
    """Do a chunk of each part of the day, then the periodic jobs that are due; any number may run at once.

    There may be more than a chunk: then it rings before it works, for an idle worker, and again afterwards.
    """
    end = monotonic() + WORK_S
    is_more = [_try(part, end) for part in (NIGHTS, MORNINGS, EVENINGS) if not stopping.is_asked()]
    periodic.run_due()
    if any(is_more):
        ring("daily")


def _try(part: Part, end: float) -> bool:
    """As `_chunk`; what the database refuses to one part keeps nobody from the others."""
    try:
        return _chunk(part, end)
    except (OperationalError, PoolTimeout) as error:
        db.session.rollback()
        log.warning("a part of the day failed", extra={"part": part.name, "error": type(error).__name__})
        return False


def _chunk(part: Part, end: float) -> bool:
    """Do a chunk; whether there may be more."""
    done, at_once = 0, AT_ONCE
    while done < CHUNK and monotonic() < end:
        began, now = monotonic(), utc_now()
        ids = part.claim(db.session(), at_once, now, None)
        if not ids or stopping.is_asked():
            db.session.rollback()
            return False
        if not done and len(ids) == at_once:
            ring("daily")
        do(part, ids, now)
        done += len(ids)
        at_once = _fit(at_once, monotonic() - began)
    return True


def _fit(at_once: int, took_s: float) -> int:
    """How many to take next: those with years behind them take longer than those who are new."""
    return max(1, min(AT_ONCE, int(at_once * HELD_S / took_s)))


def do(part: Part, ids: Sequence[UUID], now: datetime) -> Counter[str]:
    """Do it for trainees who are locked, and commit; what came of it. One who fails costs nobody else theirs.

    What is wrong with a trainee's data, or with the rules for it, is not foreseen, or it would be refused:
    so the chunk is halved until that trainee is alone, who is then looked at again in an hour.
    """
    try:
        counts = part.work(db.session(), ids, now)
        db.session.commit()
    except (OperationalError, PoolTimeout):
        raise  # the database is away, or a lock was not to be had: nobody's fault
    except Exception:
        db.session.rollback()
        if len(ids) > 1:
            middle = len(ids) // 2
            return do_these(part, ids[:middle], now) + do_these(part, ids[middle:], now)
        log.exception("a trainee is left out", extra={"part": part.name, "user_id": str(ids[0])})
        part.put_off(db.session(), ids[0], now + AFTER_A_FAULT)
        db.session.commit()
        return Counter(failed=1)
    log.info(part.name, extra=dict(counts))
    return counts


def do_these(part: Part, ids: Sequence[UUID], now: datetime) -> Counter[str]:
    """As `do`, for those of some trainees who are due and whom nobody else has locked."""
    held = part.claim(db.session(), len(ids), now, ids)
    return do(part, held, now) if held else Counter()
