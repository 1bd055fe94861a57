"""A request of the chatbot to its skill server: JSON in, what we need of it out. Shape only.

Source: https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/make_skill
"""

from dataclasses import dataclass
from typing import Any

from app.clients.untrusted import part, word

UTTERANCE = 1000
ADDRESS = 2000


class UnknownShape(Exception):
    """Not a skill request that says who speaks and what; not quoted here, since it is somebody's words."""


@dataclass(frozen=True, slots=True)
class SkillRequest:
    """`extra` is the `clientExtra` of a tapped button; `reason` a parameter that the bot asked for."""

    bot_user_key: str
    app_user_id: str | None
    utterance: str
    bot_id: str | None
    block_id: str | None
    extra: dict[str, Any]
    reason: str
    callback_url: str | None


def parse_skill_request(payload: object) -> SkillRequest:
    """Raises UnknownShape without a user's id (at most 70 characters) or an utterance."""
    asked, action = part(payload, "userRequest"), part(payload, "action")
    user = part(asked, "user")
    bot_user_key, utterance = word(user.get("id"), 70), asked.get("utterance")
    if bot_user_key is None or not isinstance(utterance, str):
        raise UnknownShape("no user or no utterance")
    reason = part(action, "params").get("reason")
    return SkillRequest(
        bot_user_key=bot_user_key,
        app_user_id=word(part(user, "properties").get("appUserId"), 70),
        utterance=utterance[:UTTERANCE],
        bot_id=word(part(payload, "bot").get("id")),
        block_id=word(part(asked, "block").get("id")),
        extra=part(action, "clientExtra"),
        reason=reason[:UTTERANCE] if isinstance(reason, str) else "",
        callback_url=word(asked.get("callbackUrl"), ADDRESS),
    )
