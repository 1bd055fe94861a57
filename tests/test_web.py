"""The web server itself: clients that are slow, and bytes that are no HTTP, to real processes."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import pytest
import requests
from real_processes import GUNICORN, free_address, running, until, web
from settings import environment

from app.hooks import HEADERS
from app.web import Connection

AWAY = environment("postgresql://nobody@127.0.0.1:9/none", "redis://127.0.0.1:9")
THREADS = 2
# The server's worker with other deadlines, so that no test waits for those of production.
HASTY = AWAY | {"WEB_THREADS": str(THREADS)}
HEAD = b"POST /plans/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


class ShortOfTime(Connection):
    send_s = 0.2


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a gunicorn of two threads whose deadlines are short, and its log."""
    log = tmp_path_factory.mktemp("web") / "log"
    with web(HASTY, log, options="--worker-class hasty_worker.Worker --pythonpath tests") as url:
        yield url, log


def connect(url: str, *pieces: bytes) -> socket.socket:
    parts = urlsplit(url)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # what is not read stays at the server
    connection.settimeout(20)
    connection.connect((str(parts.hostname), int(parts.port or 0)))
    for piece in pieces:
        connection.sendall(piece)
    return connection


def answer(connection: socket.socket) -> bytes:
    """Everything until the connection is closed, however it is."""
    received = b""
    with connection:
        try:
            while more := connection.recv(65536):
                received += more
        except ConnectionResetError:
            pass
    return received


def healthy_after(url: str) -> float:
    """How long the server took to say that it is well."""
    began = monotonic()
    assert requests.get(f"{url}/healthz", timeout=20).status_code == 200
    return monotonic() - began


def is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=20).ok
    except requests.ConnectionError:
        return False


def drip(connection: socket.socket) -> bool:
    """Whether one more byte of a header was taken."""
    try:
        connection.sendall(b"x")
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    "begun",
    [
        b"G",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        HEAD + b"Content-Length: 100\r\n\r\n{",
        CHUNKED + b"5\r\n{",
    ],
)
def test_slow_requests_give_their_threads_back(server: tuple[str, Path], begun: bytes) -> None:
    url, _ = server
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(url, begun)) for _ in range(THREADS)]

        answered = requests.get(f"{url}/healthz", timeout=20)

        assert answered.status_code == 200
        assert [each for each in slow if b" 200 " in answer(each)] == []


def test_a_request_that_drips_in_ends_by_its_deadline(server: tuple[str, Path]) -> None:
    url, _ = server
    dripping = connect(url, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    began = monotonic()

    until(lambda: not drip(dripping), timeout_s=20)

    assert monotonic() - began < 15
    dripping.close()


def test_connections_without_a_request_hold_no_thread(server: tuple[str, Path]) -> None:
    url, _ = server
    with ExitStack() as stack:
        idle = [stack.enter_context(connect(url)) for _ in range(5 * THREADS)]

        began = monotonic()
        assert requests.get(f"{url}/healthz", timeout=20).status_code == 200
        took = monotonic() - began

        assert took < 3
        idle[0].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b" 200 " in answer(idle[0])


def test_who_goes_on_sending_gets_the_answer(server: tuple[str, Path]) -> None:
    url, _ = server
    refused = connect(url, b"no HTTP\r\n\r\n")
    refused.recv(1)

    refused.sendall(b"and more" * 100)

    assert b'"code": "validation"' in answer(refused)


def test_who_does_not_read_the_answer_gives_the_thread_back(server: tuple[str, Path]) -> None:
    url, _ = server
    ask = b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(THREADS):
            stack.enter_context(connect(url, ask * 8))

        until(lambda: healthy_after(url) > 0.3)  # both threads were held, and it was answered all the same
        assert healthy_after(url) < 20


def test_an_answer_has_one_deadline_however_many_pieces_are_read() -> None:
    ours, theirs = socket.socketpair()
    began = monotonic()
    with ShortOfTime.of(ours) as connection, theirs:
        connection.begin()

        with pytest.raises(ConnectionResetError):
            while monotonic() - began < 5:
                connection.sendall(b"a piece")
                theirs.recv(100)


def test_a_request_in_two_pieces_is_answered(server: tuple[str, Path]) -> None:
    url, _ = server
    connection = connect(url, b"GET /healthz HTTP/1.1\r\n", b"Host: x\r\nConnection: close\r\n\r\n")

    assert b" 200 " in answer(connection)


def test_a_connection_is_good_for_more_than_one_request(server: tuple[str, Path]) -> None:
    url, _ = server
    with requests.Session() as session:
        for _ in range(3):
            assert session.get(f"{url}/healthz", timeout=20).status_code == 200


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"my-secret is no HTTP\r\n\r\n", 400),
        (b"GET /t/my-secret HTTP/9.9\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nmy-secret\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nmy secret: my-secret\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: my-secret\r\n\r\n", 400),
        (b"GET /" + b"my-secret" * 1000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nX: " + b"my-secret" * 2000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"X: my-secret\r\n" * 100 + b"\r\n", 431),
        (CHUNKED + b"my-secret\r\n", 400),
        (CHUNKED + b"2\r\n{}my-secret", 400),
        (CHUNKED + b"2\r\n{}\r\n0\r\nmy secret: my-secret\r\n\r\n", 400),
    ],
)
def test_what_is_no_http_is_a_problem_without_a_word_of_it(
    server: tuple[str, Path], raw: bytes, status: int
) -> None:
    url, log = server

    head, _, body = answer(connect(url, raw)).partition(b"\r\n\r\n")

    problem = json.loads(body)
    assert (problem["status"], problem["code"]) == (status, "validation")
    assert re.match(rb"HTTP/1.1 %d " % status, head)
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert headers.items() >= HEADERS.items()
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["X-Request-Id"] == problem["request_id"]
    assert b"my-secret" not in body and "my-secret" not in log.read_text()
    assert problem["request_id"] in log.read_text()


def test_what_is_no_http_behind_a_body_that_is_too_large_is_no_fault_of_ours(
    server: tuple[str, Path],
) -> None:
    url, log = server
    before = len(log.read_text())
    piece = b"8000\r\n" + b" " * 0x8000 + b"\r\n"

    said = answer(connect(url, CHUNKED + piece * 9 + b"no HTTP\r\n"))

    assert said.startswith(b"HTTP/1.1 413 ") and said.count(b"HTTP/1.1") == 1
    assert healthy_after(url) < 20
    assert '"level": "error"' not in log.read_text()[before:]


def test_production_has_these_deadlines(tmp_path: Path) -> None:
    with web(AWAY, tmp_path / "log") as url:
        refused = answer(connect(url, b"no HTTP\r\n\r\n"))

    assert b"application/problem+json" in refused
    assert "Using worker: app.web.Worker" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("ask", [b"no HTTP\r\n\r\n", b"GET /healthz HTTP/1.0\r\n\r\n"])
def test_who_does_not_close_stops_nobody(tmp_path: Path, ask: bytes) -> None:
    with web(AWAY, tmp_path / "log") as url, ExitStack() as stack:
        began = monotonic()
        still_open = [stack.enter_context(connect(url, ask)) for _ in range(6)]

        assert [each.recv(5) for each in still_open] == [b"HTTP/"] * 6
        healthy_after(url)

        assert monotonic() - began < 6  # gunicorn itself would wait 2 s for each, one after the other


def test_a_connection_without_a_request_does_not_hold_up_the_end(tmp_path: Path) -> None:
    url = free_address()
    env = AWAY | {"WEB_THREADS": "1", "WEB_CONCURRENCY": "1"}
    env |= {"GUNICORN_CMD_ARGS": f"--bind {url.removeprefix('http://')}"}
    with running(GUNICORN, env, tmp_path / "log") as master, ExitStack() as stack:
        until(lambda: is_up(url))
        stack.enter_context(connect(url))
        healthy_after(url)  # by the one thread, so it has left the other connection waiting

        began = monotonic()
        master.terminate()
        master.wait(40)

        assert monotonic() - began < 15
