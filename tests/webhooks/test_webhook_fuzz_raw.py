"""What a client library would not send: bytes that are no HTTP, to a real server."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from fuzz_sizes import RAW
from hypothesis import given, settings
from hypothesis import strategies as st
from odd_requests import ROUTES, Route, bodies_of
from sqlalchemy import text
from sqlalchemy.orm import Session
from test_fuzz import FAST
from test_plans_concurrency import gunicorn

# By the application, or by the server when it is no HTTP at all.
REFUSED = {400, 401, 405, 411, 413, 414, 431}


@pytest.fixture
def address(app: Flask) -> Iterator[tuple[str, int]]:
    """Where a real server with one process listens."""
    with gunicorn(processes=1) as url:
        assert requests.get(f"{url}/healthz", timeout=60).status_code == 200
        parts = urlsplit(url)
        yield str(parts.hostname), int(parts.port or 0)


odd_values = st.binary(max_size=30) | st.sampled_from(
    [b"\xff\xfe", "갓생".encode(), b"\x00", b" ", b"\r", b"x" * 9000]
)
odd_names = st.binary(max_size=9) | st.sampled_from(
    [*(b"X-Skill-Token", b"X_Skill_Token", b"Authorization", b"AUTHORIZATION", b"X-Request-Id", b"Host")]
)
odd_lines = st.lists(st.builds(lambda name, value: name + b": " + value, odd_names, odd_values), max_size=3)


@st.composite
def proofs(draw: st.DrawFn, route: Route) -> list[bytes]:
    """The right header once, twice, with another before or after it, or not at all."""
    right = f"{route.header}: {route.secret}".encode("latin-1")
    other = route.header.encode() + b": " + draw(odd_values)
    folded = right.replace(b": ", b":\r\n ")
    return draw(st.sampled_from([[right], [right, right], [right, other], [other, right], [folded], []]))


@st.composite
def framings(draw: st.DrawFn, body: bytes) -> tuple[list[bytes], bytes]:
    """How long the body is said to be, and the bytes that come as it."""
    size = len(body)
    length = draw(st.sampled_from([size, size + 5, max(0, size - 5), -1, 10**20, "x", "", "1 1", "0x1"]))
    chunked = b"%x\r\n" % size + body + b"\r\n0\r\n\r\n" if size else b"0\r\n\r\n"
    of_length = [f"Content-Length: {length}".encode()]
    chunks = [b"Transfer-Encoding: chunked"]
    return draw(
        st.sampled_from(
            [
                *[(of_length, body)] * 4,
                (of_length * 2, body),
                (chunks, chunked),
                (chunks, body),
                ([*chunks, *of_length], chunked),
                ([], body),
            ]
        )
    )


@st.composite
def raw_requests(draw: st.DrawFn, route: Route) -> bytes:
    """A request whose every line may be odd; the server is to close the connection after it."""
    framing, body = draw(framings(draw(bodies_of(route))))
    query = draw(st.binary(max_size=20) | st.just(b"")).replace(b"\n", b"")
    line = b" ".join([route.method.encode(), route.path.encode() + b"?" + query, b"HTTP/1.1"])
    lines = [line, b"Host: x", b"Connection: close", *draw(proofs(route)), *framing, *draw(odd_lines)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def status_of(address: tuple[str, int], raw: bytes) -> int | None:
    """The status of the answer; None when the connection was closed without one."""
    with socket.create_connection(address, timeout=30) as connection:
        try:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65536)
        except ConnectionError:  # refused before we were done
            return None
    return int(answer.split(b" ", 2)[1]) if answer else None


def test_any_bytes_are_answered_or_refused(address: tuple[str, int], app: Flask, db_session: Session) -> None:
    seen: set[int | None] = set()

    @settings(FAST, max_examples=RAW[0])
    @given(data=st.data())
    def send(data: st.DataObject) -> None:
        for route in ROUTES:
            raw = data.draw(raw_requests(route))
            status = status_of(address, raw)
            seen.add(status)
            assert status in REFUSED | {200, None}, raw

    send()
    assert {200, 400, 401} <= seen
    forged = "signature_state <> 'valid' AND payload IS NOT NULL"
    assert db_session.scalar(text(f"SELECT count(*) FROM webhook_events WHERE {forged}")) == 0
