"""Webhook events: stored first, worked on from the row, each once."""

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import Table, and_, func, not_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain import reviews
from app.models import WebhookEvent, new_id

FORGED_AN_HOUR = 100
MAX_RETRIES = 5
LONGEST_SENDER = 200


@dataclass(frozen=True, slots=True)
class Incoming:
    """One proved event: the provider's id for it, what it said, and the shape that was understood.

    `sender_id` is the person in the provider's words; one that cannot be stored is left out.
    """

    event_id: str
    payload: Any
    schema_version: str | None
    sender_id: str | None = None


# Made once, and of the table: the ORM's way of inserting costs as much again as the insert.
_EVENTS = cast(Table, WebhookEvent.__table__)
_ADD = insert(_EVENTS).on_conflict_do_nothing().returning(_EVENTS.c.event_id)


def store(session: Session, provider: str, incoming: Sequence[Incoming], request_id: str | None) -> int:
    """Store proved events; returns how many are new. A repeated one has no effect.

    The same id with another body opens a review (`event_id_reused`); an event whose shape nobody
    understood (`schema_version` None) is stored and goes to review (`unknown_schema`).
    """
    rows: dict[str, dict[str, Any]] = {}
    said: dict[str, set[str]] = defaultdict(set)
    for each in incoming:
        row = _row(provider, each, request_id)
        rows.setdefault(each.event_id, row)
        said[each.event_id].add(row["body_hash"])
    if not rows:
        return 0
    ordered = [rows[key] for key in sorted(rows)]  # so two bodies never wait for each other
    new = set(session.scalars(_ADD, ordered))
    again = {key: found for key, found in said.items() if key not in new or len(found) > 1}
    _review_reused(session, provider, again)
    _open(
        session,
        provider,
        "unknown_schema",
        [rows[key]["id"] for key in new if rows[key]["schema_version"] is None],
    )
    return len(new)


def _row(provider: str, each: Incoming, request_id: str | None) -> dict[str, Any]:
    return {
        "id": new_id(),
        "provider": provider,
        "event_id": each.event_id,
        "payload": each.payload,
        "body_hash": body_hash(each.payload),
        "schema_version": each.schema_version,
        "sender_id": _sender(each.sender_id),
        "signature_state": "valid",
        "status": "RECEIVED" if each.schema_version else "MANUAL_REVIEW",
        "request_id": request_id,
    }


def _sender(given: str | None) -> str | None:
    return given[:LONGEST_SENDER] if given and given.isprintable() else None


def body_hash(payload: Any) -> str:
    """A digest of what an event says, whatever the order of its members."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def _review_reused(session: Session, provider: str, repeated: Mapping[str, set[str]]) -> None:
    """`repeated`: the digests of the bodies that came under each id, in one request perhaps."""
    if not repeated:
        return
    stored = session.execute(
        select(WebhookEvent.id, WebhookEvent.event_id, WebhookEvent.body_hash).where(
            WebhookEvent.provider == provider, WebhookEvent.event_id.in_(repeated)
        )
    )
    review_reused(session, provider, [row.id for row in stored if repeated[row.event_id] != {row.body_hash}])


def review_reused(session: Session, provider: str, ids: Sequence[UUID]) -> None:
    """Tell a human that the id of each of these events came again with another body."""
    _open(session, provider, "event_id_reused", ids)


def _open(session: Session, provider: str, reason_code: str, ids: Sequence[UUID]) -> None:
    """One review for these events, which point to it; one that waits for a human already stays there.

    Whoever resolves a review locks its events first, in this order, and then the review.
    """
    if not ids:
        return
    _lock(session, ids)
    mine = (WebhookEvent.id.in_(ids),)
    review_id = reviews.open_review(
        session, subject="webhook_event", cause=provider, reason_code=reason_code, count=len(ids)
    )
    waits = (WebhookEvent.status == "MANUAL_REVIEW", WebhookEvent.review_id.is_not(None))
    session.execute(update(WebhookEvent).where(*mine, not_(and_(*waits))).values(review_id=review_id))


def _lock(session: Session, ids: Sequence[UUID]) -> None:
    mine = select(WebhookEvent.id).where(WebhookEvent.id.in_(ids))
    session.execute(mine.order_by(WebhookEvent.id).with_for_update()).all()


def note_forgery(
    session: Session, provider: str, signature_state: str, request_id: str | None, count: int = 1
) -> None:
    """Keep a bodiless row of a request that was not proved, at most 100 an hour a provider.

    Every further one is counted onto the newest row, as its `retry_count`: none goes uncounted. `count` are
    this one and those before it that were not noted.
    """
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
    session.execute(lock, {"key": f"forged:{provider}"})
    forged = (WebhookEvent.provider == provider, WebhookEvent.status == "REJECTED")
    of_this_hour = WebhookEvent.received_at > func.now() - text("interval '1 hour'")
    recent = session.scalars(
        select(WebhookEvent.id)
        .where(*forged, of_this_hour)
        .order_by(WebhookEvent.received_at.desc())
        .limit(FORGED_AN_HOUR)
    ).all()
    if len(recent) == FORGED_AN_HOUR:
        more = update(WebhookEvent).where(WebhookEvent.id == recent[0])
        session.execute(more.values(retry_count=WebhookEvent.retry_count + count))
    else:
        session.add(
            WebhookEvent(
                provider=provider,
                event_id=str(uuid4()),
                status="REJECTED",
                signature_state=signature_state,
                retry_count=count - 1,
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
    RETURNING id, provider, event_id, request_id, payload, retry_count - 1 AS retries, received_at,
              now() - received_at > interval '1 hour' AS is_stale
""")

_GIVE_UP = text("""
    UPDATE webhook_events SET status = 'MANUAL_REVIEW', review_id = NULL
    WHERE status = 'RECEIVED' AND due_at <= now() AND retry_count > :max_retries
    RETURNING id, provider
""")

_FINISH = text("""
    UPDATE webhook_events AS e
    SET status = f.status, user_id = coalesce(f.user_id, e.user_id), retry_count = f.retries,
        processed_at = now(),
        payload = CASE WHEN f.status = 'RECEIVED' OR NOT is_leaver THEN e.payload END,
        sender_id = CASE WHEN f.status = 'RECEIVED' OR NOT is_leaver THEN e.sender_id END,
        due_at = CASE WHEN f.status = 'RECEIVED' THEN now() + interval '1 minute' ELSE e.due_at END
    FROM json_to_recordset(CAST(:finished AS json)) AS f (id uuid, status text, user_id uuid, retries int)
    JOIN webhook_events AS known ON known.id = f.id
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM users AS u
            WHERE u.id = coalesce(f.user_id, known.user_id) AND u.deleted_at IS NOT NULL
        ) AS is_leaver
    ) AS whose
    WHERE e.id = f.id AND e.status = 'RECEIVED'
""")


def claim(session: Session, limit: int) -> Sequence[Any]:
    """Take events to work on: fresh ones together, or one that has failed before, alone; which, by lot.

    So neither waits for the other to come to an end. The claim itself counts as a try and puts the next one
    off, so an event whose handler dies is tried again from the row, 5 times, and then goes to a human. The
    caller commits before it works.
    """
    given_up = session.execute(_GIVE_UP, {"max_retries": MAX_RETRIES}).all()
    for provider in sorted({row.provider for row in given_up}):
        _open(session, provider, "handler_failed", [row.id for row in given_up if row.provider == provider])
    turns = [{"again": False, "limit": limit}, {"again": True, "limit": 1}]
    random.shuffle(turns)
    return session.execute(_CLAIM, turns[0]).all() or session.execute(_CLAIM, turns[1]).all()


@dataclass(frozen=True, slots=True)
class Finished:
    """How work on an event ended; `RECEIVED` means: not yet, look again in a minute."""

    id: UUID
    status: str
    user_id: UUID | None
    retries: int


def finish(session: Session, finished: Sequence[Finished]) -> None:
    """Write how the work ended, in the same transaction as its effects; a leaver's body is erased.

    An event that was joined to a trainee stays so, whether or not the work still found them. Many are locked
    first, in the order in which `_open` and whoever decides about them do it.
    """
    if len(finished) > 1:
        _lock(session, [each.id for each in finished])
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


def refer(session: Session, provider: str, ids: Sequence[UUID]) -> None:
    """Send claimed events to a human because their shape is not understood; may run twice."""
    query = (
        update(WebhookEvent)
        .where(WebhookEvent.id.in_(ids), WebhookEvent.status == "RECEIVED")
        .values(status="MANUAL_REVIEW", review_id=None)
        .returning(WebhookEvent.id)
    )
    _open(session, provider, "unknown_schema", session.scalars(query).all() if ids else [])
