"""What the clock looks at: is there anything for a worker to do."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import gates, periodic
from app.models.user import REACHED

_DUE = text(f"""
    SELECT 'delivery' AS queue
    WHERE EXISTS (
        SELECT FROM unnest(CAST(:kinds AS text[])) AS kinds (kind), LATERAL (
            SELECT FROM notifications
            WHERE kind = kinds.kind AND status IN ('SCHEDULED', 'RETRY_SCHEDULED') AND due_at <= now() LIMIT 1
        ) AS due
    ) OR EXISTS (SELECT FROM notifications WHERE status = 'SENDING' AND leased_until <= now())
    OR EXISTS (
        SELECT FROM notifications WHERE status IN ('SCHEDULED', 'RETRY_SCHEDULED') AND expires_at <= now()
    )
    UNION ALL
    SELECT 'chat' WHERE EXISTS (SELECT FROM chat_callbacks WHERE status = 'WAITING' AND due_at <= now())
    UNION ALL
    SELECT 'webhooks' WHERE EXISTS (SELECT FROM webhook_events WHERE status = 'RECEIVED' AND due_at <= now())
    UNION ALL
    SELECT 'daily' WHERE EXISTS (
        SELECT FROM exercise_plans
        WHERE closes_at <= now() AND closed_at IS NULL AND status IN ('ACTIVE', 'DONE')
    ) OR EXISTS (SELECT FROM users WHERE plan_due_at <= now() AND {REACHED} AND paused_at IS NULL)
    OR EXISTS (SELECT FROM users WHERE summary_due_at <= now() AND {REACHED} AND summary_enabled)
""")  # noqa: S608 - a constant


def queues_to_wake(session: Session, provider: str, settings: Mapping[str, Any]) -> list[str]:
    """The names of the queues for which rows are due; cheap, all from partial indexes.

    What may not leave now wakes nobody; leases and times that have ended do.
    """
    gate = gates.look(session, provider, settings)
    kinds = list(gate.kinds) if gate.is_open else []
    names = dict.fromkeys(session.scalars(_DUE, {"kinds": kinds}))
    return list(names | (dict.fromkeys(["daily"]) if periodic.due(session) else {}))
