"""The chat's part of `client.Sandbox`; `chat.py` says what rooms and entries are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

Entry = dict[str, Any]


class ChatCalls:
    """What a person can do in KakaoTalk, over the control API."""

    _call: Callable[..., Any]

    def rooms(self) -> list[dict[str, Any]]:
        """All rooms, newest first."""
        found: list[dict[str, Any]] = self._call("GET", "chat")["rooms"]
        return found

    def violations(self) -> list[dict[str, Any]]:
        """Answers of the app, in any room, that Kakao would not have shown."""
        found: list[dict[str, Any]] = self._call("GET", "chat")["violations"]
        return found

    def open_room(self, room: str | None = None, **settings: Any) -> str:
        """Open a room, a stranger's without a name; its name. Settings: callback, is_friend, app_user_id."""
        return str(self._call("POST", "chat", {"room": room, **settings})["room"])

    def configure_room(self, room: str, **settings: Any) -> dict[str, Any]:
        found: dict[str, Any] = self._call("PUT", _path(room), settings)
        return found

    def chat(self, room: str) -> list[Entry]:
        """The room's log, oldest first."""
        entries: list[Entry] = self._call("GET", _path(room))["entries"]
        return entries

    def quick_replies(self, room: str) -> list[dict[str, Any]]:
        """Those that can be tapped now."""
        found: list[dict[str, Any]] = self._call("GET", _path(room))["quick_replies"]
        return found

    def say(self, room: str, text: str, **more: Any) -> Entry:
        """Type something; what came of it: an entry of kind answer, interim, failure or violation."""
        entry: Entry = self._call("POST", _path(room, "say"), {"text": text, **more})["entries"][1]
        return entry

    def tap(self, room: str, label: str) -> Entry:
        """Tap a quick reply, or a button of the last message; what came of it. KeyError: it is not there."""
        shown = self._call("GET", _path(room))
        return self.say(room, **said_by(label, shown["quick_replies"], shown["entries"]))

    def channel(self, room: str, event: str, resource_id: str | None = None) -> int:
        """Send the webhook that the channel was `added` or `blocked`; the app's status."""
        told = {"event": event, "resource_id": resource_id}
        return int(self._call("POST", _path(room, "channel"), told)["status"])

    def unlink(self, room: str, method: str = "POST", referrer_type: str = "UNLINK_FROM_APPS") -> int:
        """Send the unlink webhook, for a room with an app_user_id; the app's status."""
        told = {"method": method, "referrer_type": referrer_type}
        return int(self._call("POST", _path(room, "unlink"), told)["status"])


def _path(room: str, *rest: str) -> str:
    return "/".join(("chat", quote(room, safe=""), *rest))


def said_by(label: str, quick_replies: list[dict[str, Any]], entries: list[Entry]) -> dict[str, Any]:
    """What a tap on that label says: the arguments of `say`. KeyError lists what could be tapped."""
    offered = {one["label"]: ("QUICKREPLY_BUTTON", one) for one in reversed(quick_replies)}
    last = next((one for one in reversed(entries) if one["kind"] in ("answer", "alimtalk", "memo")), {})
    for button in last.get("buttons", []):
        offered.setdefault(button["name"], ("", button))
    for output in last.get("outputs", []):
        (card,) = output.values()
        for button in card.get("buttons", []):
            offered.setdefault(button["label"], ("CARD_BUTTON", button))
        for item in card.get("items", []):
            offered.setdefault(item["title"], ("LIST_ITEM", item))
    if label not in offered:
        raise KeyError(f"{label} is none of {', '.join(offered)}")
    return _said(label, *offered[label])


def _said(label: str, kind: str, button: dict[str, Any]) -> dict[str, Any]:
    if not kind and not button["url"]:  # of an AlimTalk: a bot keyword
        return {"text": label}
    action = button.get("action")
    if action not in ("message", "block"):
        raise KeyError(f"{label} says nothing in the chat: {button}")
    said = {"text": button.get("messageText") or label, "trigger": f"{kind}_{action.upper()}"}
    return said | {"extra": button.get("extra") or {}, "block_id": button.get("blockId")}
