"""Delivery results: proved, stored once, applied from the row."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from messages import add_messages, answer, attempts, look, open_reviews
from openapi_client import SpecClient
from receipts import SIGNED, URL, envelope, events, hook, request_id_of
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import claims, outcomes
from app.domain.days import utc_now
from app.extensions import db
from dev.sandbox.client import Sandbox

Run = Callable[[], None]


def test_a_delivered_result_makes_the_message_delivered(
    client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session
) -> None:
    request_id = request_id_of(db_session, sent)

    answer = client.post(URL, json=envelope(hook(sent, request_id=request_id)), headers=SIGNED)
    run_webhooks()

    message, [attempt], [event] = look(db_session, sent), attempts(db_session, sent), events(db_session)
    assert answer.status_code == 200
    assert message.status == "DELIVERED"
    assert message.delivered_at.isoformat() == "2026-01-04T22:00:03+00:00"
    assert (message.reason_code, message.provider_response_code, message.last_error_at) == (None, None, None)
    assert (attempt.delivery_code, attempt.delivery_at) == ("1000", message.delivered_at)
    assert (event.status, event.signature_state, event.schema_version) == (
        "PROCESSED",
        "valid",
        "alimtalk-2.3",
    )
    assert event.user_id == message.user_id
    assert event.retry_count == 0


def test_an_undelivered_result_makes_it_failed_and_a_later_delivery_wins(
    client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session
) -> None:
    request_id = request_id_of(db_session, sent)

    client.post(URL, json=envelope(hook(sent, "3019", request_id=request_id)), headers=SIGNED)
    run_webhooks()
    assert look(db_session, sent).status == "FAILED"
    assert look(db_session, sent).provider_response_code == "3019"
    client.post(URL, json=envelope(hook(sent, "1000", "hook-2", request_id)), headers=SIGNED)
    run_webhooks()
    client.post(URL, json=envelope(hook(sent, "3019", "hook-3", request_id)), headers=SIGNED)
    run_webhooks()

    assert look(db_session, sent).status == "DELIVERED"
    assert attempts(db_session, sent)[0].delivery_code == "1000"


def test_an_uncertain_result_changes_nothing(
    client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session
) -> None:
    request_id = request_id_of(db_session, sent)

    client.post(URL, json=envelope(hook(sent, "3005", request_id=request_id)), headers=SIGNED)
    run_webhooks()

    assert look(db_session, sent).status == "SENT"
    assert attempts(db_session, sent)[0].delivery_code == "3005"


def test_a_transient_failure_of_the_relay_is_sent_again(
    client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session
) -> None:
    request_id = request_id_of(db_session, sent)

    client.post(URL, json=envelope(hook(sent, "9999", request_id=request_id)), headers=SIGNED)
    run_webhooks()

    assert look(db_session, sent).status == "RETRY_SCHEDULED"


def test_results_of_one_message_are_applied_in_order(
    client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session
) -> None:
    request_id = request_id_of(db_session, sent)
    hooks = [hook(sent, code, f"hook-{n}", request_id) for n, code in enumerate(["3005", "3019", "1000"])]

    client.post(URL, json=envelope(*hooks), headers=SIGNED)
    run_webhooks()

    assert look(db_session, sent).status == "DELIVERED"
    assert {event.status for event in events(db_session)} == {"PROCESSED"}


def test_an_early_failure_waits_until_the_send_is_recorded(
    app: Flask, client: SpecClient, sandbox: Sandbox, run_webhooks: Run, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    with app.app_context():
        claims.claim(db.session(), limit=1, provider="alimtalk")
        db.session.commit()

    client.post(URL, json=envelope(hook(message_id, "3019")), headers=SIGNED)
    run_webhooks()

    assert look(db_session, message_id).status == "SENDING"
    assert [event.status for event in events(db_session)] == ["RECEIVED"]


def test_a_result_for_nobody_waits_an_hour_and_is_closed_as_an_orphan(
    client: SpecClient, run_webhooks: Run, db_session: Session
) -> None:
    client.post(URL, json=envelope(hook("not-an-id")), headers=SIGNED)
    run_webhooks()
    assert [event.status for event in events(db_session)] == ["RECEIVED"]
    long_ago = "UPDATE webhook_events SET received_at = now() - interval '61 minutes', due_at = now()"
    db_session.execute(text(long_ago))
    db_session.commit()

    run_webhooks()

    assert [event.status for event in events(db_session)] == ["ORPHAN"]
    assert open_reviews(db_session) == []


@pytest.mark.parametrize("answers_late", [False, True])
def test_a_delivered_result_completes_the_attempt_of_a_worker_that_died(
    app: Flask,
    client: SpecClient,
    sandbox: Sandbox,
    run_webhooks: Run,
    db_session: Session,
    answers_late: bool,
) -> None:
    [message_id] = add_messages(db_session)
    with app.app_context():
        request = claims.claim(db.session(), limit=1, provider="alimtalk")
        db.session.commit()
    client.post(URL, json=envelope(hook(message_id, "1000")), headers=SIGNED)

    run_webhooks()
    if answers_late:
        with app.app_context():
            found = answer("ok", http_status=200, provider_request_id="r-1")
            outcomes.record(db.session(), request, {message_id: found}, utc_now())
            db.session.commit()

    [attempt] = attempts(db_session, message_id)
    assert look(db_session, message_id).status == "DELIVERED"
    assert (attempt.outcome, attempt.delivery_code) == ("ok", "1000")
    assert attempt.captured_at is not None
    assert (attempt.provider_status_code, attempt.http_status) == (
        ("0", 200) if answers_late else (None, None)
    )
    ended = text("SELECT sum(ended), sum(ok) FROM delivery_tallies")
    assert db_session.execute(ended).one() == (1, 1)


def test_a_result_told_twice_keeps_its_first_time(
    client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session
) -> None:
    first = hook(sent, "3019", "hook-1", request_id_of(db_session, sent))
    again = first | {"hookId": "hook-2", "receiveDate": "2026-01-05 09:00:00"}

    for each in (first, again):
        client.post(URL, json=envelope(each), headers=SIGNED)
        run_webhooks()

    assert attempts(db_session, sent)[0].delivery_at.isoformat() == "2026-01-04T22:00:03+00:00"


@pytest.mark.parametrize(
    ("code", "tries", "reason"), [("9999", 3, "provider_error"), ("4143", 2, "request_expired")]
)
def test_a_message_fails_after_so_many_transient_results(
    client: SpecClient,
    sandbox: Sandbox,
    run_delivery: Run,
    run_webhooks: Run,
    db_session: Session,
    code: str,
    tries: int,
    reason: str,
) -> None:
    """A request that expired inside the relay is tried again once."""
    [message_id] = add_messages(db_session, attempt_count=4)

    for number in range(5):
        db_session.execute(text("UPDATE notifications SET due_at = schedule_at"))
        db_session.commit()
        run_delivery()
        request_id = str(attempts(db_session, message_id)[-1].provider_request_id)
        body = envelope(hook(message_id, code, f"hook-{number}", request_id))
        client.post(URL, json=body, headers=SIGNED)
        run_webhooks()

    message = look(db_session, message_id)
    assert (message.status, message.reason_code) == ("FAILED", reason)
    assert sandbox.effects() == {str(message_id): tries}


def test_a_transient_result_after_the_messages_time_fails_it(
    client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session
) -> None:
    over = "UPDATE notifications SET schedule_at = now() - interval '2 days', expires_at = now()"
    db_session.execute(text(over))
    db_session.commit()

    client.post(
        URL, json=envelope(hook(sent, "9999", request_id=request_id_of(db_session, sent))), headers=SIGNED
    )
    run_webhooks()

    assert look(db_session, sent).status == "FAILED"
