"""The control API's part for the chat, under `/_sandbox/chat`, and the callback address.

A room is one trainee's KakaoTalk with the channel. Its name is a phone number, `memo:` and the owner of a
token, or `stranger-…` for somebody who found the channel and has not joined. Naming a room opens it. Each has
its own botUserKey, the same after a restart.

GET chat                `{"rooms": [...], "violations": [...]}`. Rooms newest first, each with room,
                        bot_user_key, callback, is_friend, app_user_id, newest (an id), text and at of the
                        last thing in it. `?limit=200`. A violation is `{"room", "entry", "violations"}`:
                        an answer that Kakao would not have shown, and why
POST chat               `{"room"?, "callback"?, "is_friend"?, "app_user_id"?}` opens a room (a stranger's
                        without a name) and answers it
PUT chat/R              changes these settings of it. callback: whether skill requests have a callbackUrl
GET chat/R              the room, with `entries`, oldest first (`?limit=300`: the last n), and the
                        `quick_replies` that can be tapped now. Every entry has id, at, kind, text; a kind:
    alimtalk, memo      buttons, status, delivery_code, notification_id, template_code
    said                what the trainee said; trigger, request_id
    answer              outputs and quick_replies as the app sent them; text is all its words
    interim             the text that came with useCallback; the answer follows
    failure             no answer in time, or none at all: Kakao shows the block's failure message; reason
    violation           an answer that breaks Kakao's rules: violations, answer (its beginning)
    event               a webhook was sent: event, status (what the app answered; 0: nothing)
POST chat/R/say         `{"text", "extra"?, "block_id"?, "trigger"?, "request_id"?}`: a skill request to the
                        app, now; answers `{"entries": [said, what came of it]}`. The trigger is TEXT_INPUT,
                        or QUICKREPLY_BUTTON_BLOCK when extra or block_id is given; X-Request-Id is a new one
POST chat/R/channel     `{"event": "added" or "blocked", "resource_id"?}`: the channel webhook; its entry
POST chat/R/unlink      `{"method"?: "POST" or "GET", "referrer_type"?}`: the unlink webhook; its entry
POST callback/TOKEN     for the app: the answer that it promised, once and within 60 s of the request. Rules
                        apply to it: endpoint `callback`
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from dev.sandbox import kakao_hooks, log, skill
from dev.sandbox.control import bad_order, told
from dev.sandbox.faults import as_json, provider, the_state
from dev.sandbox.rooms import Room
from dev.sandbox.rules import Rule

blueprint = Blueprint("chat", __name__, url_prefix="/_sandbox")
for _kind in (KeyError, TypeError, ValueError):
    blueprint.register_error_handler(_kind, bad_order)


@blueprint.get("/chat")
def show_rooms() -> Response:
    state = the_state()
    rooms = log.rooms(state, int(request.args.get("limit", 200)))
    return as_json({"rooms": rooms, "violations": list(state.violations)})


@blueprint.post("/chat")
def open_room() -> Response:
    data = told()
    name = data.pop("room", None)
    room = log.room_of(the_state(), str(name)) if name else log.open_room(the_state())
    room.change(data)
    return as_json(room.as_json())


@blueprint.put("/chat/<path:name>")
def change_room(name: str) -> Response:
    room = log.room_of(the_state(), name)
    room.change(told())
    return as_json(room.as_json())


@blueprint.get("/chat/<path:name>")
def show_room(name: str) -> Response:
    state = the_state()
    entries = log.entries(state, name, int(request.args.get("limit", 300)))
    room = state.rooms.get(name) or Room(name, 0)
    return as_json({**room.as_json(), "entries": entries, "quick_replies": log.quick_replies(entries)})


@blueprint.post("/chat/<path:name>/say")
def say(name: str) -> Response:
    state, said = the_state(), skill.Said.from_json(told())
    base = f"{request.host_url}_sandbox/callback/"
    entries = skill.say(state, log.room_of(state, name), said, base)
    return as_json({"entries": [one.as_json() for one in entries]})


@blueprint.post("/chat/<path:name>/channel")
def send_channel(name: str) -> Response:
    state, data = the_state(), told()
    room = log.room_of(state, name)
    return as_json(kakao_hooks.channel(state, room, data["event"], data.get("resource_id")).as_json())


@blueprint.post("/chat/<path:name>/unlink")
def send_unlink(name: str) -> Response:
    state = the_state()
    return as_json(kakao_hooks.unlink(state, log.room_of(state, name), **told()).as_json())


@blueprint.post("/callback/<token>")
@provider("callback")
def take_callback(rule: Rule, token: str) -> dict[str, Any]:
    return skill.take_callback(the_state(), token, request.get_data())
