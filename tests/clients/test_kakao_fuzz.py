"""Answers of any shape: each call gives its own type or raises KakaoError, and nothing else."""

import json
import socket

from hypothesis import given, settings
from hypothesis import strategies as st
from kakao_builders import ACCESS, MEMO, REFRESH, ROTATED, kakao
from raw_server import RawServer, read_request, response, serving

from app.clients.kakao import Kakao, KakaoError, Sent, Tokens

SCALAR = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([0, -401, -532, "KOE322", "KOE999", "NEW_ACCESS", 21599, "김하늘", ACCESS, REFRESH])
)
NAMES = st.sampled_from(["result_code", "code", "msg", "required_scopes", "api_type", "error", *ROTATED])
SHAPES = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
ANSWERS = (
    SHAPES
    | st.fixed_dictionaries({}, optional=dict.fromkeys(ROTATED, SCALAR | SHAPES))
    | st.fixed_dictionaries(
        {}, optional=dict.fromkeys(["result_code", "code", "msg", "required_scopes"], SCALAR | SHAPES)
    )
    | st.fixed_dictionaries(
        {}, optional=dict.fromkeys(["error", "error_description", "error_code"], SCALAR | SHAPES)
    )
    | st.fixed_dictionaries({"access_token": st.text(), "expires_in": st.integers()})
)
STATUSES = st.sampled_from(["200 OK", "204 No", "301 No", "400 No", "401 No", "403 No", "429 No", "503 No"])


def kept_is_sound(text: str | None) -> None:
    if text is not None:
        assert len(text.encode()) <= 4096
        assert text.isascii() and "\\u" not in text
        json.loads(text)


def send(client: Kakao, answer: object, status: str) -> None:
    try:
        sent = client.send_to_me(ACCESS, MEMO)
    except KakaoError as failed:
        assert failed.known.outcome != "ok"
        assert ACCESS not in f"{failed}{failed.response}"
        kept_is_sound(failed.response)
        return
    assert isinstance(sent, Sent)
    assert isinstance(answer, dict) and answer["result_code"] == 0 and status.startswith("2")
    kept_is_sound(sent.response)


def refresh(client: Kakao, status: str) -> None:
    try:
        tokens = client.refresh(REFRESH)
    except KakaoError as failed:
        assert failed.known.outcome not in ("ok", "unknown")
        assert REFRESH not in f"{failed}{failed.response}"
        kept_is_sound(failed.response)
        return
    assert isinstance(tokens, Tokens)
    assert status.startswith("2") and tokens.expires_in > 0
    for token in (tokens.access_token, tokens.refresh_token or "x"):
        assert token.isascii() and token.isprintable() and token and " " not in token


def test_no_answer_raises_anything_but_kakao_error() -> None:
    now: list[bytes] = [b""]

    def script(connection: socket.socket, server: RawServer) -> None:
        read_request(connection, server)
        connection.sendall(now[0])

    with serving(script) as server:
        client = kakao(server.url)

        @settings(max_examples=300, deadline=None)
        @given(ANSWERS, STATUSES)
        def check(answer: object, status: str) -> None:
            now[0] = response(json.dumps(answer).encode(), status)
            send(client, answer, status)
            refresh(client, status)

        check()
