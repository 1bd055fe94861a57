"""What the sandbox can be told to do wrong, over HTTP on a real port."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from dev.sandbox.client import Sandbox, running_sandbox

MESSAGES = "/alimtalk/v2.3/appkeys/sandbox-app-key/messages"
SECRET = {"X-Secret-Key": "sandbox-secret-key"}


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with running_sandbox(keep_bodies=3) as sandbox:
        yield sandbox


def send(sandbox: Sandbox, *numbers: int, key: str = "k", timeout_s: float = 10) -> requests.Response:
    recipients = [
        {"recipientNo": f"0100000{number:04}", "recipientGroupingKey": f"note-{number}"} for number in numbers
    ]
    body = {"senderKey": "sender", "templateCode": "PLAN", "recipientList": recipients}
    headers = SECRET | {"X-NC-API-IDEMPOTENCY-KEY": key}
    return requests.post(sandbox.base_url + MESSAGES, json=body, headers=headers, timeout=timeout_s)


def header_code(answer: requests.Response) -> int:
    return answer.json()["header"]["resultCode"]


def test_rules_are_used_in_order_and_the_sticky_one_after_them(sandbox: Sandbox) -> None:
    sandbox.always("send", header_code=-9999)
    sandbox.script("send", times=2, header_code=-7000)
    sandbox.script("send")

    codes = [header_code(send(sandbox, 1, key=str(turn))) for turn in range(5)]

    assert codes == [-7000, -7000, 0, -9999, -9999]
    assert sandbox.effects() == {"note-1": 1}
    sandbox.clear_rules("send")
    assert header_code(send(sandbox, 1, key="later")) == 0


def test_a_rule_for_all_endpoints_gives_way_to_their_own(sandbox: Sandbox) -> None:
    sandbox.always("*", status=503, headers={"Retry-After": "7"})
    sandbox.script("send")

    assert send(sandbox, 1).status_code == 200
    refused = send(sandbox, 1, key="2")
    assert (refused.status_code, refused.headers["Retry-After"], refused.content) == (503, "7", b"")
    refused = requests.post(f"{sandbox.base_url}/v1/chat/completions", timeout=10)
    assert refused.status_code == 503


def test_a_scripted_answer_may_come_with_the_effect_or_without(sandbox: Sandbox) -> None:
    sandbox.script("send", status=502, body="Bad Gateway")
    sandbox.script("send", status=502, body={"header": None}, accept=True)

    without, with_effect = send(sandbox, 1, key="1"), send(sandbox, 2, key="2")

    assert (without.status_code, without.text) == (502, "Bad Gateway")
    assert (with_effect.status_code, with_effect.json()) == (502, {"header": None})
    assert sandbox.effects() == {"note-2": 1}
    assert header_code(send(sandbox, 2, key="2")) == -1005


def test_a_hang_after_accepting_takes_the_messages_and_never_answers(sandbox: Sandbox) -> None:
    sandbox.script("send", action="hang")

    with pytest.raises(requests.ReadTimeout):
        send(sandbox, 1, timeout_s=0.3)

    assert sandbox.effects() == {"note-1": 1}
    assert sandbox.requests("send")[0].status is None
    assert header_code(send(sandbox, 1)) == -1005
    sandbox.release()
    sandbox.until(lambda: sandbox.state()["hanging"] == 0)


def test_a_hang_before_accepting_takes_nothing_until_released(sandbox: Sandbox) -> None:
    sandbox.script("send", action="hang_before")

    with ThreadPoolExecutor() as pool:
        answer = pool.submit(send, sandbox, 1)
        sandbox.until_hanging()
        assert sandbox.effects() == {}
        sandbox.release()
        assert header_code(answer.result(10)) == 0

    assert sandbox.effects() == {"note-1": 1}


def test_a_reset_lets_hanging_requests_go(sandbox: Sandbox) -> None:
    sandbox.script("send", action="hang")

    with ThreadPoolExecutor() as pool:
        answer = pool.submit(send, sandbox, 1)
        sandbox.until_hanging()
        sandbox.reset()
        assert answer.result(10).status_code == 200

    assert sandbox.effects() == {} and sandbox.requests() == []


@pytest.mark.parametrize(("action", "effects"), [("reset_before", {}), ("reset_after", {"note-1": 1})])
def test_a_connection_is_reset(sandbox: Sandbox, action: str, effects: dict[str, int]) -> None:
    sandbox.script("send", action=action)

    with pytest.raises(requests.ConnectionError, match="Connection reset by peer"):
        send(sandbox, 1)

    assert sandbox.effects() == effects
    assert sandbox.requests("send")[0].status is None
    assert header_code(send(sandbox, 1)) == (-1005 if effects else 0)


def test_garbage_comes_in_several_kinds(sandbox: Sandbox) -> None:
    for kind in ("html", "truncated", "huge", "empty"):
        sandbox.script("send", garbage=kind)

    html, truncated, huge, empty = (send(sandbox, 1, key=str(turn)) for turn in range(4))

    assert html.headers["Content-Type"].startswith("text/html") and "<h1>" in html.text
    with pytest.raises(json.JSONDecodeError):
        json.loads(truncated.content)
    assert len(huge.content) > 5_000_000
    assert (empty.status_code, empty.content) == (200, b"")
    assert sandbox.effects() == {}


def test_an_answer_can_drip_without_an_end(sandbox: Sandbox) -> None:
    sandbox.script("send", garbage="drip")
    body = {"senderKey": "s", "templateCode": "T", "recipientList": [{"recipientNo": "01000000001"}]}
    url = sandbox.base_url + MESSAGES

    with requests.post(url, json=body, headers=SECRET, stream=True, timeout=10) as answer:
        drops = answer.iter_content(1)
        assert [next(drops) for _ in range(3)] == [b"{", b" ", b" "]


def test_a_share_of_the_recipients_fails(sandbox: Sandbox) -> None:
    sandbox.always("send", fail_share=0.4)

    results = [
        result["resultCode"]
        for turn in range(10)
        for result in send(sandbox, *range(turn, turn + 5), key=str(turn)).json()["message"]["sendResults"]
    ]

    assert results.count(-9999) == 20 and results.count(0) == 30
    assert sum(sandbox.effects().values()) == 30


def test_delays_and_latency_are_kept(sandbox: Sandbox) -> None:
    sandbox.configure(latency_ms=50)
    sandbox.script("send", delay_before_s=0.05, delay_after_s=0.05)

    started = time.monotonic()
    send(sandbox, 1)

    assert time.monotonic() - started >= 0.15


def test_a_request_is_accepted_before_its_late_answer(sandbox: Sandbox) -> None:
    sandbox.script("send", delay_after_s=0.5)

    with pytest.raises(requests.ReadTimeout):
        send(sandbox, 1, timeout_s=0.1)

    assert sandbox.effects() == {"note-1": 1}


def test_requests_are_logged_with_the_last_bodies_only(sandbox: Sandbox) -> None:
    for number in range(5):
        send(sandbox, number, key=str(number))

    logged = sandbox.requests("send")

    assert [one.body is None for one in logged] == [True, True, False, False, False]
    last = logged[-1]
    assert (last.method, last.path, last.status) == ("POST", MESSAGES, 200)
    assert last.headers["X-Nc-Api-Idempotency-Key"] == "4"
    assert last.json["recipientList"][0]["recipientGroupingKey"] == "note-4"
    assert sandbox.requests("memo") == []
    assert len(sandbox.requests(limit=2)) == 2


@pytest.mark.parametrize(
    "order",
    [
        {"endpoint": "nowhere"},
        {"endpoint": "send", "action": "explode"},
        {"endpoint": "send", "garbage": "tasty"},
        {"endpoint": "send", "misspelled": 1},
    ],
)
def test_a_wrong_rule_is_refused(sandbox: Sandbox, order: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="400"):
        sandbox.script(**order)


def test_a_wrong_setting_is_refused_and_a_reset_restores_them(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="misspelled"):
        sandbox.configure(misspelled=1)

    assert sandbox.configure(latency_ms=1)["latency_ms"] == 1
    sandbox.reset()
    assert sandbox.configure()["latency_ms"] == 0
    assert sandbox.configure()["keep_bodies"] == 3


def test_many_large_batches_at_once_are_taken(sandbox: Sandbox) -> None:
    numbers = [range(start, start + 500) for start in range(0, 10_000, 500)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda batch: send(sandbox, *batch, key=str(batch.start)), numbers))

    assert {header_code(answer) for answer in answers} == {0}
    assert len(sandbox.effects()) == 10_000 and set(sandbox.effects().values()) == {1}


def test_of_two_requests_with_one_key_at_once_one_has_its_effect(sandbox: Sandbox) -> None:
    sandbox.always("send", delay_before_s=0.05)

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(header_code(one) for one in pool.map(lambda _: send(sandbox, 1), range(8)))

    assert codes == [-1005] * 7 + [0]
    assert sandbox.effects() == {"note-1": 1}
