"""The sandbox's AlimTalk dealer, over HTTP on a real port."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from dev.sandbox.client import Sandbox, running_sandbox

SEOUL = ZoneInfo("Asia/Seoul")
BASE = "/alimtalk/v2.3/appkeys/sandbox-app-key"
SECRET = {"X-Secret-Key": "sandbox-secret-key"}


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with running_sandbox(sender_key="sender-1", delivery_delay_s=0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(server: Sandbox) -> Sandbox:
    server.reset()
    return server


def recipient(number: int, **changes: Any) -> dict[str, Any]:
    item = {
        "recipientNo": f"0100000{number:04}",
        "templateParameter": {"name": "하늘", "time": "19:00"},
        "recipientGroupingKey": f"note-{number}",
    }
    return item | changes


def order(*recipients: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = {"senderKey": "sender-1", "templateCode": "PLAN", "senderGroupingKey": "batch-1"}
    return body | {"recipientList": list(recipients) or [recipient(1)]} | changes


def send(sandbox: Sandbox, body: Any, key: str | None = None, **headers: str) -> dict[str, Any]:
    idempotency = {"X-NC-API-IDEMPOTENCY-KEY": key} if key else {}
    url = f"{sandbox.base_url}{BASE}/messages"
    answer = requests.post(url, json=body, headers=SECRET | idempotency | headers, timeout=10)
    assert answer.status_code == 200
    return answer.json()


def get(sandbox: Sandbox, path: str, **query: Any) -> dict[str, Any]:
    url = f"{sandbox.base_url}{BASE}/{path}"
    answer = requests.get(url, params=query, headers=SECRET, timeout=10)
    assert answer.status_code == 200
    return answer.json()


def code_of(answer: dict[str, Any]) -> int:
    assert answer["header"]["isSuccessful"] is (answer["header"]["resultCode"] == 0)
    return answer["header"]["resultCode"]


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


def test_a_batch_is_found_by_its_keys_and_a_window_in_korean_time(sandbox: Sandbox) -> None:
    sandbox.set_clock(datetime(2030, 1, 5, 7, 30, 20, tzinfo=SEOUL))
    request_id = send(sandbox, order(recipient(1), recipient(2)))["message"]["requestId"]
    send(sandbox, order(recipient(3), senderGroupingKey="batch-2"))

    def found(**query: Any) -> list[str]:
        answer = get(sandbox, "messages", **query)
        assert code_of(answer) == 0
        return [one["recipientGroupingKey"] for one in answer["messageSearchResultResponse"]["messages"]]

    window = {"startCreateDate": "2030-01-05 07:30", "endCreateDate": "2030-01-05 07:31"}
    assert found(**window) == ["note-1", "note-2", "note-3"]
    assert found(**window, senderGroupingKey="batch-1") == ["note-1", "note-2"]
    assert found(**window, recipientGroupingKey="note-2") == ["note-2"]
    assert found(requestId=request_id) == ["note-1", "note-2"]
    assert found(startRequestDate="2030-01-05 07:30", endRequestDate="2030-01-05 07:31") == found(**window)
    assert found(startCreateDate="2030-01-04 22:30", endCreateDate="2030-01-04 22:31") == [], "that is UTC"
    assert found(startCreateDate="2030-01-05 07:00", endCreateDate="2030-01-05 07:30") == [], "ends at :00"


def test_a_found_message_has_the_documented_fields(sandbox: Sandbox) -> None:
    sandbox.configure(delivery_delay_s=3600)
    sandbox.set_clock(datetime(2030, 1, 5, 7, 30, 20, tzinfo=SEOUL))
    request_id = send(sandbox, order(createUser="coach"))["message"]["requestId"]

    answer = get(sandbox, "messages", requestId=request_id)["messageSearchResultResponse"]
    single = get(sandbox, f"messages/{request_id}/1")["message"]

    expected = {
        "requestId": request_id,
        "recipientSeq": 1,
        "plusFriendId": "@sandbox",
        "senderKey": "sender-1",
        "templateCode": "PLAN",
        "recipientNo": "01000000001",
        "content": "name: 하늘\ntime: 19:00",
        "requestDate": "2030-01-05 07:30:20",
        "createDate": "2030-01-05 07:30:20",
        "receiveDate": None,
        "resendStatus": "RSC01",
        "resendStatusName": "대체 발송 미대상",
        "messageStatus": "COMPLETED",
        "resultCode": None,
        "resultCodeName": None,
        "createUser": "coach",
        "senderGroupingKey": "batch-1",
        "recipientGroupingKey": "note-1",
    }
    assert answer == {"messages": [expected], "totalCount": 1}
    assert single == expected | {"resendResultCode": None, "resendRequestId": None, "buttons": []}


def test_queries_are_paged(sandbox: Sandbox) -> None:
    request_id = send(sandbox, order(*(recipient(number) for number in range(20))))["message"]["requestId"]

    def page(**query: Any) -> list[int]:
        answer = get(sandbox, "messages", requestId=request_id, **query)["messageSearchResultResponse"]
        assert answer["totalCount"] == 20
        return [one["recipientSeq"] for one in answer["messages"]]

    assert page() == list(range(1, 16))
    assert page(pageNum=2) == list(range(16, 21))
    assert page(pageNum=3, pageSize=7) == list(range(15, 21))
    assert page(pageNum=9) == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, -4000),
        ({"senderGroupingKey": "batch-1"}, -4000),
        ({"startCreateDate": "2030-01-05 07:30"}, -4000),
        ({"startCreateDate": "2030-01-05 07:30:00", "endCreateDate": "2030-01-05 07:31:00"}, -4000),
        ({"startCreateDate": "2030-01-01 00:00", "endCreateDate": "2030-02-01 00:00"}, -4003),
        ({"requestId": "x", "pageSize": 1001}, -2005),
    ],
)
def test_a_wrong_query_is_refused(sandbox: Sandbox, query: dict[str, Any], code: int) -> None:
    assert code_of(get(sandbox, "messages", **query)) == code


def test_an_unknown_message_is_refused(sandbox: Sandbox) -> None:
    assert code_of(get(sandbox, "messages/none/1")) == -1016


def test_results_are_listed_by_when_they_changed(sandbox: Sandbox) -> None:
    sandbox.set_clock(datetime(2030, 1, 5, 7, 30, tzinfo=SEOUL))
    sandbox.configure(delivery_delay_s=120, delivery_codes={"note-2": "3019"})
    send(sandbox, order(recipient(1), recipient(2)))
    early = {"startUpdateDate": "2030-01-05 07:30", "endUpdateDate": "2030-01-05 07:31"}
    later = {"startUpdateDate": "2030-01-05 07:32", "endUpdateDate": "2030-01-05 07:33"}
    assert get(sandbox, "message-results/count", **later)["totalCount"] == 0

    sandbox.advance(timedelta(minutes=2).total_seconds())

    sandbox.until(lambda: get(sandbox, "message-results/count", **later)["totalCount"] == 2)
    assert get(sandbox, "message-results", **early)["messages"] == []
    delivered, refused = get(sandbox, "message-results", alimtalkMessageType="NORMAL", **later)["messages"]
    assert delivered.keys() == {
        *("requestId", "recipientSeq", "requestDate", "createDate", "receiveDate", "messageStatus"),
        *("resendStatus", "resendStatusName", "resendResultCode", "resendRequestId"),
        *("resultCode", "resultCodeName"),
    }
    assert (delivered["messageStatus"], delivered["resultCode"]) == ("COMPLETED", "1000")
    assert delivered["receiveDate"].startswith("2030-01-05 07:32:")
    assert (refused["messageStatus"], refused["resultCode"], refused["receiveDate"]) == (
        "FAILED",
        "3019",
        None,
    )


def test_results_need_a_window(sandbox: Sandbox) -> None:
    assert code_of(get(sandbox, "message-results")) == -4000
    assert code_of(get(sandbox, "message-results/count", startUpdateDate="2030-01-05 07:30")) == -4000


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
