"""What Kakao takes as the answer of a skill."""

import json
from typing import Any

import pytest
from stub_app import skill, tappable, text

from dev.sandbox.skill_rules import violations

LINK = "https://coach.example.com/t/x"
THUMBNAIL = {"imageUrl": "https://coach.example.com/x.png"}


def button(label: str = "보기", **more: Any) -> dict[str, Any]:
    return {"label": label, "action": "webLink", "webLinkUrl": LINK} | more


def says(label: str = "완료", **more: Any) -> dict[str, Any]:
    return {"label": label, "action": "message", "messageText": "완료"} | more


def text_card(**more: Any) -> dict[str, Any]:
    return {"textCard": {"title": "제목"} | more}


def basic_card(**more: Any) -> dict[str, Any]:
    return {"basicCard": {"title": "제목", "thumbnail": THUMBNAIL} | more}


def list_card(count: int = 1, **more: Any) -> dict[str, Any]:
    return {"listCard": {"header": {"title": "제목"}, "items": [{"title": "항목"}] * count} | more}


def found(answer: Any, **options: bool) -> list[str]:
    return violations(json.dumps(answer, ensure_ascii=False).encode(), **options)


GOOD = {
    "simple text": skill(text("가" * 1000)),
    "three outputs": skill(text("a"), text("b"), text("c")),
    "ten quick replies": skill(text("a"), replies=[tappable("가" * 14)] * 9 + [says()]),
    "image": skill({"simpleImage": {**THUMBNAIL, "altText": "가" * 50}}),
    "text card": skill(text_card(title="가" * 50, description="나" * 350, buttons=[button("가" * 14)] * 3)),
    "a card without a title": skill({"textCard": {"description": "가" * 400}}),
    "basic card": skill(basic_card(description="가" * 230, buttons=[says(), button(), button()])),
    "side by side": skill(basic_card(buttonLayout="horizontal", buttons=[button("가" * 8)] * 2)),
    "list card": skill(list_card(5, buttons=[button("가" * 8), says("나" * 8)])),
    "list card, one button": skill(list_card(buttons=[button("가" * 14)])),
    "list items": skill(list_card(items=[{"title": "a", "link": {"web": LINK}}, says() | {"title": "b"}])),
    "other buttons": skill(text_card(buttons=[{"label": "전화", "action": "phone", "phoneNumber": "02"}])),
    "context and data": skill(text("a")) | {"context": {"values": []}, "data": {}},
}
BAD = {
    "version": (skill(text("a")) | {"version": "1.0"}, "version"),
    "no template": ({"version": "2.0"}, "template: missing"),
    "no output": (skill(), "template.outputs: 0"),
    "four outputs": (skill(*[text("a")] * 4), "template.outputs: 4"),
    "outputs": ({"version": "2.0", "template": {"outputs": {}}}, "template.outputs: not a list"),
    "two in one": (skill(text("a") | text_card()), "template.outputs[0]: not exactly one"),
    "unknown": (skill({"itemCard": {}}), "template.outputs[0]: not exactly one"),
    "no object": (skill({"simpleText": "a"}), "simpleText: not an object"),
    "long text": (skill(text("가" * 1001)), "simpleText.text: 1001"),
    "empty text": (skill(text(" ")), "simpleText.text: missing"),
    "eleven replies": (skill(text("a"), replies=[says()] * 11), "template.quickReplies: 11"),
    "long reply": (skill(text("a"), replies=[says("가" * 15)]), "quickReplies[0].label: 15"),
    "a reply with a link": (skill(text("a"), replies=[button()]), "quickReplies[0].action"),
    "no block": (skill(text("a"), replies=[says(action="block")]), "quickReplies[0].blockId"),
    "no words": (skill(text("a"), replies=[says(messageText="")]), "quickReplies[0].messageText"),
    "extra": (skill(text("a"), replies=[tappable("완료") | {"extra": "x"}]), "extra: not an object"),
    "image": (skill({"simpleImage": {"altText": "a"}}), "simpleImage.imageUrl"),
    "alt text": (skill({"simpleImage": {**THUMBNAIL, "altText": "가" * 51}}), "altText: 51"),
    "long title": (skill(text_card(title="가" * 51)), "textCard.title: 51"),
    "long together": (skill(text_card(title="가" * 50, description="나" * 351)), "more than 400"),
    "empty card": (skill({"textCard": {"buttons": []}}), "textCard: neither"),
    "four buttons": (skill(text_card(buttons=[button()] * 4)), "textCard.buttons: 4"),
    "long button": (skill(text_card(buttons=[button("가" * 15)])), "buttons[0].label: 15"),
    "no address": (skill(text_card(buttons=[button(webLinkUrl="javascript:x")])), "webLinkUrl"),
    "unknown action": (skill(text_card(buttons=[button(action="url")])), "buttons[0].action"),
    "no thumbnail": (skill({"basicCard": {"title": "a"}}), "basicCard.thumbnail"),
    "long description": (skill(basic_card(description="가" * 231)), "basicCard.description: 231"),
    "three side by side": (
        skill(basic_card(buttonLayout="horizontal", buttons=[button()] * 3)),
        "basicCard.buttons: 3",
    ),
    "long side by side": (
        skill(basic_card(buttonLayout="horizontal", buttons=[button("가" * 9), button()])),
        "buttons[0].label: 9",
    ),
    "layout": (skill(text_card(buttonLayout="grid")), "buttonLayout"),
    "six items": (skill(list_card(6)), "listCard.items: 6"),
    "no items": (skill(list_card(0)), "listCard.items: 0"),
    "three list buttons": (skill(list_card(buttons=[button()] * 3)), "listCard.buttons: 3"),
    "long list buttons": (skill(list_card(buttons=[button("가" * 9), button()])), "buttons[0].label: 9"),
    "no header": (skill({"listCard": {"items": [{"title": "a"}]}}), "listCard.header.title"),
    "item": (skill({"listCard": {"header": {"title": "a"}, "items": [{}]}}), "items[0].title"),
    "context": (skill(text("a")) | {"context": []}, "context: not an object"),
    "a list": ([], "answer: not an object"),
    "not offered": ({"version": "2.0", "useCallback": True, "data": {}}, "no callbackUrl"),
}


@pytest.mark.parametrize("answer", GOOD.values(), ids=GOOD)
def test_what_kakao_takes_is_no_violation(answer: Any) -> None:
    assert found(answer) == []


@pytest.mark.parametrize(("answer", "expected"), BAD.values(), ids=BAD)
def test_what_kakao_refuses_is_one_violation_with_its_place(answer: Any, expected: str) -> None:
    (violation,) = found(answer)

    assert expected in violation


def test_an_answer_may_have_30720_bytes() -> None:
    good = json.dumps(skill(text("a"))).encode()

    assert violations(good + b" " * (30_720 - len(good))) == []
    assert violations(good + b" " * (30_721 - len(good))) == ["answer: more than 30,720 bytes"]


def test_what_is_not_json_is_a_violation() -> None:
    assert violations(b'{"version": "2.0"') == ["answer: not JSON"]
    assert violations(b"\xff") == ["answer: not JSON"]


def test_an_answer_may_announce_another_when_that_was_offered() -> None:
    announcing = {"version": "2.0", "useCallback": True, "data": {"text": "잠시만요"}}

    assert found(announcing, callback=True) == []
    assert found(announcing | {"useCallback": "yes"}, callback=True) == ["useCallback: not true"]
    assert "not together" in found(announcing | skill(text("a")), callback=True)[0]
    assert "data.text: 1001" in found(announcing | {"data": {"text": "가" * 1001}}, callback=True)[0]


def test_every_mistake_is_told() -> None:
    assert len(found(skill(text(""), text_card(title="가" * 51), replies=[says("")]))) == 3
