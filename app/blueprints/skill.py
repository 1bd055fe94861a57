"""The chatbot's skill server: a turn of the chat comes in, its answer goes out.

Source: https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/make_skill
"""

import json
from time import perf_counter
from typing import Any

from flask import current_app, g, request

from app.blueprints.proofs import prove, refuse
from app.chat.answers import Reply, skill_answer
from app.clients.callbacks import is_allowed
from app.clients.skill_requests import SkillRequest, UnknownShape, parse_skill_request
from app.domain import callbacks, chats, events, talk, talk_person
from app.domain.chats import Turn
from app.domain.days import utc_now
from app.domain.events import Incoming
from app.domain.talk import Answered
from app.errors import InvalidInput, Unavailable
from app.extensions import db
from app.openapi import Blueprint
from app.schemas.webhooks import SkillAnswerOut, SkillTurnIn
from app.strict_json import loads
from app.workers.bells import ring
from app.workers.world import world

blp = Blueprint("skill", __name__, url_prefix="/webhooks", description="The chat in KakaoTalk")
ATTEMPTS = 3
PATIENCE_S = 4.5  # of Kakao's 5 s; locks are waited for one after the other
NOT_UNDERSTOOD = Reply(talk_person.ONCE_MORE)


@blp.post("/kakao/skill", auth="kakao_skill")
@blp.raw_body(SkillTurnIn)
@blp.response(200, SkillAnswerOut)
@blp.alt_response(400, "BAD_REQUEST")
def skill() -> dict[str, Any]:
    """Answer a turn of the chat"""
    body = request.get_data()
    prove("kakao_skill")
    payload = loads(body)
    try:
        asked = parse_skill_request(payload)
    except UnknownShape:
        return _keep_unknown(payload)
    if current_app.config["KAKAO_BOT_ID"] not in (None, asked.bot_id):
        refuse("kakao_skill")
    return _in_order(_take(_turn(asked, payload)).body)


def _keep_unknown(payload: Any) -> dict[str, Any]:
    """Proved, but not a turn: a human looks at it. Without the caller's id, the same body is the same."""
    if not isinstance(payload, dict):
        raise InvalidInput("The body is not a JSON object.")
    is_named = request.headers.get("X-Request-Id") == g.request_id
    event_id = g.request_id if is_named else f"unknown:{events.body_hash(payload)}"
    unknown = Incoming(event_id, payload, None)
    events.store(db.session(), "kakao_skill", [unknown], g.request_id)
    db.session.commit()
    return skill_answer(NOT_UNDERSTOOD, None)


def _turn(asked: SkillRequest, payload: Any) -> Turn:
    """The event id is the caller's request id, if it is sane, else our own: `hooks` has seen to that."""
    config = current_app.config
    sandbox = None if config["APP_ENV"] == "production" else config["KAKAO_API_BASE_URL"]
    return Turn(
        bot_user_key=asked.bot_user_key,
        app_user_id=asked.app_user_id,
        utterance=asked.utterance,
        extra=asked.extra,
        block_id=asked.block_id,
        callback_url=asked.callback_url if is_allowed(asked.callback_url, sandbox) else None,
        reason=asked.reason,
        event_id=g.request_id,
        request_id=g.request_id,
        payload=payload,
    )


def _take(turn: Turn) -> Answered:
    """One transaction: the event, its effect, its answer. A turn that met another is taken anew."""
    for _ in range(ATTEMPTS):
        now = utc_now()
        try:
            answered = talk.answer(db.session(), turn, world(current_app.config, now))
        except chats.Again:
            db.session.rollback()
            continue
        if answered.is_new and perf_counter() - g.started > PATIENCE_S:
            break
        if answered.later and answered.event_id and answered.user_id and turn.callback_url:
            callbacks.promise(
                db.session(), answered.event_id, answered.user_id, answered.later, turn.callback_url, now
            )
        db.session.commit()
        if answered.later:
            ring("chat")
        return answered
    db.session.rollback()  # they were told that it failed, or will be: so it must not happen
    raise Unavailable("This chat is busy; try again.")


def _in_order(body: dict[str, Any]) -> dict[str, Any]:
    """The same bytes the first time and when it comes from the database."""
    return dict(json.loads(json.dumps(body, sort_keys=True)))
