"""Unlinking: everything stops at once, by GET and by POST, once, and may be taken back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import ask_notice, make_notification, read_user
from flask import Flask
from kakao import (
    PERSON,
    SIGNED,
    UNLINK,
    ends,
    events,
    give_chat,
    make_due,
    messages,
    stored,
    told,
    unlink,
    unlinking,
)
from messages import open_reviews
from openapi_client import SpecClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.models import ChatCallback, KakaoChat, KakaoToken, LinkCode
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]
HOUR_S = 3600.0


def by_get(client: SpecClient) -> Any:
    return client.get(UNLINK, query_string=unlinking(), headers=SIGNED)


def by_post(client: SpecClient) -> Any:
    return client.post(UNLINK, data=unlinking(), headers=SIGNED)


def by_json(client: SpecClient) -> Any:
    return client.post(UNLINK, json=unlinking(), headers=SIGNED)


@pytest.mark.parametrize("send", [by_get, by_post, by_json])
def test_an_unlink_is_stored_with_its_fields_and_stops_the_trainee(
    client: SpecClient,
    trainee: dict[str, Any],
    keeps_days: int,
    run_webhooks: Run,
    db_session: Session,
    send: Any,
) -> None:
    answer = send(client)
    [event] = events(db_session)
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert (event.status, event.schema_version, event.payload) == ("RECEIVED", "unlink-1", unlinking())
    assert (event.sender_id, event.request_id) == (PERSON, answer.headers["X-Request-Id"])

    run_webhooks()

    [event] = events(db_session)
    assert (event.status, event.user_id) == ("PROCESSED", UUID(trainee["id"]))
    shown = read_user(client, trainee["id"]).json
    assert shown["unlinked_at"] is not None
    assert shown["name"] == trainee["name"]


def test_everything_stops_with_the_unlink(
    client: SpecClient, trainee: dict[str, Any], keeps_days: int, run_webhooks: Run, db_session: Session
) -> None:
    user_id = UUID(trainee["id"])
    give_chat(db_session, user_id)
    for status in ("SCHEDULED", "RETRY_SCHEDULED", "SENDING", "SENT"):
        make_notification(db_session, user_id, status=status)

    unlink(client)
    run_webhooks()

    stopped = ("CANCELED", "unlinked")
    assert ends(db_session) == [stopped, stopped, ("SENDING", "unlinked"), ("SENT", None)]
    assert [each.cancel_requested for each in messages(db_session)] == [False, False, True, True]
    assert db_session.get(KakaoToken, user_id) is None
    assert db_session.get(LinkCode, user_id) is None
    chat = db_session.scalars(select(KakaoChat)).one()
    assert (chat.user_id, chat.question) == (None, None)
    callback = db_session.scalars(select(ChatCallback)).one()
    assert (callback.status, callback.url, callback.result) == ("GIVEN_UP", None, "unlinked")


def test_what_is_registered_for_one_who_unlinked_is_not_sent(
    client: SpecClient,
    trainee: dict[str, Any],
    keeps_days: int,
    sandbox: Sandbox,
    run_webhooks: Run,
    run_delivery: Run,
    db_session: Session,
) -> None:
    unlink(client)
    run_webhooks()

    assert ask_notice(client, trainee["id"]).status_code == 201
    run_delivery()

    assert ends(db_session) == [("CANCELED", "unlinked")]
    assert sandbox.effects() == {}


@pytest.mark.parametrize("hours", [0, 26, 70])
def test_an_unlink_told_again_has_no_effect(
    client: SpecClient,
    trainee: dict[str, Any],
    keeps_days: int,
    run_webhooks: Run,
    db_session: Session,
    pass_time: Pass,
    hours: int,
) -> None:
    first = unlink(client)
    run_webhooks()
    pass_time(hours * HOUR_S)
    before = stored(db_session, trainee["id"])
    since = before.unlinked_at

    again = unlink(client)
    run_webhooks()

    assert (again.status_code, again.get_data()) == (first.status_code, first.get_data())
    assert len(events(db_session)) == 1
    assert stored(db_session, trainee["id"]).unlinked_at == since
    assert open_reviews(db_session) == []


def test_an_unlink_worked_on_twice_has_one_effect(
    client: SpecClient,
    trainee: dict[str, Any],
    keeps_days: int,
    run_webhooks: Run,
    db_session: Session,
    pass_time: Pass,
) -> None:
    unlink(client)
    run_webhooks()
    pass_time(HOUR_S)
    since = stored(db_session, trainee["id"]).unlinked_at

    db_session.execute(text("UPDATE webhook_events SET status = 'RECEIVED', retry_count = 0"))
    make_due(db_session)
    run_webhooks()

    assert [each.status for each in events(db_session)] == ["PROCESSED"]
    assert stored(db_session, trainee["id"]).unlinked_at == since


def test_the_same_unlink_for_another_reason_opens_a_review(
    client: SpecClient, trainee: dict[str, Any], keeps_days: int, run_webhooks: Run, db_session: Session
) -> None:
    first, second = unlink(client), unlink(client, referrer_type="ACCOUNT_DELETE")
    run_webhooks()

    assert first.get_data() == second.get_data()
    assert [each.payload["referrer_type"] for each in events(db_session)] == ["UNLINK_FROM_APPS"]
    assert open_reviews(db_session) == [("webhook_event", "kakao_unlink", "event_id_reused", 1)]


def test_a_channel_that_is_added_brings_nothing_back_for_one_who_unlinked(
    client: SpecClient, trainee: dict[str, Any], keeps_days: int, run_webhooks: Run, db_session: Session
) -> None:
    make_notification(db_session, UUID(trainee["id"]), schedule_at=datetime.now(UTC) + timedelta(hours=1))
    told(client, ("blocked", 1))
    run_webhooks()
    unlink(client)
    told(client, ("added", 2))
    run_webhooks()

    assert ends(db_session) == [("CANCELED", "channel_blocked")]


def test_another_app_is_refused_and_ours_is_not(another_app: Any, app: Flask, db_session: Session) -> None:
    client = another_app(KAKAO_APP_ID="123456").test_client()

    assert unlink(client).status_code == 200
    assert unlink(client, app_id="654321").status_code == 401

    ours, theirs = events(db_session)
    assert (ours.status, ours.signature_state) == ("RECEIVED", "valid")
    assert (theirs.status, theirs.signature_state, theirs.payload) == ("REJECTED", "invalid", None)


ODD = [
    b"",
    b"app_id=123456",
    b"user_id=1",
    b"app_id=&user_id=",
    b"app_id=123456&user_id=" + b"9" * 2000,
    b"app_id=123456&user_id=a%0Ab",
    b"\xff\xfe=%ff%00&%00",
    b"&&&=&=",
    b"{",
    b"[]",
    b'{"app_id": "1", "user_id": ["\\ud800"]}',
    b"a=b&" * 10_000,
    b"{" * 10_000,
    b'{"a":' + b"[" * 995 + b"]" * 995 + b"}",
    b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
    b'{"user_id": 1' + b"0" * 5000 + b"}",
]


@pytest.mark.parametrize("body", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "x", None])
def test_with_a_right_key_the_answer_is_200_whatever_is_said(
    client: SpecClient, db_session: Session, body: bytes, kind: str | None
) -> None:
    answer = client.post(UNLINK, data=body, content_type=kind, headers=SIGNED)

    [event] = events(db_session)
    assert answer.status_code == 200
    assert event.signature_state == "valid"
    assert (event.schema_version is None) == (event.status == "MANUAL_REVIEW")


def test_odd_queries_are_200_too_and_shown_to_a_human(client: SpecClient, db_session: Session) -> None:
    queries = ["", "app_id=%00&user_id=%ED%A0%80", "user_id", "%", "app_id=1;user_id=2"]

    statuses = [client.get(f"{UNLINK}?{each}", headers=SIGNED).status_code for each in queries]

    assert statuses == [200] * len(queries)
    assert open_reviews(db_session)[0][:3] == ("webhook_event", "kakao_unlink", "unknown_schema")
