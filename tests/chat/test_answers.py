"""Answers of a skill, within what KakaoTalk shows."""

import json

from hypothesis import given
from hypothesis import strategies as st

from app.chat.answers import Link, Quick, Reply, callback_answer, cut, skill_answer

PAGE = Link("운동 페이지 열기", "https://coach.test/t/x")
texts = st.text(st.characters(codec="utf-8"), max_size=1500)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_a_text_is_a_bubble() -> None:
    assert skill_answer(Reply("안녕"), None) == {
        "version": "2.0",
        "template": {"outputs": [{"simpleText": {"text": "안녕"}}]},
    }


def test_a_text_with_a_page_is_a_card() -> None:
    [output] = skill_answer(Reply("3종목", title="오늘", links=(PAGE,)), None)["template"]["outputs"]

    button = {"label": "운동 페이지 열기", "action": "webLink", "webLinkUrl": "https://coach.test/t/x"}
    assert output == {"textCard": {"title": "오늘", "description": "3종목", "buttons": [button]}}


def test_a_text_too_long_for_a_card_stands_before_it() -> None:
    outputs = skill_answer(Reply("가" * 500, links=(PAGE,)), None)["template"]["outputs"]

    assert [list(each) for each in outputs] == [["simpleText"], ["textCard"]]


def test_a_reply_brings_its_extra_back_through_the_block() -> None:
    quick = Quick("완료", {"set": 1})

    assert skill_answer(Reply("", (quick,)), "b1")["template"]["quickReplies"] == [
        {"label": "완료", "action": "block", "messageText": "완료", "blockId": "b1", "extra": {"set": 1}}
    ]
    assert skill_answer(Reply("", (quick,)), None)["template"]["quickReplies"] == [
        {"label": "완료", "action": "message", "messageText": "완료"}
    ]


@given(
    texts,
    st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40), max_size=14),
    texts,
    st.booleans(),
)
def test_whatever_is_said_fits(text: str, labels: list[str], title: str, has_page: bool) -> None:
    reply = Reply(text, tuple(map(Quick, labels)), title or None, (PAGE,) * 5 if has_page else ())

    answer = skill_answer(reply, "b1")

    template = answer["template"]
    assert 1 <= len(template["outputs"]) <= 3
    assert len(template.get("quickReplies", [])) <= 10
    assert all(units(each["label"]) <= 14 for each in template.get("quickReplies", []))
    for output in template["outputs"]:
        card = output.get("textCard", {})
        assert units(output.get("simpleText", {}).get("text", "")) <= 1000
        assert units(card.get("title", "")) <= 50
        assert units(card.get("title", "") + card.get("description", "")) <= 400
        assert len(card.get("buttons", [])) <= 3
    assert len(json.dumps(answer, ensure_ascii=False).encode()) <= 30_720


@given(texts, st.integers(2, 1000))
def test_a_cut_is_never_longer_than_asked(text: str, limit: int) -> None:
    found = cut(text, limit)

    assert units(found) <= limit
    assert found == text or (found.endswith("…") and text.startswith(found[:-1]))


def test_the_word_that_an_answer_comes_later() -> None:
    assert callback_answer("잠시만요") == {
        "version": "2.0",
        "useCallback": True,
        "data": {"text": "잠시만요"},
    }
