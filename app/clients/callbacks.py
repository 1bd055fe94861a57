"""Posting an answer to the one-time address that came with a turn of the chat.

Source: https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/ai_chatbot_callback_guide
"""

import json
import re
from typing import Any, Final
from urllib.parse import urlsplit

from app.clients import http
from app.clients.untrusted import word

DEADLINE_S: Final = 10.0
_KAKAO_HOST: Final = re.compile(r"(?:[a-z0-9-]+\.)*kakao\.com", re.ASCII)
"""Plain labels only: in `evil.example\\.kakao.com` urllib3 ends the host at the backslash."""


class CallbackLost(Exception):
    """No whole answer came: the address may be tried once more, it takes one POST only. `kind` says how."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def is_allowed(url: str | None, also: str | None) -> bool:
    """Whether we post there: https at Kakao, or under the base address `also` (a developer's sandbox).

    Without this anybody with the skill's token could make us call addresses of our own network.
    """
    try:
        parts = urlsplit(url or "")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.username or parts.password or parts.fragment:
        return False
    if also and f"{parts.scheme}://{parts.netloc}" == also:
        return True
    return parts.scheme == "https" and _KAKAO_HOST.fullmatch(host) is not None and port in (None, 443)


def post(url: str, answer: dict[str, Any]) -> str:
    """What Kakao made of it: `SUCCESS`, or `FAIL` or `ERROR`, after which the address is void.

    Raises CallbackLost when nobody knows.
    """
    try:
        reply = http.call(
            http.new_session(),
            "POST",
            url,
            deadline_s=DEADLINE_S,
            headers={"Content-Type": "application/json"},
            data=json.dumps(answer, ensure_ascii=False).encode(),
        )
    except http.CallFailed as failed:
        raise CallbackLost(failed.kind) from None
    try:
        said = json.loads(reply.body)
    except (ValueError, RecursionError):
        said = None
    status = word(said.get("status"), 20) if isinstance(said, dict) else None
    return status or f"HTTP_{reply.status}"
