"""The sandbox's page: one trainee's KakaoTalk, in a real browser."""

from collections.abc import Callable, Iterator

import pytest
import requests
from pages import (
    DESK,
    PHONE,
    all_by_role,
    all_by_text,
    by_label,
    by_role,
    by_text,
    is_larger_than_the_screen,
    picture,
    until,
)
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from stub_app import StubApp, running_app, tappable, text

from dev.sandbox.client import Sandbox, running_sandbox

PHONE_NUMBER, OTHER_NUMBER = "01000000001", "01000000002"
PLAN = {
    "회원이름": "김하루",
    "운동날짜": "11월 23일(월)",
    "오늘의운동구성": "전신 A · 7종목",
    "예상시간": "42분",
}
CARD = {
    "textCard": {
        "title": "고블릿 스쿼트 1세트",
        "description": "8회 · 12 kg · 휴식 120초",
        "buttons": [
            {"label": "운동 보기", "action": "webLink", "webLinkUrl": "https://coach.example.com/t/x"},
            {"label": "아파요", "action": "message", "messageText": "무릎이 아파요"},
        ],
    }
}
LIST = {
    "listCard": {
        "header": {"title": "오늘의 운동"},
        "items": [
            {"title": "고블릿 스쿼트", "description": "2 × 8회 @ 12 kg"},
            {"title": "덤벨 벤치프레스", "description": "2 × 8회 @ 9 kg"},
        ],
    }
}
Window = Callable[..., Chrome]


@pytest.fixture
def app() -> Iterator[StubApp]:
    with running_app() as app:
        yield app


@pytest.fixture
def sandbox(app: StubApp) -> Iterator[Sandbox]:
    with running_sandbox({"KAKAO_TEMPLATE_DAILY_PLAN": "daily_plan"}, app_url=app.url) as sandbox:
        yield sandbox


def alimtalk(sandbox: Sandbox, number: str) -> None:
    recipient = {"recipientNo": number, "templateParameter": PLAN}
    body = {"senderKey": "s", "templateCode": "daily_plan", "recipientList": [recipient]}
    url = f"{sandbox.base_url}/alimtalk/v2.3/appkeys/sandbox-app-key/messages"
    answer = requests.post(url, json=body, headers={"X-Secret-Key": "sandbox-secret-key"}, timeout=10)
    assert answer.json()["header"]["isSuccessful"], answer.text


def type_in(window: Chrome, words: str) -> None:
    by_label(window, "메시지").send_keys(words, Keys.ENTER)


def bubbles(window: Chrome) -> list[str]:
    return [one.text for one in window.find_elements(By.CSS_SELECTOR, "#log .bubble, #log .card")]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_trainee_types_and_taps(
    size: tuple[int, int], browser: Window, sandbox: Sandbox, app: StubApp
) -> None:
    alimtalk(sandbox, PHONE_NUMBER)
    app.answers(text("오늘 운동은 7종목이에요."), LIST)
    app.answers(CARD, replies=[tappable("완료", set="1"), tappable("건너뛰기", set="1")])
    window = browser(size)
    window.get(sandbox.base_url)

    by_role(window, "button", "오늘 운동").click()  # of the AlimTalk
    by_text(window, "오늘의 운동")
    type_in(window, "시작")
    by_role(window, "button", "완료")
    picture(window, f"chat-{size[0]}")
    in_the_row = [one for one in all_by_role(window, "button", "완료") if one.location["y"] > size[1] / 2]
    in_the_row[-1].click()
    by_text(window, "'완료'라고 하셨어요.")

    said = [asked.json for asked in app.asked]
    assert [one["userRequest"]["utterance"] for one in said] == ["오늘 운동", "시작", "완료"]
    assert said[2]["action"]["clientExtra"] == {"set": "1"}
    assert said[2]["flow"]["trigger"]["type"] == "QUICKREPLY_BUTTON_BLOCK"
    until(window, lambda: not all_by_role(window, "group", "바로 답하기"))
    assert is_larger_than_the_screen(window) == (False, False)
    assert sandbox.violations() == []


def test_what_is_said_is_on_the_right_and_its_answer_on_the_left(browser: Window, sandbox: Sandbox) -> None:
    window = browser(DESK)
    window.get(f"{sandbox.base_url}/#{PHONE_NUMBER}")

    type_in(window, "안녕하세요")
    answer = by_text(window, "'안녕하세요'라고 하셨어요.")

    mine = window.find_element(By.CSS_SELECTOR, "#log .mine .bubble")
    assert mine.text == "안녕하세요"
    assert mine.location["x"] > answer.location["x"] + answer.size["width"]
    assert by_label(window, "메시지").get_attribute("value") == ""


def test_the_keyboard_alone_is_enough(browser: Window, sandbox: Sandbox, app: StubApp) -> None:
    app.answers(text("어떠셨나요?"), replies=[tappable("완료")])
    window = browser(DESK)
    window.get(f"{sandbox.base_url}/#{PHONE_NUMBER}")
    type_in(window, "시작")
    by_role(window, "button", "완료")

    window.switch_to.active_element.send_keys(Keys.SHIFT, Keys.TAB)
    assert window.switch_to.active_element.text == "완료"
    window.switch_to.active_element.send_keys(Keys.ENTER)
    by_text(window, "'완료'라고 하셨어요.")

    assert window.switch_to.active_element.get_attribute("id") == "log"


def test_an_answer_that_kakao_refuses_is_a_red_bubble(
    browser: Window, sandbox: Sandbox, app: StubApp
) -> None:
    app.answers(text("가" * 1001), replies=[tappable("열다섯 글자가 넘는 긴 이름")])
    window = browser(PHONE)
    window.get(f"{sandbox.base_url}/#{PHONE_NUMBER}")

    type_in(window, "오늘 운동")
    by_text(window, "카카오톡에 보이지 않을 답입니다")

    picture(window, "chat-violation")
    bubble = window.find_element(By.CSS_SELECTOR, "#log .violation")
    assert "template.outputs[0].simpleText.text: 1001 characters" in bubble.text
    assert bubble.value_of_css_property("border-top-color") == "rgba(176, 0, 32, 1)"
    assert all_by_role(window, "group", "바로 답하기") == []
    assert is_larger_than_the_screen(window) == (False, False)


def test_a_link_opens_by_itself_and_a_message_button_says_its_text(
    browser: Window, sandbox: Sandbox, app: StubApp
) -> None:
    app.answers(CARD)
    window = browser(PHONE)
    window.get(f"{sandbox.base_url}/#{PHONE_NUMBER}")
    type_in(window, "시작")

    link = by_role(window, "link", "운동 보기")
    by_role(window, "button", "아파요").click()
    by_text(window, "'무릎이 아파요'라고 하셨어요.")

    wanted = {"href": "https://coach.example.com/t/x", "target": "_blank", "rel": "noopener noreferrer"}
    assert {name: link.get_attribute(name) for name in wanted} == wanted


def test_an_answer_that_takes_longer_shows_when_it_comes(
    browser: Window, sandbox: Sandbox, app: StubApp
) -> None:
    app.replies.append((200, {"version": "2.0", "useCallback": True, "data": {"text": "만들고 있어요"}}))
    window = browser(PHONE)
    window.get(f"{sandbox.base_url}/#{PHONE_NUMBER}")
    type_in(window, "오늘 운동")
    by_text(window, "만들고 있어요")

    address = app.asked[0].json["userRequest"]["callbackUrl"]
    answer = {"version": "2.0", "template": {"outputs": [text("다 됐어요")]}}
    assert requests.post(address, json=answer, timeout=10).json()["status"] == "SUCCESS"

    by_text(window, "다 됐어요")


def test_rooms_are_picked_newest_first(browser: Window, sandbox: Sandbox) -> None:
    for number in (PHONE_NUMBER, OTHER_NUMBER):
        alimtalk(sandbox, number)
    desk, phone = browser(DESK), browser(PHONE)
    for window in (desk, phone):
        window.get(sandbox.base_url)
        by_text(window, "김하루")

    picker = Select(by_label(phone, "대화방"))
    assert [one.text for one in picker.options] == ["010-0000-0002", "010-0000-0001"]
    picker.select_by_value(PHONE_NUMBER)
    desk.find_element(By.CSS_SELECTOR, f'[data-room="{PHONE_NUMBER}"]').click()

    for window in (desk, phone):
        type_in(window, "안녕")
        by_text(window, "'안녕'라고 하셨어요.")
    assert by_role(desk, "heading", "010-0000-0001")
    assert [one["kind"] for one in sandbox.chat(OTHER_NUMBER)] == ["alimtalk"]


def test_a_stranger_can_be_opened_and_types_a_code(browser: Window, sandbox: Sandbox, app: StubApp) -> None:
    window = browser(PHONE)
    window.get(sandbox.base_url)
    by_text(window, "아직 대화방이 없습니다")

    by_role(window, "button", "새 사람").click()
    type_in(window, "123456")
    by_text(window, "'123456'라고 하셨어요.")

    (room,) = sandbox.rooms()
    assert room["room"].startswith("stranger-")
    assert app.asked[0].json["userRequest"]["user"]["id"] == room["bot_user_key"]


def test_the_menu_tells_the_app_what_kakao_would(browser: Window, sandbox: Sandbox, app: StubApp) -> None:
    window = browser(PHONE)
    window.get(f"{sandbox.base_url}/#{PHONE_NUMBER}")

    by_role(window, "button", "대화방 메뉴").click()
    by_label(window, "카카오 회원번호 (appUserId)").send_keys("1000001", Keys.ENTER)
    by_text(window, "저장했습니다.")
    by_label(window, "콜백 주소 보내기").click()
    picture(window, "chat-menu")
    by_role(window, "button", "채널 차단").click()

    by_text(window, "채널을 차단했습니다 · 앱의 응답 200")
    assert app.asked[0].json["id"] == "1000001"
    (room,) = sandbox.rooms()
    assert (room["app_user_id"], room["callback"]) == ("1000001", False)


def test_markup_in_a_message_stays_text(browser: Window, sandbox: Sandbox, app: StubApp) -> None:
    app.answers(text("<img src=x onerror=alert(1)>"), replies=[tappable("<b>굵게</b>")])
    window = browser(PHONE)
    window.get(f"{sandbox.base_url}/#{PHONE_NUMBER}")

    type_in(window, "<script>alert(1)</script>")

    by_text(window, "<img src=x onerror=alert(1)>")
    by_role(window, "button", "<b>굵게</b>")
    assert "<script>alert(1)</script>" in bubbles(window)
    assert all_by_text(window, "<script>alert(1)</script>")


def test_it_says_so_while_the_app_is_away(browser: Window) -> None:
    with running_sandbox(app_url="http://127.0.0.1:9") as sandbox:
        window = browser(PHONE)
        window.get(f"{sandbox.base_url}/#{PHONE_NUMBER}")

        type_in(window, "안녕")

        by_text(window, "블록의 실패 메시지 (ConnectionError)")
