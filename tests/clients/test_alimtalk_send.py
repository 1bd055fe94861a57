"""A send: what goes out, and how the answer is read for each recipient."""

import json

import pytest
from alimtalk_builders import (
    OK,
    SENDER_KEY,
    accepted,
    alimtalk,
    answers,
    entry,
    header,
    people,
    send,
    send_one,
)
from raw_server import serving

from app.clients.alimtalk import Recipient

# What is sent


def test_a_send_is_the_documented_request() -> None:
    with serving(answers(accepted(entry(1), entry(2)))) as server:
        alimtalk(server.url + "/").send("WK_REMIND_01", people(2), "batch-1-a1")

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /alimtalk/v2.3/appkeys/APPKEY_EXAMPLE/messages HTTP/1.1\r\n")
    assert b"\r\nContent-Type: application/json;charset=UTF-8\r\n" in head
    assert b"\r\nX-Secret-Key: SECRET_EXAMPLE\r\n" in head
    assert b"\r\nX-NC-API-IDEMPOTENCY-KEY: batch-1-a1" in head
    assert json.loads(body) == {
        "senderKey": SENDER_KEY,
        "templateCode": "WK_REMIND_01",
        "senderGroupingKey": "batch-1-a1",
        "recipientList": [
            {
                "recipientNo": f"0100000000{number}",
                "templateParameter": {"name": "김하늘", "time": "19:00"},
                "resendParameter": {"isResend": False},
                "recipientGroupingKey": f"ntf_{number}",
            }
            for number in (1, 2)
        ],
    }


@pytest.mark.parametrize("recipients", [[], people(1) * 2, people(1001)], ids=["none", "twice", "1001"])
def test_a_send_without_or_with_repeated_or_too_many_recipients_is_our_mistake(
    recipients: list[Recipient],
) -> None:
    with pytest.raises(ValueError, match="1 to 1000"):
        alimtalk("http://127.0.0.1:1").send("T", recipients, "key")


# How an answer is read


def test_an_accepted_message_is_ok() -> None:
    answer = send(answers(accepted(entry(1))))

    result = answer.results["ntf_1"]
    assert (answer.http_status, answer.retry_after_s) == (200, None)
    assert (result.code, result.outcome, result.known.reason_code) == ("0", "ok", "accepted")
    assert (result.request_id, result.recipient_seq) == ("REQ01", 1)
    assert json.loads(result.response) == {
        "header": OK,
        "requestId": "REQ01",
        "sendResult": {
            "recipientSeq": 1,
            "resultCode": 0,
            "resultMessage": "SUCCESS",
            "recipientGroupingKey": "ntf_1",
            "recipientNo": "***",
        },
    }


def test_some_of_a_batch_may_be_refused() -> None:
    answer = send(answers(accepted(entry(1), entry(2, -5000), entry(3, -3004))), count=3)

    assert {key: (result.code, result.outcome) for key, result in answer.results.items()} == {
        "ntf_1": ("0", "ok"),
        "ntf_2": ("-5000", "recipient"),
        "ntf_3": ("-3004", "request"),
    }


@pytest.mark.parametrize(
    "status", ["200 OK", "400 Bad Request", "401 Unauthorized", "503 Service Unavailable"]
)
@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (-1001, "alert"),
        (-1005, "duplicate"),
        (-3005, "alert"),
        (-2027, "request"),
        (-7000, "retry"),
        (-77, "unknown"),
    ],
)
def test_a_refused_request_is_refused_for_everyone_whatever_the_status(
    status: str, code: int, outcome: str
) -> None:
    answer = send(answers({"header": header(code)}, status=status), count=2)

    assert answer.http_status == int(status[:3])
    for result in answer.results.values():
        assert (result.code, result.outcome) == (str(code), outcome)
        assert result.known.ko


def test_the_flags_of_a_code_come_with_the_result() -> None:
    assert send_one({"header": header(-3005)}).known.scope == "template"
    assert send_one({"header": header(-1028)}).known.review is True
    assert send_one({"header": header(-1017)}).known.hold_until == "00:00"


def test_when_all_are_refused_each_has_a_code_of_its_own() -> None:
    answer = send(answers(accepted(entry(1, -5000), entry(2, -3004), header=header(-1031))), count=3)

    assert [result.outcome for result in answer.results.values()] == ["recipient", "request", "unknown"]


def test_when_all_are_refused_and_nothing_more_is_said_it_is_unknown() -> None:
    assert send_one({"header": header(-1031)}).outcome == "unknown"


@pytest.mark.parametrize("code", [-1031, -9999, -1001])
def test_accepted_and_refused_in_one_answer_is_unknown(code: int) -> None:
    result = send_one(accepted(entry(1), header=header(code)))

    assert (result.code, result.outcome) == ("BAD_RESPONSE", "unknown")


def test_a_recipient_that_the_answer_leaves_out_is_unknown() -> None:
    answer = send(answers(accepted(entry(2))), count=2)

    assert answer.results["ntf_2"].outcome == "ok"
    left_out = answer.results["ntf_1"]
    assert (left_out.code, left_out.outcome, left_out.known.reason_code) == (
        "BAD_RESPONSE",
        "unknown",
        "unusable_answer",
    )
    assert left_out.request_id == "REQ01"


@pytest.mark.parametrize("key", [..., None, "", 7])
def test_without_a_grouping_key_the_number_decides(key: object) -> None:
    answer = send(answers(accepted(entry(2, -5000, recipientGroupingKey=key))), count=2)

    assert [result.outcome for result in answer.results.values()] == ["unknown", "recipient"]


def test_the_grouping_key_counts_more_than_the_number() -> None:
    crossed = (entry(1, -5000, recipientGroupingKey="ntf_2"), entry(2, 0, recipientGroupingKey="ntf_1"))
    answer = send(answers(accepted(*crossed)), count=2)

    assert [result.outcome for result in answer.results.values()] == ["ok", "recipient"]


def test_somebody_elses_entry_is_not_taken_for_ours() -> None:
    assert send_one(accepted(entry(1, recipientGroupingKey="stranger"))).outcome == "unknown"


@pytest.mark.parametrize("number", [0, -1, 2, True, "1", None, 1.0])
def test_a_number_that_is_none_of_ours_matches_nobody(number: object) -> None:
    assert send_one(accepted(entry(1, recipientGroupingKey=None, recipientSeq=number))).outcome == "unknown"


def test_the_same_entry_twice_counts_once_and_a_contradiction_is_unknown() -> None:
    assert send_one(accepted(entry(1), entry(1))).outcome == "ok"
    assert send_one(accepted(entry(1), entry(1, -5000))).outcome == "unknown"
    assert send_one(accepted(entry(1), entry(1, None))).outcome == "unknown"


@pytest.mark.parametrize("code", [None, True, False, "0", 0.0, [], {}, 10**20, ...])
def test_a_recipients_code_that_is_no_number_is_unknown(code: object) -> None:
    assert send_one(accepted(entry(1, code))).outcome == "unknown"


@pytest.mark.parametrize("results", [None, {}, "x", [None], [[]], [1, "x"]])
def test_results_that_are_none_are_unknown(results: object) -> None:
    assert send_one({"header": OK, "message": {"sendResults": results}}).outcome == "unknown"
    assert send_one({"header": OK, "message": results}).outcome == "unknown"
