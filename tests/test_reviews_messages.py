"""What a decision does to the messages and events of a review."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from openapi_client import SpecClient
from redis import Redis
from review_builders import add_event, add_message, add_review, decide, decided, fresh, open_ones
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import events, review_actions
from app.extensions import db
from app.models import Notification, WebhookEvent
from app.workers.webhooks import process_events


def bells(redis: Redis, name: str) -> int:
    return int(redis.llen(f"rq:queue:{name}"))


def test_a_message_that_is_sent_again_starts_anew(
    client: SpecClient, redis: Redis, db_session: Session
) -> None:
    review = add_review(db_session)
    row = add_message(
        db_session,
        review,
        due_at=datetime(2026, 1, 1, tzinfo=UTC),
        attempt_count=1,
        request_key="key",
        split_size=1,
        provider_response_code="TIMEOUT",
    )
    db_session.execute(text("UPDATE notifications SET attempt_count = 100"))
    db_session.commit()

    found = decided(client, review.id, "retry")

    now = fresh(db_session, row)
    assert found["applied"] == 1
    assert (now.status, now.free_attempts, now.human_retries) == ("RETRY_SCHEDULED", 100, 1)
    assert (now.split_size, now.leased_until, now.request_key) == (None, None, "key")
    assert (now.reason_code, now.failure_reason) == ("outcome_unknown", "응답 없음")
    assert abs(now.due_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert now.expires_at == row.expires_at
    assert bells(redis, "delivery") == 1


def test_a_late_message_that_is_sent_again_gets_an_hour(client: SpecClient, db_session: Session) -> None:
    review = add_review(db_session)
    long_ago = datetime.now(UTC) - timedelta(days=3)
    row = add_message(db_session, review, status="FAILED", schedule_at=long_ago)

    decided(client, review.id, "retry")

    left = fresh(db_session, row).expires_at - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)


def test_a_message_known_to_be_sent_is_sent(client: SpecClient, redis: Redis, db_session: Session) -> None:
    review = add_review(db_session)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    unknown = add_message(db_session, review, receipt_due_at=at)
    failed = add_message(db_session, review, status="FAILED", sent_at=at)

    found = decided(client, review.id, "confirm_sent")

    for row in (unknown, failed):
        now = fresh(db_session, row)
        assert (now.status, now.reason_code, now.failure_reason) == ("SENT", None, None)
        assert now.receipt_due_at is None
    assert fresh(db_session, failed).sent_at == at
    assert fresh(db_session, unknown).sent_at is not None
    assert found["applied"] == 2
    assert bells(redis, "delivery") == 0


def test_a_message_that_is_given_up_has_failed(client: SpecClient, db_session: Session) -> None:
    review = add_review(db_session)
    rows = [add_message(db_session, review, status=status) for status in ("MANUAL_REVIEW", "FAILED")]

    found = decided(client, review.id, "discard")

    now = [fresh(db_session, row) for row in rows]
    assert [(each.status, each.reason_code) for each in now] == [("FAILED", "discarded")] * 2
    assert found["applied"] == 2


@pytest.mark.parametrize("action", ["retry", "confirm_sent", "discard"])
@pytest.mark.parametrize("status", ["DELIVERED", "SENT", "CANCELED", "RETRY_SCHEDULED"])
def test_what_is_settled_and_what_is_anothers_is_left_alone(
    client: SpecClient, db_session: Session, action: str, status: str
) -> None:
    review, other = add_review(db_session), add_review(db_session, cause="notice:-9")
    settled = add_message(db_session, review, status=status, sent_at=datetime.now(UTC))
    elsewhere, nowhere = add_message(db_session, other), add_message(db_session, None)

    found = decided(client, review.id, action)

    assert found["applied"] == 0
    assert [fresh(db_session, each).status for each in (settled, elsewhere, nowhere)] == [
        status,
        "MANUAL_REVIEW",
        "MANUAL_REVIEW",
    ]
    assert fresh(db_session, settled).reason_code == "outcome_unknown"


def test_messages_sent_again_three_times_stay_in_front_of_a_human(
    client: SpecClient, db_session: Session
) -> None:
    review = add_review(db_session)
    tried = [add_message(db_session, review, human_retries=number) for number in (2, 3, 4)]

    found = decided(client, review.id, "retry")

    now = [fresh(db_session, row) for row in tried]
    assert found["applied"] == 1
    assert [each.status for each in now] == ["RETRY_SCHEDULED", "MANUAL_REVIEW", "MANUAL_REVIEW"]
    assert [each.human_retries for each in now] == [3, 3, 4]
    assert open_ones(db_session) == [("notification", "notice:TIMEOUT", "retries_exhausted", 2)]
    assert {each.review_id for each in now[1:]}.isdisjoint({review.id})
    log = db_session.execute(text("SELECT detail FROM maintenance_logs")).scalar_one()
    assert (log["applied"], log["moved"]) == (1, 2)


def test_when_all_were_sent_again_three_times_a_human_must_decide_otherwise(
    client: SpecClient, db_session: Session
) -> None:
    review = add_review(db_session, reason_code="retries_exhausted")
    row = add_message(db_session, review, human_retries=3)

    refused = decide(client, review.id, "retry")

    assert (refused.status_code, refused.json["code"]) == (409, "conflict")
    assert "confirm_sent or discard" in refused.json["detail"]
    assert fresh(db_session, row).review_id == review.id
    assert open_ones(db_session) == [("notification", "notice:TIMEOUT", "retries_exhausted", 1)]
    assert decided(client, review.id, "confirm_sent")["applied"] == 1


def test_the_fourth_retry_of_one_message_is_refused(client: SpecClient, db_session: Session) -> None:
    review = add_review(db_session)
    row = add_message(db_session, review)
    for _ in range(3):
        decided(client, review.id, "retry")
        review = add_review(db_session)
        again = {"status": "FAILED", "review_id": review.id}
        for moves in ({"status": "SENDING", "leased_until": datetime.now(UTC), "request_key": "k"}, again):
            kept = fresh(db_session, row)
            for name, value in moves.items():
                setattr(kept, name, value)
            db_session.commit()

    assert fresh(db_session, row).human_retries == 3
    assert decide(client, review.id, "retry").status_code == 409


def test_events_that_are_tried_again_are_worked_on_from_the_start(
    client: SpecClient, redis: Redis, db_session: Session
) -> None:
    review = add_review(db_session, "webhook_event", cause="alimtalk", reason_code="handler_failed")
    later = datetime.now(UTC) + timedelta(hours=1)
    waits = add_event(db_session, review, retry_count=6, due_at=later)
    done = add_event(db_session, review, status="PROCESSED", retry_count=1)

    found = decided(client, review.id, "retry")

    now = fresh(db_session, waits)
    assert (now.status, now.retry_count, now.due_at <= datetime.now(UTC)) == ("RECEIVED", 0, True)
    assert (fresh(db_session, done).status, fresh(db_session, done).retry_count) == ("PROCESSED", 1)
    assert found["applied"] == 1
    assert bells(redis, "webhooks") == 1


def test_what_was_said_in_a_chat_is_never_said_again_only_discarded(
    client: SpecClient, redis: Redis, db_session: Session
) -> None:
    review = add_review(db_session, "webhook_event", cause="kakao_skill", reason_code="event_id_reused")
    event = add_event(db_session, review, provider="kakao_skill")

    answer = decide(client, review.id, "retry")

    assert (answer.status_code, answer.json["code"]) == (409, "conflict")
    assert fresh(db_session, review).state == "open"
    assert (fresh(db_session, event).status, bells(redis, "webhooks")) == ("MANUAL_REVIEW", 0)
    assert decided(client, review.id, "discard")["applied"] == 1


def test_events_that_are_given_up_are_discarded(
    client: SpecClient, redis: Redis, db_session: Session
) -> None:
    review = add_review(db_session, "webhook_event", cause="alimtalk", reason_code="unknown_schema")
    waits, done = add_event(db_session, review), add_event(db_session, review, status="PROCESSED")

    found = decided(client, review.id, "discard")

    assert [fresh(db_session, each).status for each in (waits, done)] == ["DISCARDED", "PROCESSED"]
    assert found["applied"] == 1
    assert bells(redis, "webhooks") == 0


@pytest.mark.parametrize("payload", [{"odd": True}, {"hooks": [{"a": 1}]}, [], 7, None])
def test_an_event_that_is_still_not_understood_goes_back_to_a_human(
    app: Flask, client: SpecClient, db_session: Session, payload: Any
) -> None:
    review = add_review(db_session, "webhook_event", cause="alimtalk", reason_code="unknown_schema")
    odd = add_event(db_session, review, payload=payload)
    good = {"hookId": "h", "requestId": "r", "recipientSeq": 1, "resultCode": "1000"}
    known = add_event(db_session, None, payload=good, status="RECEIVED", schema_version="alimtalk-2.3")
    decided(client, review.id, "retry")

    with app.app_context():
        process_events()

    now = fresh(db_session, odd)
    assert now.status == "MANUAL_REVIEW"
    assert now.review_id not in (None, review.id)
    assert fresh(db_session, known).retry_count == 0
    assert open_ones(db_session) == [("webhook_event", "alimtalk", "unknown_schema", 1)]


def store(session: Session, *incoming: events.Incoming) -> None:
    events.store(session, "alimtalk", incoming, None)
    session.commit()


def review_ids(session: Session) -> dict[str, Any]:
    session.rollback()
    session.expire_all()
    return {each.event_id: each.review_id for each in session.query(WebhookEvent)}


def test_events_point_to_the_review_that_was_opened_for_them(
    app: Flask, client: SpecClient, db_session: Session
) -> None:
    odd = events.Incoming("odd", {"a": 1}, None)
    fine = events.Incoming("fine", {"b": 1}, "alimtalk-2.3")
    dying = events.Incoming("dying", {"c": 1}, "alimtalk-2.3")
    store(db_session, odd, fine, dying)
    store(db_session, events.Incoming("fine", {"b": 2}, "alimtalk-2.3"))
    db_session.execute(text("UPDATE webhook_events SET retry_count = 6 WHERE event_id = 'dying'"))
    db_session.commit()
    with app.app_context():
        events.claim(db.session(), 10)
        db.session.commit()

    listed = {reason: cause for _, cause, reason, _ in open_ones(db_session)}

    assert set(listed) == {"unknown_schema", "event_id_reused", "handler_failed"}
    pointing = review_ids(db_session)
    assert None not in pointing.values()
    assert len(set(pointing.values())) == 3


def test_an_event_that_waits_for_a_human_does_not_change_reviews(db_session: Session, app: Flask) -> None:
    store(db_session, events.Incoming("odd", {"a": 1}, None))
    before = review_ids(db_session)

    store(db_session, events.Incoming("odd", {"a": 2}, None))

    assert review_ids(db_session) == before
    assert len(open_ones(db_session)) == 2


def test_a_review_counts_its_rows(db_session: Session, app: Flask) -> None:
    store(db_session, *(events.Incoming(f"odd-{number}", {"a": number}, None) for number in range(3)))

    assert open_ones(db_session) == [("webhook_event", "alimtalk", "unknown_schema", 3)]
    assert db_session.query(Notification).count() == 0


def test_a_decision_about_a_whole_morning_has_minutes_not_seconds(db_session: Session) -> None:
    """The limit of other statements is 15 s; hundreds of thousands of rows take longer."""
    review = add_review(db_session)
    add_message(db_session, review)
    now = datetime.now(UTC)

    review_actions.resolve(db_session, review.id, action="discard", memo="too late", actor="kim", now=now)

    assert db_session.scalars(text("SHOW statement_timeout")).one() == "5min"
    db_session.commit()
    assert db_session.scalars(text("SHOW statement_timeout")).one() != "5min"
