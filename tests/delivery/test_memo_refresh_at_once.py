"""Several workers, one token: one refreshes it, stores what came before using it, and nobody undoes that."""

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from factories import AS_CLIENT, at_once
from flask import Flask
from memos import (
    REFUSED,
    add_memo_for,
    add_memos,
    change_token,
    expire,
    give_token,
    opened,
    refreshes,
    token_of,
    used_tokens,
)
from messages import add_messages, look, states
from openapi_client import SpecClient
from real_processes import until
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.domain import claims
from app.extensions import db, kakao_api
from app.workers import memo
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]


@pytest.fixture
def patient(app: Flask, memo_sandbox: Sandbox) -> Sandbox:
    """Calls may take as long as the test holds them."""
    app.config["KAKAO_DEADLINE_S"] = 15
    kakao_api.init_app(app)
    return memo_sandbox


@contextmanager
def held_up(sandbox: Sandbox, work: Callable[[], object]) -> Iterator[None]:
    """`work` goes on in another thread, in a call that hangs until the block ends."""
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        try:
            sandbox.until_hanging()
            yield
        finally:
            sandbox.release()
        working.result()


def test_two_workers_with_many_messages_of_one_trainee_refresh_once(
    app: Flask, memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    app.config["DELIVERY_CONCURRENCY"] = 2
    memo_sandbox.always("token", delay_after_s=0.2)
    [first] = add_memos(db_session)
    for _ in range(7):
        add_memo_for(db_session, first)
    expire(db_session, first)

    at_once(2, lambda _: run_delivery())
    pass_time(16)
    run_delivery()

    assert refreshes(memo_sandbox) == ["refresh-of-0"]
    assert states(db_session) == ["SENT"] * 8
    assert memo_sandbox.memo_effects() == {"trainee-0": 8}


def test_a_worker_that_comes_second_does_not_refresh_and_waits(
    app: Flask, patient: Sandbox, db_session: Session
) -> None:
    patient.script("token", action="hang")
    [first] = add_memos(db_session)
    add_memo_for(db_session, first)
    expire(db_session, first)
    with app.app_context():
        taken = [claims.claim(db.session(), limit=1, provider="memo") for _ in range(2)]
        db.session.commit()

    def work() -> list[str]:
        with app.app_context():
            request = taken.pop()
            assert request is not None
            return [each.code for each in memo.send(request, math.inf).values()]

    with held_up(patient, work):
        second = work()

    assert second == ["TOKEN_BUSY"]
    assert len(refreshes(patient)) == 1
    assert len(used_tokens(patient)) == 1


def test_a_message_does_not_start_while_its_token_is_refreshed(
    patient: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    patient.script("token", action="hang")
    [first] = add_memos(db_session)
    expire(db_session, first)

    with held_up(patient, run_delivery):
        second = add_memo_for(db_session, first)
        [other] = add_memos(db_session)
        run_delivery()
        waiting, sent = look(db_session, second), look(db_session, other)
        assert (waiting.status, waiting.attempt_count, sent.status) == ("SCHEDULED", 0, "SENT")
        assert waiting.due_at > datetime.now(UTC)

    pass_time(16)
    run_delivery()
    assert states(db_session) == ["SENT"] * 3
    assert len(refreshes(patient)) == 1


def test_new_tokens_are_stored_before_they_are_used(
    patient: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    patient.configure(rotate_refresh_token=True)
    patient.script("memo", action="hang")
    [message_id] = add_memos(db_session)
    expire(db_session, message_id)

    with held_up(patient, run_delivery):
        access, refresh = opened(db_session, message_id)

    assert used_tokens(patient) == [access]
    assert refresh is not None and refresh.startswith("sandbox-refresh-")


def test_a_store_that_comes_after_the_lease_is_refused(
    patient: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    patient.script("token", action="hang")
    [first] = add_memos(db_session)
    expire(db_session, first)

    with held_up(patient, run_delivery):
        pass_time(16)
        second = add_memo_for(db_session, first)
        run_delivery()
        now_there = opened(db_session, first)
        assert look(db_session, second).status == "SENT"

    assert opened(db_session, first) == now_there
    assert look(db_session, first).provider_response_code == "TOKEN_BUSY"
    pass_time(4)
    run_delivery()
    assert states(db_session) == ["SENT", "SENT"]
    assert used_tokens(patient) == [now_there[0]] * 2
    assert len(refreshes(patient)) == 2


def test_a_refresh_does_not_undo_a_token_that_was_given_meanwhile(
    patient: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    patient.script("token", action="hang")
    [message_id] = add_memos(db_session)
    expire(db_session, message_id)

    with held_up(patient, run_delivery):
        give_token(db_session, look(db_session, message_id).user_id, 7)

    assert opened(db_session, message_id) == ("access-of-7", "refresh-of-7")
    pass_time(4)
    run_delivery()
    assert (states(db_session), patient.memo_effects()) == (["SENT"], {"trainee-7": 1})


def test_a_refused_refresh_says_nothing_about_a_token_that_was_given_meanwhile(
    patient: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    refusal = {"error": "invalid_grant", "error_code": "KOE322"}
    patient.script("token", action="hang_before", status=400, body=refusal)
    [message_id] = add_memos(db_session)
    expire(db_session, message_id)

    with held_up(patient, run_delivery):
        give_token(db_session, look(db_session, message_id).user_id, 7)

    assert token_of(db_session, message_id).fault is None
    pass_time(4)
    run_delivery()
    assert (states(db_session), patient.memo_effects()) == (["SENT"], {"trainee-7": 1})


def test_a_late_refusal_says_nothing_about_a_token_that_was_refreshed_meanwhile(
    patient: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    patient.script("memo", action="hang_before", **REFUSED)
    [first] = add_memos(db_session)

    with held_up(patient, run_delivery):
        expire(db_session, first)
        add_memo_for(db_session, first)
        run_delivery()

    assert states(db_session) == ["SENT", "SENT"]
    assert len(refreshes(patient)) == 1
    assert token_of(db_session, first).is_refused is False


def test_a_token_given_after_a_deletion_is_not_marked_for_the_old_ones_message(
    client: SpecClient, patient: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    patient.script("memo", action="hang_before", status=400, body={"msg": "not linked", "code": -101})
    [message_id] = add_memos(db_session)
    user_id = look(db_session, message_id).user_id

    with held_up(patient, run_delivery):
        client.delete(f"/users/{user_id}/kakao-token", headers=AS_CLIENT)
        give_token(db_session, user_id, 7)

    assert look(db_session, message_id).reason_code == "not_linked"
    assert token_of(db_session, message_id).fault is None


def test_tokens_are_locked_in_the_order_of_ids(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, engine: Engine
) -> None:
    ids = {look(db_session, each).user_id: each for each in add_messages(db_session, 4)}
    for number, user_id in enumerate(sorted(ids, reverse=True)):
        give_token(db_session, user_id, number)
        change_token(db_session, ids[user_id], expires_at=datetime.now(UTC) + timedelta(seconds=5))
    lowest, *others = sorted(ids)
    lock = text("SELECT FROM kakao_tokens WHERE user_id = :id FOR NO KEY UPDATE NOWAIT")
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")

    with ThreadPoolExecutor(1) as pool, engine.connect() as holder:
        holder.execute(lock, {"id": lowest})
        working = pool.submit(run_delivery)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looker:
            until(lambda: looker.scalar(waiting))
        taken = []
        for each in others:
            try:
                holder.execute(lock, {"id": each})
            except OperationalError:
                taken.append(each)
                break
        holder.rollback()
        working.result()

    assert taken == []
    assert states(db_session) == ["SENT"] * 4
