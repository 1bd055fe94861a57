"""What a trainee says goes to the app as a skill request, and its answer comes back into the room.

Shapes: https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/make_skill and, for the callback,
https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/ai_chatbot_callback_guide

Not documented, so decided here: an answer that breaks a rule, or no answer in time, ends its callback
address; contexts are not kept, so `contexts` is always empty; a callback with an answer that breaks a rule
gets status ERROR.
"""

from __future__ import annotations

import json
import queue
import secrets
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests

from dev.sandbox.log import note, note_violations
from dev.sandbox.rooms import Callback, Entry, Room
from dev.sandbox.skill_rules import MAX_BYTES, violations
from dev.sandbox.state import State

BLOCK = {"id": "block-coach", "name": "갓생 코치"}
SKILL = {"id": "skill-coach", "name": "coach"}
FAILURE = "지금은 답을 드릴 수 없어요. 잠시 후 다시 말씀해 주세요."  # the block's failure message
TRIGGERS = ("TEXT_INPUT", "QUICKREPLY_BUTTON_MESSAGE", "QUICKREPLY_BUTTON_BLOCK")
TRIGGERS += ("CARD_BUTTON_MESSAGE", "CARD_BUTTON_BLOCK", "LIST_ITEM_MESSAGE", "LIST_ITEM_BLOCK")


@dataclass(frozen=True)
class Said:
    """What was typed, or what tapping a button says; the last three are a button's."""

    text: str
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    trigger: str = "TEXT_INPUT"
    block_id: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Said:
        """KeyError, TypeError and ValueError say what is wrong."""
        text, extra = data["text"], data.get("extra") or {}
        if not isinstance(text, str) or not 0 < len(text.strip()) <= 1000 or not isinstance(extra, dict):
            raise ValueError("text is 1 to 1000 characters and extra an object")
        tapped = bool(data.get("block_id") or extra)
        trigger = data.get("trigger") or (TRIGGERS[2] if tapped else TRIGGERS[0])
        if trigger not in TRIGGERS:
            raise ValueError(f"trigger is one of {', '.join(TRIGGERS)}")
        return cls(text, data.get("request_id") or uuid.uuid4().hex, trigger, data.get("block_id"), extra)


def say(state: State, room: Room, said: Said, callback_base: str) -> list[Entry]:
    """Say it and wait for the answer, 5 s at most; both entries of the log. ValueError without an app."""
    if state.settings.app_url is None:
        raise ValueError("the sandbox was started without --app-url")
    asked = note(state, room, "said", said.text, trigger=said.trigger, request_id=said.request_id)
    token = _new_callback(state, room) if room.callback else None
    body = skill_request(state, room, said, f"{callback_base}{token}" if token else None)
    room.block = body["userRequest"]["block"]
    started = time.monotonic()
    status, content = _post(state, said, body)
    took_ms = round((time.monotonic() - started) * 1000)
    answer = _take(state, room, status, content, token)
    answer.more["took_ms"] = took_ms
    return [asked, answer]


def skill_request(state: State, room: Room, said: Said, callback_url: str | None) -> dict[str, Any]:
    """The body of a skill request."""
    block = {**BLOCK, "id": said.block_id} if said.block_id else dict(BLOCK)
    request = {
        "timezone": "Asia/Seoul",
        "params": {"surface": "Kakaotalk.plusfriend"},
        "block": block,
        "utterance": said.text,
        "lang": "ko",
        "user": {"id": room.bot_user_key, "type": "botUserKey", "properties": _properties(room)},
    }
    return {
        "intent": {**block, "extra": {}},
        "userRequest": request | ({"callbackUrl": callback_url} if callback_url else {}),
        "contexts": [],
        "bot": {"id": state.settings.bot_id, "name": "갓생 코치"},
        "action": {**SKILL, "params": {}, "detailParams": {}, "clientExtra": said.extra},
        "flow": {"trigger": {"type": said.trigger, "referrerBlock": room.block}, "lastBlock": room.block},
    }


def _properties(room: Room) -> dict[str, Any]:
    """isFriend is only there when it is true, and the channel's own key only for a friend."""
    found: dict[str, Any] = {"botUserKey": room.bot_user_key}
    if room.is_friend:
        found |= {"plusfriendUserKey": room.plusfriend_user_key, "isFriend": True}
    if room.app_user_id:
        found["appUserId"] = room.app_user_id
    return found


def _post(state: State, said: Said, body: dict[str, Any]) -> tuple[int, bytes]:
    """The HTTP status and body within the limit, however slowly they drip; status 0: none."""
    settings, box = state.settings, queue.SimpleQueue[tuple[int, bytes]]()
    headers = {"Content-Type": "application/json", "X-Request-Id": said.request_id}
    if settings.skill_token is not None:
        headers["X-Skill-Token"] = settings.skill_token

    def ask() -> None:
        with requests.Session() as session:
            session.trust_env = False  # never through a proxy
            options: dict[str, Any] = {"stream": True, "allow_redirects": False}
            options["timeout"] = settings.skill_limit_s
            try:
                url = f"{settings.app_url}/webhooks/kakao/skill"
                answer = session.post(url, json.dumps(body).encode(), headers=headers, **options)
                box.put((answer.status_code, _beginning(answer)))
            except requests.RequestException as error:
                box.put((0, type(error).__name__.encode()))

    threading.Thread(target=ask, daemon=True, name="skill").start()
    try:
        return box.get(timeout=settings.skill_limit_s)
    except queue.Empty:
        return 0, b"ReadTimeout"


def _beginning(answer: requests.Response) -> bytes:
    """The body, or as much of it as shows that it is too long."""
    content = b""
    for piece in answer.iter_content(8192):
        content += piece
        if len(content) > MAX_BYTES:
            break
    return content


def _take(state: State, room: Room, status: int, content: bytes, token: str | None) -> Entry:
    """Put the answer into the room; the callback address lives on only when the answer asks for it."""
    if status != 200:
        _end_callback(state, token)
        reason = f"HTTP {status}" if status else content.decode()
        return note(state, room, "failure", FAILURE, reason=reason)
    found = violations(content, callback=token is not None)
    if found:
        _end_callback(state, token)
        return note_violations(state, room, found, content)
    answer = json.loads(content)
    if answer.get("useCallback"):
        return note(state, room, "interim", str(answer.get("data", {}).get("text", "")))
    _end_callback(state, token)
    return note_answer(state, room, answer)


def note_answer(state: State, room: Room, answer: dict[str, Any]) -> Entry:
    template = answer["template"]
    outputs, replies = template["outputs"], template.get("quickReplies", [])
    text = "\n".join(filter(None, map(plain_text, outputs)))
    return note(state, room, "answer", text, outputs=outputs, quick_replies=replies)


def plain_text(output: dict[str, Any]) -> str:
    """The words of one output, a line each."""
    ((kind, shown),) = output.items()
    if kind == "listCard":
        lines = [shown["header"]["title"]]
        for item in shown["items"]:
            lines += [item["title"], item.get("description")]
    else:
        lines = [shown.get(name) for name in ("text", "altText", "title", "description")]
    return "\n".join(line for line in lines if line)


def _new_callback(state: State, room: Room) -> str:
    token = secrets.token_urlsafe(24)
    with state.lock:
        state.callbacks[token] = Callback(room, state.clock.now())
    return token


def _end_callback(state: State, token: str | None) -> None:
    with state.lock:
        state.callbacks.pop(token or "", None)


def take_callback(state: State, token: str, body: bytes) -> dict[str, Any]:
    """The answer that was promised, once and in time; what Kakao answers to that."""
    with state.lock:
        callback = state.callbacks.pop(token, None)
    now, limit = state.clock.now(), timedelta(seconds=state.settings.callback_limit_s)
    at = round(now.timestamp() * 1000)
    if callback is None or now - callback.issued_at > limit:
        return {"taskId": "", "status": "FAIL", "message": "Invalid callback token", "timestamp": at}
    found = violations(body)
    if found:
        note_violations(state, callback.room, found, body)
        return {"taskId": "", "status": "ERROR", "message": "invalid answer", "timestamp": at}
    note_answer(state, callback.room, json.loads(body))
    return {"taskId": uuid.uuid4().hex, "status": "SUCCESS", "message": "success", "timestamp": at}
