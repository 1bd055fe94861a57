"""Webhooks: read, prove, store, ring, answer. The work is a job's."""

from functools import partial
from typing import Any

from flask import current_app, g, request
from sqlalchemy.orm import Session

from app import deposits
from app.blueprints.proofs import prove, refuse
from app.clients.kakao_webhooks import LONGEST_ID, parse_channel, parse_unlink, unlink_fields
from app.clients.receipts import UnknownShape, parse_results
from app.clients.untrusted import word
from app.domain import events, withdrawals
from app.domain.events import Incoming
from app.errors import InvalidInput
from app.extensions import db
from app.openapi import Blueprint
from app.schemas.webhooks import AckOut, ChannelIn, ResultsIn, UnlinkIn
from app.strict_json import loads
from app.workers.bells import ring

blp = Blueprint("webhooks", __name__, url_prefix="/webhooks", description="What providers tell us")
MIB = 1024 * 1024
FORM = "application/x-www-form-urlencoded"


@blp.post("/alimtalk/results", auth="alimtalk", max_body=2 * MIB)
@blp.raw_body(ResultsIn)
@blp.response(200, AckOut)
@blp.alt_response(400, "BAD_REQUEST")
@blp.alt_response(401, "UNAUTHORIZED")
def alimtalk_results() -> dict[str, Any]:
    """Take delivery results from the AlimTalk dealer"""
    body = request.get_data()
    prove("alimtalk")
    return _take("alimtalk", _results(loads(body)))


@blp.post("/kakao/channel", auth="kakao_admin")
@blp.raw_body(ChannelIn)
@blp.response(200, AckOut)
@blp.alt_response(400, "BAD_REQUEST")
@blp.alt_response(401, "UNAUTHORIZED")
def kakao_channel() -> dict[str, Any]:
    """Take what somebody did with the KakaoTalk channel: added it, or blocked it"""
    body = request.get_data()
    prove("kakao_channel")
    return _take("kakao_channel", [_channel_event(loads(body))])


@blp.post("/kakao/unlink", auth="kakao_admin")
@blp.raw_body(UnlinkIn, FORM)
@blp.response(200, AckOut)
@blp.alt_response(401, "UNAUTHORIZED")
def kakao_unlink() -> dict[str, Any]:
    """Take that somebody unlinked their Kakao account; with a right key always 200"""
    return _take_unlink()


@blp.get("/kakao/unlink", auth="kakao_admin")
@blp.doc(parameters=[{"in": "query", "schema": UnlinkIn}])
@blp.response(200, AckOut)
@blp.alt_response(401, "UNAUTHORIZED")
def kakao_unlink_by_query() -> dict[str, Any]:
    """Take the same from a query"""
    return _take_unlink()


def _take_unlink() -> dict[str, Any]:
    body = request.get_data()
    prove("kakao_unlink")
    fields = unlink_fields(request.query_string, body)
    _check_app(fields)
    store = partial(_store_unlink, fields=fields, request_id=g.request_id)
    deposits.make(store, partial(ring, "webhooks"), provider="kakao_unlink", request_id=g.request_id)
    return {"status": "ok"}


def _take(provider: str, incoming: list[Incoming]) -> dict[str, Any]:
    """Store, commit, ring, answer."""
    new = events.store(db.session(), provider, incoming, g.request_id)
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


def _channel_event(payload: Any) -> Incoming:
    """Under Kakao's id for it; without one, under what it says, so that nothing authentic is lost."""
    if not isinstance(payload, dict):
        raise InvalidInput("The body is not a JSON object.")
    event_id = word(request.headers.get("X-Kakao-Resource-ID"), LONGEST_ID)
    event_id = event_id or f"body:{events.body_hash(payload)}"
    try:
        change = parse_channel(payload)
    except UnknownShape:
        return Incoming(event_id, payload, None)
    return Incoming(event_id, payload, "channel-1", change.kakao_user_id)


def _check_app(fields: dict[str, str]) -> None:
    """Refuse an unlink from another app of Kakao's than ours, if ours is known."""
    ours = current_app.config["KAKAO_APP_ID"]
    if ours and fields.get("app_id", ours) != ours:
        refuse("kakao_unlink")


def _store_unlink(session: Session, *, fields: dict[str, str], request_id: str) -> int:
    return events.store(session, "kakao_unlink", [_unlink_event(session, fields)], request_id)


def _unlink_event(session: Session, fields: dict[str, str]) -> Incoming:
    try:
        said = parse_unlink(fields)
    except UnknownShape:
        return _unknown(fields)
    event_id = withdrawals.unlink_event_id(session, said.app_id, said.kakao_user_id)
    return Incoming(event_id, fields, "unlink-1", said.kakao_user_id)
