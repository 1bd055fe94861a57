"""What the sandbox's AlimTalk dealer takes and refuses, over HTTP on a real port."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from dealer_calls import BASE, SECRET, code_of, order, recipient, send

from dev.sandbox.client import Sandbox, running_sandbox

SEOUL = ZoneInfo("Asia/Seoul")


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with running_sandbox(sender_key="sender-1", delivery_delay_s=0) as sandbox:
        yield sandbox


def test_an_accepted_batch_is_answered_in_the_documented_shape(sandbox: Sandbox) -> None:
    answer = send(sandbox, order(recipient(1), recipient(2, recipientGroupingKey=None)))

    request_id = answer["message"].pop("requestId")
    assert request_id
    result = {"recipientSeq": 1, "recipientNo": "01000000001", "resultCode": 0, "resultMessage": "SUCCESS"}
    second = result | {"recipientSeq": 2, "recipientNo": "01000000002", "recipientGroupingKey": None}
    assert answer == {
        "header": {"resultCode": 0, "resultMessage": "SUCCESS", "isSuccessful": True},
        "message": {
            "senderGroupingKey": "batch-1",
            "sendResults": [result | {"recipientGroupingKey": "note-1"}, second],
        },
    }
    assert sandbox.effects() == {"note-1": 1}
    assert [one.parameters for one in sandbox.messages("01000000001")] == [{"name": "하늘", "time": "19:00"}]
    assert sandbox.messages(notification_id="note-1")[0].text == "name: 하늘\ntime: 19:00"


def test_recipients_are_refused_one_by_one(sandbox: Sandbox) -> None:
    sandbox.script("send", codes={"01000000003": -3301, "note-4": -7000})
    bad_parameter = recipient(5, templateParameter={"name": 1})
    order_of_five = order(
        recipient(1), recipient(2, recipientNo="010-0000-0002"), recipient(3), recipient(4), bad_parameter
    )

    answer = send(sandbox, order_of_five)

    assert code_of(answer) == 0
    results = answer["message"]["sendResults"]
    assert [one["resultCode"] for one in results] == [0, -5000, -3301, -7000, -3004]
    assert sandbox.effects() == {"note-1": 1}


def test_when_all_recipients_are_refused_the_header_says_so(sandbox: Sandbox) -> None:
    answer = send(sandbox, order(recipient(1, recipientNo="")), key="k")

    assert code_of(answer) == -1031
    assert [one["resultCode"] for one in answer["message"]["sendResults"]] == [-5000]
    assert sandbox.effects() == {}
    assert code_of(send(sandbox, order(), key="k")) == 0, "a refused request does not use up its key"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (order(senderKey="other"), -2017),
        (order(senderKey=None), -2002),
        (order(templateCode=" "), -2001),
        (order(templateCode="T" * 21), -2000),
        (order(senderGroupingKey="g" * 101), -2000),
        (order(recipientList=None), -4011),
        (order(recipientList=[]), -2004),
        (order(recipientList=[recipient(1)] * 1001), -2004),
        (order(recipientList="01000000001"), -9994),
        (order(requestDate="2026-1-5 7:00"), -2027),
        (order(requestDate="2020-01-01 07:00"), -2025),
        (order(requestDate="2999-01-01 07:00"), -2026),
        (["not", "an", "object"], -9997),
    ],
)
def test_a_wrong_request_is_refused_as_a_whole(sandbox: Sandbox, body: Any, code: int) -> None:
    answer = send(sandbox, body)

    assert code_of(answer) == code
    assert "message" not in answer
    assert sandbox.effects() == {}


def test_wrong_credentials_are_refused(sandbox: Sandbox) -> None:
    assert code_of(send(sandbox, order(), **{"X-Secret-Key": "wrong"})) == -1001
    url = f"{sandbox.base_url}/alimtalk/v2.3/appkeys/wrong/messages"
    assert code_of(requests.post(url, json=order(), headers=SECRET, timeout=10).json()) == -1000
    assert sandbox.effects() == {}


def test_a_thousand_recipients_are_taken(sandbox: Sandbox) -> None:
    answer = send(sandbox, order(*(recipient(number) for number in range(1000))))

    assert code_of(answer) == 0
    assert set(sandbox.effects().values()) == {1} and len(sandbox.effects()) == 1000


def test_an_idempotency_key_counts_once_for_ten_minutes(sandbox: Sandbox) -> None:
    assert code_of(send(sandbox, order(), key="k")) == 0

    sandbox.advance(599)
    answer = send(sandbox, order(), key="k")
    assert answer.keys() == {"header"} and code_of(answer) == -1005
    assert code_of(send(sandbox, order(recipient(2)), key="other")) == 0
    assert sandbox.effects() == {"note-1": 1, "note-2": 1}

    sandbox.advance(2)
    assert code_of(send(sandbox, order(), key="k")) == 0
    assert sandbox.effects() == {"note-1": 2, "note-2": 1}


def test_refused_requests_can_be_told_to_burn_their_key(sandbox: Sandbox) -> None:
    sandbox.configure(burn_failed_keys=True)

    assert code_of(send(sandbox, order(recipientList=[]), key="k")) == -2004
    assert code_of(send(sandbox, order(), key="k")) == -1005


def test_strict_settings_refuse_unknown_templates_and_long_variables(sandbox: Sandbox) -> None:
    sandbox.configure(limit_14=True)
    long = recipient(1, templateParameter={"name": "가" * (len("#{name}") + 15)})
    answer = send(sandbox, order(long))
    assert answer["message"]["sendResults"][0]["resultCode"] == -1028

    sandbox.configure(strict_templates=True)
    assert code_of(send(sandbox, order())) == -3003


def test_a_scheduled_message_is_delivered_at_its_time(sandbox: Sandbox) -> None:
    sandbox.set_clock(datetime(2030, 1, 5, 7, 30, tzinfo=SEOUL))
    send(sandbox, order(requestDate="2030-01-05 08:00"))
    assert sandbox.messages()[0].status == "accepted"

    sandbox.set_clock(datetime(2030, 1, 5, 8, 0, tzinfo=SEOUL))

    sandbox.until(lambda: sandbox.messages()[0].status == "delivered")


def test_a_body_that_is_no_json_and_an_unknown_call_are_refused(sandbox: Sandbox) -> None:
    url = f"{sandbox.base_url}{BASE}/messages"
    json_type = {"Content-Type": "application/json;charset=UTF-8"}

    assert code_of(requests.post(url, data="x", headers=SECRET | json_type, timeout=10).json()) == -9997
    assert code_of(requests.post(url, data={"a": "b"}, headers=SECRET, timeout=10).json()) == -9996
    unknown = requests.get(f"{sandbox.base_url}{BASE}/nothing", headers=SECRET, timeout=10)
    assert (unknown.status_code, code_of(unknown.json())) == (404, -9998)
