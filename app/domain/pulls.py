"""Delivery results that were asked for instead of told: the safety net for webhooks that never came."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

OVERLAP = timedelta(minutes=15)  # results may be seen late, and their messages be recorded late
FIRST = timedelta(hours=1)
FURTHEST = timedelta(days=29)  # the dealer answers for 30 days at most
SLICE = timedelta(minutes=5)  # asked for at a time: a busy morning is more than the dealer lists in one go

_MATCH = text("""
    SELECT c.notification_id, given.place
    FROM json_to_recordset(CAST(:given AS json)) AS given (place int, request_id text, seq int, code text)
    JOIN notification_provider_codes AS c
        ON c.provider_request_id = given.request_id AND c.recipient_seq = given.seq
    JOIN notifications AS n ON n.id = c.notification_id
    WHERE c.delivery_code IS DISTINCT FROM given.code AND n.status <> 'SENDING'
""")


def windows(done_until: datetime | None, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """From when to when to ask, in slices: everything since the last time, and some of it again.

    What was done up to a time that is still to come was done by a clock that was fast: not believed.
    """
    since = max(min(done_until or now - FIRST, now) - OVERLAP, now - FURTHEST)
    while since < now:
        until = min(since + SLICE, now)
        yield since, until
        since = until


def match(session: Session, results: Sequence[Mapping[str, Any]]) -> dict[int, UUID]:
    """Which message each result is for, by its place in `results` (`request_id`, `seq`, `code`).

    One that is on record already, or is for no message of ours (yet), is left out.
    """
    given = [{"place": place, **each} for place, each in enumerate(results)]
    rows = session.execute(_MATCH, {"given": json.dumps(given)}).all() if given else []
    return {row.place: row.notification_id for row in rows}
