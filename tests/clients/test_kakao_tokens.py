"""A refresh: what goes out, and how the answer is read."""

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from kakao_builders import (
    CLIENT_SECRET,
    REFRESH,
    REST_KEY,
    ROTATED,
    TOKENS,
    answers,
    kakao,
    refresh,
    refresh_fails,
    refused_token,
)
from raw_server import serving

from app.clients.kakao import Tokens
from app.clients.kakao_codes import KAUTH_CODES


@pytest.mark.parametrize("secret", [CLIENT_SECRET, ""])
def test_a_refresh_is_the_documented_request(secret: str) -> None:
    with serving(answers(TOKENS)) as server:
        kakao(server.url + "/", KAKAO_CLIENT_SECRET=secret).refresh(REFRESH)

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /oauth/token HTTP/1.1\r\n")
    assert b"\r\nContent-Type: application/x-www-form-urlencoded;charset=utf-8\r\n" in head
    assert b"Authorization" not in head
    form = {"grant_type": "refresh_token", "client_id": REST_KEY, "refresh_token": REFRESH}
    assert dict(parse_qsl(body.decode())) == form | ({"client_secret": secret} if secret else {})


def test_without_a_new_refresh_token_the_old_one_stays() -> None:
    assert refresh(answers(TOKENS)) == Tokens("NEW_ACCESS", 21599, None, None)


def test_a_new_refresh_token_comes_with_the_answer() -> None:
    assert refresh(answers(ROTATED)) == Tokens("NEW_ACCESS", 21599, "NEW_REFRESH", 5184000)
    without = {name: value for name, value in ROTATED.items() if name != "refresh_token_expires_in"}
    assert refresh(answers(without)) == Tokens("NEW_ACCESS", 21599, "NEW_REFRESH", None)


def test_a_life_without_a_token_says_nothing() -> None:
    assert refresh(answers({**ROTATED, "refresh_token": None})) == Tokens("NEW_ACCESS", 21599, None, None)


def test_a_life_that_is_too_long_is_not_believed() -> None:
    found = refresh(answers({**ROTATED, "expires_in": 10**20, "refresh_token_expires_in": 10**20}))

    assert (found.expires_in, found.refresh_token_expires_in) == (30 * 86400, 366 * 86400)


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized"])
@pytest.mark.parametrize(
    ("error", "outcome", "reason_code"),
    [("invalid_grant", "recipient", "login_expired"), ("invalid_client", "alert", "bad_app_key")],
)
def test_without_kakaos_code_the_word_of_oauth_counts(
    status: str, error: str, outcome: str, reason_code: str
) -> None:
    failed = refresh_fails(answers({"error": error}, status))

    assert (failed.code, failed.known.outcome, failed.known.reason_code) == (error, outcome, reason_code)


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "401 Unauthorized", "503 No"])
@pytest.mark.parametrize("code", KAUTH_CODES)
def test_the_bodys_code_decides_whatever_the_status(code: str, status: str) -> None:
    failed = refresh_fails(answers({**TOKENS, **refused_token(code)}, status))

    assert (failed.code, failed.known) == (code, KAUTH_CODES[code])
    assert failed.http_status == int(status[:3])
    assert json.loads(failed.response or "") == refused_token(code)


def test_a_code_in_no_table_may_be_tried_again() -> None:
    failed = refresh_fails(answers(refused_token("KOE999"), "400 No"))

    assert (failed.code, failed.known.outcome, failed.known.reason_code) == (
        "KOE999",
        "retry",
        "unknown_code",
    )


@pytest.mark.parametrize(
    "change",
    [
        {"access_token": None},
        {"access_token": ""},
        {"access_token": 7},
        {"access_token": ["x"]},
        {"access_token": "a\x00b"},
        {"access_token": "a\r\nX-Header: b"},
        {"access_token": "a b"},
        {"access_token": "토큰"},
        {"access_token": "x" * 2049},
        {"expires_in": None},
        {"expires_in": 0},
        {"expires_in": -1},
        {"expires_in": True},
        {"expires_in": "21599"},
        {"expires_in": 21599.0},
        {"refresh_token": ""},
        {"refresh_token": 7},
        {"refresh_token": "a\nb"},
        {"refresh_token_expires_in": "5184000"},
        {"refresh_token_expires_in": 0},
        {"error": "invalid_grant"},
        {"error_code": 322},
        {"error_code": "322"},
    ],
)
def test_what_are_no_tokens_may_be_tried_again(change: dict[str, Any]) -> None:
    failed = refresh_fails(answers({**ROTATED, **change}))

    assert (failed.code, failed.known.outcome, failed.http_status) == ("BAD_RESPONSE", "retry", 200)
    assert "NEW_" not in (failed.response or "")


@pytest.mark.parametrize("status", ["302 Found", "400 No", "500 No"])
def test_tokens_under_a_status_that_says_no_are_none(status: str) -> None:
    failed = refresh_fails(answers(TOKENS, status))

    assert (failed.code, failed.known.outcome) == ("BAD_RESPONSE", "retry")


def test_tokens_are_not_shown() -> None:
    assert repr(refresh(answers(ROTATED))) == "Tokens(expires_in=21599, refresh_token_expires_in=5184000)"
