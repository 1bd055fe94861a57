"""`flask ops log trace`: the story of a message, and what is never printed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from factories import add_user, make_notification
from flask import Flask
from messages import TEXTS, add_messages, attempts, phone
from openapi_client import SpecClient
from receipts import SIGNED, URL, envelope, hook
from review_builders import add_event, add_message, add_review, decided
from sqlalchemy import text
from sqlalchemy.orm import Session
from trace_builders import facts, names, only_event, story, trace

from app.models import Notification, NotificationProviderCode
from dev.sandbox.client import Sandbox

Run = Callable[[], None]


def test_a_message_that_arrived_is_told_from_its_beginning_to_its_end(
    app: Flask,
    client: SpecClient,
    sandbox: Sandbox,
    run_delivery: Run,
    run_webhooks: Run,
    db_session: Session,
) -> None:
    sandbox.script("send", header_code=-9999)
    [message_id] = add_messages(db_session)
    run_delivery()
    db_session.execute(text("UPDATE notifications SET due_at = now()"))
    db_session.commit()
    run_delivery()
    first, second = attempts(db_session, message_id)
    result = hook(message_id, request_id=str(second.provider_request_id))
    client.post(URL, json=envelope(result), headers=SIGNED)
    run_webhooks()

    told = story(app, message_id)

    assert names(told) == ["created", "scheduled", "attempt", "attempt", "receipt", "event", "now"]
    tries = [each for name, each in told if name == "attempt"]
    assert [(each["no"], each["code"], each["outcome"], each["http_status"]) for each in tries] == [
        (1, "-9999", "retry", 200),
        (2, "0", "ok", 200),
    ]
    assert [each["request_key"] for each in tries] == [first.request_key, second.request_key]
    assert [each["latency_ms"] for each in tries] == [first.latency_ms, second.latency_ms]
    assert facts(told, "receipt") == {"of_attempt": 2, "code": "1000", "outcome": "ok"}
    event = {"id": str(only_event(db_session)), "code": "1000", "status": "PROCESSED"}
    assert facts(told, "event") == event
    assert facts(told, "now") == {"status": "DELIVERED", "attempts": 2}


def test_a_line_is_a_happening_with_its_time(app: Flask, db_session: Session) -> None:
    [message_id] = add_messages(db_session)
    row = db_session.get_one(Notification, message_id)

    lines = trace(app, message_id).stdout.splitlines()

    at = row.created_at.isoformat(timespec="seconds")
    assert [line.split()[:2] for line in lines] == [["ok", "created"], ["ok", "scheduled"], ["ok", "now"]]
    assert lines[0].split()[2:] == [at, "kind", "notice", "user_id", str(row.user_id)]
    assert lines[1].split()[3:5] == ["for", row.schedule_at.isoformat(timespec="seconds")]
    assert lines[2].split()[3:5] == ["status", "SCHEDULED"]


def test_an_attempt_without_an_answer_says_so(app: Flask, db_session: Session) -> None:
    user = add_user(db_session)
    message = make_notification(db_session, user.id, status="SENDING")

    told = story(app, message.id)

    assert facts(told, "attempt")["outcome"] == "no answer yet"
    assert facts(told, "now")["status"] == "SENDING" and "leased_until" in facts(told, "now")


def test_what_a_human_decided_is_told(app: Flask, client: SpecClient, db_session: Session) -> None:
    review = add_review(db_session)
    message = add_message(db_session, review)
    decided(client, review.id, "confirm_sent")

    told = story(app, message.id)

    assert names(told) == ["created", "scheduled", "review", "decision", "now"]
    assert facts(told, "review") == {
        "id": str(review.id),
        "cause": "notice:TIMEOUT",
        "reason_code": "outcome_unknown",
        "count": 1,
    }
    assert facts(told, "decision") == {"action": "confirm_sent", "by": "kim", "memo": "확인했습니다"}
    assert facts(told, "now")["status"] == "SENT"


def test_a_review_that_was_open_before_the_message_does_not_come_before_it(
    app: Flask, db_session: Session
) -> None:
    review = add_review(db_session, opened_at=datetime.now(UTC) - timedelta(days=1))
    message = add_message(db_session, review)

    told = story(app, message.id)

    assert names(told) == ["created", "scheduled", "review", "now"]


def test_a_receipt_told_to_the_second_does_not_come_before_its_attempt(
    app: Flask, db_session: Session
) -> None:
    [message_id] = add_messages(db_session, status="DELIVERED")
    began = datetime.now(UTC) + timedelta(seconds=1)
    attempt = NotificationProviderCode(
        notification_id=message_id,
        provider="alimtalk",
        attempt_no=1,
        request_key="k",
        started_at=began,
        captured_at=began + timedelta(milliseconds=200),
        outcome="ok",
        delivery_at=began - timedelta(milliseconds=900),
        delivery_code="1000",
        delivery_outcome="ok",
    )
    db_session.add(attempt)
    db_session.commit()

    assert names(story(app, message_id))[-3:] == ["attempt", "receipt", "now"]


def test_no_phone_number_and_no_text_is_printed_whoever_wrote_it(
    app: Flask, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    run_delivery()
    number = phone(0)
    review = {"state": "resolved", "action": "discard", "resolved_at": datetime.now(UTC)}
    asked = add_review(db_session, memo=f"전화함 {number}", actor=f"kim {number}", **review)
    row = db_session.get_one(Notification, message_id)
    row.request_id, row.review_id, row.failure_reason = number, asked.id, number
    event = add_event(
        db_session, asked, user_id=row.user_id, event_id=number, request_id=number, payload=hook(message_id)
    )
    db_session.commit()

    printed = "".join(
        trace(app, each, *kind).output for each in (message_id, event.id) for kind in ((), ("--json",))
    )

    assert "전화함 ***" in printed
    assert number not in printed and "01000000000" not in printed
    assert [each for each in TEXTS["notice"].values() if each in printed] == []


def test_an_unknown_id_is_a_fail(app: Flask) -> None:
    unknown = uuid4()

    result, as_json = trace(app, unknown), trace(app, unknown, "--json")

    assert (result.exit_code, as_json.exit_code) == (1, 1)
    assert result.stdout.startswith("FAIL  log trace")
    assert str(unknown) in result.stdout
    assert json.loads(as_json.stdout)["ok"] is False


@pytest.mark.parametrize("given", ["", "7", "not-an-id", f"{uuid4()}0"])
def test_a_malformed_id_is_wrong_use(app: Flask, given: str) -> None:
    result = trace(app, given)

    assert (result.exit_code, result.stdout) == (2, "")
