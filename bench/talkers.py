"""Clients that talk: one request after the other, each the answer to what came before.

Imports little: every client starts by importing this.
"""

import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from bench.conversation import PATH, conversation
from bench.load import HOST, TIMEOUT_S, Times
from bench.report import CannotMeasure


@dataclass(frozen=True, slots=True)
class Chat:
    """What one client does: it goes through the workouts of these chats until the file `stop` is there.

    `fixed`: send the first words over and over instead, whatever is answered: a floor does not talk.
    """

    port: int
    headers: dict[str, str]
    who: list[str]
    stop: Path
    fixed: bool = False


def talk(chat: Chat) -> Times:
    """Start and end of every request; raises CannotMeasure when nobody is left to speak for."""
    connection = http.client.HTTPConnection(HOST, chat.port, timeout=TIMEOUT_S)
    times = []
    for taken in _said(chat, connection):
        times.append(taken)
        if chat.stop.exists():
            connection.close()
            return times
    raise CannotMeasure(f"{len(chat.who)} workouts were over after {len(times)} requests")


def _said(chat: Chat, connection: http.client.HTTPConnection) -> Iterator[tuple[float, float]]:
    for who in chat.who:
        course = conversation(who)
        _, body = next(course)
        while True:
            start = time.monotonic()
            content = _post(connection, chat, body)
            yield start, time.monotonic()
            if chat.fixed:
                continue
            try:
                _, body = course.send(json.loads(content))
            except StopIteration:
                break


def _post(connection: http.client.HTTPConnection, chat: Chat, body: bytes) -> bytes:
    connection.request("POST", PATH, body, chat.headers | {"X-Request-Id": uuid4().hex})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise CannotMeasure(f"{PATH} answered {answer.status}: {content[:500]!r}")
    return content
