"""Delivery results, posted by the sandbox to a small receiver."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from dev.sandbox.client import Sandbox, running_sandbox

MESSAGES = "/alimtalk/v2.3/appkeys/sandbox-app-key/messages"


class Receiver(ThreadingHTTPServer):
    """Keeps what is posted and answers with `statuses`, then with 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ReceiverHandler)
        self.statuses: list[int] = []
        self.posts: list[tuple[str, dict[str, str], Any]] = []

    @property
    def hooks(self) -> list[dict[str, Any]]:
        return [hook for _, _, body in list(self.posts) for hook in body["hooks"]]


class ReceiverHandler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        self.server.posts.append((self.path, dict(self.headers), json.loads(body)))
        self.send_response(status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with running_sandbox(webhook_signature="sandbox-signature", delivery_delay_s=0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox, receiver: Receiver) -> Iterator[Sandbox]:
    running.reset()
    url = f"http://127.0.0.1:{receiver.server_port}/webhooks/alimtalk/results"
    running.configure(webhook_url=url, webhook_retry_s=0.01)
    yield running
    running.reset()


def send(sandbox: Sandbox, *numbers: int) -> str:
    recipients = [
        {"recipientNo": f"0100000{number:04}", "recipientGroupingKey": f"note-{number}"} for number in numbers
    ]
    body = {
        "senderKey": "sender",
        "templateCode": "PLAN",
        "senderGroupingKey": "batch",
        "recipientList": recipients,
    }
    headers = {"X-Secret-Key": "sandbox-secret-key"}
    answer = requests.post(sandbox.base_url + MESSAGES, json=body, headers=headers, timeout=10)
    return answer.json()["message"]["requestId"]


def test_a_result_is_posted_in_the_documented_envelope(sandbox: Sandbox, receiver: Receiver) -> None:
    request_id = send(sandbox, 1)

    sandbox.until(lambda: receiver.posts)

    ((path, headers, body),) = receiver.posts
    assert path == "/webhooks/alimtalk/results"
    assert headers["X-Toast-Webhook-Signature"] == "sandbox-signature"
    assert headers["Content-Type"] == "application/json;charset=UTF-8"
    (hook,) = body.pop("hooks")
    assert body.pop("hooksId") and hook.pop("hookId")
    assert body == {
        "webhookConfigId": "sandbox",
        "productName": "KakaoTalk Bizmessage",
        "appKey": "sandbox-app-key",
        "event": "MESSAGE_RESULT_UPDATE",
    }
    for name in ("requestDate", "createDate", "receiveDate"):
        assert len(hook.pop(name)) == len("2026-01-05 07:30:00")
    assert hook.pop("_links")["self"]["href"].endswith(f"/messages/{request_id}/1")
    assert hook == {
        "kakaoMessageType": "ALIMTALK_NORMAL",
        "requestId": request_id,
        "recipientSeq": 1,
        "recipientNo": "01000000001",
        "resultCode": "1000",
        "senderGroupingKey": "batch",
        "recipientGroupingKey": "note-1",
        "isAddedChannel": None,
    }


def test_hooks_come_at_most_a_hundred_in_a_post(sandbox: Sandbox, receiver: Receiver) -> None:
    send(sandbox, *range(250))

    sandbox.until(lambda: len(receiver.hooks) == 250)

    assert sorted(len(body["hooks"]) for _, _, body in receiver.posts) == [50, 100, 100]
    assert len({hook["hookId"] for hook in receiver.hooks}) == 250
    assert len({body["hooksId"] for _, _, body in receiver.posts}) == 3


def test_delivery_codes_are_set_for_all_or_for_one(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.configure(
        delivery_code="3018", delivery_codes={"note-2": "3019", "01000000003": "1000"}, webhooks="auto"
    )

    send(sandbox, 1, 2, 3)

    sandbox.until(lambda: len(receiver.hooks) == 3)
    codes = {hook["recipientGroupingKey"]: hook["resultCode"] for hook in receiver.hooks}
    assert codes == {"note-1": "3018", "note-2": "3019", "note-3": "1000"}
    assert [one.status for one in sandbox.messages()] == ["failed", "failed", "delivered"]


def test_a_post_that_is_not_taken_is_tried_again(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.statuses = [500, 404]

    send(sandbox, 1)

    sandbox.until(lambda: len(receiver.posts) == 3)
    first, second, third = (body for _, _, body in receiver.posts)
    assert first == second == third
    sandbox.until(lambda: sandbox.webhooks()[0].statuses == [500, 404, 200])


def test_it_gives_up_after_three_attempts(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.statuses = [500, 500, 500]

    send(sandbox, 1)

    sandbox.until(lambda: sandbox.webhooks() and sandbox.webhooks()[0].statuses == [500, 500, 500])
    sandbox.until(lambda: sandbox.state()["posting"] == 0)
    assert len(receiver.posts) == 3


def test_a_receiver_that_is_down_is_noted(sandbox: Sandbox) -> None:
    sandbox.configure(webhook_url="http://127.0.0.1:1/")

    send(sandbox, 1)

    sandbox.until(lambda: sandbox.webhooks() and sandbox.webhooks()[0].statuses == [0, 0, 0])


def test_suppressed_webhooks_are_lost_but_the_result_stands(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.configure(webhooks="off")

    send(sandbox, 1)

    sandbox.until(lambda: sandbox.messages()[0].status == "delivered")
    assert sandbox.state()["posting"] == 0 and receiver.posts == []


def test_held_webhooks_are_released_in_the_wanted_order(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.configure(webhooks="held")
    send(sandbox, 1, 2, 3)
    sandbox.until(lambda: sandbox.state()["held"] == 3)
    assert receiver.posts == []

    posts = sandbox.release_webhooks("reverse", hooks_a_post=1)

    assert [post.statuses for post in posts] == [[200]] * 3
    assert [hook["recipientGroupingKey"] for hook in receiver.hooks] == ["note-3", "note-2", "note-1"]
    assert sandbox.release_webhooks() == []


def test_webhooks_are_repeated_byte_for_byte(sandbox: Sandbox, receiver: Receiver) -> None:
    send(sandbox, 1)
    sandbox.until(lambda: receiver.posts)

    sandbox.repeat_webhooks(times=2)

    first, second, third = (body for _, _, body in receiver.posts)
    assert first == second == third


def test_a_delivery_is_triggered_by_hand(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.configure(delivery_delay_s=3600)
    send(sandbox, 1, 2)

    (post,) = sandbox.deliver(["note-1"], "3005")
    assert post.statuses == [200]
    sandbox.deliver(["01000000001"], "1000")

    codes = [(hook["recipientGroupingKey"], hook["resultCode"]) for hook in receiver.hooks]
    assert codes == [("note-1", "3005"), ("note-1", "1000")]
    assert len({hook["hookId"] for hook in receiver.hooks}) == 2
    sandbox.deliver()
    assert receiver.hooks[-1]["recipientGroupingKey"] == "note-2"
    assert [one.delivery_code for one in sandbox.messages()] == ["1000", "1000"]


def test_what_is_due_later_comes_when_the_clock_moves(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.configure(delivery_delay_s=3600)
    send(sandbox, 1)
    assert sandbox.messages()[0].status == "accepted"

    sandbox.advance(3601)

    sandbox.until(lambda: len(receiver.hooks) == 1)


def test_a_reset_forgets_what_was_due(sandbox: Sandbox, receiver: Receiver) -> None:
    url = sandbox.configure(delivery_delay_s=3600)["webhook_url"]
    send(sandbox, 1)

    sandbox.reset()
    sandbox.configure(webhook_url=url)
    sandbox.advance(7200)
    send(sandbox, 2)

    sandbox.until(lambda: receiver.posts)
    assert [hook["recipientGroupingKey"] for hook in receiver.hooks] == ["note-2"]
