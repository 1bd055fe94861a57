"""Marking addresses that a provider says cannot be reached; each is skipped until it changes."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Mark:
    """What speaks against a trainee's address, and which of their addresses it was."""

    provider: str
    user_id: UUID
    version: int
    reason_code: str


_MARK = {
    "alimtalk": text("""
        WITH given AS (
            SELECT * FROM json_to_recordset(CAST(:marks AS json))
                AS m (user_id uuid, version int, reason_code text)
        ), held AS (
            SELECT u.id, given.reason_code FROM users AS u JOIN given ON given.user_id = u.id
            WHERE u.contact_version = given.version AND u.phone_number IS NOT NULL
            ORDER BY u.id FOR NO KEY UPDATE OF u
        )
        UPDATE users AS u SET phone_fault = held.reason_code FROM held WHERE u.id = held.id
    """),
    "memo": text("""
        WITH given AS (
            SELECT * FROM json_to_recordset(CAST(:marks AS json))
                AS m (user_id uuid, version int, reason_code text)
        ), held AS (
            SELECT t.user_id, given.reason_code
            FROM kakao_tokens AS t JOIN given ON given.user_id = t.user_id
            WHERE t.version = given.version
            ORDER BY t.user_id FOR NO KEY UPDATE OF t
        )
        UPDATE kakao_tokens AS t SET fault = held.reason_code FROM held WHERE t.user_id = held.user_id
    """),
}


def mark(session: Session, marks: Sequence[Mark]) -> None:
    """Mark the addresses that have not changed since they were tried.

    In a transaction of its own, after the messages': whoever changes a trainee locks the trainee first and
    messages after. A process that dies in between costs one more try. May run twice.
    """
    for provider, statement in _MARK.items():
        rows: list[dict[str, Any]] = [
            asdict(each) | {"user_id": str(each.user_id)} for each in marks if each.provider == provider
        ]
        if rows:
            session.execute(statement, {"marks": json.dumps(rows)})
