"""A server that does to a connection just what a test tells it to: real sockets, a thread a connection."""

import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CERTIFICATE = str(Path(__file__).with_name("localhost.pem"))
"""A self-signed certificate of localhost and 127.0.0.1 with its key; of no use outside these tests."""


class RawServer:
    """`script(connection, server)` runs for each connection; `requests` are the requests it has read."""

    def __init__(self, script: "Script", tls: bool) -> None:
        self.script = script
        self.requests: list[bytes] = []
        self.connections = 0
        self.left = threading.Event()
        """Set when a client has closed a connection that a script was waiting on."""
        self.stop = threading.Event()
        self._tls = tls
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._start(self._accept)

    def _start(self, run: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=run, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self._tls:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(CERTIFICATE)
                connection = context.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            with connection:
                self.script(connection, self)

    def close(self) -> None:
        self.stop.set()
        for one in [self._listener, *self._open]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)


Script = Callable[[socket.socket, RawServer], None]


@contextmanager
def serving(script: Script, tls: bool = False) -> Iterator[RawServer]:
    server = RawServer(script, tls)
    try:
        yield server
    finally:
        server.close()


def read_request(connection: socket.socket, server: RawServer) -> bytes:
    """Head and body of one request."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    length = int((re.search(rb"(?i)content-length: (\d+)", data) or [b"", b"0"])[1])
    while len(data.partition(b"\r\n\r\n")[2]) < length:
        data += connection.recv(65536)
    server.requests.append(data)
    return data


def response(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def says(*answers: bytes) -> Script:
    """Each connection gets the next of these answers, the last one again and again, and is closed."""

    def script(connection: socket.socket, server: RawServer) -> None:
        turn = min(server.connections, len(answers)) - 1
        read_request(connection, server)
        connection.sendall(answers[turn])

    return script


def drips(answer: bytes, every_s: float) -> Script:
    """One byte at a time."""

    def script(connection: socket.socket, server: RawServer) -> None:
        read_request(connection, server)
        for byte in answer:
            connection.sendall(bytes([byte]))
            if server.stop.wait(every_s):
                return

    return script


def hangs(connection: socket.socket, server: RawServer) -> None:
    """Reads the request and never answers."""
    read_request(connection, server)
    wait_for_client_to_leave(connection, server)


def resets(connection: socket.socket, server: RawServer) -> None:
    """Reads the request and sends an RST."""
    read_request(connection, server)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def wait_for_client_to_leave(connection: socket.socket, server: RawServer) -> None:
    with suppress(ConnectionError):
        while connection.recv(65536):
            pass
    server.left.set()
