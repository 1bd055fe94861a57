"""Asking the dealer what became of messages: the pages, and nonsense that must not pass for 'nothing'."""

import json
import socket
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from alimtalk_builders import (
    OK,
    SINCE,
    UNTIL,
    alimtalk,
    answers,
    header,
    listed,
    message,
    pulled,
)
from raw_server import RawServer, read_request, response, serving

from app.clients.alimtalk import AlimtalkError, DeliveryResult, Found


def find(*bodies: object) -> dict[str, Found]:
    with serving(answers(*bodies)) as server:
        return alimtalk(server.url).find("key-1", SINCE, UNTIL)


def pull(*bodies: object) -> list[DeliveryResult]:
    with serving(answers(*bodies)) as server:
        return list(alimtalk(server.url).results(SINCE, UNTIL))


def query_of(request: bytes) -> dict[str, list[str]]:
    return parse_qs(urlsplit(request.split(b" ")[1].decode()).query)


def test_find_asks_by_request_key_for_a_korean_window_rounded_outwards() -> None:
    with serving(answers(listed())) as server:
        found = alimtalk(server.url).find("key 1", SINCE, UNTIL)

    assert found == {}
    assert server.requests[0].startswith(b"GET /alimtalk/v2.3/appkeys/APPKEY_EXAMPLE/messages?")
    assert b"X-Secret-Key: SECRET_EXAMPLE" in server.requests[0]
    assert query_of(server.requests[0]) == {
        "startCreateDate": ["2026-07-21 07:25"],
        "endCreateDate": ["2026-07-21 07:40"],
        "senderGroupingKey": ["key 1"],
        "pageNum": ["1"],
        "pageSize": ["200"],
    }


def test_a_window_that_ends_on_the_minute_stays_there_and_a_naive_one_is_our_mistake() -> None:
    with serving(answers(listed())) as server:
        alimtalk(server.url).find("key", SINCE, UNTIL.replace(second=0))
        with pytest.raises(ValueError, match="naive"):
            alimtalk(server.url).find("key", SINCE.replace(tzinfo=None), UNTIL)

    assert query_of(server.requests[0])["endCreateDate"] == ["2026-07-21 07:39"]
    assert server.connections == 1


def test_find_tells_what_the_dealer_knows() -> None:
    found = find(listed(message(1), message(2, resultCode=None, receiveDate=None)))

    at = datetime(2026, 7, 20, 22, 30, 4, tzinfo=UTC)
    assert found == {"ntf_1": Found("REQ01", 1, "1000", at), "ntf_2": Found("REQ01", 2, None, None)}


def test_find_reads_every_page() -> None:
    with serving(answers(listed(message(1), message(2), total=3), listed(message(3), total=3))) as server:
        found = alimtalk(server.url).find("key-1", SINCE, UNTIL)

    assert sorted(found) == ["ntf_1", "ntf_2", "ntf_3"]
    assert [query_of(request)["pageNum"] for request in server.requests] == [["1"], ["2"]]


def test_find_leaves_out_messages_of_another_request() -> None:
    assert find(listed(message(1, senderGroupingKey="other"), message(2, senderGroupingKey=None))).keys() == {
        "ntf_2"
    }


@pytest.mark.parametrize(
    "body",
    [
        listed(message(1), None),
        listed(message(1, recipientGroupingKey=None)),
        listed(message(1, recipientGroupingKey=7)),
        listed(total=1),
        listed(message(1), total=10_000),
        {"header": OK},
        {"header": OK, "messageSearchResultResponse": {"messages": None, "totalCount": 1}},
        {"header": OK, "messageSearchResultResponse": [1]},
        {"messageSearchResultResponse": {"messages": [], "totalCount": 0}},
    ],
)
def test_find_never_takes_nonsense_for_nothing(body: object) -> None:
    with pytest.raises(AlimtalkError) as caught:
        find(body)

    assert (caught.value.outcome, caught.value.code) == ("unknown", "BAD_RESPONSE")


def test_find_takes_an_empty_list_in_any_spelling_for_nothing() -> None:
    assert find({"header": OK, "messageSearchResultResponse": {"messages": None, "totalCount": 0}}) == {}


def test_a_refused_query_has_the_dealers_code() -> None:
    with pytest.raises(AlimtalkError) as caught:
        find({"header": header(-1001)})

    failed = caught.value
    assert (failed.outcome, failed.code, failed.reason_code) == ("alert", "-1001", "bad_secret_key")


def test_all_pages_of_find_have_one_deadline() -> None:
    def slow(connection: socket.socket, server: RawServer) -> None:
        read_request(connection, server)
        server.stop.wait(0.2)
        connection.sendall(response(json.dumps(listed(message(1), total=9)).encode()))

    with serving(slow) as server, pytest.raises(AlimtalkError) as caught:
        alimtalk(server.url, deadline_s=0.3).find("key-1", SINCE, UNTIL)

    assert (caught.value.code, len(server.requests)) == ("TIMEOUT", 2)


def test_results_are_pulled_page_by_page() -> None:
    full = [message(number, resultCode="3019", receiveDate=None) for number in range(1, 1001)]
    with serving(answers(pulled(*full), pulled(message(1)))) as server:
        results = list(alimtalk(server.url).results(SINCE, UNTIL))

    assert len(results) == 1001
    assert results[0] == DeliveryResult("REQ01", 1, "3019", None)
    assert results[1000].received_at == datetime(2026, 7, 20, 22, 30, 4, tzinfo=UTC)
    assert server.requests[0].startswith(b"GET /alimtalk/v2.3/appkeys/APPKEY_EXAMPLE/message-results?")
    assert query_of(server.requests[1]) == {
        "startUpdateDate": ["2026-07-21 07:25"],
        "endUpdateDate": ["2026-07-21 07:40"],
        "alimtalkMessageType": ["NORMAL"],
        "pageNum": ["2"],
        "pageSize": ["1000"],
    }


def test_rows_without_a_result_are_left_out() -> None:
    rows = (
        None,
        {},
        message(1, resultCode=None),
        message(2, requestId=None),
        message(3, recipientSeq="3"),
        message(4),
    )

    assert [result.recipient_seq for result in pull(pulled(*rows))] == [4]


@pytest.mark.parametrize("spelling", [{"messages": []}, {"messages": None}, {}])
def test_a_window_without_results_is_over_in_any_spelling(spelling: dict[str, object]) -> None:
    assert pull({"header": OK, **spelling}) == []


@pytest.mark.parametrize("said", [{"messages": "no"}, {"messages": None, "totalCount": 1}])
def test_results_that_contradict_themselves_are_asked_for_again(said: dict[str, object]) -> None:
    with pytest.raises(AlimtalkError):
        pull({"header": OK, **said})


def test_results_end_even_when_the_dealer_never_does() -> None:
    with serving(answers(pulled(message(1), totalCount=10**6))) as server, pytest.raises(AlimtalkError):
        list(alimtalk(server.url).results(SINCE, UNTIL))

    assert server.connections == 400
