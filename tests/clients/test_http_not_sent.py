"""`app.clients.http.call` when no connection was made: surely not taken, and told so in time."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest
from http_builders import failure, late, post
from raw_server import (
    RawServer,
    response,
    says,
    serving,
    wait_for_client_to_leave,
)

from app.clients.http import CallFailed, Kind, call, new_session


@pytest.fixture
def refusing_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose queue of connections is full, so that one more gets no answer at all."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_a_refused_connection_was_not_sent(refusing_port: int) -> None:
    failed = failure(f"http://127.0.0.1:{refusing_port}/")

    assert (failed.kind, failed.cause) == (Kind.NOT_SENT, "ConnectionRefusedError")


def test_a_connection_that_nobody_answers_was_not_sent(full_port: int) -> None:
    failed = late(f"http://127.0.0.1:{full_port}/")

    assert failed.kind == Kind.NOT_SENT


def test_a_name_that_does_not_exist_was_not_sent() -> None:
    assert failure("http://nothing.invalid/").kind == Kind.NOT_SENT


def test_a_name_look_up_that_hangs_was_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def hanging(*args: object, **kwargs: object) -> list[object]:
        release.wait(10)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    failed = late("http://localhost/")
    release.set()

    assert failed.kind == Kind.NOT_SENT


def test_a_dead_address_leaves_time_for_the_next_one(monkeypatch: pytest.MonkeyPatch, full_port: int) -> None:
    with serving(says(response(b"ok"))) as server:
        alive = int(server.url.rsplit(":", 1)[1])
        addresses = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in (full_port, alive)
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: addresses)

        assert post("http://two.example/", deadline_s=0.6).body == b"ok"


def test_an_address_of_a_family_that_this_machine_lacks_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(says(response(b"ok"))) as server:
        where = ("127.0.0.1", int(server.url.rsplit(":", 1)[1]))
        addresses = [(family, socket.SOCK_STREAM, 6, "", where) for family in (99, socket.AF_INET)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: addresses)

        assert post("http://two.example/").body == b"ok"


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "ftp://127.0.0.1/", "http://", "http://127.0.0.1:99999/", f"http://{'a' * 70}.kr/"],
)
def test_an_address_that_is_none_was_not_sent(url: str) -> None:
    assert failure(url).kind == Kind.NOT_SENT


def test_a_header_that_is_none_was_not_sent_and_is_not_quoted() -> None:
    failed = failure("http://127.0.0.1:1/", headers={"X-Secret-Key": "my\nsecret"})

    assert failed.kind == Kind.NOT_SENT
    assert "secret" not in str(failed)


def test_a_certificate_that_nobody_vouches_for_is_not_sent_to() -> None:
    with serving(says(response(b"ok")), tls=True) as server:
        session = new_session()
        for verify in (True, False):
            session.verify = verify
            with pytest.raises(CallFailed) as caught:
                call(session, "POST", server.url, deadline_s=5, json={})
            assert caught.value.kind == Kind.NOT_SENT
            assert caught.value.cause == "SSLCertVerificationError"
        assert server.requests == []


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""], ids=["plain", "closed"])
def test_a_handshake_that_fails_was_not_sent(answer: bytes) -> None:
    def no_tls(connection: socket.socket, server: RawServer) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    with serving(no_tls) as server:
        assert failure(server.url.replace("http:", "https:")).kind == Kind.NOT_SENT


def test_a_handshake_that_hangs_was_not_sent() -> None:
    with serving(wait_for_client_to_leave) as server:
        failed = late(server.url.replace("http:", "https:"))
        assert server.left.wait(2), "the connection was left open"

    assert failed.kind == Kind.NOT_SENT


def test_a_handshake_that_drips_was_not_sent() -> None:
    def drips_handshake(connection: socket.socket, server: RawServer) -> None:
        connection.recv(65536)
        for byte in b"\x16\x03\x03\x10\x00" + b"\x02" * 4096:
            connection.sendall(bytes([byte]))
            server.stop.wait(0.01)

    with serving(drips_handshake) as server:
        assert late(server.url.replace("http:", "https:")).kind == Kind.NOT_SENT
