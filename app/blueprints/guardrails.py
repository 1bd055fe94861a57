"""Guardrails over HTTP."""

from typing import Any

from flask import current_app, g

from app.domain import guardrails
from app.extensions import db
from app.openapi import Blueprint
from app.schemas.common import decode_cursor, page_from
from app.schemas.guardrails import GuardrailFilter, GuardrailIn, GuardrailOut, GuardrailPage

blp = Blueprint(
    "guardrails", __name__, url_prefix="/guardrails", description="Switches and limits of the whole service"
)


@blp.get("", auth="operator")
@blp.arguments(GuardrailFilter, location="query")
@blp.response(200, GuardrailPage)
def list_guardrails(filters: dict[str, Any]) -> dict[str, Any]:
    """List guardrails and what holds now, by name"""
    limit, after = filters["limit"], decode_cursor(filters.get("cursor"), str)
    found = guardrails.listing(db.session(), current_app.config)
    rows = [each for each in found if after is None or each["name"] > after[0]]
    return page_from(rows[: limit + 1], limit, lambda each: (each["name"],))


@blp.put("/<name>", auth="operator")
@blp.arguments(GuardrailIn)
@blp.response(200, GuardrailOut)
@blp.alt_response(404, "NOT_FOUND")
def set_guardrail(data: dict[str, Any], name: str) -> dict[str, Any]:
    """Set a guardrail; it holds in every process at once, and the maintenance log says who and why"""
    guardrails.change(db.session(), name, **data, request_id=g.request_id)
    db.session.commit()
    return guardrails.look(db.session(), current_app.config, name)
