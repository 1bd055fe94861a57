"""gunicorn's worker with threads, for clients that are slow, and for what is no HTTP.

gunicorn's own reads a request without a limit of time once its first byte is there: as many half requests as
there are threads stop a process. And what it refuses by itself it answers in HTML, with the request in it.

It leans on insides of the gunicorn that is pinned: when the pin changes, `tests/test_web.py` says what must
still hold.
"""

import errno
import logging
import socket
from time import monotonic
from typing import Any, Self
from uuid import uuid4

from flask import json
from gunicorn.http import errors as refusals
from gunicorn.workers import gthread

from app.errors import DomainError, Internal, InvalidInput

HEAD_S = 5.0  # the lines before the body; a client sends them in one piece
BODY_S = 15.0
SEND_S = 60.0  # a whole answer
PIECE = 256 * 1024  # of a file
FIRST_BYTE_S = 0.1  # then a new connection waits without a thread
LINGER_S = 1.0  # for a client to take its answer and close
LINGER_BYTES = 64 * 1024
STATUSES = {
    refusals.LimitRequestLine: (414, "URI Too Long"),
    refusals.LimitRequestHeaders: (431, "Request Header Fields Too Large"),
}
OURS = (refusals.InvalidResponseHeader, refusals.InvalidResponseHeaderName)

log = logging.getLogger(__name__)


class Connection(socket.socket):
    """A socket whose requests come, and whose answers go, by a deadline, however many pieces they have.

    What is too late is a ConnectionResetError, which gunicorn takes for a client that has gone.
    """

    head_s, body_s, send_s, linger_s = HEAD_S, BODY_S, SEND_S, LINGER_S

    @classmethod
    def of(cls, plain: socket.socket) -> Self:
        """The same connection; the plain one is of no use any more."""
        timeout = plain.gettimeout()
        connection = cls(fileno=plain.detach())
        connection.settimeout(timeout)
        return connection

    def begin(self) -> None:
        """A request begins."""
        self._read_by, self._send_by = monotonic() + self.head_s, 0.0

    def go_on(self) -> None:
        """Its body begins."""
        self._read_by = monotonic() + self.body_s

    def recv(self, size: int, flags: int = 0) -> bytes:
        """As a socket does, by the deadline of the request."""
        given = self._limit(self._read_by)
        try:
            return super().recv(size, flags)
        except TimeoutError as error:
            raise _gone(self._read_by, error) from error
        finally:
            self.settimeout(given)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """As a socket does, by the deadline of the answer, which begins with its first bytes."""
        self._send_by = self._send_by or monotonic() + self.send_s
        given = self._limit(self._send_by)
        try:
            super().sendall(data, flags)
        except TimeoutError as error:
            raise _gone(self._send_by, error) from error
        finally:
            self.settimeout(given)

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """As a socket does, by the deadline of the answer; the system's own way waits for each piece anew."""
        if offset:
            file.seek(offset)
        sent, left = 0, count
        while piece := file.read(PIECE if left is None else min(PIECE, left)):
            self.sendall(piece)
            sent += len(piece)
            left = None if left is None else left - len(piece)
        return sent

    def end(self) -> None:
        """No more requests. Wait for the client to close, or bytes on their way would cost it the answer."""
        self._read_by, left = monotonic() + self.linger_s, LINGER_BYTES
        try:
            self.shutdown(socket.SHUT_WR)
            while left > 0 and (taken := self.recv(left)):
                left -= len(taken)
        except OSError:
            log.debug("the client has not closed")
        self._read_by = 0.0

    def _limit(self, deadline: float) -> float | None:
        """Set the time that is left; returns what was set. Who wants not to wait at all still doesn't."""
        given, left = self.gettimeout(), deadline - monotonic()
        if left <= 0:
            raise _gone(deadline, TimeoutError("timed out"))
        self.settimeout(left if given is None else min(given, left))
        return given


def _gone(deadline: float, error: TimeoutError) -> OSError:
    late = monotonic() >= deadline - 0.001
    return ConnectionResetError(errno.ECONNRESET, "The client is too slow.") if late else error


class Body:
    """What reads a body: pieces that are no HTTP are a client that broke off, which the application knows.

    gunicorn raises an error of its own, in the midst of the application, which would take it for a fault of
    ours.
    """

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def read(self, size: int) -> bytes:
        """As the reader does; raises ConnectionResetError instead of what nobody else knows."""
        try:
            found: bytes = self._reader.read(size)
        except refusals.ParseException as error:
            raise ConnectionResetError(errno.ECONNRESET, "The body is no HTTP.") from error
        return found


class Worker(gthread.ThreadWorker):
    """Threads, with deadlines for what comes and goes."""

    connection_class = Connection

    def handle(self, conn: Any) -> Any:
        """One request, in a thread; a connection on which none has begun gives its thread back."""
        if not conn.initialized and not conn.data_ready:
            if not isinstance(conn.sock, Connection):
                conn.sock = self.connection_class.of(conn.sock)
            if not conn.wait_for_data(FIRST_BYTE_S):
                return gthread._DEFER
        conn.sock.begin()
        is_kept = super().handle(conn)  # type: ignore[no-untyped-call]
        if not is_kept:
            conn.sock.end()  # here: gunicorn waits in the thread that accepts, where everybody would wait
        return is_kept

    def _cap_keepalive(self, deadline: float) -> None:
        """The worker stops: neither wait long for those who have not asked yet."""
        super()._cap_keepalive(deadline)  # type: ignore[no-untyped-call]
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """The head is there."""
        conn.sock.go_on()
        req.body.reader = Body(req.body.reader)
        return super().handle_request(req, conn)  # type: ignore[no-untyped-call]

    def handle_error(self, _req: Any, client: Any, _addr: Any, exc: BaseException) -> None:
        """Answer what did not reach the application, or broke outside it; without a word of the request."""
        refused = isinstance(exc, refusals.ParseException) and not isinstance(exc, OURS)
        if refused:
            status, reason = STATUSES.get(type(exc), (400, "Bad Request"))
            problem: DomainError = InvalidInput("This is no HTTP request that we understand.")
        else:
            status, reason = 500, "Internal Server Error"
            problem = Internal("Something went wrong on our side.")
        request_id = str(uuid4())
        told = {"request_id": request_id, "status": status, "error": type(exc).__name__}
        log.log(
            logging.WARNING if refused else logging.ERROR,
            "no HTTP request" if refused else "unhandled exception",
            extra=told,
            exc_info=None if refused else exc,
        )
        self._answer(
            client, f"{status} {reason}", json.dumps(problem.members(request_id, status)), request_id
        )

    def _answer(self, client: socket.socket, status: str, body: str, request_id: str) -> None:
        content = body.encode()
        headers = {
            "Connection": "close",
            "Content-Type": "application/problem+json",
            "Content-Length": str(len(content)),
            "X-Request-Id": request_id,
            **getattr(self.wsgi, "extensions", {}).get("answer_headers", {}),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        try:
            client.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + content)
        except OSError:
            log.debug("nobody waits for the answer")
