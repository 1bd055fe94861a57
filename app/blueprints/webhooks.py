"""Webhooks: read, prove, store, ring, answer. The work is a job's."""

from typing import Any

from flask import g, request

from app.blueprints.proofs import prove
from app.clients.receipts import UnknownShape, parse_results
from app.domain import events
from app.domain.events import Incoming
from app.errors import InvalidInput
from app.extensions import db
from app.openapi import Blueprint
from app.schemas.webhooks import AckOut
from app.strict_json import loads
from app.workers.bells import ring

blp = Blueprint("webhooks", __name__, url_prefix="/webhooks", description="What providers tell us")
MIB = 1024 * 1024


@blp.post("/alimtalk/results", auth="alimtalk", max_body=2 * MIB)
@blp.response(200, AckOut)
@blp.alt_response(400, "BAD_REQUEST")
@blp.alt_response(401, "UNAUTHORIZED")
def alimtalk_results() -> dict[str, Any]:
    """Take delivery results from the AlimTalk dealer"""
    body = request.get_data()
    prove("alimtalk")
    payload = loads(body)
    new = events.store(db.session(), "alimtalk", _results(payload), g.request_id)
    db.session.commit()
    if new:
        ring("webhooks")
    return {"status": "ok"}


def _results(payload: Any) -> list[Incoming]:
    """One event a hook; a body that is none of ours is one event of an unknown shape."""
    if not isinstance(payload, dict):
        raise InvalidInput("The body is not a JSON object.")
    try:
        envelope = parse_results(payload)
    except UnknownShape:
        return [_unknown(payload)]
    known = [
        Incoming(hook.hook_id, entry, "alimtalk-2.3")
        for hook, entry in zip(envelope.hooks, envelope.entries, strict=True)
    ]
    return known + [_unknown(each) for each in envelope.others]


def _unknown(payload: Any) -> Incoming:
    return Incoming(f"unknown:{events.body_hash(payload)}", payload, None)
