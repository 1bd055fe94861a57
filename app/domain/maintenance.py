"""The maintenance log as people read and write it: what was done to the system, by whom, and when."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.domain import audit
from app.errors import InvalidInput
from app.models import MaintenanceLog

# What people write down, and what the service and its commands write by themselves.
BY_HAND = ("deploy", "rollback", "maintenance", "incident")
KINDS = (*BY_HAND, "migration", "guardrail", "review")
LONGEST_MESSAGE = 1000
DETAIL_BYTES = 4096
PAGE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: of one kind, and written from `since` on and before `until`; None: no matter."""

    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def newest(session: Session, wanted: Wanted, limit: int, before: int | None) -> list[dict[str, Any]]:
    """Rows as `view`, newest first, `limit` + 1 at most; `before` is the last id seen. Ids sort by time."""
    query = _query(wanted).order_by(MaintenanceLog.id.desc())
    if before is not None:
        query = query.where(MaintenanceLog.id < before)
    return list(map(view, session.scalars(query.limit(limit + 1))))


def pages(session: Session, wanted: Wanted) -> Iterator[list[dict[str, Any]]]:
    """All rows as `view`, oldest first, page by page: between two the caller may end the transaction."""
    last = 0
    query = _query(wanted).order_by(MaintenanceLog.id).limit(PAGE)
    while rows := list(map(view, session.scalars(query.where(MaintenanceLog.id > last)))):
        last = rows[-1]["id"]
        yield rows


def _query(wanted: Wanted) -> Select[MaintenanceLog]:
    query = select(MaintenanceLog)
    if wanted.kind is not None:
        query = query.where(MaintenanceLog.kind == wanted.kind)
    if wanted.since is not None:
        query = query.where(MaintenanceLog.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(MaintenanceLog.created_at < wanted.until)
    return query


def record(
    session: Session, *, kind: str, actor: str, message: str, detail: dict[str, Any]
) -> dict[str, Any]:
    """Write down what somebody did, as `view`; InvalidInput for words that cannot be kept, or too many."""
    if len(json.dumps(detail, ensure_ascii=False).encode()) > DETAIL_BYTES:
        raise InvalidInput.at("#/detail", f"Must be at most {DETAIL_BYTES} bytes of JSON.")
    row = audit.note(
        session,
        kind=kind,
        actor=audit.person(actor),
        message=audit.words("#/message", message, LONGEST_MESSAGE),
        detail=detail,
    )
    return view(row)


def view(row: MaintenanceLog) -> dict[str, Any]:
    """A row for programs."""
    return {
        "id": row.id,
        "at": row.created_at,
        "kind": row.kind,
        "actor": row.actor,
        "message": row.message,
        "detail": row.detail,
        "request_id": row.request_id,
    }
