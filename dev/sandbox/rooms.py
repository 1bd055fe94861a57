"""A chat room is one trainee's KakaoTalk with the channel: who that is to Kakao, and what was said.

AlimTalk and memos are not kept here; `log.py` puts them between what was said.
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MAX_ENTRIES = 500
CHANGEABLE = {"callback": bool, "is_friend": bool, "app_user_id": str}


@dataclass(slots=True)
class Entry:
    """One thing in a room's log; `chat.py` lists the kinds and what `more` has."""

    id: int
    at: datetime
    kind: str
    text: str
    more: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "at": self.at.isoformat(), "kind": self.kind, "text": self.text, **self.more}


@dataclass(slots=True)
class Room:
    """`name` is a phone number, `memo:` and an owner, or `stranger-` and something."""

    name: str
    opened: int  # a number of the same row as the entries' ids
    callback: bool = True
    is_friend: bool = True
    app_user_id: str | None = None
    block: dict[str, str] = field(default_factory=lambda: dict(WELCOME))  # the last that ran
    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=MAX_ENTRIES))

    @property
    def bot_user_key(self) -> str:
        """The same for a name after every restart, because the app's database remembers it."""
        return _key("botUserKey", self.name)

    @property
    def plusfriend_user_key(self) -> str:
        return _key("plusfriendUserKey", self.name)[:20]

    @property
    def open_id(self) -> str:
        """How the channel webhook names somebody without an appUserId."""
        return _key("open_id", self.name)[:32]

    def change(self, changes: dict[str, Any]) -> None:
        """Set what a PUT may set; ValueError for anything else."""
        for name, value in changes.items():
            if name not in CHANGEABLE:
                raise ValueError(f"a room has {', '.join(CHANGEABLE)}")
            if not isinstance(value, CHANGEABLE[name]) and not (name == "app_user_id" and value is None):
                raise ValueError(f"{name} is a {CHANGEABLE[name].__name__}")
        for name, value in changes.items():
            setattr(self, name, value or None if name == "app_user_id" else value)

    def as_json(self) -> dict[str, Any]:
        return {
            "room": self.name,
            "bot_user_key": self.bot_user_key,
            "callback": self.callback,
            "is_friend": self.is_friend,
            "app_user_id": self.app_user_id,
        }


WELCOME = {"id": "block-welcome", "name": "웰컴 블록"}


@dataclass(slots=True)
class Callback:
    """A one-time address that an answer may be posted to."""

    room: Room
    issued_at: datetime


def _key(kind: str, name: str) -> str:
    return hashlib.sha256(f"{kind} {name}".encode()).hexdigest()
