"""Webhook events: stored first, worked on from the row, each once."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain import reviews
from app.models import WebhookEvent, new_id

FORGED_AN_HOUR = 100
MAX_RETRIES = 5


@dataclass(frozen=True, slots=True)
class Incoming:
    """One proved event: the provider's id for it, what it said, and the shape that was understood."""

    event_id: str
    payload: Any
    schema_version: str | None


def store(session: Session, provider: str, incoming: Sequence[Incoming], request_id: str | None) -> int:
    """Store proved events; returns how many are new. A repeated one has no effect.

    The same id with another body opens a review (`event_id_reused`); an event whose shape nobody
    understood (`schema_version` None) is stored and goes to review (`unknown_schema`).
    """
    rows: dict[str, dict[str, Any]] = {}
    for each in incoming:
        rows.setdefault(each.event_id, _row(provider, each, request_id))
    if not rows:
        return 0
    query = insert(WebhookEvent).on_conflict_do_nothing().returning(WebhookEvent.event_id)
    ordered = [rows[key] for key in sorted(rows)]  # so two bodies never wait for each other
    new = set(session.scalars(query, ordered))
    _review_reused(session, provider, {key: row for key, row in rows.items() if key not in new})
    unknown = sum(1 for key in new if rows[key]["schema_version"] is None)
    if unknown:
        _open(session, provider, "unknown_schema", unknown)
    return len(new)


def _row(provider: str, each: Incoming, request_id: str | None) -> dict[str, Any]:
    return {
        "id": new_id(),
        "provider": provider,
        "event_id": each.event_id,
        "payload": each.payload,
        "body_hash": body_hash(each.payload),
        "schema_version": each.schema_version,
        "signature_state": "valid",
        "status": "RECEIVED" if each.schema_version else "MANUAL_REVIEW",
        "request_id": request_id,
    }


def body_hash(payload: Any) -> str:
    """A digest of what an event says, whatever the order of its members."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def _review_reused(session: Session, provider: str, repeated: Mapping[str, dict[str, Any]]) -> None:
    stored = session.execute(
        select(WebhookEvent.event_id, WebhookEvent.body_hash).where(
            WebhookEvent.provider == provider, WebhookEvent.event_id.in_(repeated)
        )
    )
    reused = [key for key, digest in stored if digest != repeated[key]["body_hash"]]
    if reused:
        _open(session, provider, "event_id_reused", len(reused))


def _open(session: Session, provider: str, reason_code: str, count: int) -> None:
    reviews.open_review(
        session, subject="webhook_event", cause=provider, reason_code=reason_code, count=count
    )


def note_forgery(session: Session, provider: str, signature_state: str, request_id: str | None) -> None:
    """Keep a bodiless row of a request that was not proved, at most 100 an hour a provider."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
    session.execute(lock, {"key": f"forged:{provider}"})
    recent = session.scalars(
        select(func.count()).where(
            WebhookEvent.provider == provider,
            WebhookEvent.status == "REJECTED",
            WebhookEvent.received_at > func.now() - text("interval '1 hour'"),
        )
    ).one()
    if recent < FORGED_AN_HOUR:
        session.add(
            WebhookEvent(
                provider=provider,
                event_id=str(uuid4()),
                status="REJECTED",
                signature_state=signature_state,
                request_id=request_id,
            )
        )
        session.flush()


_CLAIM = text("""
    UPDATE webhook_events
    SET retry_count = retry_count + 1, due_at = now() + make_interval(secs => 10 * power(2, retry_count))
    WHERE id IN (
        SELECT id FROM webhook_events
        WHERE status = 'RECEIVED' AND due_at <= now() AND (retry_count > 0) = :again
        ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    RETURNING id, provider, event_id, payload, retry_count - 1 AS retries, received_at,
              now() - received_at > interval '1 hour' AS is_stale
""")

_GIVE_UP = text("""
    UPDATE webhook_events SET status = 'MANUAL_REVIEW', review_id = NULL
    WHERE status = 'RECEIVED' AND due_at <= now() AND retry_count > :max_retries
    RETURNING provider
""")

_FINISH = text("""
    UPDATE webhook_events AS e
    SET status = f.status, user_id = f.user_id, retry_count = f.retries, processed_at = now(),
        payload = CASE WHEN f.status = 'RECEIVED' OR NOT EXISTS (
            SELECT FROM users AS u WHERE u.id = f.user_id AND u.deleted_at IS NOT NULL
        ) THEN e.payload END,
        due_at = CASE WHEN f.status = 'RECEIVED' THEN now() + interval '1 minute' ELSE e.due_at END
    FROM json_to_recordset(CAST(:finished AS json)) AS f (id uuid, status text, user_id uuid, retries int)
    WHERE e.id = f.id AND e.status = 'RECEIVED'
""")


def claim(session: Session, limit: int) -> Sequence[Any]:
    """Take events to work on: fresh ones together, one that has failed before alone.

    The claim itself counts as a try and puts the next one off, so an event whose handler dies is tried
    again from the row, 5 times, and then goes to a human. The caller commits before it works.
    """
    for provider in session.scalars(_GIVE_UP, {"max_retries": MAX_RETRIES}).all():
        _open(session, provider, "handler_failed", 1)
    fresh = session.execute(_CLAIM, {"again": False, "limit": limit}).all()
    return fresh or session.execute(_CLAIM, {"again": True, "limit": 1}).all()


@dataclass(frozen=True, slots=True)
class Finished:
    """How work on an event ended; `RECEIVED` means: not yet, look again in a minute."""

    id: UUID
    status: str
    user_id: UUID | None
    retries: int


def finish(session: Session, finished: Sequence[Finished]) -> None:
    """Write how the work ended, in the same transaction as its effects; a leaver's body is erased."""
    rows = [
        {
            "id": str(each.id),
            "status": each.status,
            "user_id": each.user_id and str(each.user_id),
            "retries": each.retries,
        }
        for each in finished
    ]
    session.execute(_FINISH, {"finished": json.dumps(rows)})
