"""Delivery results that come before the send is recorded, late, out of order, twice or for nobody."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from invariants import check, legal_moves
from messages import add_messages, answer, attempts, look, open_reviews
from openapi_client import SpecClient
from receipts import SIGNED, URL, envelope, events, hook, request_id_of
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import claims, outcomes
from app.extensions import db
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]
Tell = Callable[..., None]


@pytest.fixture
def tell(client: SpecClient, run_webhooks: Run, db_session: Session) -> Tell:
    """Post hooks, each under an id of its own, and work on all events that wait."""

    def post(*hooks: dict[str, Any]) -> None:
        body = envelope(*(each | {"hookId": str(uuid4())} for each in hooks))
        assert client.post(URL, json=body, headers=SIGNED).status_code == 200
        db_session.execute(text("UPDATE webhook_events SET due_at = now() WHERE status = 'RECEIVED'"))
        db_session.commit()
        run_webhooks()

    return post


def begin(app: Flask) -> claims.Request:
    with app.app_context():
        request = claims.claim(db.session(), limit=10, provider="alimtalk")
        db.session.commit()
    assert request is not None
    return request


def record_taken(app: Flask, request: claims.Request) -> None:
    """The send's own answer, which took its time."""
    answers = {row.id: answer("ok", provider_request_id="r-1", recipient_seq=1) for row in request.rows}
    with app.app_context():
        outcomes.record(db.session(), request, answers, datetime.now(UTC))
        db.session.commit()


def test_a_message_delivered_before_its_send_is_recorded_stays_delivered(
    app: Flask, sandbox: Sandbox, tell: Tell, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    with legal_moves(db_session):
        request = begin(app)

        tell(hook(message_id))
        assert look(db_session, message_id).status == "DELIVERED"
        record_taken(app, request)

    message, [attempt] = look(db_session, message_id), attempts(db_session, message_id)
    assert (message.status, message.leased_until, message.reason_code) == ("DELIVERED", None, None)
    assert (attempt.outcome, attempt.delivery_code) == ("ok", "1000")


def test_a_failure_told_before_its_send_is_recorded_acts_once_it_is(
    app: Flask, sandbox: Sandbox, tell: Tell, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    with legal_moves(db_session):
        request = begin(app)
        tell(hook(message_id, "3019"))
        assert look(db_session, message_id).status == "SENDING"
        record_taken(app, request)

        tell(hook("nobody"))

    assert look(db_session, message_id).status == "FAILED"
    assert sorted(each.status for each in events(db_session)) == ["PROCESSED", "RECEIVED"]


def test_an_old_attempts_failure_told_again_does_not_touch_the_new_one(
    sandbox: Sandbox, run_delivery: Run, tell: Tell, db_session: Session, pass_time: Pass
) -> None:
    [message_id] = add_messages(db_session)
    with legal_moves(db_session):
        run_delivery()
        [first] = attempts(db_session, message_id)
        failed = hook(message_id, "9999", request_id=str(first.provider_request_id))
        tell(failed)
        pass_time(20)
        run_delivery()
        assert look(db_session, message_id).status == "SENT"

        tell(failed)
        tell(failed, failed)

    assert look(db_session, message_id).status == "SENT"
    assert [each.delivery_code for each in attempts(db_session, message_id)] == ["9999", None]
    assert sandbox.effects() == {str(message_id): 2}  # the first was not delivered
    check(db_session, sandbox, worker_died=False)


def test_an_old_attempt_that_was_delivered_after_all_ends_the_wait_for_the_next(
    sandbox: Sandbox, run_delivery: Run, tell: Tell, db_session: Session, pass_time: Pass
) -> None:
    [message_id] = add_messages(db_session)
    with legal_moves(db_session):
        run_delivery()
        [first] = attempts(db_session, message_id)
        request_id = str(first.provider_request_id)
        tell(hook(message_id, "9999", request_id=request_id))
        assert look(db_session, message_id).status == "RETRY_SCHEDULED"

        tell(hook(message_id, "1000", request_id=request_id))
        pass_time(20)
        run_delivery()

    assert look(db_session, message_id).status == "DELIVERED"
    assert sandbox.effects() == {str(message_id): 1}
    check(db_session, sandbox, worker_died=False)


def test_results_for_strangers_do_not_hold_up_those_for_messages_of_ours(
    sandbox: Sandbox, run_delivery: Run, tell: Tell, db_session: Session
) -> None:
    ids = add_messages(db_session, 5)
    run_delivery()
    keys = {each: request_id_of(db_session, each) for each in ids}

    tell(*(hook(uuid4()) for _ in range(5)), *(hook(each, request_id=keys[each]) for each in reversed(ids)))

    assert {look(db_session, each).status for each in ids} == {"DELIVERED"}
    assert sorted(each.status for each in events(db_session)) == ["PROCESSED"] * 5 + ["RECEIVED"] * 5
    assert open_reviews(db_session) == []
    check(db_session, sandbox, worker_died=False)


def test_a_receipt_outlives_the_worker_that_sent(
    app: Flask, sandbox: Sandbox, run_delivery: Run, tell: Tell, db_session: Session, pass_time: Pass
) -> None:
    [message_id] = add_messages(db_session)
    begin(app)  # and is never heard of again

    tell(hook(message_id))
    pass_time(61)
    run_delivery()

    assert look(db_session, message_id).status == "DELIVERED"
    assert sandbox.requests("send") == []
    assert len(attempts(db_session, message_id)) == 1
