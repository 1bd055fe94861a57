"""What the clock looks at: is there anything for a worker to do."""

from sqlalchemy import text
from sqlalchemy.orm import Session

_DUE = text("""
    SELECT 'delivery' AS queue
    WHERE EXISTS (
        SELECT FROM unnest(ARRAY['daily_plan', 'summary', 'notice']) AS kinds (kind), LATERAL (
            SELECT FROM notifications
            WHERE kind = kinds.kind AND status IN ('SCHEDULED', 'RETRY_SCHEDULED') AND due_at <= now() LIMIT 1
        ) AS due
    ) OR EXISTS (SELECT FROM notifications WHERE status = 'SENDING' AND leased_until <= now())
    UNION ALL
    SELECT 'webhooks' WHERE EXISTS (SELECT FROM webhook_events WHERE status = 'RECEIVED' AND due_at <= now())
""")


def queues_to_wake(session: Session) -> list[str]:
    """The names of the queues for which rows are due; cheap, all from partial indexes."""
    return list(session.scalars(_DUE))
