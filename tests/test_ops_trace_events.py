"""`flask ops log trace`: the story of an event, and what came of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from factories import make_user, today
from flask import Flask
from messages import add_messages
from openapi_client import SpecClient
from receipts import SIGNED, URL, envelope, hook, request_id_of
from review_builders import add_event, add_review, decided
from skill_builders import joined
from sqlalchemy import select
from sqlalchemy.orm import Session
from trace_builders import facts, names, only_event, story, trace

from app.models import ChatCallback, WebhookEvent
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
BY_KAKAO = {"Authorization": "KakaoAK sandbox-admin-key"}
PERSON = "1000000000000000001"


def test_a_delivery_result_is_told_with_what_it_did(
    app: Flask,
    client: SpecClient,
    sandbox: Sandbox,
    run_delivery: Run,
    run_webhooks: Run,
    db_session: Session,
) -> None:
    [message_id] = add_messages(db_session)
    run_delivery()
    request_id = request_id_of(db_session, message_id)
    client.post(URL, json=envelope(hook(message_id, request_id=request_id)), headers=SIGNED)
    before = story(app, only_event(db_session))
    run_webhooks()

    told = story(app, only_event(db_session))

    assert names(before) == ["received", "now"]
    assert facts(before, "now")["status"] == "RECEIVED" and "next_at" in facts(before, "now")
    assert names(told) == ["received", "worked-on", "now"]
    received = facts(told, "received")
    assert (received["provider"], received["event_id"]) == ("alimtalk", "hook-1")
    assert (received["signature"], received["shape"]) == ("valid", "alimtalk-2.3")
    assert facts(told, "worked-on") == {
        "code": "1000",
        "notification": str(message_id),
        "noted_on_attempt": 1,
        "which_is_now": "DELIVERED",
    }
    assert facts(told, "now") == {"status": "PROCESSED", "retries": 0, "body": "kept"}


def test_what_kakao_told_of_channel_and_link_is_told(
    app: Flask, client: SpecClient, run_webhooks: Run, db_session: Session
) -> None:
    user = make_user(client, kakao_user_id=PERSON)
    body = {"event": "blocked", "id": PERSON, "id_type": "app_user_id", "updated_at": "2026-07-21T01:00:00Z"}
    client.post("/webhooks/kakao/channel", json=body, headers=BY_KAKAO | {"X-Kakao-Resource-ID": "r-1"})
    run_webhooks()
    channel = only_event(db_session)
    form = {"app_id": "1", "user_id": PERSON, "referrer_type": "UNLINK_FROM_APPS"}
    client.post("/webhooks/kakao/unlink", data=form, headers=BY_KAKAO)
    run_webhooks()
    unlink = db_session.scalars(select(WebhookEvent.id).where(WebhookEvent.id != channel)).one()

    did, left = story(app, channel), facts(story(app, unlink), "worked-on")

    assert facts(did, "worked-on")["user_id"] == left["user_id"] == user["id"]
    assert {"unlinked_at", "erased_at"} <= left.keys()
    assert PERSON not in trace(app, channel).output + trace(app, unlink).output


def test_a_turn_of_the_chat_is_told_without_its_words(
    app: Flask, client: SpecClient, db_session: Session
) -> None:
    chat = joined(client, make_user(client, name="최비밀"))
    said = chat.say("비밀 이야기")
    event_id = db_session.scalars(select(WebhookEvent.id).order_by(WebhookEvent.id.desc())).first()
    user_id = db_session.get_one(WebhookEvent, event_id).user_id
    row = {"user_id": user_id, "target_date": today(), "expires_at": datetime.now(UTC)}
    db_session.add(ChatCallback(event_id=event_id, status="GIVEN_UP", tries=2, result="TOO_LATE", **row))
    db_session.commit()

    told = story(app, event_id)

    assert names(told)[-1] == "now"
    assert facts(told, "received")["shape"] == "skill-2.0"
    assert facts(told, "worked-on") == {"answer": "kept"}
    assert facts(told, "given-up") == {"status": "GIVEN_UP", "tries": 2, "result": "TOO_LATE"}
    assert facts(told, "promised")["for_day"] == str(today())
    printed = trace(app, event_id).output + trace(app, event_id, "--json").output
    assert [each for each in ("비밀", "bot-user-1", said) if each in printed] == []


def test_a_forged_event_is_told_with_how_many_more_there_were(app: Flask, db_session: Session) -> None:
    forged = {"status": "REJECTED", "signature_state": "invalid", "payload": None, "retry_count": 7}
    event = add_event(db_session, None, **forged)

    told = story(app, event.id)

    assert facts(told, "received")["signature"] == "invalid"
    assert facts(told, "now") == {"status": "REJECTED", "more_of_that_hour": 7, "body": "none"}


def test_an_event_in_front_of_a_human_is_told_with_its_review_and_retries(
    app: Flask, client: SpecClient, db_session: Session
) -> None:
    review = add_review(db_session, "webhook_event", cause="alimtalk", reason_code="handler_failed")
    event = add_event(db_session, review, retry_count=6)
    before = story(app, event.id)
    decided(client, review.id, "discard")

    told = story(app, event.id)

    assert names(before) == ["received", "review", "now"]
    assert facts(before, "now")["retries"] == 6
    assert names(told) == ["received", "review", "decision", "now"]
    assert facts(told, "now")["status"] == "DISCARDED"


@pytest.mark.parametrize(
    "payload", [None, [], "x", {}, {"recipientGroupingKey": 7}, {"recipientGroupingKey": "x"}]
)
def test_a_body_that_is_odd_or_erased_is_no_fault(app: Flask, db_session: Session, payload: Any) -> None:
    for provider in ("alimtalk", "kakao_channel", "kakao_unlink", "kakao_skill"):
        done = {"status": "PROCESSED", "processed_at": datetime.now(UTC), "payload": payload}
        event = add_event(db_session, None, provider=provider, **done)

        assert names(story(app, event.id)) == ["received", "worked-on", "now"]
