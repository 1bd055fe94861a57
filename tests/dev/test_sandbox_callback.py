"""An answer that comes later, by the callback address of the skill request; and Kakao's own webhooks."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
from stub_app import StubApp, running_app, skill, tappable, text

from dev.sandbox.client import Sandbox, running_sandbox

ROOM = "01000000001"
LATER = (200, {"version": "2.0", "useCallback": True, "data": {"text": "잠시만 기다려 주세요"}})
INVALID = {"taskId": "", "status": "FAIL", "message": "Invalid callback token"}


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[StubApp, Sandbox]]:
    with running_app() as app, running_sandbox(app_url=app.url, admin_key="admin", app_id="77") as sandbox:
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


def callback_url(app: StubApp) -> str:
    return str(app.asked[-1].json["userRequest"]["callbackUrl"])


def call_back(url: str, answer: Any) -> dict[str, Any]:
    """What Kakao answers, without the time."""
    told: dict[str, Any] = requests.post(url, json=answer, timeout=10).json()
    assert isinstance(told.pop("timestamp"), int)
    return told


def test_the_answer_comes_once_by_the_callback_address(sandbox: Sandbox, app: StubApp) -> None:
    app.replies.append(LATER)
    interim = sandbox.say(ROOM, "오늘 운동")
    assert (interim["kind"], interim["text"]) == ("interim", "잠시만 기다려 주세요")
    answer = skill(text("다 됐어요"), replies=[tappable("시작")])

    first = call_back(callback_url(app), answer)
    second = call_back(callback_url(app), answer)

    assert first.pop("taskId")
    assert first == {"status": "SUCCESS", "message": "success"}
    assert second == INVALID
    assert [one["text"] for one in sandbox.chat(ROOM)] == ["오늘 운동", "잠시만 기다려 주세요", "다 됐어요"]
    assert [one["label"] for one in sandbox.quick_replies(ROOM)] == ["시작"]


def test_the_address_is_good_for_a_minute(sandbox: Sandbox, app: StubApp) -> None:
    for _ in range(2):
        app.replies.append(LATER)
    sandbox.say(ROOM, "하나")
    early = callback_url(app)
    sandbox.advance(50)
    sandbox.say(ROOM, "둘")
    in_time = callback_url(app)
    sandbox.advance(11)

    assert call_back(early, skill(text("늦음"))) == INVALID
    assert call_back(in_time, skill(text("제때")))["status"] == "SUCCESS"
    assert [one["text"] for one in sandbox.chat(ROOM) if one["kind"] == "answer"] == ["제때"]


def test_an_answer_at_once_ends_the_address(sandbox: Sandbox, app: StubApp) -> None:
    sandbox.say(ROOM, "안녕")

    assert call_back(callback_url(app), skill(text("또"))) == INVALID


@pytest.mark.parametrize("reply", [(500, b""), (200, b"x")], ids=["failed", "refused"])
def test_a_request_that_failed_ends_the_address(
    sandbox: Sandbox, app: StubApp, reply: tuple[int, Any]
) -> None:
    app.replies.append(reply)
    sandbox.say(ROOM, "안녕")

    assert call_back(callback_url(app), skill(text("또"))) == INVALID


def test_a_later_answer_that_breaks_a_rule_is_told(sandbox: Sandbox, app: StubApp) -> None:
    app.replies.append(LATER)
    sandbox.say(ROOM, "안녕")

    assert call_back(callback_url(app), skill())["status"] == "ERROR"

    assert [one["violations"] for one in sandbox.violations()] == [["template.outputs: 0, not 1 to 3"]]


def test_a_room_can_be_without_callbacks(sandbox: Sandbox, app: StubApp) -> None:
    app.replies.append(LATER)
    room = sandbox.open_room(callback=False)

    answer = sandbox.say(room, "안녕")

    assert "callbackUrl" not in app.asked[0].json["userRequest"]
    assert answer["violations"] == ["useCallback: the request had no callbackUrl"]


def test_a_callback_that_is_quicker_than_its_announcement_keeps_its_quick_replies(
    sandbox: Sandbox, app: StubApp
) -> None:
    app.replies.append(LATER)
    app.silence.clear()
    with ThreadPoolExecutor() as pool, Sandbox(sandbox.base_url) as other:
        said = pool.submit(other.say, ROOM, "안녕")
        sandbox.until(lambda: app.asked)
        assert call_back(callback_url(app), skill(text("a"), replies=[tappable("완료")]))["taskId"]
        app.silence.set()

    assert said.result()["kind"] == "interim"
    assert [one["label"] for one in sandbox.quick_replies(ROOM)] == ["완료"]


def test_the_callback_address_can_be_scripted(sandbox: Sandbox, app: StubApp) -> None:
    app.replies.append(LATER)
    sandbox.say(ROOM, "안녕")
    sandbox.script("callback", status=500)

    answer = requests.post(callback_url(app), json=skill(text("a")), timeout=10)

    assert answer.status_code == 500
    assert call_back(callback_url(app), skill(text("a")))["status"] == "SUCCESS"
    assert [one.status for one in sandbox.requests("callback")] == [500, 200]


def test_the_channel_webhook_names_an_app_user(sandbox: Sandbox, app: StubApp) -> None:
    sandbox.configure_room(ROOM, app_user_id="1000001")

    assert sandbox.channel(ROOM, "blocked", resource_id="resource-1") == 200

    asked, body = app.asked[0], app.asked[0].json
    assert (asked.method, asked.path) == ("POST", "/webhooks/kakao/channel")
    wanted = {"Authorization": "KakaoAK admin", "X-Kakao-Resource-ID": "resource-1"}
    assert {name: asked.headers[name] for name in wanted} == wanted
    assert asked.headers["Content-Type"] == "application/json"
    assert isinstance(body.pop("timestamp"), int) and body.pop("updated_at").endswith("Z")
    assert body == {
        "event": "blocked",
        "id": "1000001",
        "id_type": "app_user_id",
        "channel_public_id": "_SandBox",
        "channel_uuid": "@sandbox",
        "plus_friend_public_id": "_SandBox",
        "plus_friend_uuid": "@sandbox",
    }


def test_the_channel_webhook_of_somebody_without_consent_has_an_open_id(
    sandbox: Sandbox, app: StubApp
) -> None:
    for _ in range(2):
        sandbox.channel(ROOM, "added")

    first, second = app.asked
    assert first.json["id_type"] == "open_id" and "timestamp" not in first.json
    assert first.json["id"] == second.json["id"]
    assert first.headers["X-Kakao-Resource-ID"] != second.headers["X-Kakao-Resource-ID"]


def test_who_blocks_the_channel_is_no_friend_until_it_is_added_again(sandbox: Sandbox, app: StubApp) -> None:
    for event in ("blocked", "added"):
        sandbox.channel(ROOM, event)
        sandbox.say(ROOM, "안녕")

    skills = [one.json["userRequest"]["user"]["properties"] for one in app.asked[1::2]]
    assert ["isFriend" in one for one in skills] == [False, True]
    assert [one["kind"] for one in sandbox.chat(ROOM)] == ["event", "said", "answer"] * 2


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_an_unlink_comes_by_post_or_get(sandbox: Sandbox, app: StubApp, method: str) -> None:
    sandbox.configure_room(ROOM, app_user_id="1000001")

    assert sandbox.unlink(ROOM, method, "ACCOUNT_DELETE") == 200

    asked = app.asked[0]
    assert (asked.method, asked.path) == (method, "/webhooks/kakao/unlink")
    assert asked.headers["Authorization"] == "KakaoAK admin"
    told = dict(parse_qsl(asked.body)) if method == "POST" else asked.query
    assert told == {"app_id": "77", "user_id": "1000001", "referrer_type": "ACCOUNT_DELETE"}
    if method == "POST":
        assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded;charset=utf-8"


def test_webhooks_that_cannot_be_are_refused(sandbox: Sandbox, app: StubApp) -> None:
    with pytest.raises(ValueError, match="no app_user_id"):
        sandbox.unlink(ROOM)
    with pytest.raises(ValueError, match="event is one of"):
        sandbox.channel(ROOM, "liked")
    with pytest.raises(ValueError, match="method is GET or POST"):
        sandbox.unlink(ROOM, "PUT")
    assert app.asked == []


def test_a_webhook_that_nobody_takes_has_status_0(app: StubApp) -> None:
    with running_sandbox(app_url="http://127.0.0.1:9", admin_key="admin") as sandbox:
        assert sandbox.channel(ROOM, "added") == 0
        assert json.dumps(sandbox.chat(ROOM)[0]["status"]) == "0"
