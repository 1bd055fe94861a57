"""`app.clients.http.call` when there is an answer: what is sent, what is read, what is left behind."""

import gzip
import os
import socket
import threading

import psutil
import pytest
from http_builders import failure, post
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_server import RawServer, read_request, response, says, serving, wait_for_client_to_leave

from app.clients.http import CallFailed, Kind, Reply, call, new_session


@pytest.fixture
def refusing_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_an_answer_of_any_status_is_a_reply() -> None:
    with serving(says(response(b"no", "503 Service Unavailable", "Retry-After: 7"))) as server:
        reply = post(server.url)

    assert (reply.status, reply.body, reply.headers["retry-after"]) == (503, b"no", "7")
    assert 0 <= reply.latency_ms < 1000
    assert server.connections == 1


def test_the_request_asks_for_no_kept_connection_and_no_compression() -> None:
    with serving(says(response(b"ok"))) as server:
        post(server.url + "/path", params={"a": "ㄱ"}, headers={"X-Secret-Key": "s"})

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /path?a=%E3%84%B1 HTTP/1.1\r\n")
    assert b"\r\nConnection: close\r\n" in head
    assert b"\r\nAccept-Encoding: identity\r\n" in head
    assert b"\r\nX-Secret-Key: s\r\n" in head
    assert body == b'{"a": 1}'


def test_a_compressed_answer_is_read_all_the_same() -> None:
    answer = response(gzip.compress(b"hello"), "200 OK", "Content-Encoding: gzip")
    with serving(says(answer)) as server:
        assert post(server.url).body == b"hello"


def test_a_chunked_answer_and_one_that_ends_with_the_connection_are_read() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    closed = b"HTTP/1.1 200 OK\r\n\r\nok"
    with serving(says(chunked, closed)) as server:
        assert [post(server.url).body, post(server.url).body] == [b"ok", b"ok"]


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with serving(says(response(b"", "302 Found", "Location: /elsewhere"))) as server:
        assert post(server.url).status == 302
        assert server.connections == 1


def test_the_environment_gives_no_proxy_and_no_credential(
    monkeypatch: pytest.MonkeyPatch, refusing_port: int, tmp_path: os.PathLike[str]
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{refusing_port}")
    netrc = os.path.join(tmp_path, "netrc")
    with open(netrc, "w") as file:
        file.write("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", netrc)

    with serving(says(response(b"ok"))) as server:
        assert post(server.url).status == 200

    assert b"authorization" not in server.requests[0].lower()


def test_a_connection_is_never_used_twice() -> None:
    def keeps(connection: socket.socket, server: RawServer) -> None:
        read_request(connection, server)
        connection.sendall(response(b"ok", "200 OK", "Connection: keep-alive"))
        wait_for_client_to_leave(connection, server)

    session = new_session()
    with serving(keeps) as server:
        for expected in (1, 2):
            server.left.clear()
            assert call(session, "GET", server.url, deadline_s=5).body == b"ok"
            assert server.left.wait(2), "the client kept the connection open"
            assert server.connections == expected


def test_an_answer_over_tls_is_read() -> None:
    with serving(says(response(b"x" * 300_000)), tls=True) as server:
        assert len(post(server.url).body) == 300_000


def test_no_thread_and_no_socket_is_left_behind() -> None:
    process = psutil.Process()
    post_and_forget()
    files = process.num_fds()

    for _ in range(10):
        post_and_forget()

    for thread in threading.enumerate():
        if thread.name == "resolve":
            thread.join(2)
    assert [thread.name for thread in threading.enumerate() if thread.name == "resolve"] == []
    assert process.num_fds() == files


def post_and_forget() -> None:
    with serving(says(response(b"ok")), tls=True) as server:
        post(server.url)
    with serving(says(response(b"ok"), b"", b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 9000)) as server:
        post(server.url)
        failure(server.url)
        failure(server.url, max_bytes=10)


def test_whatever_a_server_sends_is_a_reply_or_a_failed_call() -> None:
    head = st.sampled_from(
        [b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"]
    )
    names = st.sampled_from(
        [
            b"Content-Length",
            b"Content-Encoding",
            b"Set-Cookie",
            b"Transfer-Encoding",
            b"Content-Type",
            b"Location",
        ]
    )
    values = st.sampled_from(
        [b"gzip", b"deflate, br", b"chunked", b"-1", b"text/plain; charset=zz"]
    ) | st.binary(max_size=20)
    fields = st.lists(st.tuples(names, values).map(lambda pair: b": ".join(pair) + b"\r\n"), max_size=4).map(
        b"".join
    )
    answers = [b""]

    def script(connection: socket.socket, server: RawServer) -> None:
        read_request(connection, server)
        connection.sendall(answers[0])

    with serving(script) as server:

        @settings(max_examples=300, deadline=None)
        @given(head, fields, st.binary(max_size=100))
        def check(start: bytes, headers: bytes, rest: bytes) -> None:
            answers[0] = start + headers + b"\r\n" + rest
            try:
                assert isinstance(post(server.url, deadline_s=2), Reply)
            except CallFailed as failed:
                assert failed.kind in (Kind.RESET, Kind.TIMEOUT)

        check()
