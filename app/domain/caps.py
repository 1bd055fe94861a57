"""How many messages may leave a minute: the operators' cap, and one that sets itself when sending fails.

Both count in `delivery_tallies`, which has a row for every claim and every recorded answer. The automatic
cap trips when few attempts are `ok`, and lifts itself when those started under it are.
"""

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import guardrails
from app.domain.guardrails import Rails

log = logging.getLogger(__name__)

AUTO_CAP = 30  # messages a minute while most attempts fail
PROBES = 1  # a minute, while the cap is set and the latest answer left open whether anything arrived
ENOUGH, MIN_OK = 20, 0.7  # so many attempts must have ended, and such a share of them be ok
LIFT_OK, LIFT_OF = 18, 20
# When these end an attempt, it says nothing about whether the sender works.
NOT_COUNTED = frozenset({"recipient", "quota", "duplicate"})
# Results of delivery that turn an attempt which was `ok` into one that was not.
FAILED_DELIVERY = ("retry", "quota", "request", "alert")

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('send_cap', 0))")

_LEFT_LAST_MINUTE = text("""
    SELECT coalesce(sum(started), 0) FROM delivery_tallies
    WHERE at > clock_timestamp() - interval '60 seconds'
""")

_LATEST_IS_UNKNOWN = text("""
    SELECT outcome = 'unknown' FROM notification_provider_codes
    WHERE captured_at IS NOT NULL AND is_counted ORDER BY id DESC LIMIT 1
""")

_ENDED = text("""
    INSERT INTO delivery_tallies (at, ended, ok) VALUES (clock_timestamp(), :ended, :ok)
""")

_WINDOW = text("""
    SELECT coalesce(sum(ended), 0) AS ended, coalesce(sum(ok), 0) AS ok FROM delivery_tallies
    WHERE at > greatest(clock_timestamp() - interval '15 minutes', CAST(:since AS timestamptz))
""")

_LAST_UNDER_CAP = text("""
    SELECT count(*) AS ended, count(*) FILTER (WHERE is_ok) AS ok FROM (
        SELECT outcome = 'ok' AND coalesce(delivery_outcome, 'ok') <> ALL (:failed) AS is_ok
        FROM notification_provider_codes
        WHERE started_at >= :since AND captured_at IS NOT NULL AND is_counted
        ORDER BY id DESC LIMIT :last
    ) AS lately
""")


def room(session: Session, rails: Rails, *, lock: bool) -> int | None:
    """How many more messages may leave in this minute, None without a cap.

    With `lock`, nobody else counts until the commit, so that many workers together keep the cap.
    """
    caps = [each for each in (rails.send_cap_per_minute, _automatic(session, rails)) if each is not None]
    if not caps:
        return None
    if lock:
        session.execute(_LOCK)
    left: int = session.scalars(_LEFT_LAST_MINUTE).one()
    return max(0, min(caps) - left)


def _automatic(session: Session, rails: Rails) -> int | None:
    """The automatic cap: fewer still while what leaves may vanish, for each of those may need a human."""
    if rails.auto_cap is not None and session.scalars(_LATEST_IS_UNKNOWN).first():
        return min(rails.auto_cap, PROBES)
    return rails.auto_cap


def tally_ended(session: Session, *, ended: int, ok: int) -> None:
    """Count attempts that have just ended, as far as they are counted at all."""
    if ended:
        session.execute(_ENDED, {"ended": ended, "ok": ok})


def window(session: Session, rails: Rails) -> Any:
    """What the automatic cap looks at: attempts `ended` lately, and how many of them were `ok`."""
    return session.execute(_WINDOW, {"since": rails.auto_cap_since}).one()


def watch(session: Session, rails: Rails) -> None:
    """Set or lift the automatic cap, whichever the attempts that have ended call for.

    `rails` as they are now; of many workers that see the same, one acts.
    """
    if rails.auto_cap is None:
        _trip(session, rails)
    elif rails.auto_cap_since is not None:
        _lift(session, rails.auto_cap_since)


def _trip(session: Session, rails: Rails) -> None:
    lately = window(session, rails)
    if lately.ended < ENOUGH or lately.ok >= MIN_OK * lately.ended:
        return
    if guardrails.trip(session, AUTO_CAP, f"{lately.ok} of the last {lately.ended} attempts were ok"):
        log.warning("automatic cap set", extra={"ok": int(lately.ok), "ended": int(lately.ended)})


def _lift(session: Session, since: datetime) -> None:
    given = {"since": since, "last": LIFT_OF, "failed": list(FAILED_DELIVERY)}
    lately = session.execute(_LAST_UNDER_CAP, given).one()
    if lately.ended < LIFT_OF or lately.ok < LIFT_OK:
        return
    if guardrails.lift(session, f"{lately.ok} of the last {lately.ended} attempts were ok"):
        log.info("automatic cap lifted", extra={"ok": lately.ok, "ended": lately.ended})
