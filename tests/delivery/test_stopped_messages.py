"""What was stopped is not sent (again), and what a leaver left behind is erased, at whatever moment."""

from collections.abc import Callable
from datetime import UTC, datetime

from background import in_background
from flask import Flask
from messages import add_messages, answer, attempts, look
from openapi_client import SpecClient
from receipts import SIGNED, URL, envelope, hook, request_id_of
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.domain import claims, outcomes, scheduling, users
from app.domain.days import utc_now
from app.extensions import db
from app.models import Notification, WebhookEvent
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]


def cancel(session: Session, message_id: object) -> None:
    message = look(session, message_id)
    scheduling.cancel_for_user(session, message.user_id, "plan_canceled")
    session.commit()


def test_a_cancel_that_comes_while_the_answer_is_recorded_is_not_lost(
    app: Flask, engine: Engine, sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    [message_id] = add_messages(db_session)
    with app.app_context():
        request = claims.claim(db.session(), limit=1, provider="alimtalk")
        db.session.commit()
        outcomes.record(db.session(), request, {message_id: answer("retry", "-9999")}, utc_now())
        user_id = look(db_session, message_id).user_id
        db_session.rollback()
        with in_background(
            engine, lambda session: scheduling.cancel_for_user(session, user_id, "plan_canceled")
        ) as failed:
            db.session.commit()

    assert failed == []
    pass_time(60)
    run_delivery()
    assert sandbox.effects() == {}
    assert look(db_session, message_id).status == "CANCELED"
    assert look(db_session, message_id).reason_code == "plan_canceled"


def test_what_was_canceled_after_it_left_is_not_sent_again_by_a_failing_receipt(
    client: SpecClient,
    sandbox: Sandbox,
    run_delivery: Run,
    run_webhooks: Run,
    db_session: Session,
    pass_time: Pass,
) -> None:
    [message_id] = add_messages(db_session)
    run_delivery()
    cancel(db_session, message_id)
    request_id = attempts(db_session, message_id)[0].provider_request_id

    client.post(URL, json=envelope(hook(message_id, "9999", request_id=str(request_id))), headers=SIGNED)
    run_webhooks()
    pass_time(60)
    run_delivery()

    assert sandbox.effects() == {str(message_id): 1}
    assert look(db_session, message_id).status == "CANCELED"


def test_what_was_canceled_while_it_left_is_not_sent_again_by_a_failing_receipt(
    app: Flask,
    client: SpecClient,
    sandbox: Sandbox,
    run_delivery: Run,
    run_webhooks: Run,
    db_session: Session,
    pass_time: Pass,
) -> None:
    [message_id] = add_messages(db_session)
    with app.app_context():
        request = claims.claim(db.session(), limit=1, provider="alimtalk")
        db.session.commit()
        cancel(db_session, message_id)
        outcomes.record(
            db.session(),
            request,
            {message_id: answer("ok", provider_request_id="r-1", recipient_seq=1)},
            utc_now(),
        )
        db.session.commit()
    assert look(db_session, message_id).status == "SENT"

    client.post(URL, json=envelope(hook(message_id, "9999", request_id="r-1")), headers=SIGNED)
    run_webhooks()
    pass_time(60)
    run_delivery()

    assert sandbox.effects() == {}
    assert look(db_session, message_id).status == "CANCELED"


def test_the_reason_of_a_cancel_survives_an_unknown_outcome(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass, app: Flask
) -> None:
    [message_id] = add_messages(db_session)
    with app.app_context():
        request = claims.claim(db.session(), limit=1, provider="alimtalk")
        db.session.commit()
        cancel(db_session, message_id)
        outcomes.record(db.session(), request, {message_id: answer("unknown", "TIMEOUT")}, utc_now())
        db.session.commit()
    for gap_s in (0, 11, 21, 31):
        pass_time(gap_s)
        run_delivery()

    message = look(db_session, message_id)
    assert (message.status, message.reason_code) == ("CANCELED", "plan_canceled")


def test_a_leavers_message_that_was_delivered_before_its_record_is_erased(
    app: Flask, client: SpecClient, sandbox: Sandbox, run_webhooks: Run, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    with app.app_context():
        request = claims.claim(db.session(), limit=1, provider="alimtalk")
        db.session.commit()
        users.erase_user(db_session, look(db_session, message_id).user_id, datetime.now(UTC))
        db_session.commit()

        client.post(URL, json=envelope(hook(message_id)), headers=SIGNED)
        run_webhooks()
        outcomes.record(
            db.session(),
            request,
            {message_id: answer("ok", response="{}", provider_request_id="r-1", recipient_seq=1)},
            utc_now(),
        )
        db.session.commit()

    assert look(db_session, message_id).status == "DELIVERED"
    assert look(db_session, message_id).variables == {}
    assert attempts(db_session, message_id)[0].provider_response is None
    [event] = db_session.scalars(select(WebhookEvent))
    assert (event.status, event.payload) == ("PROCESSED", None)


def test_an_early_receipt_of_a_leaver_does_not_break_the_batch(
    app: Flask,
    client: SpecClient,
    sandbox: Sandbox,
    run_delivery: Run,
    run_webhooks: Run,
    db_session: Session,
) -> None:
    """It waits for its message's record; meanwhile its trainee leaves."""
    [message_id] = add_messages(db_session)
    with app.app_context():
        request = claims.claim(db.session(), limit=1, provider="alimtalk")
        db.session.commit()
        client.post(URL, json=envelope(hook(message_id, "3019")), headers=SIGNED)
        run_webhooks()
        users.erase_user(db_session, look(db_session, message_id).user_id, datetime.now(UTC))
        db_session.commit()
        outcomes.record(
            db.session(),
            request,
            {message_id: answer("ok", provider_request_id="r-1", recipient_seq=1)},
            utc_now(),
        )
        db.session.commit()
    [other] = add_messages(db_session)
    run_delivery()
    request_id = request_id_of(db_session, other)
    client.post(URL, json=envelope(hook(other, "1000", "hook-2", request_id)), headers=SIGNED)
    db_session.execute(update(WebhookEvent).values(due_at=datetime.now(UTC)))
    db_session.commit()

    run_webhooks()

    assert look(db_session, other).status == "DELIVERED"
    assert look(db_session, message_id).status == "FAILED"
    events = db_session.scalars(select(WebhookEvent).order_by(WebhookEvent.received_at)).all()
    assert [each.status for each in events] == ["PROCESSED", "PROCESSED"]
    assert events[0].payload is None


def test_canceling_twice_changes_nothing_that_is_final(
    sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    db_session.execute(update(Notification).values(status="CANCELED", reason_code="sandbox_user"))
    db_session.commit()
    cancel(db_session, message_id)
    assert look(db_session, message_id).reason_code == "sandbox_user"
