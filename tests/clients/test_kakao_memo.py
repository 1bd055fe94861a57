"""A memo: what goes out, and how the answer is read."""

import json
from urllib.parse import parse_qsl

import pytest
from kakao_builders import ACCESS, MEMO, answers, kakao, refused, send, send_fails
from raw_server import serving

from app.clients.kakao import KakaoError
from app.clients.kakao_codes import KAPI_CODES


def test_a_memo_is_the_documented_request() -> None:
    with serving(answers({"result_code": 0})) as server:
        kakao(server.url + "/").send_to_me(ACCESS, MEMO)

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v2/api/talk/memo/default/send HTTP/1.1\r\n")
    assert b"\r\nContent-Type: application/x-www-form-urlencoded;charset=utf-8\r\n" in head
    assert b"\r\nAuthorization: Bearer ACCESS_TOKEN_EXAMPLE" in head
    ((name, template),) = parse_qsl(body.decode())
    assert name == "template_object"
    assert json.loads(template) == MEMO
    assert "김하늘" in template


def test_a_memo_that_was_taken_is_sent() -> None:
    sent = send(answers({"result_code": 0}))

    assert (sent.code, sent.http_status) == ("0", 200)
    assert sent.latency_ms >= 0
    assert json.loads(sent.response) == {"result_code": 0}


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "401 Unauthorized", "503 No"])
@pytest.mark.parametrize("code", [code for code in KAPI_CODES if code])
def test_the_bodys_code_decides_whatever_the_status(code: int, status: str) -> None:
    failed = send_fails(answers(refused(code), status))

    assert (failed.code, failed.known) == (str(code), KAPI_CODES[code])
    assert failed.http_status == int(status[:3])
    assert json.loads(failed.response or "") == {"code": code, "msg": "no"}


def test_an_expired_token_is_to_be_refreshed() -> None:
    failed = send_fails(answers(refused(-401), "401 Unauthorized"))

    assert (failed.code, failed.known.outcome, failed.known.refresh) == ("-401", "retry", True)


def test_a_code_in_no_table_is_unknown() -> None:
    failed = send_fails(answers(refused(-77), "403 No"))

    assert (failed.code, failed.known.outcome, failed.known.reason_code) == ("-77", "unknown", "unknown_code")


def test_the_consent_that_is_missing_is_kept() -> None:
    body = refused(-402, required_scopes=["talk_message", 7], allowed_scopes=["profile"], api_type="MEMO")

    failed = send_fails(answers(body, "403 Forbidden"))

    assert json.loads(failed.response or "") == {
        "code": -402,
        "msg": "no",
        "api_type": "MEMO",
        "required_scopes": ["talk_message"],
    }


def test_a_result_code_that_is_not_0_is_read_as_a_code() -> None:
    failed = send_fails(answers({"result_code": -532}))

    assert (failed.code, failed.known.outcome) == ("-532", "quota")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"result_code": 0, "code": -401}, "200 OK"),
        ({"result_code": 0, "code": "x"}, "200 OK"),
        ({"result_code": 0}, "401 Unauthorized"),
        ({"result_code": 0}, "500 No"),
        ({"result_code": 0}, "302 Found"),
    ],
)
def test_taken_and_refused_in_one_answer_is_unknown(body: object, status: str) -> None:
    failed = send_fails(answers(body, status))

    assert (failed.code, failed.known.outcome) == ("BAD_RESPONSE", "unknown")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"result_code": "0"},
        {"result_code": False},
        {"result_code": 0.0},
        {"result_code": None},
        {"code": 0},
        {"code": "-401"},
        {"code": -401.0},
        {"code": 10**12},
        {"code": True},
        {"code": {"code": -401}},
        [{"result_code": 0}],
    ],
)
def test_only_a_whole_number_is_a_code(body: object) -> None:
    failed = send_fails(answers(body))

    assert (failed.code, failed.known.outcome) == ("BAD_RESPONSE", "unknown")


def test_nothing_is_sent_after_its_time() -> None:
    with serving(answers({"result_code": 0})) as server, pytest.raises(KakaoError) as late:
        kakao(server.url).send_to_me(ACCESS, MEMO, stop_at=0.0)

    assert (late.value.code, late.value.known.outcome) == ("CONNECTION_ERROR", "retry")
    assert server.requests == []
