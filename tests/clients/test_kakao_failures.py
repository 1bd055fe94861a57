"""A call to Kakao without a usable answer, and what is never kept, shown or logged of any."""

import json
import logging
import socket
from collections.abc import Callable

import pytest
from kakao_builders import (
    ACCESS,
    CLIENT_SECRET,
    LINK,
    MEMO,
    PERSONAL,
    REFRESH,
    REST_KEY,
    answers,
    kakao,
    refresh_fails,
    refused,
    refused_token,
    send,
    send_fails,
)
from raw_server import Script, drips, hangs, resets, response, says

from app.clients.kakao import KakaoError

NONSENSE = [b"", b"<html>", b"null", b"[]", b'"x"', b"{}", b'{"code": null}', b"\xff\xfe", b"[" * 200_000]
Fails = Callable[..., KakaoError]
both = pytest.mark.parametrize(
    ("fails", "lost"), [(send_fails, "unknown"), (refresh_fails, "retry")], ids=["memo", "refresh"]
)

# No answer


@both
@pytest.mark.parametrize("body", NONSENSE, ids=lambda body: repr(body[:12]))
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("401 No", "alert"),
        ("403 No", "alert"),
        ("429 No", "quota"),
        ("200 OK", None),
        ("302 Found", None),
        ("400 No", None),
        ("502 No", None),
    ],
)
def test_without_a_code_in_the_body_the_http_status_decides(
    fails: Fails, lost: str, status: str, outcome: str | None, body: bytes
) -> None:
    failed = fails(says(response(body, status, "Retry-After: 30", "Location: /elsewhere")))

    assert (failed.code, failed.known.outcome) == ("BAD_RESPONSE", outcome or lost)
    assert failed.known.reason_code == "unreadable_answer"
    assert (failed.http_status, failed.retry_after_s) == (int(status[:3]), 30.0)


@both
def test_retry_after_comes_with_a_code_too(fails: Fails, lost: str) -> None:
    body = {**refused(-10), **refused_token("KOE237")}

    assert fails(answers(body, "400 No", "Retry-After: 5000")).retry_after_s == 900.0
    assert fails(answers(body, "400 No", "Retry-After: soon")).retry_after_s is None
    assert fails(answers(body, "400 No")).known.outcome == "quota"


@pytest.mark.parametrize("call", ["send_to_me", "refresh"])
def test_a_connection_that_was_never_made_may_be_tried_again(call: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    arguments = (ACCESS, MEMO) if call == "send_to_me" else (REFRESH,)

    with pytest.raises(KakaoError) as caught:
        getattr(kakao(f"http://127.0.0.1:{port}"), call)(*arguments)

    failed = caught.value
    assert (failed.code, failed.known.outcome) == ("CONNECTION_ERROR", "retry")
    assert failed.known.reason_code == "not_connected"
    assert (failed.http_status, failed.response) == (None, None)


@both
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
def test_what_is_lost_on_a_connection_may_be_a_memo_but_does_a_refresh_no_harm(
    fails: Fails, lost: str, script: Script, code: str, reason_code: str
) -> None:
    failed = fails(script, deadline_s=0.3 if code == "TIMEOUT" else 5)

    assert (failed.known.outcome, failed.code, failed.known.reason_code) == (lost, code, reason_code)
    assert (failed.http_status, failed.response) == (None, None)
    assert code != "TIMEOUT" or 295 <= failed.latency_ms < 700


# Nothing personal


@pytest.mark.parametrize(
    "text",
    [
        f"010-1234-5678 {ACCESS} {REST_KEY} {CLIENT_SECRET}",
        f"bad link {LINK}",
        f"invalid template_object: {json.dumps(MEMO, ensure_ascii=False)}",
        f"invalid template_object: {json.dumps(MEMO)}",
        "at %EA%B9%80%ED%95%98%EB%8A%98",
        "가" * 5000 + "\x00\ud800",
        "\\" * 5000,
    ],
)
def test_what_is_kept_of_a_refused_memo_is_short_and_holds_nothing_of_ours(text: str) -> None:
    body = {"msg": text, "code": -2, "api_type": text, "required_scopes": [text, ACCESS], "text": text}

    kept = send_fails(answers(body, "400 No")).response or ""

    assert json.loads(kept).keys() == {"msg", "code", "api_type", "required_scopes"}
    assert len(kept.encode()) <= 4096
    assert not any(word in kept for word in (*PERSONAL, "uae40", "%EA", "\x00", "\ud800"))


@pytest.mark.parametrize(
    "text",
    [f"010-1234-5678 {REFRESH} {REST_KEY} {CLIENT_SECRET}", "김하늘" * 5000 + "\x00\ud800", "\\" * 5000],
)
def test_what_is_kept_of_a_refused_refresh_is_short_and_holds_nothing_of_ours(text: str) -> None:
    body = {"error": text, "error_description": text, "error_code": "KOE322", "refresh_token": REFRESH}

    kept = refresh_fails(answers(body, "400 No")).response or ""

    assert json.loads(kept).keys() == {"error", "error_description", "error_code"}
    assert len(kept.encode()) <= 4096
    assert not any(word in kept for word in (*PERSONAL, "\x00", "\ud800"))


def test_what_is_kept_of_a_memo_that_was_sent_holds_nothing_of_ours() -> None:
    sent = send(answers({"result_code": 0, "msg": f"{ACCESS} 김하늘 010-1234-5678", "more": MEMO}))

    assert json.loads(sent.response) == {"result_code": 0, "msg": "*** *** ***"}
    assert not any(word in repr(sent) for word in PERSONAL)


@both
@pytest.mark.parametrize(
    "script", [says(response(f"01012345678 {ACCESS}".encode())), answers(refused(-2, ACCESS)), resets]
)
def test_an_error_shows_no_token_no_number_and_no_text(fails: Fails, lost: str, script: Script) -> None:
    failed = fails(script)

    shown = "".join(map(repr, (failed, failed.__cause__, failed.__context__))) + str(failed)
    assert not any(word in shown for word in PERSONAL)


@both
def test_nothing_of_ours_gets_into_a_log_not_even_with_headers_that_cannot_be_read(
    fails: Fails, lost: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    odd = b"HTTP/1.1 401 No\r\nX-Good: 1\r\nno colon in here\r\nContent-Length: 0\r\n\r\n"

    assert fails(says(odd)).known.outcome == "alert"

    assert not any(word in caplog.text for word in PERSONAL)


def test_the_client_shows_none_of_its_keys() -> None:
    assert not any(word in repr(kakao("http://127.0.0.1:1")) for word in PERSONAL)
