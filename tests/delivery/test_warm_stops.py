"""SIGTERM to workers: what is in flight is finished and recorded, nothing new is claimed."""

import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from flask import Flask
from invariants import check, legal_moves
from messages import add_messages, states
from own_servers import own_redis
from real_processes import clock, until, worker
from redis import Redis
from sqlalchemy.orm import Session

from app.workers.bells import ring
from dev.sandbox.client import Sandbox

ENDS_S = 5.0


def only_the_worker(process: psutil.Process) -> list[psutil.Process]:
    return [process]


def everything_at_once(process: psutil.Process) -> list[psutil.Process]:
    """As platforms do that stop a container by signalling all of its processes."""
    return [process, *process.children(recursive=True)]


def has_heard(redis: Redis) -> bool:
    """Whether the only worker was told to stop and has told its child."""
    [key] = redis.smembers("rq:workers")
    return redis.hexists(key, "shutdown_requested_date")


@pytest.mark.parametrize("whom", [only_the_worker, everything_at_once])
def test_a_worker_that_is_told_to_stop_finishes_its_batch_and_claims_no_other(
    app: Flask,
    process_env: dict[str, str],
    sandbox: Sandbox,
    db_session: Session,
    redis: Redis,
    tmp_path: Path,
    whom: Callable[[psutil.Process], list[psutil.Process]],
) -> None:
    add_messages(db_session, 15)
    sandbox.script("send", action="hang")
    with (
        legal_moves(db_session),
        worker(process_env | {"DELIVERY_BATCH": "5"}, tmp_path / "log") as told,
    ):
        with app.app_context():
            ring("delivery")
        sandbox.until_hanging()

        for each in whom(told):
            each.send_signal(signal.SIGTERM)
        until(lambda: has_heard(redis))
        sandbox.release()
        exit_code = told.wait(ENDS_S)

    assert exit_code == 0
    assert states(db_session) == ["SCHEDULED"] * 10 + ["SENT"] * 5
    assert len(sandbox.requests("send")) == 1


@pytest.mark.parametrize("whom", [only_the_worker, everything_at_once])
def test_an_idle_worker_that_is_told_to_stop_ends_at_once(
    process_env: dict[str, str],
    tmp_path: Path,
    whom: Callable[[psutil.Process], list[psutil.Process]],
) -> None:
    log = tmp_path / "log"
    with worker(process_env, log) as told:
        until(lambda: "Listening on" in log.read_text())

        for each in whom(told):
            each.send_signal(signal.SIGTERM)

        assert told.wait(ENDS_S) == 0


def test_a_worker_that_is_told_to_stop_while_redis_is_away_finishes_its_batch(
    process_env: dict[str, str], sandbox: Sandbox, db_session: Session, tmp_path: Path
) -> None:
    add_messages(db_session, 10)
    sandbox.script("send", action="hang")
    with own_redis(tmp_path / "redis") as redis:
        ours = process_env | {"REDIS_URL": redis.url, "DELIVERY_BATCH": "5"}
        with clock(ours, tmp_path / "log"), worker(ours, tmp_path / "log") as told:
            sandbox.until_hanging()
            redis.stop()

            told.send_signal(signal.SIGTERM)
            sandbox.release()
            exit_code = told.wait(ENDS_S)

    assert exit_code == 0
    assert set(states(db_session)) <= {"SCHEDULED", "SENT", "DELIVERED"}
    assert states(db_session).count("SCHEDULED") in (0, 5)


def test_what_a_stopped_worker_left_is_sent_by_the_next(
    app: Flask, process_env: dict[str, str], sandbox: Sandbox, db_session: Session, tmp_path: Path
) -> None:
    small = process_env | {"DELIVERY_BATCH": "5"}
    ids = add_messages(db_session, 60)
    sandbox.configure(latency_ms=50)
    with legal_moves(db_session), clock(small, tmp_path / "log"):
        with worker(small, tmp_path / "log") as told:
            until(lambda: len(sandbox.effects()) >= 10)
            told.send_signal(signal.SIGTERM)
            assert told.wait(ENDS_S) == 0
        assert "SENDING" not in states(db_session)

        with worker(small, tmp_path / "log"):
            until(lambda: set(states(db_session)) <= {"SENT", "DELIVERED"})

    assert sandbox.effects() == {str(each): 1 for each in ids}
    check(db_session, sandbox, worker_died=False)
