"""What is measured of the whole service, from its rows: the same whichever process is asked.

Nothing is counted beside the rows, so nothing is lost with a process. What happens is therefore told as the
number of the last hour, not as a counter that only rises.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import status

_ATTEMPTS = text("""
    SELECT provider, coalesce(provider_status_code, '-') AS code, coalesce(outcome, 'pending') AS outcome,
        count(*) AS value
    FROM notification_provider_codes WHERE started_at > now() - interval '1 hour'
    GROUP BY 1, 2, 3
""")
_SEND_AGE = text("""
    SELECT share, percentile_disc(share) WITHIN GROUP (ORDER BY age_s) AS value
    FROM (
        SELECT extract(epoch FROM c.started_at - greatest(n.schedule_at, n.created_at)) AS age_s
        FROM notification_provider_codes AS c JOIN notifications AS n ON n.id = c.notification_id
        WHERE c.started_at > now() - interval '1 hour' AND c.attempt_no = 1
    ) AS ages, unnest(ARRAY[0.5, 0.99]) AS share
    GROUP BY share
""")
_LLM = text("""
    SELECT coalesce(fallback_reason, 'ok') AS verdict, count(*) AS value FROM exercise_plans
    WHERE id >= :since AND requested_source = 'llm' GROUP BY 1
""")


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: its name, what it says, its labels and its value."""

    name: str
    help: str
    labels: Mapping[str, str]
    value: float


def measure(session: Session, settings: Mapping[str, Any], now: datetime) -> Iterator[Measure]:
    """Every figure; cheap queries, each from an index. `settings` is the application's configuration."""
    yield from _attempts(session)
    yield from _llm(session, now)
    for row in session.execute(_SEND_AGE):
        labels = {"quantile": f"{row.share:g}"}
        yield Measure(
            "coach_send_age_seconds", "From a message's time to its first attempt", labels, row.value
        )
    yield from _now(session, settings)


def _attempts(session: Session) -> Iterator[Measure]:
    lost = duplicates = 0
    for row in session.execute(_ATTEMPTS):
        labels = {"provider": row.provider, "code": row.code, "outcome": row.outcome}
        yield Measure("coach_attempts", "Attempts of the last hour", labels, row.value)
        lost += row.value if row.code == "WORKER_LOST" else 0
        duplicates += row.value if row.outcome == "duplicate" else 0
    yield Measure("coach_lease_takeovers", "Attempts whose worker was lost, of the last hour", {}, lost)
    yield Measure(
        "coach_duplicates_prevented", "Sends the provider knew already, of the last hour", {}, duplicates
    )


def _llm(session: Session, now: datetime) -> Iterator[Measure]:
    """By ids, which sort by the time they were made: there is no index on that."""
    since = UUID(int=int((now - timedelta(hours=1)).timestamp() * 1000) << 80)
    for row in session.execute(_LLM, {"since": since}):
        labels = {"verdict": row.verdict}
        yield Measure("coach_llm_plans", "Plans asked of the LLM in the last hour", labels, row.value)


def _now(session: Session, settings: Mapping[str, Any]) -> Iterator[Measure]:
    """What holds, waits and is open at this moment."""
    found = status.load(session, settings)
    counted = found["yield"]
    yield Measure("coach_yield_attempts", "Attempts the automatic cap looks at", {}, counted["ended"])
    if counted["share"] is not None:
        yield Measure("coach_yield_ratio", "The share of them that was ok", {}, counted["share"])
    for queue in found["queues"]:
        labels = {"queue": queue["name"]}
        yield Measure("coach_queue_waiting", "Due rows, 10,000 at most", labels, queue["waiting"])
        yield Measure("coach_queue_oldest_seconds", "Age of the oldest", labels, queue["oldest_s"] or 0)
    for review in found["reviews"]:
        labels = {"subject": review["subject"]}
        yield Measure("coach_reviews_open", "Open reviews", labels, review["open"])
        yield Measure("coach_reviews_oldest_seconds", "Age of the oldest", labels, review["oldest_s"])
    for rail in found["guardrails"]:
        if rail["value"] is not None:
            labels = {"name": rail["name"]}
            yield Measure("coach_guardrail", "What holds: 0 or 1, or a number", labels, float(rail["value"]))
    for hold in found["holds"]:
        yield Measure("coach_sender_hold", "A sender that is held back", {"scope": hold["scope"]}, 1)
