"""Template objects: the documented shapes, and nothing longer than KakaoTalk shows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clients.memo_templates import feed, memo, text
from app.domain.templates import TEMPLATES

URL = "https://coach.example.com/t/1"
LINK = {"web_url": URL, "mobile_web_url": URL}
PAIRS = st.lists(st.tuples(st.text(max_size=20), st.text(max_size=40)), max_size=8)


def units(value: str) -> int:
    return len(value.encode("utf-16-le")) // 2


def holds(template: dict[str, Any]) -> bool:
    """Whether a template has what Kakao asks for and is within every limit."""
    if template["object_type"] == "text":
        assert template["link"] == LINK
        return 0 < units(template["text"]) <= 200 and units(template.get("button_title", "")) <= 14
    content, items = template["content"], template.get("item_content", {"items": []})["items"]
    assert content["link"] == LINK
    assert all(units(one["item"]) <= 6 and units(one["item_op"]) <= 14 for one in items)
    assert all(units(one["title"]) <= 14 and one["link"] == LINK for one in template.get("buttons", []))
    return len(items) <= 5 and units(content["title"]) <= 50 and units(content["description"]) <= 200


def test_a_text_is_the_documented_object() -> None:
    assert text("오늘 19:00 하체 근력 B 예정입니다.", URL, "오늘 운동 보기") == {
        "object_type": "text",
        "text": "오늘 19:00 하체 근력 B 예정입니다.",
        "link": LINK,
        "button_title": "오늘 운동 보기",
    }
    assert "button_title" not in text("오늘", URL)


def test_a_feed_is_the_documented_object() -> None:
    buttons = [("요약 보기", URL), ("다음 주 계획", URL)]

    assert feed(
        "이번 주 운동 요약", "4회 중 3회 완료", URL, [("완료", "3회"), ("건너뜀", "1회")], buttons
    ) == {
        "object_type": "feed",
        "content": {"title": "이번 주 운동 요약", "description": "4회 중 3회 완료", "link": LINK},
        "item_content": {
            "items": [{"item": "완료", "item_op": "3회"}, {"item": "건너뜀", "item_op": "1회"}],
        },
        "buttons": [{"title": "요약 보기", "link": LINK}, {"title": "다음 주 계획", "link": LINK}],
    }
    assert feed("제목", "내용", URL).keys() == {"object_type", "content"}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("가" * 200, "가" * 200),
        ("가" * 201, "가" * 199 + "…"),
        ("가" * 198 + " 나다", "가" * 198 + "…"),
        ("😀" * 100, "😀" * 100),
        ("😀" * 101, "😀" * 99 + "…"),
        ("가나\n" * 50, "가나\n" * 50),
    ],
    ids=["fits", "one too many", "a blank before the cut", "emoji fit", "emoji too many", "lines"],
)
def test_a_text_is_cut_at_200_characters(given: str, shown: str) -> None:
    assert text(given, URL)["text"] == shown


def test_names_values_and_titles_are_cut_at_their_limits() -> None:
    one = feed(
        "제" * 51,
        "내" * 201,
        URL,
        [("오늘의운동구성", "스쿼트\n벤치 프레스 데드리프트 로우")],
        [("가" * 15, URL)],
    )
    two = feed("제목", "내용", URL, [], [("아홉글자인단추이름", URL)] * 2)

    assert one["content"]["title"] == "제" * 49 + "…"
    assert one["content"]["description"] == "내" * 199 + "…"
    assert one["item_content"]["items"] == [{"item": "오늘의운동…", "item_op": "스쿼트 벤치 프레스 데드…"}]
    assert one["buttons"][0]["title"] == "가" * 13 + "…"
    assert [button["title"] for button in two["buttons"]] == ["아홉글자인단추…"] * 2


@pytest.mark.parametrize(
    ("items", "buttons"), [([("이름", "값")] * 6, []), ([], [("단추", URL)] * 3)], ids=["items", "buttons"]
)
def test_more_items_or_buttons_than_a_feed_has_are_our_mistake(items: list[Any], buttons: list[Any]) -> None:
    with pytest.raises(ValueError, match="5 items and 2 buttons"):
        feed("제목", "내용", URL, items, buttons)


def test_a_memo_is_a_text_as_long_as_it_fits() -> None:
    fits = memo("제목", "가" * 200, [("이름", "값")], URL, "보기")
    longer = memo("제목", "가" * 201, [("이름", "값")], URL, "보기")

    assert fits == text("가" * 200, URL, "보기")
    assert longer == feed("제목", "가" * 201, URL, [("이름", "값")], [("보기", URL)])


def test_a_memo_shows_the_first_five_values_that_there_are() -> None:
    items = [("하나", "1"), ("빈값", " "), ("", "빈이름"), *((f"더{turn}", str(turn)) for turn in range(6))]

    shown = memo("제목", "가" * 201, items, URL)["item_content"]["items"]

    assert [one["item"] for one in shown] == ["하나", "더0", "더1", "더2", "더3"]
    assert "buttons" not in memo("제목", "가" * 201, items, URL)


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.kind)
@pytest.mark.parametrize("length", [1, 99])
def test_each_of_our_messages_fits_however_long_its_values(template: Any, length: int) -> None:
    values = template.fit(dict.fromkeys(template.variables, "값" * length))

    found = memo(template.title, template.render(values), list(values.items()), URL, "오늘 운동")

    assert holds(found)


@given(st.text(max_size=60), st.text(min_size=1, max_size=300), PAIRS, st.none() | st.text(max_size=20))
def test_no_memo_is_over_a_limit(title: str, words: str, items: list[Any], button: str | None) -> None:
    assert holds(memo(title, words, items, URL, button))
