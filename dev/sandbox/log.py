"""Reading and writing the rooms' logs: what was said, and the messages between it."""

from __future__ import annotations

import secrets
from typing import Any

from dev.sandbox.rooms import Entry, Room
from dev.sandbox.state import Message, State


def room_of(state: State, name: str) -> Room:
    """The room of that name, opened when there is none."""
    with state.lock:
        return state.rooms.get(name) or open_room(state, name)


def open_room(state: State, name: str | None = None) -> Room:
    """A new room; without a name, that of somebody who found the channel and has not joined."""
    with state.lock:
        room = Room(name or f"stranger-{secrets.token_hex(3)}", next(state.serial))
        return state.rooms.setdefault(room.name, room)


def note(state: State, room: Room, kind: str, text: str, **more: Any) -> Entry:
    """Write something into a room's log."""
    with state.lock:
        entry = Entry(next(state.serial), state.clock.now(), kind, text, more)
        room.entries.append(entry)
        return entry


def note_violations(state: State, room: Room, found: list[str], body: bytes) -> Entry:
    """An answer that Kakao would not show: the red bubble, and the list that tests ask for."""
    answer = body[:2000].decode(errors="replace")
    entry = note(state, room, "violation", "\n".join(found), violations=found, answer=answer)
    with state.lock:
        state.violations.append({"room": room.name, "entry": entry.id, "violations": found})
    return entry


def rooms(state: State, limit: int) -> list[dict[str, Any]]:
    """The rooms that wrote or were written to last, newest first."""
    with state.lock:
        last = {name: _last(room) for name, room in state.rooms.items()}
    for message in state.messages():
        if message.id > last.get(message.room, {"newest": 0})["newest"]:
            last[message.room] = {"newest": message.id, "message": message}
    newest = sorted(last, key=lambda name: -last[name]["newest"])[:limit]
    return [_summary(state, name, **last[name]) for name in newest]


def _last(room: Room) -> dict[str, Any]:
    if not room.entries:
        return {"newest": room.opened}
    return {"newest": room.entries[-1].id, "entry": room.entries[-1]}


def _summary(
    state: State, name: str, newest: int, message: Message | None = None, entry: Entry | None = None
) -> dict[str, Any]:
    """A room of the list: the text and the time of the last thing in it, when there is one."""
    last = _as_entry(message) if message else entry.as_json() if entry else {"text": "", "at": None}
    room = state.rooms.get(name) or Room(name, 0)
    return {**room.as_json(), "newest": newest, "text": last["text"][:80], "at": last["at"]}


def entries(state: State, name: str, limit: int) -> list[dict[str, Any]]:
    """The last of what was said and of the messages, oldest first."""
    with state.lock:
        room = state.rooms.get(name)
        said = [one.as_json() for one in room.entries] if room else []
    messages = [one for one in state.messages() if one.room == name][-limit:]
    found = sorted([*map(_as_entry, messages), *said], key=lambda one: one["id"])
    return found[-limit:]


def _as_entry(message: Message) -> dict[str, Any]:
    shown = message.as_json()
    wanted = ("text", "buttons", "status", "delivery_code", "notification_id", "template_code")
    return {
        "id": message.id,
        "at": shown["accepted_at"],
        "kind": shown["channel"],
        **{name: shown[name] for name in wanted},
    }


def quick_replies(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those below the last message, as KakaoTalk shows them: any later message hides them.

    A callback may be quicker than the answer that announces it, so an interim one hides nothing.
    """
    last = next((one for one in reversed(found) if one["kind"] not in ("event", "interim")), {})
    replies: list[dict[str, Any]] = last.get("quick_replies", [])
    return replies
