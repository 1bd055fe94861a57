"""Answers of a chatbot skill, version 2.0, held to what KakaoTalk shows of them.

Source: https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format ; the size of the
whole answer was seen by others and is not documented. Characters are counted as UTF-16 does, where an emoji
has two: that can only be too short.
"""

from dataclasses import dataclass
from typing import Any, Final

VERSION: Final = "2.0"
TEXT_UNITS: Final = 1000
CARD_UNITS: Final = 400  # title and description together
TITLE_UNITS: Final = 50
LABEL_UNITS: Final = 14
QUICK_REPLIES: Final = 10
LINKS: Final = 3


@dataclass(frozen=True, slots=True)
class Quick:
    """A reply to tap: `label` is also what the trainee says by it; `extra` comes back with the tap."""

    label: str
    extra: dict[str, Any] | None = None
    says: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A button that opens a page."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the trainee reads, with what they may tap; a `title` and links make a card of it."""

    text: str
    quick: tuple[Quick, ...] = ()
    title: str | None = None
    links: tuple[Link, ...] = ()


def skill_answer(reply: Reply, block_id: str | None) -> dict[str, Any]:
    """The JSON of an answer. `block_id` is the block that replies call: without one no `extra` comes back."""
    template: dict[str, Any] = {"outputs": _outputs(reply)}
    if reply.quick:
        template["quickReplies"] = [_quick(each, block_id) for each in reply.quick[:QUICK_REPLIES]]
    return {"version": VERSION, "template": template}


def callback_answer(text: str) -> dict[str, Any]:
    """Says that the answer comes later, to the callback address.

    Source: https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/ai_chatbot_callback_guide
    """
    return {"version": VERSION, "useCallback": True, "data": {"text": cut(text, TEXT_UNITS)}}


def cut(text: str, limit: int) -> str:
    """The same text, at its limit cut with an ellipsis."""
    if units(text) <= limit:
        return text
    while units(text) > limit - 1:
        text = text[:-1] if units(text) - limit < 50 else text[: limit - 1]
    return text + "…"


def units(text: str) -> int:
    """How many characters a text has as UTF-16 counts them."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def _outputs(reply: Reply) -> list[dict[str, Any]]:
    """One bubble; a text too long for a card goes before it."""
    title = cut(reply.title or "", TITLE_UNITS)
    if not reply.links:
        text = f"{title}\n\n{reply.text}" if title else reply.text
        return [_text(text)]
    buttons = [_link(each) for each in reply.links[:LINKS]]
    if units(title) + units(reply.text) <= CARD_UNITS:
        card = {"description": reply.text, "buttons": buttons}
        return [{"textCard": ({"title": title} if title else {}) | card}]
    return [_text(reply.text), {"textCard": {"title": title or "자세히 보기", "buttons": buttons}}]


def _text(text: str) -> dict[str, Any]:
    return {"simpleText": {"text": cut(text, TEXT_UNITS)}}


def _link(link: Link) -> dict[str, str]:
    return {"label": cut(link.label, LABEL_UNITS), "action": "webLink", "webLinkUrl": link.url}


def _quick(quick: Quick, block_id: str | None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "label": cut(quick.label, LABEL_UNITS),
        "action": "message",
        "messageText": quick.says or quick.label,
    }
    if quick.extra is not None and block_id:
        made |= {"action": "block", "blockId": block_id, "extra": quick.extra}
    return made
