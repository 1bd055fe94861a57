"""Guardrails: set over HTTP, read and stored past it, and what the log says of them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from factories import AS_OPERATOR
from openapi_client import SpecClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.domain import guardrails
from app.domain.guardrails import Rails
from app.models import Guardrail, MaintenanceLog

DEFAULTS = {"LLM_ENABLED": True, "FORCE_RULE": False, "SEND_PAUSED": False, "SEND_CAP_PER_MINUTE": None}
OTHERS = {"LLM_ENABLED": False, "FORCE_RULE": True, "SEND_PAUSED": True, "SEND_CAP_PER_MINUTE": 7}
BY_KIM = {"reason": "점검", "actor": "kim"}
NAMES = ["auto_cap", "force_rule", "llm_enabled", "send_cap_per_minute", "send_paused"]


def put(client: SpecClient, name: str, /, **body: Any) -> TestResponse:
    return client.put(f"/guardrails/{name}", json=BY_KIM | body, headers=AS_OPERATOR)


def listed(client: SpecClient, **query: Any) -> dict[str, Any]:
    response = client.get("/guardrails", query_string=query, headers=AS_OPERATOR)
    assert response.status_code == 200, response.text
    return dict(response.json)


def rails(session: Session, defaults: Mapping[str, Any] = DEFAULTS) -> Rails:
    session.rollback()
    return guardrails.read(session, defaults)


def logged(session: Session) -> list[MaintenanceLog]:
    session.rollback()
    return list(session.scalars(select(MaintenanceLog).order_by(MaintenanceLog.id)))


def store(session: Session, name: str, value: Any, actor: str = "kim", **fields: Any) -> None:
    """A row written past the API; committed."""
    session.add(Guardrail(name=name, value=value, reason="r", actor=actor, **fields))
    session.commit()


def ahead(**span: int) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()
