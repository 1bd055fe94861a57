"""What is said in the sandbox's chat reaches the app as Kakao would send it, and the answer comes back."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from stub_app import DRIP, StubApp, running_app, skill, tappable, text

from dev.sandbox.client import Sandbox, running_sandbox

ROOM = "01000000001"
CARD = {
    "textCard": {
        "title": "1세트",
        "buttons": [
            {"label": "보기", "action": "webLink", "webLinkUrl": "https://coach.example.com"},
            {"label": "아파요", "action": "message", "messageText": "무릎이 아파요"},
            {"label": "그만", "action": "block", "blockId": "b2", "extra": {"stop": True}},
        ],
    }
}
LIST = {
    "listCard": {
        "header": {"title": "바꿀 운동"},
        "items": [{"title": "런지", "description": "하체", "action": "message", "messageText": "런지로"}],
    }
}


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[StubApp, Sandbox]]:
    with running_app() as app:
        options = {"app_url": app.url, "skill_token": "skill", "bot_id": "bot-1"}
        with running_sandbox({"KAKAO_TEMPLATE_DAILY_PLAN": "daily_plan"}, **options) as sandbox:
            yield app, sandbox


@pytest.fixture
def app(servers: tuple[StubApp, Sandbox]) -> StubApp:
    app, _ = servers
    app.replies.clear()
    app.asked.clear()
    app.silence.set()
    return app


@pytest.fixture
def sandbox(servers: tuple[StubApp, Sandbox], app: StubApp) -> Sandbox:
    _, sandbox = servers
    sandbox.reset()
    return sandbox


def last(app: StubApp) -> dict[str, Any]:
    body: dict[str, Any] = app.asked[-1].json
    return body


def kinds(sandbox: Sandbox, room: str = ROOM) -> list[str]:
    return [entry["kind"] for entry in sandbox.chat(room)]


def alimtalk(sandbox: Sandbox, number: str = ROOM, template: str = "OTHER", **parameters: str) -> None:
    url = f"{sandbox.base_url}/alimtalk/v2.3/appkeys/sandbox-app-key/messages"
    recipients = [{"recipientNo": number, "templateParameter": parameters or {"a": "운동하세요"}}]
    body = {"senderKey": "sender", "templateCode": template, "recipientList": recipients}
    requests.post(url, json=body, headers={"X-Secret-Key": "sandbox-secret-key"}, timeout=10)


def test_typed_text_is_a_skill_request_as_kakao_sends_it(sandbox: Sandbox, app: StubApp) -> None:
    sandbox.configure_room(ROOM, app_user_id="1000001")
    key = sandbox.rooms()[0]["bot_user_key"]

    answer = sandbox.say(ROOM, "안녕하세요")

    assert (answer["kind"], answer["text"]) == ("answer", "'안녕하세요'라고 하셨어요.")
    asked = app.asked[0]
    assert (asked.method, asked.path) == ("POST", "/webhooks/kakao/skill")
    assert (asked.headers["X-Skill-Token"], asked.headers["Content-Type"]) == ("skill", "application/json")
    body = asked.json
    properties = body["userRequest"]["user"]["properties"]
    assert body["userRequest"].pop("callbackUrl").startswith(f"{sandbox.base_url}/_sandbox/callback/")
    assert len(key) <= 70 and properties.pop("plusfriendUserKey") not in (key, "")
    block, before = {"id": "block-coach", "name": "갓생 코치"}, {"id": "block-welcome", "name": "웰컴 블록"}
    assert body == {
        "intent": block | {"extra": {}},
        "userRequest": {
            "timezone": "Asia/Seoul",
            "params": {"surface": "Kakaotalk.plusfriend"},
            "block": block,
            "utterance": "안녕하세요",
            "lang": "ko",
            "user": {
                "id": key,
                "type": "botUserKey",
                "properties": {"botUserKey": key, "isFriend": True, "appUserId": "1000001"},
            },
        },
        "contexts": [],
        "bot": {"id": "bot-1", "name": "갓생 코치"},
        "action": {
            "id": "skill-coach",
            "name": "coach",
            "params": {},
            "detailParams": {},
            "clientExtra": {},
        },
        "flow": {"trigger": {"type": "TEXT_INPUT", "referrerBlock": before}, "lastBlock": before},
    }


def test_every_request_has_an_id_of_its_own_unless_one_is_given(sandbox: Sandbox, app: StubApp) -> None:
    for more in ({}, {}, {"request_id": "again"}, {"request_id": "again"}):
        sandbox.say(ROOM, "안녕", **more)

    first, second, *others = [one.headers["X-Request-Id"] for one in app.asked]
    assert first != second
    assert others == ["again", "again"]


def test_a_tapped_quick_reply_brings_its_extra_and_is_gone_then(sandbox: Sandbox, app: StubApp) -> None:
    app.answers(text("어떠셨나요?"), replies=[tappable("완료", set="7", nonce="n"), tappable("건너뛰기")])
    sandbox.say(ROOM, "시작")
    assert [one["label"] for one in sandbox.quick_replies(ROOM)] == ["완료", "건너뛰기"]

    sandbox.tap(ROOM, "완료")

    body = last(app)
    assert (body["userRequest"]["utterance"], body["userRequest"]["block"]["id"]) == ("완료", "b1")
    assert body["action"]["clientExtra"] == {"set": "7", "nonce": "n"}
    assert body["flow"]["trigger"]["type"] == "QUICKREPLY_BUTTON_BLOCK"
    assert sandbox.quick_replies(ROOM) == []
    with pytest.raises(KeyError, match="완료"):
        sandbox.tap(ROOM, "완료")


def test_buttons_of_cards_and_items_of_lists_are_tapped(sandbox: Sandbox, app: StubApp) -> None:
    for label in ("아파요", "그만", "런지"):
        app.answers(CARD, LIST)
        sandbox.say(ROOM, "시작")
        sandbox.tap(ROOM, label)

    said = [one.json for one in app.asked[1::2]]
    assert [one["userRequest"]["utterance"] for one in said] == ["무릎이 아파요", "그만", "런지로"]
    triggers = [one["flow"]["trigger"]["type"] for one in said]
    assert triggers == ["CARD_BUTTON_MESSAGE", "CARD_BUTTON_BLOCK", "LIST_ITEM_MESSAGE"]
    assert said[1]["action"]["clientExtra"] == {"stop": True}
    app.answers(CARD)
    sandbox.say(ROOM, "시작")
    with pytest.raises(KeyError, match="says nothing"):
        sandbox.tap(ROOM, "보기")


def test_a_button_of_an_alimtalk_says_its_name(sandbox: Sandbox, app: StubApp) -> None:
    names = ("회원이름", "운동날짜", "오늘의운동구성", "예상시간")
    alimtalk(sandbox, template="daily_plan", **dict.fromkeys(names, "x"))

    sandbox.tap(ROOM, "오늘 운동")

    assert last(app)["userRequest"]["utterance"] == "오늘 운동"
    assert last(app)["flow"]["trigger"]["type"] == "TEXT_INPUT"


def test_a_message_hides_the_quick_replies(sandbox: Sandbox, app: StubApp) -> None:
    app.answers(text("어떠셨나요?"), replies=[tappable("완료")])
    sandbox.say(ROOM, "시작")

    alimtalk(sandbox)

    assert sandbox.quick_replies(ROOM) == []


def test_each_room_has_a_key_of_its_own_that_survives_a_restart(app: StubApp, sandbox: Sandbox) -> None:
    rooms = [ROOM, "01000000002", sandbox.open_room(), sandbox.open_room()]
    for room in rooms:
        sandbox.say(room, "안녕")
    with running_sandbox(app_url=app.url) as another:
        another.say(ROOM, "안녕")

    users = [one.json["userRequest"]["user"]["id"] for one in app.asked]
    assert len(set(users[:4])) == 4
    assert users[4] == users[0]


def test_somebody_who_is_no_friend_has_no_key_of_the_channel(sandbox: Sandbox, app: StubApp) -> None:
    room = sandbox.open_room(is_friend=False)

    sandbox.say(room, "123456")

    assert last(app)["userRequest"]["user"]["properties"].keys() == {"botUserKey"}


def test_without_an_answer_in_time_the_block_fails(sandbox: Sandbox, app: StubApp) -> None:
    sandbox.configure(skill_limit_s=0.2)
    app.silence.clear()

    answer = sandbox.say(ROOM, "안녕")

    assert (answer["kind"], answer["reason"]) == ("failure", "ReadTimeout")
    app.silence.set()
    assert sandbox.say(ROOM, "다시")["kind"] == "answer"
    assert kinds(sandbox) == ["said", "failure", "said", "answer"]


def test_an_answer_that_drips_in_is_not_in_time(sandbox: Sandbox, app: StubApp) -> None:
    sandbox.configure(skill_limit_s=0.3)
    app.replies.append((200, DRIP))
    app.silence.clear()

    answer = sandbox.say(ROOM, "안녕")

    assert answer["kind"] == "failure"
    assert answer["took_ms"] < 2000


def test_kakaos_own_limit_is_five_seconds(sandbox: Sandbox) -> None:
    assert sandbox.configure()["skill_limit_s"] == 5


@pytest.mark.parametrize(("status", "reason"), [(500, "HTTP 500"), (401, "HTTP 401"), (307, "HTTP 307")])
def test_anything_but_200_fails(sandbox: Sandbox, app: StubApp, status: int, reason: str) -> None:
    app.replies.append((status, skill(text("a"))))

    answer = sandbox.say(ROOM, "안녕")

    assert (answer["kind"], answer["reason"], len(app.asked)) == ("failure", reason, 1)


def test_an_answer_that_breaks_a_rule_is_told_and_not_shown(sandbox: Sandbox, app: StubApp) -> None:
    app.answers(text("가" * 1001), replies=[tappable("완료")])

    answer = sandbox.say(ROOM, "안녕")

    expected = ["template.outputs[0].simpleText.text: 1001 characters, more than 1000"]
    assert (answer["kind"], answer["violations"]) == ("violation", expected)
    assert sandbox.violations() == [{"room": ROOM, "entry": answer["id"], "violations": expected}]
    assert sandbox.quick_replies(ROOM) == []
    app.replies.append((200, b"x" * 30_721))
    assert sandbox.say(ROOM, "안녕")["violations"] == ["answer: more than 30,720 bytes"]


def test_rooms_are_newest_first_and_logs_oldest_first(sandbox: Sandbox, app: StubApp) -> None:
    alimtalk(sandbox)
    alimtalk(sandbox, "01000000002")
    assert [one["room"] for one in sandbox.rooms()] == ["01000000002", ROOM]

    sandbox.say(ROOM, "네")
    alimtalk(sandbox)

    assert [(one["room"], one["text"]) for one in sandbox.rooms()] == [
        (ROOM, "a: 운동하세요"),
        ("01000000002", "a: 운동하세요"),
    ]
    assert kinds(sandbox) == ["alimtalk", "said", "answer", "alimtalk"]
    sandbox.reset()
    assert (sandbox.rooms(), sandbox.chat(ROOM)) == ([], [])


@pytest.mark.parametrize(
    "told",
    [{}, {"text": " "}, {"text": "가" * 1001}, {"text": "a", "extra": "b"}, {"text": "a", "trigger": "TAP"}],
)
def test_what_cannot_be_said_is_refused(sandbox: Sandbox, app: StubApp, told: Any) -> None:
    answer = requests.post(f"{sandbox.base_url}/_sandbox/chat/{ROOM}/say", json=told, timeout=10)

    assert answer.status_code == 400
    assert app.asked == []


@pytest.mark.parametrize("settings", [{"callback": "no"}, {"app_user_id": 1}, {"name": "x"}])
def test_a_setting_that_a_room_has_not_is_refused(sandbox: Sandbox, settings: Any) -> None:
    with pytest.raises(ValueError, match="400"):
        sandbox.configure_room(ROOM, **settings)


def test_without_the_apps_address_nothing_can_be_said() -> None:
    with running_sandbox() as sandbox, pytest.raises(ValueError, match="--app-url"):
        sandbox.say(ROOM, "안녕")


def test_two_can_talk_at_once(sandbox: Sandbox, app: StubApp) -> None:
    sandbox.configure(skill_limit_s=30)
    app.silence.clear()
    with ThreadPoolExecutor() as pool:
        both = [pool.submit(Sandbox(sandbox.base_url).say, room, "안녕") for room in (ROOM, "01000000002")]
        sandbox.until(lambda: len(app.asked) == 2)
        app.silence.set()

    assert [one.result()["kind"] for one in both] == ["answer", "answer"]
