"""One delivery result many times at once, through real processes; and a worker that is killed over it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import requests
from background import WAITING
from factories import at_once
from messages import attempts, look
from openapi_client import SpecClient
from real_processes import clock, kill_family, until, worker
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from test_plans_concurrency import gunicorn
from test_receipts import SIGNED, URL, envelope, events, hook, request_id_of

from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]


def test_one_result_a_hundred_times_over_four_processes_has_one_effect(
    sandbox: Sandbox,
    sent: UUID,
    run_delivery: Run,
    run_webhooks: Run,
    db_session: Session,
    pass_time: Pass,
) -> None:
    """It is a transient failure, so each effect would be one more message."""
    body = envelope(hook(sent, "9999", request_id=request_id_of(db_session, sent)))
    with gunicorn(processes=4) as address, ThreadPoolExecutor(25) as pool:
        assert requests.get(f"{address}/healthz", timeout=60).status_code == 200
        sent_all = [
            pool.submit(requests.post, address + URL, json=body, headers=SIGNED, timeout=60)
            for _ in range(100)
        ]
        answers = [each.result() for each in sent_all]

    at_once(4, lambda _: run_webhooks())
    for _ in range(3):
        pass_time(901)
        run_delivery()
        run_webhooks()

    assert {(each.status_code, each.content) for each in answers} == {(200, answers[0].content)}
    assert [each.status for each in events(db_session)] == ["PROCESSED"]
    assert look(db_session, sent).status == "SENT"
    assert (len(attempts(db_session, sent)), sandbox.effects()) == (2, {str(sent): 2})


def test_a_worker_killed_inside_the_handler_leaves_the_result_to_the_next_one(
    client: SpecClient,
    process_env: dict[str, str],
    sent: UUID,
    db_session: Session,
    engine: Engine,
    pass_time: Pass,
    tmp_path: Path,
) -> None:
    body = envelope(hook(sent, request_id=request_id_of(db_session, sent)))
    client.post(URL, json=body, headers=SIGNED)
    with (
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looker,
        worker(process_env, tmp_path / "log") as victim,
        engine.connect() as holder,
    ):
        holder.execute(text("SELECT FROM notifications FOR UPDATE"))
        until(lambda: looker.scalar(WAITING) >= 1)
        kill_family(victim)
        holder.rollback()
        until(lambda: not looker.scalar(WAITING))
    [event] = events(db_session)
    assert (event.status, event.retry_count) == ("RECEIVED", 1)
    assert look(db_session, sent).status == "SENT"

    pass_time(11)
    with clock(process_env, tmp_path / "log"), worker(process_env, tmp_path / "log"):
        until(lambda: look(db_session, sent).status == "DELIVERED", 60)

    assert [each.status for each in events(db_session)] == ["PROCESSED"]
