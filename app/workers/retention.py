"""Deleting what is past its time, for the periodic job and for `flask ops log purge`."""

import logging
from collections import Counter
from time import monotonic

from app.domain import retention
from app.extensions import db
from app.workers import stopping

log = logging.getLogger(__name__)


def forget_old(work_s: float) -> Counter[str]:
    """Delete what no rule keeps any more, for about so long; returns how many rows of each table went.

    What is left goes the next time. Any number may run at once, and any may die.
    """
    end = monotonic() + work_s
    gone: Counter[str] = Counter()
    for table in retention.RULES:
        while monotonic() < end and not stopping.is_asked():
            count = retention.forget(db.session(), table)
            db.session.commit()
            gone[table] += count
            if count < retention.BATCH:
                break
    if gone.total():
        log.info("old rows deleted", extra={"rows": dict(gone)})
    return gone
