"""Clients that pause after each answer, and go on until they are told to stop.

Imports little: every client starts by importing this.
"""

import http.client
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from uuid import uuid4

from bench.load import HOST, TIMEOUT_S
from bench.report import CannotMeasure

Visits = list[tuple[float, float, str]]


@dataclass(frozen=True, slots=True)
class Visitor:
    """What one client does until the file `stop` is there.

    `named_in`: the header in which every request has an id of its own. `bodies` are sent over and over,
    or once each if an answer is `told` apart: by that field of its JSON; no pause if it says `hurries`.
    `fresh`: every request opens a connection, and so comes to either process; a kept one stays where it is.
    """

    port: int
    method: str
    path: str
    headers: dict[str, str]
    bodies: list[bytes]
    expected: int
    pause_s: float
    stop: Path
    named_in: str = "X-Request-Id"
    told: str | None = None
    hurries: str | None = None
    fresh: bool = False


def visit(visitor: Visitor) -> Visits:
    """Start, end and kind of every request; raises CannotMeasure when there is nothing left to ask for."""
    connection = http.client.HTTPConnection(HOST, visitor.port, timeout=TIMEOUT_S)
    bodies: Iterable[bytes] = visitor.bodies if visitor.told else cycle(visitor.bodies)
    visits = []
    for body in bodies:
        start = time.monotonic()
        content = _ask(connection, visitor, body)
        end = time.monotonic()
        kind = str(json.loads(content)[visitor.told]) if visitor.told else ""
        visits.append((start, end, kind))
        if visitor.stop.exists():
            connection.close()
            return visits
        if visitor.fresh:
            connection.close()  # the next request opens it again
        time.sleep(0 if kind == visitor.hurries else visitor.pause_s)
    raise CannotMeasure(f"{visitor.path}: all of {len(visits)} were asked for before the end")


def _ask(connection: http.client.HTTPConnection, visitor: Visitor, body: bytes) -> bytes:
    headers = visitor.headers | {visitor.named_in: uuid4().hex}
    connection.request(visitor.method, visitor.path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != visitor.expected:
        raise CannotMeasure(f"{visitor.path} answered {answer.status}: {content[:500]!r}")
    return content
