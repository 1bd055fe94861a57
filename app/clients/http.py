"""One HTTP request with one deadline, and a failure that says whether the other side may have taken it.

How the deadline is kept: every socket operation is given only the time that is left. `requests` and urllib3
know a limit for each single read, which a server that drips a byte now and then never exceeds; so connections
here are of a socket class that shortens its own limit before each read and write. No watchdog and no
abandoned request: when the call has ended, nothing goes on in the background. Only the name look-up, which
Python cannot interrupt, runs in a thread of its own; one that hangs is left behind and can only end.

Each request has a connection of its own, closed after it. A kept connection may have been closed by the
server while it was idle; a request sent into it is lost with an unknown outcome, which costs far more than a
handshake. No redirect is followed, no request is sent twice, no proxy or credential comes from the
environment.
"""

import http.client
import logging
import math
import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any, Final

import certifi
import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

MAX_BYTES: Final = 1 << 20
_PIECE: Final = 1 << 14
_FAILURES = (OSError, HTTPError, http.client.HTTPException, ValueError)
"""All that sockets, TLS, `http.client`, urllib3 and `requests` raise about a request or an answer."""


class Kind(StrEnum):
    """How a call failed, which is also how much is known about what the other side did."""

    NOT_SENT = "NOT_SENT"
    """No connection was made (refused, no such name, no TLS, too late): surely not taken."""
    TIMEOUT = "TIMEOUT"
    """Connected, but the answer was not complete in time: may have been taken."""
    RESET = "RESET"
    """Connected, but the connection was lost or what came is not HTTP: may have been taken."""
    TOO_LARGE = "TOO_LARGE"
    """The answer is over the limit and was not read to its end: may have been taken."""


class CallFailed(Exception):
    """No whole answer. `cause` names the exception class behind it; no URL, header or body is in here."""

    def __init__(self, kind: Kind, cause: str, latency_ms: int) -> None:
        super().__init__(f"{kind} ({cause}) after {latency_ms} ms")
        self.kind = kind
        self.cause = cause
        self.latency_ms = latency_ms


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer of any status; `headers` ignore case, `body` is decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    latency_ms: int


def new_session() -> requests.Session:
    """The settings for `call`: no proxy or credential out of the environment, no address in a log."""
    session = requests.Session()
    session.trust_env = False
    # urllib3 logs addresses, which hold keys here: of each request at DEBUG, of odd headers at WARNING.
    for name in ("urllib3.connectionpool", "urllib3.connection"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return session


def call(
    session: requests.Session,
    method: str,
    url: str,
    *,
    deadline_s: float,
    stop_at: float = math.inf,
    max_bytes: int = MAX_BYTES,
    **kwargs: Any,
) -> Reply:
    """Send one request and read its whole answer, all within `deadline_s` seconds and before `stop_at`.

    `stop_at` is a moment of `time.monotonic`: past it no socket is opened or written to, however long this
    process was stopped.

    `session` is only read (headers, auth, and in `verify` the path of another CA file), so threads may share
    it; `kwargs` are those of `requests.Request`: headers, params, json, data, auth. Raises `CallFailed`. It
    sends once; whether the request may be sent again is for the caller to know.
    """
    started = time.monotonic()
    attempt = _Attempt(started, min(deadline_s, stop_at - started))
    try:
        request = session.prepare_request(requests.Request(method, url, **kwargs))
        request.headers.update({"Connection": "close", "Accept-Encoding": "identity"})
        with closing(_OneCall(attempt)) as adapter:
            return _exchange(adapter, request, session.verify, attempt, max_bytes)
    except _TooLarge:
        kind, cause = Kind.TOO_LARGE, "TooLarge"
    except _FAILURES as error:
        kind, cause = attempt.kind(), _root_name(error)
    # Outside the handler: a chained exception would carry the URL, and with it the keys, into tracebacks.
    raise CallFailed(kind, cause, attempt.latency_ms())


class _TooLarge(Exception):
    pass


class _Attempt:
    """The clock of one call, and whether its connection was made."""

    def __init__(self, started: float, deadline_s: float) -> None:
        self.started = started
        self.deadline = started + deadline_s
        self.connected = False

    def kind(self) -> Kind:
        if not self.connected:
            return Kind.NOT_SENT
        return Kind.TIMEOUT if time.monotonic() >= self.deadline else Kind.RESET

    def latency_ms(self) -> int:
        return round((time.monotonic() - self.started) * 1000)


def _exchange(
    adapter: "_OneCall",
    request: requests.PreparedRequest,
    verify: Any,
    attempt: _Attempt,
    max_bytes: int,
) -> Reply:
    with adapter.send(request, stream=True, timeout=_left(attempt.deadline), verify=verify) as response:
        body = bytearray()
        for piece in response.iter_content(_PIECE):
            body += piece
            if len(body) > max_bytes:
                raise _TooLarge
        return Reply(response.status_code, response.headers, bytes(body), attempt.latency_ms())


def _root_name(error: BaseException) -> str:
    """The class name of what started it: ConnectionRefusedError, not the ConnectionError around it."""
    while error.__context__ is not None:
        error = error.__context__
    return type(error).__name__


def _left(deadline: float) -> float:
    """The seconds left; raises TimeoutError when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline has passed")
    return left


class _TimedSocket(socket.socket):
    """A socket whose every read and write ends at `deadline` (`time.monotonic`), whatever its timeout was."""

    deadline = math.inf

    def _arm(self) -> None:
        if self.deadline < math.inf:
            self.settimeout(_left(self.deadline))

    def recv_into(self, *args: Any) -> int:
        self._arm()
        return super().recv_into(*args)

    def send(self, *args: Any) -> int:
        self._arm()
        return super().send(*args)

    def sendall(self, *args: Any) -> None:
        self._arm()
        super().sendall(*args)


class _TimedTLSSocket(_TimedSocket, ssl.SSLSocket):
    """The same over TLS. The handshake itself is one operation with one limit, set by `_connect`."""


class _Connection(HTTPConnection):
    def __init__(self, *args: Any, attempt: _Attempt, **kwargs: Any) -> None:
        self._attempt = attempt
        super().__init__(*args, **kwargs)

    def _new_conn(self) -> socket.socket:
        return _connect(self._dns_host.strip("[]"), self.port, self._attempt.deadline)

    def connect(self) -> None:
        super().connect()
        assert isinstance(self.sock, _TimedSocket)  # noqa: S101 - without it there would be no deadline
        self.sock.deadline = self._attempt.deadline
        self._attempt.connected = True


class _TLSConnection(_Connection, HTTPSConnection):
    pass


class _OneCall(HTTPAdapter):
    """An adapter for one request: its connection belongs to `attempt` and is closed with it."""

    def __init__(self, attempt: _Attempt) -> None:
        self._attempt = attempt
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=Retry(False))

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": _tls(verify)} if host["scheme"] == "https" else {}

    def cert_verify(self, *args: Any) -> None:
        """Nothing to add: all of it is in the TLS context."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = partial(
            _TLSConnection if pool.scheme == "https" else _Connection, attempt=self._attempt
        )
        return pool


_Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]


@lru_cache(maxsize=4)
def _tls(verify: object) -> ssl.SSLContext:
    """A verifying TLS context; kept, since reading the CA bundle takes tens of milliseconds."""
    context = ssl.create_default_context(cafile=verify if isinstance(verify, str) else certifi.where())
    context.sslsocket_class = _TimedTLSSocket
    return context


def _connect(host: str, port: int, deadline: float) -> _TimedSocket:
    """Try the host's addresses in turn, each with an equal share of the time that is left; raises OSError."""
    addresses = _resolve(host, port, deadline)
    failure = OSError("the name has no address")
    for number, address in enumerate(addresses):
        try:
            return _dial(address, _left(deadline) / (len(addresses) - number), deadline)
        except OSError as error:
            failure = error
    raise failure


def _dial(address: _Address, limit_s: float, deadline: float) -> _TimedSocket:
    """Connect within `limit_s`; what comes next, a TLS handshake, may take until the deadline."""
    family, kind, protocol, _, where = address
    sock = _TimedSocket(family, kind, protocol)
    try:
        sock.settimeout(limit_s)
        sock.connect(where)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(_left(deadline))
    except OSError:
        sock.close()
        raise
    return sock


def _resolve(host: str, port: int, deadline: float) -> Sequence[_Address]:
    """`getaddrinfo` with a limit; raises OSError or, for a name that can be none, ValueError."""
    answers: queue.SimpleQueue[Sequence[_Address] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, ValueError) as error:
            answers.put(error)

    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=_left(deadline))
    except queue.Empty:
        raise TimeoutError("the name look-up took too long") from None
    if isinstance(answer, Exception):
        raise answer
    return answer
