"""A send without a usable answer, and what is never kept, shown or logged of any."""

import json
import logging
import re
import socket

import pytest
from alimtalk_builders import (
    APP_KEY,
    OK,
    SECRET,
    SENDER_KEY,
    accepted,
    alimtalk,
    entry,
    header,
    people,
    send,
    send_fails,
    send_one,
)
from hypothesis import given
from hypothesis import strategies as st
from raw_server import Script, drips, hangs, resets, response, says

from app.clients.alimtalk import AlimtalkError
from app.clients.kept import mask

# No answer


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("401 No", "alert"),
        ("403 No", "alert"),
        ("429 No", "quota"),
        ("200 OK", "unknown"),
        ("502 No", "unknown"),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b'"x"',
        b"{}",
        b'{"header": null}',
        b'{"header": {"resultCode": "0"}}',
        b"\xff\xfe",
    ],
)
def test_without_a_header_in_the_body_the_http_status_decides(status: str, outcome: str, body: bytes) -> None:
    failed = send_fails(says(response(body, status, "Retry-After: 30")))

    assert (failed.outcome, failed.code) == (outcome, "BAD_RESPONSE")
    assert (failed.http_status, failed.retry_after_s) == (int(status[:3]), 30.0)


def test_a_redirect_is_unknown() -> None:
    assert send_fails(says(response(b"", "302 Found", "Location: /elsewhere"))).outcome == "unknown"


def test_json_nested_too_deep_is_unknown() -> None:
    assert send_fails(says(response(b"[" * 200_000))).outcome == "unknown"


def test_retry_after_comes_with_an_answer_too() -> None:
    body = json.dumps({"header": header(-1017)}).encode()

    assert send(says(response(body, "200 OK", "Retry-After: 5000"))).retry_after_s == 900.0
    assert send(says(response(body, "200 OK", "Retry-After: -5"))).retry_after_s is None


def test_a_connection_that_was_never_made_may_be_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(AlimtalkError) as caught:
        alimtalk(f"http://127.0.0.1:{port}").send("T", people(1), "key")

    failed = caught.value
    assert (failed.outcome, failed.code, failed.reason_code) == ("retry", "CONNECTION_ERROR", "not_connected")
    assert failed.http_status is None


@pytest.mark.parametrize(
    ("script", "code", "reason_code"),
    [
        (hangs, "TIMEOUT", "timeout"),
        (drips(response(b"{}" * 500), 0.01), "TIMEOUT", "timeout"),
        (resets, "CONNECTION_ERROR", "connection_lost"),
        (says(b""), "CONNECTION_ERROR", "connection_lost"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), "CONNECTION_ERROR", "connection_lost"),
        (says(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (2 << 20)), "BAD_RESPONSE", "answer_too_large"),
    ],
    ids=["hangs", "drips", "resets", "closes", "breaks off", "floods"],
)
def test_whatever_is_lost_after_the_connection_was_made_is_unknown(
    script: Script, code: str, reason_code: str
) -> None:
    failed = send_fails(script, deadline_s=0.3 if code == "TIMEOUT" else 5)

    assert (failed.outcome, failed.code, failed.reason_code) == ("unknown", code, reason_code)
    assert failed.http_status is None
    assert code != "TIMEOUT" or 295 <= failed.latency_ms < 700


# Nothing personal


def test_what_is_kept_of_an_answer_is_short_and_holds_no_number_and_no_secret() -> None:
    told = f"010-1234-5678 {SECRET} {APP_KEY} {SENDER_KEY} \x00\ud800 " + "가" * 5000
    body = accepted(
        entry(1, resultMessage=told, recipientGroupingKey="ntf_1", content="김하늘님, 운동", recipientNo=[1]),
        header={**OK, "resultMessage": told, "more": told},
    )

    result = send_one(body)

    assert len(result.response.encode()) <= 4096
    assert json.loads(result.response)["sendResult"]["resultCode"] == 0
    for word in ("5678", SECRET, APP_KEY, SENDER_KEY, "김하늘", "\\u0000", "\\ud800"):
        assert word not in result.response


def test_neither_an_error_nor_a_recipient_shows_a_number_a_key_or_a_text(
    refused: str = "http://127.0.0.1:1",
) -> None:
    (person,) = people(1)

    for script in (says(response(b"01000000001 SECRET_EXAMPLE")), resets):
        failed = send_fails(script)
        shown = "".join(map(repr, (failed, failed.__cause__, failed.__context__, person)))
        for word in ("0100000", SECRET, APP_KEY, SENDER_KEY, "김하늘", "http:"):
            assert word not in shown


@pytest.mark.parametrize(
    "number",
    [
        "01012345678",
        "010-1234-5678",
        "010 1234 5678",
        "010.1234.5678",
        "(010) 1234-5678",
        "010 - 1234 - 5678",
        "011-123-4567",
        "0161234567",
        "+821012345678",
        "+82 10-1234-5678",
        "+82 (0)10 1234 5678",
        "+82-010-1234-5678",
        "821012345678",
        "00821012345678",
        "010\u20131234\u20135678",
    ],
)
def test_a_mobile_number_is_masked_however_it_is_written(number: str) -> None:
    masked = mask(f"to:{number}, sent")

    assert "***" in masked
    assert masked.startswith("to:")
    assert masked.endswith(", sent")
    assert len(re.sub(r"\D", "", masked)) <= 2


@pytest.mark.parametrize(
    "text",
    ["20260721073001EXAMPLE02", "2026-07-21 08:00:03", "-1005", "ntf_0001", "1784595723000", "02-1234-5678"],
)
def test_what_is_no_mobile_number_stays(text: str) -> None:
    assert mask(text) == text


def test_a_long_text_is_cut_between_two_characters() -> None:
    assert mask("가" * 5000) == "가" * 1365


@given(st.text(st.characters(), max_size=3000))
def test_a_masked_text_is_at_most_4096_bytes_of_utf_8(text: str) -> None:
    assert len(mask(text * 3).encode()) <= 4096


def test_no_key_gets_into_a_log_not_even_with_headers_that_cannot_be_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    odd = b"HTTP/1.1 401 No\r\nX-Good: 1\r\nno colon in here\r\nContent-Length: 0\r\n\r\n"

    assert send_fails(says(odd)).outcome == "alert"

    assert APP_KEY not in caplog.text
    assert SECRET not in caplog.text
