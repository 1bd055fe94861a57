"""Claiming messages that are due.

A claim is one short transaction: it takes up to a batch of due rows of one kind that nobody else holds
(`FOR UPDATE SKIP LOCKED`), marks them `SENDING` under a lease and a fencing number, and writes one row of
`notification_provider_codes` for each. No transaction is open while the provider answers; `outcomes` records
what it said and `settling` finds out when nobody knows.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.domain import endings, gates

LEASE = timedelta(seconds=60)
LEASE_LEFT_S = 25.0  # with less of it left no call is begun: one may take 20 s
MAX_TURNS = 20  # of closing what cannot be sent, in one transaction
FRESH = timedelta(seconds=60)  # a message whose time came less than this ago does not wait for a backlog


@dataclass(frozen=True, slots=True)
class Claimed:
    """One message of a request: who gets it, with what, and under which attempt number.

    `tries`: how many of its attempts count towards the limit, this one included. `contact_version` is that
    of the address. `key` is the key of the call that carries it. `plan_id`: the plan it is about, if any.
    `request_id`: the request that began it, if any.
    """

    id: UUID
    user_id: UUID
    attempt_no: int
    tries: int
    key: str
    phone: str | None
    contact_version: int
    variables: dict[str, str]
    plan_id: UUID | None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What one claim took: messages of one kind, under one fencing number.

    For AlimTalk it is one call under one idempotency key, `key`; a sender that takes one message a call
    gives each a key of its own. `leased_until` and `started_at` are by the database's clock; `started_at` is
    when the key was first used. `is_again`: the key was used before and nobody knows what became of it.
    """

    key: str
    provider: str
    kind: str
    fence: int
    started_at: datetime
    leased_until: datetime
    rows: tuple[Claimed, ...]
    is_again: bool = False


_KINDS_DUE = text("""
    SELECT kinds.kind, oldest.schedule_at <= now() - :fresh AS has_backlog
    FROM unnest(CAST(:kinds AS text[])) AS kinds (kind),
    LATERAL (
        SELECT schedule_at FROM notifications
        WHERE kind = kinds.kind AND status IN ('SCHEDULED', 'RETRY_SCHEDULED') AND due_at <= now()
        ORDER BY due_at LIMIT 1
    ) AS oldest
""")

# What a provider reaches a trainee by. A memo goes out with the trainee's own token.
_ADDRESSES = {
    "alimtalk": (
        "users.phone_number IS NOT NULL AS has_address, users.phone_fault AS address_fault,"
        " users.contact_version, CAST(NULL AS timestamptz) AS held_until",
        "",
    ),
    "memo": (
        "token.user_id IS NOT NULL AS has_address, token.fault AS address_fault,"
        " coalesce(token.version, 0) AS contact_version,"
        " CASE WHEN token.held_until > now() THEN token.held_until"
        " WHEN token.refreshing_until > now() THEN token.refreshing_until END AS held_until",
        "LEFT JOIN kakao_tokens AS token ON token.user_id = due.user_id",
    ),
}


def _lock_due(provider: str, condition: str = "") -> TextClause:
    columns, join = _ADDRESSES[provider]
    return text(f"""
        SELECT due.*, users.phone_number, users.deleted_at IS NOT NULL AS is_deleted, users.is_sandbox,
               users.unlinked_at IS NOT NULL AS is_unlinked,
               coalesce(users.channel_state = 'blocked', false) AS is_blocked,
               users.notifications_enabled, {columns}
        FROM (
            SELECT id, user_id, plan_id, request_id, variables, cancel_requested, split_size, due_at
            FROM notifications
            WHERE kind = :kind AND status IN ('SCHEDULED', 'RETRY_SCHEDULED') AND due_at <= now()
                AND expires_at > now() {condition}
            ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
        ) AS due
        JOIN users ON users.id = due.user_id {join}
    """)  # noqa: S608 - from the tables above


_LOCK_OLDEST = {provider: _lock_due(provider) for provider in _ADDRESSES}
_LOCK_FRESH = {
    provider: _lock_due(provider, "AND due_at > now() - :fresh AND schedule_at > now() - :fresh")
    for provider in _ADDRESSES
}

_HOLD = text("""
    WITH given AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[]), CAST(:versions AS int[]))
            AS g (id, key, version)
    ), held AS (
        UPDATE notifications AS n
        SET status = 'SENDING', fence = :fence, ask_count = 0,
            request_started_at = CASE WHEN request_key = g.key THEN request_started_at ELSE now() END,
            request_key = g.key, leased_until = now() + make_interval(secs => :lease_s),
            attempt_count = attempt_count + 1, receipt_due_at = NULL, updated_at = now()
        FROM given AS g
        WHERE n.id = g.id
        RETURNING n.id, n.attempt_count, n.free_attempts, n.leased_until, n.request_started_at,
                  g.key, g.version
    ), started AS (
        INSERT INTO notification_provider_codes
            (notification_id, provider, attempt_no, request_key, contact_version)
        SELECT id, :provider, attempt_count, key, version FROM held
    ), tally AS (
        INSERT INTO delivery_tallies (at, started) SELECT clock_timestamp(), count(*) FROM held
    )
    SELECT * FROM held
""")


def claim(
    session: Session,
    *,
    limit: int,
    provider: str,
    allowed: frozenset[str] | None = None,
    settings: Mapping[str, Any] = gates.NO_SETTINGS,
) -> Request | None:
    """Take up to `limit` due messages of one kind, or None when nothing is due, free and allowed to leave.

    A request without rows: so much had to be closed that nothing was taken yet; commit, and claim again.
    `allowed`: outside production, the only numbers that may be sent to (None: no such limit). `settings`:
    the guardrails' defaults. Rows that cannot be sent any more are closed on the way: late ones, a sandbox's,
    a leaver's or of one who blocked the channel, those without an address or with one that was marked. The
    caller commits before the provider is called.
    """
    endings.close_late(session)
    gate = gates.enter(session, provider, settings)
    limit = limit if gate.room is None else min(limit, gate.room)
    if not gate.kinds or limit == 0:
        return None
    given = {"kinds": list(gate.kinds), "fresh": FRESH}
    kinds = list(session.execute(_KINDS_DUE, given).all())
    random.shuffle(kinds)  # so that no kind waits for another one's backlog to end
    turns = 0
    for kind, has_backlog in kinds:
        while rows := _lock(session, provider, kind, limit, has_backlog=has_backlog):
            sendable = _sort_out(session, rows, allowed)
            if sendable:
                return hold(session, kind, sendable, key=str(uuid4()), provider=provider)
            turns += 1
            if turns == MAX_TURNS:
                now = rows[0].due_at
                return Request("", provider, kind, 0, now, now, ())
    return None


def _lock(session: Session, provider: str, kind: str, limit: int, *, has_backlog: bool) -> list[Any]:
    """Up to `limit` due rows, oldest first; with a backlog, half of them for those whose time just came."""
    given = {"kind": kind, "fresh": FRESH}
    fresh = []
    if has_backlog and limit > 1:
        fresh = list(session.execute(_LOCK_FRESH[provider], given | {"limit": limit // 2}).all())
    oldest = session.execute(_LOCK_OLDEST[provider], given | {"limit": limit - len(fresh)}).all()
    rows = {row.id: row for row in (*oldest, *fresh)}
    return sorted(rows.values(), key=lambda row: row.due_at)


def _sort_out(session: Session, rows: Sequence[Any], allowed: frozenset[str] | None) -> list[Any]:
    """Close and postpone what cannot be sent now; of the rest, those that may share a request.

    Rows of a request that was refused as a whole go in ever smaller groups, until the bad one is alone.
    """
    ended = {row.id: found for row in rows if (found := endings.ending(row, allowed))}
    endings.close(session, ended)
    held = {row.id: row.held_until for row in rows if row.held_until and row.id not in ended}
    endings.postpone(session, held)
    left = [row for row in rows if row.id not in ended and row.id not in held]
    if left and left[0].split_size:
        return [row for row in left if row.split_size][: left[0].split_size]
    return [row for row in left if not row.split_size]


def hold(
    session: Session,
    kind: str,
    rows: Sequence[Any],
    *,
    key: str,
    provider: str,
    is_again: bool = False,
) -> Request:
    """Start an attempt for `rows`, which the caller has locked.

    Each has `id`, `user_id`, `plan_id`, `request_id`, `phone_number`, `contact_version` and `variables`. A
    key that a row already carries keeps its starting time: the provider remembers it for 10 minutes.
    """
    by_id = {row.id: row for row in rows}
    fence = next_fence(session)
    ids = [str(each) for each in by_id]
    keys = [key] * len(ids) if provider == "alimtalk" else [f"{key}:{n}" for n in range(1, len(ids) + 1)]
    given = {
        "ids": ids,
        "keys": keys,
        "versions": [row.contact_version for row in by_id.values()],
        "fence": fence,
        "provider": provider,
        "lease_s": LEASE.total_seconds(),
    }
    held = session.execute(_HOLD, given).all()
    claimed = tuple(
        Claimed(
            id=row.id,
            user_id=by_id[row.id].user_id,
            attempt_no=row.attempt_count,
            tries=row.attempt_count - row.free_attempts,
            key=row.key,
            phone=by_id[row.id].phone_number,
            contact_version=row.version,
            variables=by_id[row.id].variables,
            plan_id=by_id[row.id].plan_id,
            request_id=by_id[row.id].request_id,
        )
        for row in held
    )
    started_at, leased_until = held[0].request_started_at, held[0].leased_until
    return Request(key, provider, kind, fence, started_at, leased_until, claimed, is_again)


def next_fence(session: Session) -> int:
    """A number higher than that of every claim before."""
    fence: int = session.scalars(text("SELECT nextval('notification_fences')")).one()
    return fence
