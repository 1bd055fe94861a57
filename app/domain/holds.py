"""Holding a sender back: for a quota until its window is over, for a stop until an operator lifts it.

A quota of the app, the sender or the request holds everything of that sender, in one row of `sender_holds`;
an alert about a template holds the messages of its kind. Other alerts stop sending altogether: that is the
guardrail `send_paused`.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain.days import KST

QUOTA_S = 60.0  # of a quota whose end nobody told
LEAST_S = 5.0  # whatever a provider says: nobody is to be asked again and again without a pause
# A refusal told so soon after a window began may be about the one before: its answer took a while, or the
# provider's clock is behind ours. Taken at its word it would hold everything for another day, or month.
JUST_BEGUN = timedelta(minutes=5)

_HOLD = text("""
    INSERT INTO sender_holds AS held (scope, until, reason_code, code)
    VALUES (
        :scope,
        CASE WHEN CAST(:until AS timestamptz) IS NOT NULL THEN greatest(
            CAST(:until AS timestamptz), clock_timestamp() + make_interval(secs => :least_s)) END,
        :reason_code, :code
    )
    ON CONFLICT (scope) DO UPDATE
    SET until = excluded.until, reason_code = excluded.reason_code, code = excluded.code, started_at = now()
    WHERE held.until < coalesce(excluded.until, 'infinity')
""")

_HELD = text("""
    SELECT scope FROM sender_holds
    WHERE (scope = :provider OR starts_with(scope, :provider || ':')) AND (until IS NULL OR until > now())
""")


_LISTING = text("""
    SELECT scope, until, reason_code, code, started_at FROM sender_holds
    WHERE until IS NULL OR until > now() ORDER BY scope
""")


def hold(session: Session, scope: str, until: datetime | None, *, reason_code: str, code: str) -> None:
    """Hold `scope` (a provider, or `provider:kind`) until then; None: until an operator lifts it.

    A longer hold that is there already stays. It lasts a while by the database's clock too, which says when
    it is over. May run twice.
    """
    given: dict[str, Any] = {"scope": scope, "until": until, "reason_code": reason_code, "code": code}
    session.execute(_HOLD, given | {"least_s": LEAST_S})


def free_kinds(session: Session, provider: str, kinds: Collection[str]) -> tuple[str, ...]:
    """Those of `kinds` that nothing holds back."""
    held = set(session.scalars(_HELD, {"provider": provider}))
    if provider in held:
        return ()
    return tuple(kind for kind in kinds if f"{provider}:{kind}" not in held)


def listing(session: Session) -> list[dict[str, Any]]:
    """What is held back now: `scope`, `until` (None: until an operator lifts it), why and since when."""
    return [dict(row) for row in session.execute(_LISTING).mappings()]


def quota_end(window: str | None, retry_after_s: float | None, now: datetime) -> datetime:
    """When a quota is there again: as the provider says, else by the kind of its window, else in a minute.

    `window`: "00:00", "08:00" (the next one in Korea), "1st" (of the next month in Korea) or "10min". That
    Kakao counts days in Korean time is not documented. In the first minutes of a window it is asked again.
    """
    if retry_after_s is not None:
        return now + timedelta(seconds=max(retry_after_s, LEAST_S))
    if window == "10min":
        return now + timedelta(minutes=10)
    end = _next_start(window, now - JUST_BEGUN)
    return end if end is not None and end > now else now + timedelta(seconds=QUOTA_S)


def _next_start(window: str | None, now: datetime) -> datetime | None:
    midnight = now.astimezone(KST).replace(hour=0, minute=0, second=0, microsecond=0)
    match window:
        case "00:00":
            return midnight + timedelta(days=1)
        case "08:00":
            morning = midnight.replace(hour=8)
            return morning if morning > now else morning + timedelta(days=1)
        case "1st":
            return (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
    return None
