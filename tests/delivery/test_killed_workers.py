"""`kill -9` of a worker and its child at every point of claim, call and record; and a worker that sleeps."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from background import attempts_locked
from flask import Flask
from invariants import check, check_log, legal_moves
from messages import add_messages, ask_until_decided, attempts, look, open_reviews, states
from real_processes import kill_family, stop_family, until, worker
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.workers.bells import ring
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]


def ring_once(app: Flask) -> None:
    with app.app_context():
        ring("delivery")


@contextmanager
def deaf_dealer() -> Iterator[str]:
    """An address where connecting takes for ever: the kernel's queue of a port is full."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        address = server.getsockname()
        for _ in range(8):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(address)
        yield f"http://127.0.0.1:{address[1]}"


def test_a_worker_killed_before_its_claim_is_committed_has_taken_nothing(
    app: Flask,
    process_env: dict[str, str],
    sandbox: Sandbox,
    run_delivery: Run,
    db_session: Session,
    engine: Engine,
    tmp_path: Path,
) -> None:
    ids = add_messages(db_session, 20)
    with legal_moves(db_session), worker(process_env, tmp_path / "log") as victim:
        with attempts_locked(engine) as until_waiting:
            ring_once(app)
            until_waiting(1)
            kill_family(victim)
        assert states(db_session) == ["SCHEDULED"] * 20

        def is_sent() -> bool:
            run_delivery()  # PostgreSQL may need a moment to see that nobody will commit
            return states(db_session) == ["SENT"] * 20

        until(is_sent)

    assert sandbox.effects() == {str(each): 1 for each in ids}
    assert all(len(attempts(db_session, each)) == 1 for each in ids)
    check(db_session, sandbox, worker_died=False)


def test_a_worker_killed_before_it_has_a_connection_loses_nothing(
    app: Flask,
    process_env: dict[str, str],
    sandbox: Sandbox,
    run_delivery: Run,
    db_session: Session,
    pass_time: Pass,
    tmp_path: Path,
) -> None:
    ids = add_messages(db_session, 20)
    with (
        legal_moves(db_session),
        deaf_dealer() as address,
        worker(process_env | {"KAKAO_ALIMTALK_BASE_URL": address}, tmp_path / "log") as victim,
    ):
        ring_once(app)
        until(lambda: states(db_session) == ["SENDING"] * 20)
        kill_family(victim)

        pass_time(61)
        run_delivery()
        ask_until_decided(run_delivery, pass_time)

    assert sandbox.effects() == {str(each): 1 for each in ids}
    assert len({each.request_key for one in ids for each in attempts(db_session, one)}) == 1
    assert open_reviews(db_session) == []
    check(db_session, sandbox, worker_died=True)


def test_a_worker_killed_after_the_answer_and_before_its_record_doubles_nothing(
    app: Flask,
    process_env: dict[str, str],
    sandbox: Sandbox,
    run_delivery: Run,
    db_session: Session,
    engine: Engine,
    pass_time: Pass,
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    ids = add_messages(db_session, 20)
    sandbox.script("send", action="hang")
    with legal_moves(db_session), worker(process_env, log) as victim:
        ring_once(app)
        sandbox.until_hanging()
        with attempts_locked(engine) as until_waiting:
            sandbox.release()
            until_waiting(1)
            kill_family(victim)
        assert states(db_session) == ["SENDING"] * 20

        pass_time(61)
        run_delivery()

    assert sandbox.effects() == {str(each): 1 for each in ids}
    assert len(sandbox.requests("send")) == 1
    assert set(states(db_session)) <= {"SENT", "DELIVERED"}
    check(db_session, sandbox, worker_died=True)
    check_log(log, process_env)


def test_a_worker_that_slept_past_its_lease_can_no_longer_write(
    app: Flask,
    process_env: dict[str, str],
    sandbox: Sandbox,
    run_delivery: Run,
    db_session: Session,
    pass_time: Pass,
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    [message_id] = add_messages(db_session)
    sandbox.script("send", action="hang_before")  # it has nothing yet when it is asked
    with legal_moves(db_session), worker(process_env, log) as sleeper:
        ring_once(app)
        sandbox.until_hanging()
        wake = stop_family(sleeper)
        pass_time(61)
        run_delivery()
        held = look(db_session, message_id)
        assert (held.status, held.ask_count) == ("SENDING", 1)

        sandbox.release()
        sandbox.until(lambda: sandbox.effects() == {str(message_id): 1})
        wake()
        until(lambda: '"late": 1' in log.read_text())
        after = look(db_session, message_id)
        assert (after.status, after.fence, after.ask_count) == ("SENDING", held.fence, 1)
        assert attempts(db_session, message_id)[0].provider_status_code == "WORKER_LOST"
        pass_time(11)
        run_delivery()

    assert set(states(db_session)) <= {"SENT", "DELIVERED"}
    assert sandbox.effects() == {str(message_id): 1}
    check(db_session, sandbox, worker_died=True)
