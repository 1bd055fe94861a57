"""How many ask the LLM at once, and when nobody does because it is down.

Both in PostgreSQL, for all processes together. A call has a lease, so a process that dies gives its place
back. The breaker opens when five calls have failed within a minute and none succeeded since; half a minute
later one call may try, and its end decides: another half minute, or everything as before.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

FAILURES = 5
WINDOW_S = 60
OPEN_S = 30
SPARE_S = 5  # a call's lease beyond its deadline
KEPT_DAYS = 1

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('llm', 0))")
_BEGIN = text("""
    WITH running AS (
        SELECT count(*) AS number FROM llm_calls WHERE ended_at IS NULL AND leased_until > clock_timestamp()
    ), ok AS (
        SELECT coalesce(max(ended_at), '-infinity') AS at FROM llm_calls WHERE is_ok
    ), failed AS (
        SELECT ended_at, ended_at - lag(ended_at, :others) OVER (ORDER BY ended_at) AS span
        FROM llm_calls, ok WHERE NOT is_ok AND ended_at > ok.at
    ), breaker AS (
        SELECT max(ended_at) AS opened_at,
            coalesce(bool_or(span < make_interval(secs => :window_s)), false) AS is_tripped
        FROM failed
    )
    INSERT INTO llm_calls (started_at, leased_until)
    SELECT clock_timestamp(), clock_timestamp() + make_interval(secs => :lease_s)
    FROM running, breaker
    WHERE running.number < :most AND (
        NOT breaker.is_tripped
        OR running.number = 0 AND breaker.opened_at <= clock_timestamp() - make_interval(secs => :open_s)
    )
    RETURNING id
""")
_END = text("""
    UPDATE llm_calls SET ended_at = clock_timestamp(), is_ok = :is_ok WHERE id = :id AND ended_at IS NULL
""")
_FORGET = text("DELETE FROM llm_calls WHERE started_at < now() - make_interval(days => :days)")


def begin(session: Session, most: int, deadline_s: float) -> int | None:
    """Take one of `most` places; None when all are taken or the breaker is open. The caller commits."""
    session.execute(_LOCK)
    given = {
        "most": most,
        "lease_s": deadline_s + SPARE_S,
        "others": FAILURES - 1,
        "window_s": WINDOW_S,
        "open_s": OPEN_S,
    }
    number: int | None = session.scalars(_BEGIN, given).first()
    return number


def end(session: Session, call_id: int, *, is_ok: bool) -> None:
    """Give the place back, and tell the breaker how it went."""
    session.execute(_END, {"id": call_id, "is_ok": is_ok})


def forget(session: Session) -> None:
    """Delete calls that no limit looks at any more."""
    session.execute(_FORGET, {"days": KEPT_DAYS})
