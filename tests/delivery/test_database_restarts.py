"""PostgreSQL restarts in the middle of a delivery: everything leaves, nothing twice."""

from pathlib import Path

from invariants import check, check_log, legal_moves
from messages import add_messages, states
from own_servers import OwnPostgres, own_postgres
from real_processes import clock, until, worker
from sqlalchemy import text
from sqlalchemy.orm import Session

from dev.sandbox.client import Sandbox

# Of a call that began 3 s ago and has had no record: the dealer answers in a tenth of a second.
LEASES_END = text("""
    UPDATE notifications
    SET leased_until = now(), request_started_at = request_started_at - interval '57 seconds'
    WHERE status = 'SENDING' AND leased_until BETWEEN now() + interval '1 s' AND now() + interval '57 s'
""")


def restart(own: OwnPostgres) -> None:
    """As an administrator does: connections break, what was committed is there."""
    own.server.restart()


def crash(own: OwnPostgres) -> None:
    """As a machine does: no process of it ends in order."""
    own.server.kill()
    own.server.start()


def is_settled(session: Session) -> bool:
    """Whether everything was taken; the leases of lost workers end a moment later than in real life."""
    session.execute(LEASES_END)
    session.commit()
    return set(states(session)) <= {"SENT", "DELIVERED"}


def test_a_database_that_restarts_and_crashes_loses_and_doubles_nothing(
    process_env: dict[str, str], sandbox: Sandbox, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    sandbox.configure(latency_ms=100)
    with own_postgres(tmp_path / "postgres", process_env) as own, Session(own.engine) as session:
        small = own.env | {"DELIVERY_BATCH": "10"}
        ids = add_messages(session, 300)
        with (
            legal_moves(session),
            clock(small, log),
            worker(small, log),
            worker(small, log),
        ):
            for sent, break_it in ((40, restart), (120, crash)):
                until(lambda sent=sent: len(sandbox.effects()) >= sent)
                break_it(own)
            session.invalidate()
            until(lambda: is_settled(session))

        assert sandbox.effects() == {str(each): 1 for each in ids}
        check(session, sandbox, worker_died=True)
        check_log(log, small)
