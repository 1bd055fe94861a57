"""The load: clients in processes of their own, each with one connection that is kept open.

Imports little: every client starts by importing this.
"""

import http.client
import multiprocessing
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, TypeVar
from uuid import uuid4

from bench.report import CannotMeasure, percentile

HOST = "127.0.0.1"
Times = list[tuple[float, float]]
T = TypeVar("T")
R = TypeVar("R")
TIMEOUT_S = 60.0
HEAD_START_S = 0.3


@dataclass(frozen=True, slots=True)
class Work:
    """What one client sends, one after the other, from `start_at` on (`time.monotonic`).

    `named_in`: the header in which every request has an id of its own.
    """

    port: int
    path: str
    headers: dict[str, str]
    bodies: list[bytes]
    expected: int
    start_at: float
    named_in: str = "X-Request-Id"


@dataclass(frozen=True, slots=True)
class Round:
    """What came of a round: requests/s over all clients, and the latency of each request in ms."""

    per_second: float
    latencies_ms: list[float]

    @classmethod
    def of(cls, clients: Iterable[Times]) -> "Round":
        """The round that clients made together."""
        times = [each for found in clients for each in found]
        took_s = max(end for _, end in times) - min(start for start, _ in times)
        return cls(len(times) / took_s, [(end - start) * 1000 for start, end in times])

    def ms(self, share: float) -> float:
        """A percentile of the latencies."""
        return percentile(self.latencies_ms, share)


def client(work: Work) -> Times:
    """Start and end of every request; raises CannotMeasure on an answer that was not expected."""
    connection = http.client.HTTPConnection(HOST, work.port, timeout=TIMEOUT_S)
    connection.connect()
    time.sleep(max(0.0, work.start_at - time.monotonic()))
    times = []
    for body in work.bodies:
        start = time.monotonic()
        connection.request("POST", work.path, body, work.headers | {work.named_in: uuid4().hex})
        answer = connection.getresponse()
        content = answer.read()
        times.append((start, time.monotonic()))
        if answer.status != work.expected:
            raise CannotMeasure(f"{work.path} answered {answer.status}: {content[:500]!r}")
    connection.close()
    return times


class Clients:
    """A number of client processes that are started once."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))
        list(self._pool.map(time.sleep, [0.5] * count))  # one each: all have started now

    def round(
        self,
        port: int,
        path: str,
        headers: dict[str, str],
        bodies: Sequence[bytes],
        expected: int,
        **more: Any,
    ) -> Round:
        """Share the requests out and send them all; every client keeps one of them in flight."""
        start_at = time.monotonic() + HEAD_START_S
        shares = [list(bodies[number :: self.count]) for number in range(self.count)]
        works = [Work(port, path, headers, share, expected, start_at, **more) for share in shares if share]
        return Round.of(self._pool.map(client, works))

    def start(self, task: Callable[[T], R], works: Sequence[T]) -> list[Future[R]]:
        """Let every client begin a task of its own."""
        return [self._pool.submit(task, work) for work in works]

    def ceiling(self, answer_bytes: int, bodies: Sequence[bytes]) -> Round:
        """What the clients reach against a server that does nothing: they can do no more than that."""
        with _doing_nothing(answer_bytes) as port:
            return self.round(port, "/", {"Content-Type": "application/json"}, bodies, 200)

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown()


@contextmanager
def _doing_nothing(answer_bytes: int) -> Iterator[int]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve_nothing, args=(theirs, answer_bytes), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve_nothing(pipe: Connection, answer_bytes: int) -> None:
    """Answer every request, whatever it is, with the same bytes."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {answer_bytes}\r\n\r\n"
    answer = head.encode() + b" " * answer_bytes
    with socket.create_server((HOST, 0)) as server:
        pipe.send(server.getsockname()[1])
        while True:
            taken, _ = server.accept()
            threading.Thread(target=_answer_all, args=(taken, answer), daemon=True).start()


def _answer_all(taken: socket.socket, answer: bytes) -> None:
    """A request has ended when its body has: `}` is its last byte, and nothing is sent before the answer."""
    with taken:
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while got := taken.recv(65536):
            if got.endswith(b"}"):
                taken.sendall(answer)
