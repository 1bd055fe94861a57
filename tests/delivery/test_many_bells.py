"""Too many bells, more workers than work, a long backlog: nothing twice, nobody starves."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Barrier, Thread

from background import attempts_locked
from flask import Flask
from invariants import check, legal_moves
from messages import add_messages, attempts, states
from real_processes import clock, until, worker
from redis import Redis
from sqlalchemy import Engine, text, update
from sqlalchemy.orm import Session

from app.domain import periodic
from app.extensions import jobs
from app.models import PeriodicJob
from app.workers.bells import JOBS, ring
from dev.sandbox.client import Sandbox

A_HANDFUL = 10


def enqueue(app: Flask, name: str, count: int) -> None:
    """Ring `count` times, whether or not a bell waits."""
    with app.app_context():
        for _ in range(count):
            jobs.queue(name).enqueue(JOBS[name], result_ttl=0)


def taken(log: Path) -> list[str]:
    """The queues whose jobs were taken, in that order."""
    return re.findall(r": (\w+): app\.workers", log.read_text())


def test_fifty_bells_and_four_workers_send_each_message_once(
    app: Flask,
    process_env: dict[str, str],
    sandbox: Sandbox,
    db_session: Session,
    engine: Engine,
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    small = process_env | {"DELIVERY_BATCH": "10"}
    ids = add_messages(db_session, 200)

    with legal_moves(db_session), ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(worker(small, log))
        until(lambda: log.read_text().count("Listening on") == 4)
        with attempts_locked(engine) as until_waiting:
            enqueue(app, "delivery", 50)
            until_waiting(4)  # all of them are in the middle of a claim
        until(lambda: set(states(db_session)) <= {"SENT", "DELIVERED"})
        until(lambda: len(taken(log)) >= 50)

    assert sandbox.effects() == {str(each): 1 for each in ids}
    assert all(len(attempts(db_session, each)) == 1 for each in ids[::10])
    check(db_session, sandbox, worker_died=False)


def test_four_workers_have_four_requests_in_flight(
    process_env: dict[str, str], sandbox: Sandbox, db_session: Session, tmp_path: Path
) -> None:
    """While one waits for the dealer, the others send: so more workers send more."""
    log = tmp_path / "log"
    small = process_env | {"DELIVERY_BATCH": "10"}
    sandbox.script("send", action="hang", times=4)

    with legal_moves(db_session), clock(small, log), ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(worker(small, log))
        until(lambda: log.read_text().count("Listening on") == 4)
        ids = add_messages(db_session, 60)
        sandbox.until_hanging(4)
        in_flight = states(db_session).count("SENDING")
        sandbox.release()
        until(lambda: set(states(db_session)) <= {"SENT", "DELIVERED"})

    assert 4 <= in_flight <= 40
    assert sandbox.effects() == {str(each): 1 for each in ids}
    check(db_session, sandbox, worker_died=False)


def test_a_thousand_rings_at_once_are_a_handful_of_jobs(
    app: Flask,
    process_env: dict[str, str],
    sandbox: Sandbox,
    db_session: Session,
    redis: Redis,
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    ids = add_messages(db_session, 50)
    barrier = Barrier(8)

    def ring_on() -> None:
        with app.app_context():
            barrier.wait()
            for _ in range(125):
                ring("delivery")

    threads = [Thread(target=ring_on) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert 1 <= redis.llen("rq:queue:delivery") <= A_HANDFUL
    with worker(process_env, log):
        until(lambda: set(states(db_session)) <= {"SENT", "DELIVERED"})
        until(lambda: redis.llen("rq:queue:delivery") == 0)

    assert len(taken(log)) <= A_HANDFUL
    assert sandbox.effects() == {str(each): 1 for each in ids}
    check(db_session, sandbox, worker_died=False)


def test_a_backlog_of_deliveries_lets_the_other_queues_have_their_turn(
    app: Flask, process_env: dict[str, str], sandbox: Sandbox, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    enqueue(app, "delivery", 6)
    enqueue(app, "webhooks", 2)
    enqueue(app, "daily", 1)

    with worker(process_env, log):
        until(lambda: len(taken(log)) == 9)

    assert taken(log)[:5] == ["delivery", "webhooks", "daily", "delivery", "webhooks"]


@contextmanager
def beginnings(engine: Engine) -> Iterator[None]:
    """Every beginning of a periodic job meanwhile is a row of `begun`."""
    with engine.begin() as connection:
        connection.execute(
            text("""
            DROP TABLE IF EXISTS begun;
            CREATE TABLE begun (name text);
            CREATE OR REPLACE FUNCTION record_beginning() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN INSERT INTO begun VALUES (NEW.name); RETURN NULL; END';
            CREATE TRIGGER record_beginning AFTER INSERT OR UPDATE OF started_at ON periodic_jobs
                FOR EACH ROW EXECUTE FUNCTION record_beginning();
        """)
        )
    yield
    with engine.begin() as connection:
        connection.execute(text("DROP FUNCTION record_beginning CASCADE; DROP TABLE begun"))


def begun(session: Session) -> list[str]:
    session.rollback()
    return sorted(session.scalars(text("SELECT name FROM begun")))


def test_two_clocks_and_two_workers_begin_each_periodic_job_once_an_interval(
    app: Flask,
    process_env: dict[str, str],
    sandbox: Sandbox,
    db_session: Session,
    engine: Engine,
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    names = sorted(periodic.EVERY)
    with (
        beginnings(engine),
        clock(process_env, log),
        clock(process_env, log),
        worker(process_env, log),
        worker(process_env, log),
    ):
        enqueue(app, "daily", 20)
        until(lambda: begun(db_session) == names)
        until(lambda: len(taken(log)) >= 20)
        assert begun(db_session) == names

        past = PeriodicJob.started_at - max(periodic.EVERY.values())
        db_session.execute(text("ALTER TABLE periodic_jobs DISABLE TRIGGER record_beginning"))
        db_session.execute(update(PeriodicJob).values(started_at=past))
        db_session.execute(text("ALTER TABLE periodic_jobs ENABLE TRIGGER record_beginning"))
        db_session.commit()
        enqueue(app, "daily", 20)
        until(lambda: len(taken(log)) >= 40)
        twice = begun(db_session)
        db_session.rollback()

    assert twice == sorted(names * 2)
