"""Channel webhooks: proved, stored once, understood or shown to a human."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from kakao import CHANNEL, PERSON, SIGNED, UNLINK, change, events, make_due, stored, tell, told, unlink
from messages import open_reviews
from openapi_client import SpecClient
from redis import Redis
from review_builders import decided
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.models import ManualReview

Run = Callable[[], None]
FORGED = [
    ({}, "missing"),
    ({"Authorization": "KakaoAK guess"}, "invalid"),
    ({"Authorization": "sandbox-admin-key"}, "invalid"),
    ({"Authorization": "Bearer sandbox-admin-key"}, "invalid"),
    ({"Authorization": "KakaoAK "}, "invalid"),
]


@pytest.mark.parametrize("path", [CHANNEL, UNLINK])
@pytest.mark.parametrize(("headers", "state"), FORGED)
def test_what_is_not_proved_leaves_a_row_without_a_body(
    client: SpecClient, db_session: Session, path: str, headers: dict[str, str], state: str
) -> None:
    named = {"X-Kakao-Resource-ID": "theirs"}

    answer = client.post(path, json=change("added"), headers=headers | named)

    [event] = events(db_session)
    assert answer.status_code == 401
    assert (event.status, event.signature_state, event.payload) == ("REJECTED", state, None)
    assert event.sender_id is None
    assert event.event_id != "theirs"


def test_at_most_a_hundred_forged_rows_an_hour_are_kept_of_each(
    client: SpecClient, db_session: Session
) -> None:
    answers = [client.get(UNLINK, query_string={"user_id": PERSON}) for _ in range(103)]
    answers += [client.post(CHANNEL, json={}) for _ in range(103)]
    assert {each.status_code for each in answers} == {401}
    assert len(events(db_session)) == 200

    db_session.execute(text("UPDATE webhook_events SET received_at = received_at - interval '1 hour'"))
    db_session.commit()
    client.get(UNLINK)

    assert len(events(db_session)) == 201


def test_two_keys_are_valid_while_one_replaces_the_other(app: Flask, another_app: Any) -> None:
    client = another_app(KAKAO_ADMIN_KEYS="the-new-key,the-old-key").test_client()
    headers = [{"Authorization": f"KakaoAK {key}"} for key in ("the-new-key", "the-old-key", "the-key")]

    statuses = [client.post(CHANNEL, json=change("added"), headers=each).status_code for each in headers]

    assert statuses == [200, 200, 401]


def test_a_change_is_stored_under_kakaos_id_and_rings(
    client: SpecClient, db_session: Session, redis: Redis
) -> None:
    answer = tell(client, change("added"), "resource-1")

    [event] = events(db_session)
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert (event.provider, event.event_id, event.status) == ("kakao_channel", "resource-1", "RECEIVED")
    assert (event.schema_version, event.signature_state) == ("channel-1", "valid")
    assert (event.payload, event.sender_id) == (change("added"), PERSON)
    assert event.request_id == answer.headers["X-Request-Id"]
    assert redis.llen("rq:queue:webhooks") == 1


@pytest.mark.parametrize("event_id", [None, "", "x" * 201])
def test_without_a_good_id_it_is_known_by_what_it_says(
    client: SpecClient, db_session: Session, event_id: str | None
) -> None:
    for minute in (0, 0, 1):
        assert tell(client, change("added", minute), event_id).status_code == 200

    assert len(events(db_session)) == 2


@pytest.mark.parametrize("event_id", ["r-1", None])
@pytest.mark.parametrize("hours", [26, 70])
def test_a_change_told_again_days_later_has_no_effect(
    client: SpecClient,
    trainee: Any,
    run_webhooks: Run,
    run_periodic: Run,
    db_session: Session,
    hours: int,
    event_id: str | None,
) -> None:
    first = tell(client, change("blocked"), event_id)
    tell(client, change("added", 1), "r-2")
    run_webhooks()
    db_session.execute(
        text("UPDATE webhook_events SET received_at = received_at - make_interval(hours => :h)"),
        {"h": hours},
    )
    db_session.commit()
    run_periodic()

    again = tell(client, change("blocked"), event_id)
    run_webhooks()

    assert (again.status_code, again.get_data()) == (first.status_code, first.get_data())
    assert [each.status for each in events(db_session)] == ["PROCESSED"] * 2
    assert stored(db_session, trainee["id"]).channel_state == "added"
    assert open_reviews(db_session) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"event": "muted", "id": PERSON, "id_type": "app_user_id", "updated_at": "2026-07-21T01:02:03Z"},
        change("added", id=7),
        change("added", id=""),
        change("added", id=None),
        change("added", id_type="uuid"),
        change("added", updated_at="2026-07-21T01:02:03"),
        change("added", updated_at="2026-13-21T01:02:03Z"),
        change("added", updated_at=1784595723000),
        change("added") | {"event": ["added"]},
    ],
)
def test_a_proved_body_of_an_unknown_shape_is_kept_for_a_human(
    client: SpecClient, trainee: Any, run_webhooks: Run, db_session: Session, body: Any
) -> None:
    answer = tell(client, body)
    run_webhooks()

    [event] = events(db_session)
    assert answer.status_code == 200
    assert (event.status, event.schema_version, event.payload) == ("MANUAL_REVIEW", None, body)
    assert open_reviews(db_session) == [("webhook_event", "kakao_channel", "unknown_schema", 1)]


def test_an_event_that_is_still_not_understood_goes_back_to_a_human(
    client: SpecClient, run_webhooks: Run, db_session: Session
) -> None:
    tell(client, {"event": "muted"})
    unlink(client, user_id="")
    before = db_session.scalars(select(ManualReview.id)).all()

    for each in before:
        assert decided(client, each, "retry")["applied"] == 1
    run_webhooks()

    assert [each.status for each in events(db_session)] == ["MANUAL_REVIEW"] * 2
    assert open_reviews(db_session) == [
        ("webhook_event", "kakao_channel", "unknown_schema", 1),
        ("webhook_event", "kakao_unlink", "unknown_schema", 1),
    ]
    assert not {each.review_id for each in events(db_session)} & set(before)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"id": "\\u0000"}'])
def test_what_is_no_json_object_is_refused(client: SpecClient, db_session: Session, body: bytes) -> None:
    answer = client.post(CHANNEL, data=body, content_type="application/json", headers=SIGNED)

    assert answer.status_code == 400
    assert events(db_session) == []


def test_the_same_id_with_another_body_has_no_effect_and_opens_a_review(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    answers = [tell(client, change("added", minute)) for minute in (0, 0, 5)]
    run_webhooks()

    assert {(each.status_code, each.get_data()) for each in answers} == {(200, answers[0].get_data())}
    [event] = events(db_session)
    assert event.payload == change("added")
    assert open_reviews(db_session) == [("webhook_event", "kakao_channel", "event_id_reused", 1)]


def test_a_stranger_and_an_open_id_are_nobodys(
    client: SpecClient, trainee: Any, run_webhooks: Run, db_session: Session
) -> None:
    tell(client, change("blocked", id="1000000000000000002"), "stranger")
    tell(client, change("blocked", id_type="open_id"), "open")
    run_webhooks()

    assert [(each.status, each.user_id) for each in events(db_session)] == [("ORPHAN", None)] * 2
    assert [each.sender_id for each in events(db_session)] == ["1000000000000000002", None]
    assert open_reviews(db_session) == []


def test_a_bad_event_does_not_undo_the_others(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    told(client, ("added", 1), ("blocked", 2), ("added", 3))
    forbid = "ALTER TABLE users ADD CONSTRAINT odd CHECK (channel_state <> 'blocked')"
    db_session.execute(text(forbid))
    db_session.commit()
    try:
        for _ in range(8):
            run_webhooks()
            make_due(db_session)
    finally:
        db_session.execute(text("ALTER TABLE users DROP CONSTRAINT odd"))
        db_session.commit()

    assert sorted(each.status for each in events(db_session)) == ["PROCESSED"] * 3
    assert {each.user_id is None for each in events(db_session)} == {False}


def test_an_event_the_database_never_takes_goes_to_a_human(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    told(client, ("blocked", 1), ("added", 0))
    db_session.execute(text("ALTER TABLE users ADD CONSTRAINT odd CHECK (channel_state <> 'blocked')"))
    db_session.commit()
    try:
        for _ in range(8):
            run_webhooks()
            make_due(db_session)
    finally:
        db_session.execute(text("ALTER TABLE users DROP CONSTRAINT odd"))
        db_session.commit()

    assert [each.status for each in events(db_session)] == ["MANUAL_REVIEW", "PROCESSED"]
    assert open_reviews(db_session) == [("webhook_event", "kakao_channel", "handler_failed", 1)]


def test_both_webhooks_at_once_do_not_mix(client: SpecClient, db_session: Session) -> None:
    tell(client, change("added"))
    unlink(client)

    assert [each.provider for each in events(db_session)] == ["kakao_channel", "kakao_unlink"]


def test_a_change_from_the_future_is_shown_to_a_human_and_blocks_no_later_one(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    tell(client, change("blocked", updated_at="2999-01-01T00:00:00Z"), "future")
    run_webhooks()
    told(client, ("added", 1))
    run_webhooks()

    assert [each.status for each in events(db_session)] == ["MANUAL_REVIEW", "PROCESSED"]
    assert stored(db_session, trainee["id"]).channel_state == "added"
