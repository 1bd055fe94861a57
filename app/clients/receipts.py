"""The dealer's delivery webhook: JSON in, plain receipts out. Shape only; the signature is the view's work.

Source: https://docs.nhncloud.com/ko/Notification/KakaoTalk%20Bizmessage/ko/webhook-api-guide/
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.clients.untrusted import kst, whole, word


class UnknownShape(Exception):
    """Not an envelope with a delivery result; the body is not quoted here, since it holds phone numbers."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One delivery result. `hook_id` is unique for the event: the same result may come again under it."""

    hook_id: str
    notification_id: str | None
    request_id: str
    recipient_seq: int
    code: str
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class Envelope:
    """One POST: `entries` are the `hooks` as they came, one for one; `others` are those of another shape."""

    hooks: list[Hook]
    entries: list[dict[str, Any]]
    others: list[object]


def parse_results(payload: object) -> Envelope:
    """The results in `{"hooks": [{"hookId", "requestId", "recipientSeq", "resultCode", …}, …]}`.

    Told by the fields of each hook, since the `event` text is not documented for every event. Raises
    `UnknownShape` when not one hook is a result. Times come in Korean time and go out in UTC. May run twice.
    """
    entries = payload.get("hooks") if isinstance(payload, dict) else None
    if not isinstance(entries, list):
        raise UnknownShape("no list of hooks")
    read = [(entry, _hook(entry)) for entry in entries]
    known = [(hook, entry) for entry, hook in read if hook is not None]
    if not known:
        raise UnknownShape("no hook is a delivery result")
    return Envelope(
        hooks=[hook for hook, _ in known],
        entries=[entry for _, entry in known],
        others=[entry for entry, hook in read if hook is None],
    )


def _hook(entry: object) -> Hook | None:
    if not isinstance(entry, dict):
        return None
    hook_id, request_id = word(entry.get("hookId")), word(entry.get("requestId"))
    recipient_seq, code = whole(entry.get("recipientSeq")), word(entry.get("resultCode"), 20)
    if hook_id is None or request_id is None or recipient_seq is None or code is None:
        return None
    return Hook(
        hook_id=hook_id,
        notification_id=word(entry.get("recipientGroupingKey")),
        request_id=request_id,
        recipient_seq=recipient_seq,
        code=code,
        received_at=kst(entry.get("receiveDate")),
    )
