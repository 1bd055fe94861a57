"""How the whole service does: what holds it back, what waits and how long, what needs a human."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import caps, guardrails, holds, provider_codes
from app.models.user import REACHED

MOST = 10_000
HOURS = 24

# Each from the index of what is due, so that it is cheap whatever waits; beyond `MOST` rows are not counted.
_DUE = {
    "delivery": (
        "due_at",
        "notifications WHERE kind = ANY(:kinds) AND status IN ('SCHEDULED', 'RETRY_SCHEDULED')"
        " AND due_at <= now()",
    ),
    "unsettled": ("leased_until", "notifications WHERE status = 'SENDING' AND leased_until <= now()"),
    "webhooks": ("due_at", "webhook_events WHERE status = 'RECEIVED' AND due_at <= now()"),
    "chat": ("due_at", "chat_callbacks WHERE status = 'WAITING' AND due_at <= now()"),
    "mornings": ("plan_due_at", f"users WHERE plan_due_at <= now() AND {REACHED} AND paused_at IS NULL"),
    "evenings": ("summary_due_at", f"users WHERE summary_due_at <= now() AND {REACHED} AND summary_enabled"),
    "nights": (
        "closes_at",
        "exercise_plans WHERE closes_at <= now() AND closed_at IS NULL AND status IN ('ACTIVE', 'DONE')",
    ),
}
_QUEUES = text(
    " UNION ALL ".join(
        f"SELECT '{name}' AS name, count(*) AS waiting, extract(epoch FROM now() - min(at)) AS oldest_s"  # noqa: S608
        f" FROM (SELECT {at} AS at FROM {rows} ORDER BY {at} LIMIT :most) AS {name}"
        for name, (at, rows) in _DUE.items()
    )
)
_REVIEWS = text("""
    SELECT subject, count(*) AS open, extract(epoch FROM now() - min(opened_at)) AS oldest_s
    FROM manual_reviews WHERE state = 'open' GROUP BY subject ORDER BY subject
""")


def load(session: Session, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Guardrails, holds, yield, queues, open reviews and collected codes; a handful of cheap queries.

    `settings` is the application's configuration. Ages are in seconds.
    """
    rails = guardrails.read(session, settings)
    window = caps.window(session, rails)
    codes = provider_codes.collection(session, HOURS)
    return {
        "guardrails": guardrails.listing(session, settings),
        "holds": holds.listing(session),
        "yield": {"ended": window.ended, "ok": window.ok, "share": _share(window.ok, window.ended)},
        "queues": queues(session),
        "reviews": [dict(row) for row in session.execute(_REVIEWS).mappings()],
        "collection": {"started": codes.started, "completed": codes.completed, "rate": codes.rate},
    }


def queues(session: Session) -> list[dict[str, Any]]:
    """What is due and waits, by queue: how many (10,000 at most are counted), and since when the oldest."""
    given = {"most": MOST, "kinds": ["daily_plan", "summary", "notice"]}
    return [dict(row) for row in session.execute(_QUEUES, given).mappings()]


def _share(ok: int, ended: int) -> float | None:
    return ok / ended if ended else None
