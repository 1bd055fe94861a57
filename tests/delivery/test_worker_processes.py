"""Whole workers and clocks that die, and a Redis that forgets: everything is sent, nothing twice."""

import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from invariants import check, check_log, legal_moves
from messages import add_messages, attempts, open_reviews, states
from real_processes import clock, kill_family, measured, until, worker
from redis import Redis
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.claims import LEASE
from app.models import Notification
from app.workers.bells import ring
from dev.sandbox.client import Sandbox

Pass = Callable[[float], None]
TAKEN_OVER_S = 30.0


def is_settled(session: Session) -> bool:
    return set(states(session)) <= {"SENT", "DELIVERED"}


def ask_counts(session: Session) -> set[int]:
    session.rollback()
    return set(session.scalars(select(Notification.ask_count)))


def test_a_killed_workers_batch_is_taken_over_and_everyone_gets_one(
    process_env: dict[str, str], sandbox: Sandbox, db_session: Session, pass_time: Pass, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    ids = add_messages(db_session, 200)
    sandbox.script("send", action="hang")
    with legal_moves(db_session), clock(process_env, log), worker(process_env, log) as victim:
        sandbox.until_hanging()
        with worker(process_env, log):
            until(lambda: log.read_text().count("Listening on") == 2)
            kill_family(victim)
            sandbox.release()
            assert states(db_session) == ["SENDING"] * 200
            pass_time(LEASE.total_seconds())
            ended_at = time.monotonic()
            until(lambda: is_settled(db_session), TAKEN_OVER_S)
            measured("taken over after the lease's end, s", time.monotonic() - ended_at)

    assert sandbox.effects() == {str(each): 1 for each in ids}
    assert attempts(db_session, ids[0])[0].provider_status_code == "WORKER_LOST"
    assert open_reviews(db_session) == []
    check(db_session, sandbox, worker_died=True)
    check_log(log, process_env)


def test_a_worker_killed_before_the_dealer_took_anything_loses_nothing(
    process_env: dict[str, str], sandbox: Sandbox, db_session: Session, pass_time: Pass, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    ids = add_messages(db_session, 200)
    sandbox.script("send", delay_before_s=3, action="reset_before")
    with clock(process_env, log):
        with worker(process_env, log) as victim:
            until(lambda: states(db_session) == ["SENDING"] * 200)
            kill_family(victim)
        sandbox.clear_rules("send")  # it may have died before its request

        with worker(process_env, log):
            for asked in (1, 2, 3):
                pass_time(61)
                until(lambda asked=asked: ask_counts(db_session) == {asked})
            pass_time(61)
            until(lambda: is_settled(db_session))

    check(db_session, sandbox, worker_died=True)
    assert sandbox.effects() == {str(each): 1 for each in ids}


def test_an_emptied_redis_loses_nothing(
    app: Flask,
    process_env: dict[str, str],
    sandbox: Sandbox,
    db_session: Session,
    redis: Redis,
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    ids = add_messages(db_session, 200)
    with app.app_context():
        ring("delivery")
    assert redis.llen("rq:queue:delivery") == 1

    redis.flushall()
    with clock(process_env, log), worker(process_env, log):
        until(lambda: is_settled(db_session))

    check(db_session, sandbox, worker_died=False)
    assert sandbox.effects() == {str(each): 1 for each in ids}


def test_a_redis_that_is_emptied_again_and_again_doubles_nothing(
    process_env: dict[str, str], sandbox: Sandbox, db_session: Session, redis: Redis, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    small = process_env | {"DELIVERY_BATCH": "10"}
    sandbox.configure(latency_ms=50)
    ids = add_messages(db_session, 200)

    with clock(small, log), worker(small, log):
        for sent in (20, 80, 140):
            until(lambda sent=sent: len(sandbox.effects()) >= sent)
            redis.flushall()
        until(lambda: is_settled(db_session))
        until(lambda: redis.scard("rq:workers") == 1)

    check(db_session, sandbox, worker_died=False)
    assert sandbox.effects() == {str(each): 1 for each in ids}


def test_many_rings_are_one(app: Flask, redis: Redis) -> None:
    with app.app_context():
        for _ in range(1000):
            ring("delivery")

    assert redis.llen("rq:queue:delivery") == 1


def test_nothing_but_names_and_ids_lives_in_redis(
    app: Flask, sandbox: Sandbox, db_session: Session, redis: Redis
) -> None:
    add_messages(db_session)
    with app.app_context():
        ring("delivery")

    [job] = redis.lrange("rq:queue:delivery", 0, -1)
    kept = redis.hgetall(b"rq:job:" + job)
    assert "가나다".encode() not in b"".join(kept.values())
    assert b"0100000" not in b"".join(kept.values())


def test_two_workers_and_two_clocks_send_each_once(
    process_env: dict[str, str], sandbox: Sandbox, db_session: Session, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    small = process_env | {"DELIVERY_BATCH": "20"}
    sandbox.configure(latency_ms=20)
    ids = add_messages(db_session, 300)

    with clock(small, log), clock(small, log), worker(small, log), worker(small, log):
        until(lambda: is_settled(db_session))

    check(db_session, sandbox, worker_died=False)
    check_log(log, small)
    assert sandbox.effects() == {str(each): 1 for each in ids}
    assert all(len(attempts(db_session, each)) == 1 for each in ids[:20])


def test_no_log_of_a_worker_names_anybody(
    process_env: dict[str, str], sandbox: Sandbox, db_session: Session, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    add_messages(db_session, 5)
    sandbox.script("send", garbage="html")

    with clock(process_env, log), worker(process_env, log):
        until(lambda: '"event": "asked"' in log.read_text())

    check_log(log, process_env)
