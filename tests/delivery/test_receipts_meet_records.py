"""Results that come while the answer to their own request is being recorded, or before, or again."""

from uuid import UUID

from background import in_background
from flask import Flask
from messages import add_messages, answer, attempts, look, open_reviews
from openapi_client import SpecClient
from receipts import SIGNED, URL, envelope, hook
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from app.domain import claims, gates, guardrails, outcomes, pulls, receipts
from app.domain.claims import Request
from app.domain.consequences import Meaning
from app.domain.days import utc_now
from app.domain.receipts import Receipt
from app.models import Notification, WebhookEvent
from app.workers.webhooks import process_events
from dev.sandbox.client import Sandbox

TRANSIENT = Meaning("retry", "kakao_error", "")
ALERT = Meaning("alert", "channel_unusable", "")
BAD_NUMBER = Meaning("recipient", "not_kakaotalk_user", "")


def claimed(session: Session) -> Request:
    request = claims.claim(session, limit=10, provider="alimtalk")
    session.commit()
    assert request is not None
    return request


def record_taken(session: Session, request: Request, request_id: str = "R1") -> None:
    """The dealer took it; not committed."""
    taken = answer("ok", provider_request_id=request_id, recipient_seq=1)
    outcomes.record(session, request, dict.fromkeys((row.id for row in request.rows), taken), utc_now())


def tallied(session: Session) -> tuple[int, int]:
    session.rollback()
    ended, ok = session.execute(text("SELECT sum(ended), sum(ok) FROM delivery_tallies")).one()
    return ended, ok


def test_a_failure_that_waits_for_the_record_is_applied_after_it(
    app: Flask, client: SpecClient, sandbox: Sandbox, db_session: Session, engine: Engine
) -> None:
    [message_id] = add_messages(db_session)
    request = claimed(db_session)
    client.post(URL, json=envelope(hook(message_id, "2001", request_id="R1")), headers=SIGNED)

    def work(_: Session) -> None:
        with app.app_context():
            process_events()

    record_taken(db_session, request)
    with in_background(engine, work) as failed:
        db_session.commit()

    assert failed == []
    assert look(db_session, message_id).status == "RETRY_SCHEDULED"
    assert db_session.scalars(select(WebhookEvent.status)).all() == ["PROCESSED"]
    assert tallied(db_session) == (1, 0)


def test_an_alert_that_waits_for_the_record_stops_the_sender(
    sandbox: Sandbox, db_session: Session, engine: Engine
) -> None:
    [message_id] = add_messages(db_session)
    record_taken(db_session, claimed(db_session))
    found = Receipt(message_id, "1021", ALERT, None, "R1")

    with in_background(engine, lambda session: receipts.apply(session, [found], utc_now())) as failed:
        db_session.commit()

    assert failed == []
    assert guardrails.read(db_session, gates.NO_SETTINGS).send_paused
    assert open_reviews(db_session) == [("sender", "alimtalk", "channel_unusable", 1)]


def test_a_delivery_that_waits_for_the_record_is_counted_once(
    sandbox: Sandbox, db_session: Session, engine: Engine
) -> None:
    [message_id] = add_messages(db_session)
    record_taken(db_session, claimed(db_session))
    found = Receipt(message_id, "1000", Meaning("ok", "delivered", ""), None, "R1")

    with in_background(engine, lambda session: receipts.apply(session, [found], utc_now())) as failed:
        db_session.commit()

    assert failed == []
    assert look(db_session, message_id).status == "DELIVERED"
    assert tallied(db_session) == (1, 1)


def send_again(session: Session) -> None:
    """Whatever holds it back, the message is due now."""
    session.execute(update(Notification).values(due_at=Notification.schedule_at))
    session.commit()


def fail(session: Session, message_id: UUID, request_id: str, meaning: Meaning = TRANSIENT) -> None:
    receipts.apply(session, [Receipt(message_id, "2001", meaning, None, request_id)], utc_now())
    session.commit()


def test_early_failures_do_not_use_up_the_tries(sandbox: Sandbox, db_session: Session) -> None:
    """Each result comes before its own record and is applied again after it."""
    [message_id] = add_messages(db_session)

    states = []
    for number in range(3):
        request = claimed(db_session)
        fail(db_session, message_id, f"R{number}")
        record_taken(db_session, request, f"R{number}")
        db_session.commit()
        fail(db_session, message_id, f"R{number}")
        states.append(look(db_session, message_id).status)
        send_again(db_session)

    assert states == ["RETRY_SCHEDULED", "RETRY_SCHEDULED", "FAILED"]


def test_after_a_humans_retry_the_tries_begin_anew(sandbox: Sandbox, db_session: Session) -> None:
    [message_id] = add_messages(db_session)
    for number in range(3):
        record_taken(db_session, claimed(db_session), f"R{number}")
        fail(db_session, message_id, f"R{number}")
        send_again(db_session)
    assert look(db_session, message_id).status == "FAILED"
    db_session.execute(update(Notification).values(status="RETRY_SCHEDULED", free_attempts=3))
    db_session.commit()

    record_taken(db_session, claimed(db_session), "R9")
    fail(db_session, message_id, "R9")

    assert look(db_session, message_id).status == "RETRY_SCHEDULED"


def test_a_late_failure_of_an_older_attempt_is_not_written_on_the_one_in_flight(
    sandbox: Sandbox, db_session: Session
) -> None:
    """The first had no answer; a human had it sent again. Then the pull must see the second's own result."""
    [message_id] = add_messages(db_session)
    first = claimed(db_session)
    outcomes.record(db_session, first, {message_id: answer("unknown", "TIMEOUT")}, utc_now())
    db_session.execute(update(Notification).values(status="MANUAL_REVIEW", leased_until=None))
    db_session.execute(update(Notification).values(status="RETRY_SCHEDULED", due_at=Notification.schedule_at))
    db_session.commit()
    second = claimed(db_session)

    fail(db_session, message_id, "R1", BAD_NUMBER)
    record_taken(db_session, second, "R2")
    db_session.commit()

    assert [each.delivery_code for each in attempts(db_session, message_id)] == [None, None]
    assert pulls.match(db_session, [{"request_id": "R2", "seq": 1, "code": "2001"}]) == {0: message_id}


def test_a_code_nobody_knows_is_told_once_however_often_it_is_looked_at(
    sandbox: Sandbox, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    request = claimed(db_session)
    odd = Receipt(message_id, "7777", Meaning("unknown", "unknown_code", "", review=True), None, "R1")

    for _ in range(3):
        receipts.apply(db_session, [odd], utc_now())
    record_taken(db_session, request)
    for _ in range(3):
        receipts.apply(db_session, [odd], utc_now())
    db_session.commit()

    assert open_reviews(db_session) == [("notification", "notice:7777", "unknown_code", 1)]
