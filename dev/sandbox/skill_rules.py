"""What Kakao takes as the answer of a skill (version 2.0), and what it does not.

https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format . Stricter than Kakao where
that shows a mistake of ours: components that we do not use are violations, and a label is measured as if two
buttons of a list card always stood side by side.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

MAX_BYTES = 30_720
ACTIONS = {
    "webLink": "webLinkUrl",
    "message": "messageText",
    "phone": "phoneNumber",
    "block": "blockId",
    "share": None,
    "operator": None,
}

Found = Iterator[str]


def violations(body: bytes, *, callback: bool = False) -> list[str]:
    """Everything that is wrong with an answer, each with its place; none for a good one.

    `callback`: whether the request offered a callbackUrl, so that `useCallback` may be answered.
    """
    if len(body) > MAX_BYTES:
        return [f"answer: more than {MAX_BYTES:,} bytes"]
    try:
        answer = json.loads(body)
    except ValueError:
        return ["answer: not JSON"]
    return list(_answer(answer, callback)) if isinstance(answer, dict) else ["answer: not an object"]


def _answer(answer: dict[str, Any], callback: bool) -> Found:
    if answer.get("version") != "2.0":
        yield 'version: not "2.0"'
    for name in ("context", "data"):
        if not isinstance(answer.get(name, {}), dict):
            yield f"{name}: not an object"
    if "useCallback" in answer:
        yield from _use_callback(answer, callback)
        return
    template = answer.get("template")
    if not isinstance(template, dict):
        yield "template: missing"
        return
    yield from _several(template, "outputs", "template", 1, 3, _output)
    yield from _several(template, "quickReplies", "template", 0, 10, _quick_reply)


def _use_callback(answer: dict[str, Any], callback: bool) -> Found:
    if answer["useCallback"] is not True:
        yield "useCallback: not true"
    if not callback:
        yield "useCallback: the request had no callbackUrl"
    if "template" in answer:
        yield "template: not together with useCallback"
    data = answer.get("data")
    if isinstance(data, dict) and "text" in data:
        yield from _text(data, "text", "data", 1000)


def _output(output: dict[str, Any], place: str) -> Found:
    kinds = [name for name in output if name in COMPONENTS]
    if len(kinds) != 1 or len(output) != 1:
        yield f"{place}: not exactly one of {', '.join(COMPONENTS)}"
        return
    (kind,) = kinds
    if not isinstance(output[kind], dict):
        yield f"{place}.{kind}: not an object"
        return
    yield from COMPONENTS[kind](output[kind], f"{place}.{kind}")


def _simple_text(text: dict[str, Any], place: str) -> Found:
    yield from _text(text, "text", place, 1000)


def _simple_image(image: dict[str, Any], place: str) -> Found:
    yield from _url(image, "imageUrl", place)
    yield from _text(image, "altText", place, 50)


def _text_card(card: dict[str, Any], place: str) -> Found:
    if "title" not in card and "description" not in card:
        yield f"{place}: neither title nor description"
    yield from _text(card, "title", place, 50, required=False)
    yield from _text(card, "description", place, 400, required=False)
    if sum(len(str(card.get(name) or "")) for name in ("title", "description")) > 400:
        yield f"{place}: title and description have more than 400 characters"
    yield from _buttons(card, place, 3)


def _basic_card(card: dict[str, Any], place: str) -> Found:
    thumbnail = card.get("thumbnail")
    if isinstance(thumbnail, dict):
        yield from _url(thumbnail, "imageUrl", f"{place}.thumbnail")
    else:
        yield f"{place}.thumbnail: missing"
    yield from _text(card, "title", place, 50, required=False)
    yield from _text(card, "description", place, 230, required=False)
    yield from _buttons(card, place, 3)


def _list_card(card: dict[str, Any], place: str) -> Found:
    header = card.get("header")
    yield from _text(header if isinstance(header, dict) else {}, "title", f"{place}.header", 1000)
    yield from _several(card, "items", place, 1, 5, _list_item)
    yield from _buttons(card, place, 2, side_by_side=card.get("buttonLayout") != "vertical")


def _list_item(item: dict[str, Any], place: str) -> Found:
    yield from _text(item, "title", place, 1000)
    yield from _text(item, "description", place, 1000, required=False)
    if "link" in item:
        link = item["link"]
        yield from _url(link if isinstance(link, dict) else {}, "web", f"{place}.link")
    if "action" in item:
        yield from _action(item, place, ("message", "block"))


def _buttons(card: dict[str, Any], place: str, most: int, *, side_by_side: bool = False) -> Found:
    layout, buttons = card.get("buttonLayout"), card.get("buttons", [])
    if layout not in (None, "vertical", "horizontal"):
        yield f"{place}.buttonLayout: neither vertical nor horizontal"
    side_by_side = side_by_side or layout == "horizontal"
    two = side_by_side and isinstance(buttons, list) and len(buttons) > 1

    def button(one: dict[str, Any], where: str) -> Found:
        yield from _text(one, "label", where, 8 if two else 14)
        yield from _action(one, where, tuple(ACTIONS))
        yield from _extra(one, where)

    yield from _several(card, "buttons", place, 0, 2 if side_by_side else most, button)


def _quick_reply(reply: dict[str, Any], place: str) -> Found:
    yield from _text(reply, "label", place, 14)
    yield from _action(reply, place, ("message", "block"))
    yield from _extra(reply, place)


def _action(one: dict[str, Any], place: str, allowed: tuple[str, ...]) -> Found:
    action = one.get("action")
    if action not in allowed:
        yield f"{place}.action: none of {', '.join(allowed)}"
        return
    needed = ACTIONS[str(action)]
    if needed == "webLinkUrl":
        yield from _url(one, needed, place)
    elif needed:
        yield from _text(one, needed, place, 1000)


def _extra(one: dict[str, Any], place: str) -> Found:
    if not isinstance(one.get("extra", {}), dict):
        yield f"{place}.extra: not an object"


def _several(
    of: dict[str, Any], name: str, place: str, least: int, most: int, check: Callable[..., Found]
) -> Found:
    """A list of objects of a length, each checked."""
    found, place = of.get(name, []), f"{place}.{name}"
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        yield f"{place}: not a list of objects"
        return
    if not least <= len(found) <= most:
        yield f"{place}: {len(found)}, not {least} to {most}"
    for number, one in enumerate(found):
        yield from check(one, f"{place}[{number}]")


def _text(of: dict[str, Any], name: str, place: str, most: int, *, required: bool = True) -> Found:
    if name not in of and not required:
        return
    text = of.get(name)
    if not isinstance(text, str) or not text.strip():
        yield f"{place}.{name}: missing or empty"
    elif len(text) > most:
        yield f"{place}.{name}: {len(text)} characters, more than {most}"


def _url(of: dict[str, Any], name: str, place: str) -> Found:
    url = of.get(name)
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        yield f"{place}.{name}: no http or https address"


COMPONENTS: dict[str, Callable[[dict[str, Any], str], Found]] = {
    "simpleText": _simple_text,
    "simpleImage": _simple_image,
    "textCard": _text_card,
    "basicCard": _basic_card,
    "listCard": _list_card,
}
