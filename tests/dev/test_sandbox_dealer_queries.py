"""What the sandbox's AlimTalk dealer answers about messages it has taken."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dealer_calls import code_of, get, order, recipient, send

from dev.sandbox.client import Sandbox, running_sandbox

SEOUL = ZoneInfo("Asia/Seoul")


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with running_sandbox(sender_key="sender-1", delivery_delay_s=0) as sandbox:
        yield sandbox


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
