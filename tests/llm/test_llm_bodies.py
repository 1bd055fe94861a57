"""An answer of ten megabytes: the rules' plan, after a megabyte of it and not after the deadline."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from time import monotonic
from typing import Any

import pytest
from factories import ask_plan
from openapi_client import SpecClient
from raw_server import RawServer, Script, read_request, serving, wait_for_client_to_leave
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ExercisePlan

BODY = 10 << 20
PIECE = 1 << 16
JUST_TOO_MUCH = (1 << 20) + PIECE


def announced(body: int) -> Iterator[bytes]:
    """The head of an answer of ten megabytes with its length, and so many bytes of it."""
    yield f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {BODY}\r\n\r\n".encode()
    for _ in range(body // PIECE):
        yield b"x" * PIECE


def chunked(body: int) -> Iterator[bytes]:
    """The same without a length, in chunks; the last chunk comes only after ten megabytes."""
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    for _ in range(body // PIECE):
        yield b"%x\r\n" % PIECE + b"x" * PIECE + b"\r\n"
    if body == BODY:
        yield b"0\r\n\r\n"


def sends(parts: Iterator[bytes]) -> Script:
    """Sends these to the first who asks, then nothing until they leave."""

    def script(connection: socket.socket, server: RawServer) -> None:
        read_request(connection, server)
        for part in parts:
            connection.sendall(part)
        wait_for_client_to_leave(connection, server)

    return script


@pytest.mark.parametrize("body", [JUST_TOO_MUCH, BODY], ids=["a-tenth-is-sent", "all-is-sent"])
@pytest.mark.parametrize("answer", [announced, chunked])
def test_ten_megabytes_are_an_error_after_one(
    client: SpecClient,
    llm_at: Callable[[str], AbstractContextManager[None]],
    beginner: dict[str, Any],
    db_session: Session,
    answer: Callable[[int], Iterator[bytes]],
    body: int,
) -> None:
    with serving(sends(answer(body))) as server, llm_at(server.url):
        started = monotonic()
        response = ask_plan(client, beginner["id"], source="llm")
        took_s, deadline_s = monotonic() - started, client.application.config["LLM_TIMEOUT_S"]

    plan = response.json
    assert (response.status_code, plan["source"], plan["fallback_reason"]) == (201, "rule", "llm_error")
    assert plan["sessions"]
    assert took_s < deadline_s  # who waits for the nine megabytes that are not sent waits until then
    advice = db_session.scalars(select(ExercisePlan.advice).where(ExercisePlan.id == plan["id"])).one()
    assert [each["error"] for each in (advice or {})["tries"]] == ["TOO_LARGE"]
    assert len(server.requests) == 1
