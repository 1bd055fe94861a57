"""What Kakao itself tells us: the channel was added or blocked, an account was unlinked. Shape only.

Sources: https://developers.kakao.com/docs/latest/ko/kakaotalk-channel/callback and
https://developers.kakao.com/docs/latest/ko/kakaologin/callback
"""

import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from app.clients.receipts import UnknownShape
from app.clients.untrusted import rfc3339, storable, word

LONGEST_ID = 200
LONGEST_FIELD = 500
MOST_FIELDS = 50
STATES = ("added", "blocked")


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """Somebody added or blocked the channel at `at`. `kakao_user_id` is None for an id of another kind."""

    kakao_user_id: str | None
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Unlink:
    """Somebody ended the link between their Kakao account and our app."""

    app_id: str
    kakao_user_id: str


def parse_channel(payload: object) -> ChannelChange:
    """`{"event": "added"|"blocked", "id", "id_type": "app_user_id"|"open_id", "updated_at"}`.

    Raises `UnknownShape` for anything else; further members are Kakao's business. May run twice.
    """
    given = payload if isinstance(payload, dict) else {}
    person, kind = word(given.get("id"), LONGEST_ID), given.get("id_type")
    state, at = given.get("event"), rfc3339(given.get("updated_at"))
    if person is None or kind not in ("app_user_id", "open_id") or state not in STATES or at is None:
        raise UnknownShape("not a change of the channel")
    return ChannelChange(person if kind == "app_user_id" else None, state, at)


def parse_unlink(payload: object) -> Unlink:
    """`{"app_id", "user_id", …}`, all of it text; raises `UnknownShape` without one of the two."""
    given = payload if isinstance(payload, dict) else {}
    app_id, person = word(given.get("app_id"), LONGEST_ID), word(given.get("user_id"), LONGEST_ID)
    if app_id is None or person is None:
        raise UnknownShape("not an unlink")
    return Unlink(app_id, person)


def unlink_fields(query: bytes, body: bytes) -> dict[str, str]:
    """The fields of an unlink, from the query of a GET or the body of a POST; never raises.

    Form-encoded, as documented; a JSON object is understood too. What is not storable is left out of each
    text, what is too long is cut, and what is given twice counts as it was given first.
    """
    pairs = [*_pairs(query), *(_members(body) or _pairs(body))]
    fields: dict[str, str] = {}
    for name, value in pairs[:MOST_FIELDS]:
        fields.setdefault(storable(name, LONGEST_FIELD), storable(value, LONGEST_FIELD))
    return fields


def _pairs(encoded: bytes) -> list[tuple[str, str]]:
    return parse_qsl(encoded.decode(errors="replace"), keep_blank_values=True, errors="replace")


def _members(body: bytes) -> list[tuple[str, str]]:
    try:
        value = json.loads(body) if body.lstrip().startswith(b"{") else {}
        return [(name, each if isinstance(each, str) else json.dumps(each)) for name, each in value.items()]
    except (ValueError, RecursionError):
        return []
