"""Delivery results: proved, stored once, applied from the row."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from messages import add_messages, attempts, look, open_reviews
from openapi_client import SpecClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.domain import claims
from app.domain import events as domain_events
from app.extensions import db
from app.models import WebhookEvent
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
URL = "/webhooks/alimtalk/results"
SIGNED = {"X-Toast-Webhook-Signature": "sandbox-result-signature"}


def hook(
    message_id: object, code: str = "1000", hook_id: str = "hook-1", request_id: str = "r-1"
) -> dict[str, Any]:
    return {
        "hookId": hook_id,
        "kakaoMessageType": "ALIMTALK_NORMAL",
        "requestId": request_id,
        "recipientSeq": 1,
        "requestDate": "2026-01-05 07:00:00",
        "createDate": "2026-01-05 07:00:00",
        "receiveDate": "2026-01-05 07:00:03",
        "recipientNo": "01000000000",
        "resultCode": code,
        "senderGroupingKey": "key",
        "recipientGroupingKey": str(message_id),
    }


def envelope(*hooks: dict[str, Any]) -> dict[str, Any]:
    return {"hooksId": "h", "event": "MESSAGE_RESULT_UPDATE", "hooks": list(hooks)}


def events(session: Session) -> list[WebhookEvent]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(WebhookEvent).order_by(WebhookEvent.received_at)))


@pytest.fixture
def sent(sandbox: Sandbox, run_delivery: Run, db_session: Session) -> Any:
    [message_id] = add_messages(db_session)
    run_delivery()
    return message_id


def request_id_of(session: Session, message_id: Any) -> str:
    return str(attempts(session, message_id)[0].provider_request_id)


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


def test_the_same_hook_twice_is_one_event_with_the_same_answer(
    client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session
) -> None:
    body = envelope(hook(sent))

    answers = [client.post(URL, json=body, headers=SIGNED) for _ in range(3)]
    run_webhooks()

    assert {(each.status_code, each.get_data()) for each in answers} == {(200, answers[0].get_data())}
    assert len(events(db_session)) == 1


def test_the_same_hook_with_another_body_has_no_effect_and_opens_a_review(
    client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session
) -> None:
    client.post(URL, json=envelope(hook(sent, "3005")), headers=SIGNED)
    answer = client.post(URL, json=envelope(hook(sent, "1000")), headers=SIGNED)
    run_webhooks()

    assert answer.status_code == 200
    assert look(db_session, sent).status == "SENT"
    assert open_reviews(db_session) == [("webhook_event", "alimtalk", "event_id_reused", 1)]


@pytest.mark.parametrize(
    ("headers", "state"), [({}, "missing"), ({"X-Toast-Webhook-Signature": "guess"}, "invalid")]
)
def test_a_forged_result_leaves_a_row_without_a_body_and_no_effect(
    client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session, headers: dict[str, str], state: str
) -> None:
    answer = client.post(URL, json=envelope(hook(sent)), headers=headers)
    run_webhooks()

    [event] = events(db_session)
    assert answer.status_code == 401
    assert (event.status, event.signature_state, event.payload) == ("REJECTED", state, None)
    assert event.event_id != "hook-1"
    assert look(db_session, sent).status == "SENT"


def test_at_most_a_hundred_forged_rows_an_hour_are_kept(client: SpecClient, db_session: Session) -> None:
    for _ in range(103):
        assert client.post(URL, json={}).status_code == 401

    assert len(events(db_session)) == 100


def test_a_proved_event_of_an_unknown_shape_is_kept_for_a_human(
    client: SpecClient, run_webhooks: Run, db_session: Session
) -> None:
    answer = client.post(URL, json={"event": "SOMETHING_NEW", "hooks": [{"a": 1}]}, headers=SIGNED)
    run_webhooks()

    [event] = events(db_session)
    assert answer.status_code == 200
    assert (event.status, event.schema_version) == ("MANUAL_REVIEW", None)
    assert open_reviews(db_session) == [("webhook_event", "alimtalk", "unknown_schema", 1)]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"hooks": "\\u0000"}'])
def test_malformed_bodies_are_refused(client: SpecClient, db_session: Session, body: bytes) -> None:
    answer = client.post(URL, data=body, content_type="application/json", headers=SIGNED)

    assert answer.status_code == 400
    assert events(db_session) == []


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


def test_an_event_whose_handler_dies_is_tried_five_times_and_goes_to_a_human(
    app: Flask, client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session
) -> None:
    client.post(URL, json=envelope(hook(sent)), headers=SIGNED)
    tries = 0
    while any(event.status == "RECEIVED" for event in events(db_session)) and tries < 10:
        db_session.execute(text("UPDATE webhook_events SET due_at = now()"))
        db_session.commit()
        with app.app_context():
            tries += len(domain_events.claim(db.session(), 10))
            db.session.commit()

    assert tries == 6
    assert [event.status for event in events(db_session)] == ["MANUAL_REVIEW"]
    assert open_reviews(db_session) == [("webhook_event", "alimtalk", "handler_failed", 1)]


def test_a_thousand_results_come_in_one_body(
    client: SpecClient, run_webhooks: Run, db_session: Session
) -> None:
    hooks = [hook("not-an-id", hook_id=f"hook-{n}") for n in range(1500)]

    answer = client.post(URL, json=envelope(*hooks, hooks[0]), headers=SIGNED)

    assert answer.status_code == 200
    assert len(events(db_session)) == 1500


@pytest.mark.parametrize("odd", [{"hookId": ["hook-1"]}, {"hookId": "hook-1"}, {"hookId": {}}, 7, None])
def test_an_odd_hook_does_not_take_the_others_with_it(
    client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session, odd: object
) -> None:
    request_id = request_id_of(db_session, sent)
    body = {"hooks": [hook(sent, request_id=request_id), odd]}

    answer = client.post(URL, json=body, headers=SIGNED)
    run_webhooks()

    assert answer.status_code == 200
    assert look(db_session, sent).status == "DELIVERED"
