"""`app.clients.http.call` when the answer is lost: may have been taken, told in time, never sent again."""

import gzip
import socket

import pytest
from http_builders import SHORT_S, failure, late, post
from raw_server import RawServer, Script, drips, hangs, read_request, resets, response, says, serving

from app.clients.http import CallFailed, Kind, call, new_session


def test_a_server_that_never_answers_is_a_timeout() -> None:
    with serving(hangs) as server:
        assert late(server.url).kind == Kind.TIMEOUT
        assert server.left.wait(2), "the connection was left open"
        assert server.connections == 1


def test_a_server_that_never_reads_is_a_timeout() -> None:
    def deaf(connection: socket.socket, server: RawServer) -> None:
        server.stop.wait(10)

    with serving(deaf) as server:
        assert late(server.url, json=None, data=b"x" * (32 << 20)).kind == Kind.TIMEOUT


@pytest.mark.parametrize(
    "answer",
    [
        response(b"x" * 1000),
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(90)) + b"\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 100,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 200,
    ],
    ids=["body", "headers", "100-continue", "chunks"],
)
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_server_that_drips_is_a_timeout(answer: bytes, tls: bool) -> None:
    with serving(drips(answer, every_s=0.01), tls=tls) as server:
        failed = late(server.url)

    assert failed.kind == Kind.TIMEOUT


def test_a_reset_is_a_reset_and_is_not_tried_again() -> None:
    with serving(resets) as server:
        assert failure(server.url).kind == Kind.RESET
        assert server.connections == 1


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_connection_closed_without_an_answer_is_a_reset_and_is_not_tried_again(method: str) -> None:
    with serving(says(b"")) as server:
        with pytest.raises(CallFailed) as caught:
            call(new_session(), method, server.url, deadline_s=5)
        assert (caught.value.kind, server.connections) == (Kind.RESET, 1)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
    ],
    ids=["length", "chunk", "bad chunk", "lengths", "gzip", "long line", "many headers", "not HTTP"],
)
def test_a_broken_answer_is_a_reset(answer: bytes) -> None:
    with serving(says(answer)) as server:
        assert failure(server.url).kind == Kind.RESET
        assert server.connections == 1


def test_an_answer_over_the_limit_is_not_read_on() -> None:
    def floods(connection: socket.socket, server: RawServer) -> None:
        read_request(connection, server)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not server.stop.is_set():
            connection.sendall(b"x" * 65536)

    with serving(floods) as server:
        failed = failure(server.url, max_bytes=100_000)

    assert failed.kind == Kind.TOO_LARGE
    assert failed.latency_ms < 3000


def test_an_answer_of_just_the_limit_is_read() -> None:
    with serving(says(response(b"x" * (1 << 20)), response(b"x" * ((1 << 20) + 1)))) as server:
        assert len(post(server.url).body) == 1 << 20
        assert failure(server.url).kind == Kind.TOO_LARGE


def test_a_small_answer_that_unpacks_to_a_huge_one_is_too_large() -> None:
    bomb = gzip.compress(b"x" * (64 << 20))
    with serving(says(response(bomb, "200 OK", "Content-Encoding: gzip"))) as server:
        assert failure(server.url).kind == Kind.TOO_LARGE


@pytest.mark.parametrize(
    ("script", "kind"), [(hangs, Kind.TIMEOUT), (resets, Kind.RESET), (says(b""), Kind.RESET)]
)
def test_what_fails_after_the_handshake_may_have_been_taken(script: Script, kind: Kind) -> None:
    with serving(script, tls=True) as server:
        assert failure(server.url, SHORT_S if kind is Kind.TIMEOUT else 5).kind == kind
        assert server.connections == 1
