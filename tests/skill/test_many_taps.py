"""One tap a hundred times over four real processes, and processes that are killed on the way."""

import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest
import requests
from background import WAITING
from factories import get_plan, make_lifter, make_plan
from openapi_client import SpecClient
from real_processes import GUNICORN, measured, running, until
from skill_builders import SIGNED, URL, Chat, joined, turn
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from app.models import WebhookEvent

PROCESSES, TIMES = 4, 100


@contextmanager
def served(env: dict[str, str], log: Path) -> Iterator[tuple[str, psutil.Process]]:
    """A gunicorn with four processes: its address once it answers, and its master."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    four = env | {"WEB_CONCURRENCY": str(PROCESSES), "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port}"}
    with running(GUNICORN, four, log) as master:
        until(lambda: len(master.children()) == PROCESSES and is_answering(f"http://127.0.0.1:{port}"), 60)
        yield f"http://127.0.0.1:{port}", master


def is_answering(address: str) -> bool:
    try:
        return requests.get(f"{address}/healthz", timeout=60).ok
    except requests.ConnectionError:
        return False


def send(address: str, body: dict[str, Any], request_id: str | None = None) -> bytes | None:
    """A turn over the network: the answer's body; None when no answer came. A refusal fails the test."""
    headers = SIGNED | {"X-Request-Id": request_id or str(uuid4()), "Connection": "close"}
    try:
        answer = requests.post(address + URL, json=body, headers=headers, timeout=60)
    except requests.ConnectionError:
        return None
    assert answer.status_code == 200, answer.text
    return answer.content


def done(client: SpecClient, plan: dict[str, Any]) -> int:
    sessions = get_plan(client, plan["id"])["sessions"]
    return sum(each["status"] == "DONE" for session in sessions for each in session["sets"])


def turns(session: Session) -> int:
    """How many turns are on record."""
    session.rollback()
    return session.scalars(select(func.count()).where(WebhookEvent.provider == "kakao_skill")).one()


def busiest(master: psutil.Process) -> psutil.Process:
    """The process with the most requests in its hands."""

    def connections(process: psutil.Process) -> int:
        open_ = process.net_connections("tcp")
        return sum(each.status == psutil.CONN_ESTABLISHED for each in open_)

    return max(master.children(), key=connections)


@pytest.fixture
def plan(client: SpecClient) -> dict[str, Any]:
    return make_plan(client, make_lifter(client)["id"])


@pytest.fixture
def chat(client: SpecClient, plan: dict[str, Any]) -> Chat:
    chat = joined(client, {"id": plan["user_id"]})
    chat.say("시작")
    return chat


@pytest.mark.parametrize("request_id", [None, "the-same-for-all"])
def test_one_tap_a_hundred_times_over_four_processes_is_one_set(
    client: SpecClient,
    chat: Chat,
    plan: dict[str, Any],
    env: dict[str, str],
    db_session: Session,
    tmp_path: Path,
    request_id: str | None,
) -> None:
    body = turn("완료", chat.who, extra=chat.quick[0]["extra"])
    before = turns(db_session)

    with served(env, tmp_path / "log") as (address, _), ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda _: send(address, body, request_id), range(TIMES)))

    assert len(set(answers)) == 1
    assert None not in answers
    assert done(client, plan) == 1
    assert turns(db_session) == before + 1


def test_turns_whose_process_is_killed_have_one_effect_when_they_are_sent_again(
    client: SpecClient,
    env: dict[str, str],
    engine: Engine,
    db_session: Session,
    tmp_path: Path,
) -> None:
    plans = [make_plan(client, make_lifter(client)["id"]) for _ in range(8)]
    chats = [joined(client, {"id": plan["user_id"]}, f"bot-user-{n}") for n, plan in enumerate(plans)]
    before = turns(db_session)

    def say(address: str, place: int) -> bytes | None:
        return send(address, turn("완료", chats[place].who), f"event-{place}")

    with (
        served(env, tmp_path / "log") as (address, master),
        ThreadPoolExecutor(len(chats)) as pool,
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looker,
        engine.connect() as holder,
    ):
        holder.execute(text("LOCK TABLE webhook_events IN SHARE MODE"))
        sent = [pool.submit(say, address, place) for place in range(len(chats))]
        until(lambda: looker.scalar(WAITING) >= PROCESSES)  # they have their sets, and can not write
        busiest(master).send_signal(signal.SIGKILL)
        holder.rollback()
        first = [each.result() for each in sent]
        again = [say(address, place) for place in range(len(chats))]

    assert first.count(None) > 0
    assert None not in again
    assert [each for each in first if each] == [new for old, new in zip(first, again, strict=True) if old]
    assert [done(client, plan) for plan in plans] == [1] * len(chats)
    assert turns(db_session) == before + len(chats)


def test_processes_killed_at_any_moment_lose_and_double_nothing(
    client: SpecClient,
    chat: Chat,
    plan: dict[str, Any],
    env: dict[str, str],
    db_session: Session,
    tmp_path: Path,
) -> None:
    sets = sum(each["target_sets"] for each in plan["sessions"])
    before, unanswered = turns(db_session), 0

    with served(env, tmp_path / "log") as (address, master), ThreadPoolExecutor(6) as pool:

        def say(number: int) -> bytes | None:
            return send(address, turn("완료", chat.who, block=f"block-{number}"), f"event-{number}")

        for number in range(0, sets, 6):
            batch = range(number, min(number + 6, sets))
            sent = [pool.submit(say, each) for each in batch]
            busiest(master).send_signal(signal.SIGKILL)
            unanswered += [each.result() for each in sent].count(None)
            until(lambda batch=batch: None not in [say(each) for each in batch])

    measured("turns without an answer, of all", unanswered / sets)
    assert done(client, plan) == sets
    assert turns(db_session) == before + sets
