"""The template objects of a memo, held to what KakaoTalk shows of them.

Source: https://developers.kakao.com/docs/latest/ko/message-template/default ; the 200 characters:
https://developers.kakao.com/sdk/reference/ios-legacy/release/Classes/KMTTextTemplate.html ; five items, and
six characters of an item's name: https://developers.kakao.com/sdk/reference/flutter/release/ , `ItemInfo`.
Whether Kakao cuts or refuses what is longer is not documented, nor are the limits marked so below: those are
on the safe side. Characters are counted as UTF-16 does, where an emoji has two: that can only be too short.
"""

from collections.abc import Sequence
from typing import Any, Final

TEXT_CHARS: Final = 200
ITEMS: Final = 5
BUTTONS: Final = 2
NAME_CHARS: Final = 6
VALUE_CHARS: Final = 14  # not documented, as all that follow
TITLE_CHARS: Final = 50
DESCRIPTION_CHARS: Final = 200
BUTTON_CHARS: Final = 14
SHARED_BUTTON_CHARS: Final = 8  # of two side by side

Pair = tuple[str, str]


def memo(
    title: str, words: str, items: Sequence[Pair], link: str, button: str | None = None
) -> dict[str, Any]:
    """One message: `words` alone when they fit, else `title`, as much of them as fits, and the values.

    `items` are names and values in the order of their weight: five are shown. `link` is an address of a
    domain that is registered for the app. `button` names the button; without it Kakao writes "자세히 보기".
    """
    if _units(words) <= TEXT_CHARS:
        return text(words, link, button)
    shown = [(name, value) for name, value in items if name.strip() and value.strip()]
    return feed(title, words, link, shown[:ITEMS], [(button, link)] if button else [])


def text(text: str, link: str, button_title: str | None = None) -> dict[str, Any]:
    """A text with a button; it is cut with an ellipsis at 200 characters."""
    template = {"object_type": "text", "text": _cut(text, TEXT_CHARS), "link": _link(link)}
    return template | ({"button_title": _cut(button_title, BUTTON_CHARS)} if button_title else {})


def feed(
    title: str, description: str, link: str, items: Sequence[Pair] = (), buttons: Sequence[Pair] = ()
) -> dict[str, Any]:
    """A title, a description and up to five (name, value) items below; buttons are (title, address).

    Each text is cut with an ellipsis at its limit. Raises ValueError for more than 5 items or 2 buttons.
    """
    if len(items) > ITEMS or len(buttons) > BUTTONS:
        raise ValueError("a feed has at most 5 items and 2 buttons")
    content = {
        "title": _cut(title, TITLE_CHARS),
        "description": _cut(description, DESCRIPTION_CHARS),
        "link": _link(link),
    }
    template: dict[str, Any] = {"object_type": "feed", "content": content}
    if items:
        template["item_content"] = {"items": [_item(*item) for item in items]}
    if buttons:
        chars = BUTTON_CHARS if len(buttons) == 1 else SHARED_BUTTON_CHARS
        template["buttons"] = [{"title": _cut(name, chars), "link": _link(to)} for name, to in buttons]
    return template


def _link(address: str) -> dict[str, str]:
    return {"web_url": address, "mobile_web_url": address}


def _item(name: str, value: str) -> dict[str, str]:
    """Both in one line."""
    return {
        "item": _cut(" ".join(name.split()), NAME_CHARS),
        "item_op": _cut(" ".join(value.split()), VALUE_CHARS),
    }


def _cut(value: str, limit: int) -> str:
    """The same text, or its beginning and an ellipsis, `limit` characters together."""
    if _units(value) <= limit:
        return value
    kept = value[: limit - 1]
    while _units(kept) > limit - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def _units(value: str) -> int:
    return len(value.encode("utf-16-le", "surrogatepass")) // 2
