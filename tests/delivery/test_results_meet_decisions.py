"""Results are worked on while an operator decides, or the dealer repeats itself."""

from collections.abc import Callable

from background import in_background
from flask import Flask
from messages import add_messages, look
from openapi_client import SpecClient
from receipts import SIGNED, URL, envelope, events, hook, request_id_of
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.domain import events as domain_events
from app.domain import review_actions
from app.domain.consequences import Signal, follow
from app.domain.days import utc_now
from app.domain.events import Finished, Incoming
from app.domain.gates import NO_SETTINGS
from app.models import ManualReview, WebhookEvent
from app.workers.meanings import delivery_meaning
from app.workers.webhooks import process_events
from dev.sandbox.client import Sandbox

PROFILE, CHANNEL = "1002", "1021"  # each stops the sender, for a reason of its own


def test_a_second_result_of_a_message_waits_for_a_decision_with_nothing_in_hand(
    app: Flask,
    client: SpecClient,
    engine: Engine,
    sandbox: Sandbox,
    run_delivery: Callable[[], None],
    db_session: Session,
) -> None:
    one, two = add_messages(db_session, 2)
    run_delivery()
    follow(db_session, "alimtalk", [Signal("notice", CHANNEL, delivery_meaning(CHANNEL))], NO_SETTINGS)
    db_session.commit()
    for number, (message_id, code) in enumerate([(one, "3005"), (one, CHANNEL), (two, PROFILE)]):
        told = hook(message_id, code, f"hook-{number}", request_id_of(db_session, message_id))
        client.post(URL, json=envelope(told), headers=SIGNED)

    def work(_: Session) -> None:
        with app.app_context():
            process_events()

    # What `resolve` does first; then a worker comes and waits for the review; then `resolve` goes on.
    review_id = db_session.scalars(select(ManualReview.id).with_for_update()).one()
    with in_background(engine, work) as failed:
        review_actions.resolve(
            db_session, review_id, action="retry", memo="고쳤습니다", actor="kim", now=utc_now()
        )
        db_session.commit()

    assert failed == []
    assert {event.status for event in events(db_session)} == {"PROCESSED"}
    assert {look(db_session, each).status for each in (one, two)} == {"RETRY_SCHEDULED"}


def test_results_that_come_again_with_other_bodies_wait_for_those_that_are_worked_on(
    engine: Engine, db_session: Session
) -> None:
    names = ["hook-1", "hook-2"]
    domain_events.store(
        db_session, "alimtalk", [Incoming(each, {"n": 1}, "alimtalk-2.3") for each in names], None
    )
    db_session.commit()
    low, high = db_session.scalars(select(WebhookEvent.id).order_by(WebhookEvent.id)).all()
    ended = [Finished(each, "PROCESSED", None, 0) for each in (high, low)]

    # What `store` does to two bodies that came again, up to the first event; then a worker ends both.
    db_session.execute(select(WebhookEvent.id).where(WebhookEvent.id == low).with_for_update())
    with in_background(engine, lambda session: domain_events.finish(session, ended)) as failed:
        other = [Incoming(each, {"n": 2}, "alimtalk-2.3") for each in names]
        domain_events.store(db_session, "alimtalk", other, None)
        db_session.commit()

    assert failed == []
    assert {event.status for event in events(db_session)} == {"PROCESSED"}
