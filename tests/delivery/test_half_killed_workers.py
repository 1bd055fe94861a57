"""`kill -9` of a worker's child alone, and of the worker alone while its child goes on."""

import signal
from collections.abc import Callable
from pathlib import Path

import psutil
from invariants import check, check_log, legal_moves
from messages import add_messages, attempts, open_reviews, states
from real_processes import clock, until, worker
from sqlalchemy.orm import Session

from app.domain.claims import LEASE
from dev.processes import is_running
from dev.sandbox.client import Sandbox

Pass = Callable[[float], None]
TAKEN_OVER_S = 30.0


def is_settled(session: Session) -> bool:
    return set(states(session)) <= {"SENT", "DELIVERED"}


def child_of(process: psutil.Process) -> psutil.Process:
    [child] = process.children()
    return child


def test_a_worker_whose_child_is_killed_takes_its_batch_over_itself(
    process_env: dict[str, str], sandbox: Sandbox, db_session: Session, pass_time: Pass, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    ids = add_messages(db_session, 50)
    sandbox.script("send", action="hang")
    with legal_moves(db_session), clock(process_env, log), worker(process_env, log) as parent:
        sandbox.until_hanging()
        child_of(parent).send_signal(signal.SIGKILL)
        sandbox.release()
        pass_time(LEASE.total_seconds())
        until(lambda: is_settled(db_session), TAKEN_OVER_S)
        assert is_running(parent.pid)

        [later] = add_messages(db_session)
        until(lambda: is_settled(db_session))

    assert sandbox.effects() == {str(each): 1 for each in (*ids, later)}
    assert attempts(db_session, ids[0])[0].provider_status_code == "WORKER_LOST"
    assert open_reviews(db_session) == []
    check(db_session, sandbox, worker_died=True)
    check_log(log, process_env)


def test_a_child_whose_worker_is_killed_records_what_it_has_in_hand(
    process_env: dict[str, str], sandbox: Sandbox, db_session: Session, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    ids = add_messages(db_session, 50)
    sandbox.script("send", action="hang")
    with legal_moves(db_session), clock(process_env, log), worker(process_env, log) as parent:
        sandbox.until_hanging()
        child = child_of(parent)
        parent.send_signal(signal.SIGKILL)
        parent.wait(10)
        sandbox.release()
        until(lambda: is_settled(db_session))
        until(lambda: not is_running(child.pid))

    assert sandbox.effects() == {str(each): 1 for each in ids}
    assert {len(attempts(db_session, each)) for each in ids} == {1}
    check(db_session, sandbox, worker_died=False)
    check_log(log, process_env)
