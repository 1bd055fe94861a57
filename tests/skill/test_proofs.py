"""Who may speak through the skill: proofs, the bot's id, and bodies that are no turn."""

import json
from typing import Any

import pytest
from factories import row_count
from flask import Flask
from openapi_client import SpecClient
from skill_builders import SIGNED, URL, turn
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import KakaoChat, ManualReview, WebhookEvent


def events(session: Session) -> list[WebhookEvent]:
    session.rollback()
    return list(session.scalars(select(WebhookEvent).order_by(WebhookEvent.received_at)))


@pytest.mark.parametrize(("headers", "state"), [({}, "missing"), ({"X-Skill-Token": "guess"}, "invalid")])
def test_a_forged_turn_leaves_a_row_without_a_body_and_no_chat(
    client: SpecClient, db_session: Session, headers: dict[str, str], state: str
) -> None:
    answer = client.post(URL, json=turn("완료"), headers=headers | {"X-Request-Id": "chosen-by-them"})

    [event] = events(db_session)
    assert answer.status_code == 401
    assert (event.status, event.signature_state, event.payload) == ("REJECTED", state, None)
    assert event.event_id != "chosen-by-them"
    assert row_count(db_session, KakaoChat) == 0


def test_at_most_a_hundred_forged_rows_an_hour_are_kept(client: SpecClient, db_session: Session) -> None:
    for _ in range(103):
        assert client.post(URL, json=turn("완료")).status_code == 401

    assert len(events(db_session)) == 100
    assert sum(1 + each.retry_count for each in events(db_session)) == 103


def test_two_tokens_are_good_while_they_rotate(app: Flask, another_app: Any) -> None:
    client = another_app(KAKAO_SKILL_TOKENS="new-token,old-token").test_client()

    answers = {
        token: client.post(URL, json=turn("안녕"), headers={"X-Skill-Token": token}).status_code
        for token in ("new-token", "old-token", "sandbox-skill-token")
    }

    assert answers == {"new-token": 200, "old-token": 200, "sandbox-skill-token": 401}


def test_another_bot_than_ours_is_refused_when_ours_is_known(
    app: Flask, another_app: Any, db_session: Session
) -> None:
    client = another_app(KAKAO_BOT_ID="bot-1").test_client()

    ours = client.post(URL, json=turn("안녕", bot="bot-1"), headers=SIGNED)
    other = client.post(URL, json=turn("안녕", bot="bot-2"), headers=SIGNED)

    assert (ours.status_code, other.status_code) == (200, 401)
    assert [each.status for each in events(db_session)] == ["PROCESSED", "REJECTED"]


@pytest.mark.parametrize(
    "change",
    [
        {"userRequest": None},
        {"userRequest": {"utterance": "완료"}},
        {"userRequest": {"user": {"id": "x" * 71}, "utterance": "완료"}},
        {"userRequest": {"user": {"id": "x"}, "utterance": 8}},
    ],
)
def test_a_proved_body_that_is_no_turn_is_kept_for_a_human_once(
    client: SpecClient, db_session: Session, change: dict[str, Any]
) -> None:
    answers = [client.post(URL, json=turn("완료") | change, headers=SIGNED) for _ in range(2)]

    [event] = events(db_session)
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].get_data() == answers[1].get_data()
    assert (event.status, event.schema_version) == ("MANUAL_REVIEW", None)
    review = db_session.scalars(select(ManualReview)).one()
    assert (review.cause, review.reason_code, review.count) == ("kakao_skill", "unknown_schema", 1)


def test_a_body_that_is_no_turn_is_known_by_the_id_it_came_with(
    client: SpecClient, db_session: Session
) -> None:
    named = SIGNED | {"X-Request-Id": "the-same"}
    bodies = [turn("완료") | {"userRequest": None}] * 2 + [turn("완료"), {"userRequest": "another"}]

    answers = [client.post(URL, json=body, headers=named) for body in bodies]

    [event] = events(db_session)
    assert {each.status_code for each in answers} == {200}
    assert answers[0].get_data() == answers[1].get_data() == answers[3].get_data()
    assert (event.event_id, event.schema_version, event.status) == ("the-same", None, "MANUAL_REVIEW")
    reviews = db_session.execute(select(ManualReview.reason_code, ManualReview.count)).all()
    assert sorted(map(tuple, reviews)) == [("event_id_reused", 2), ("unknown_schema", 1)]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'"x"', b'{"a": NaN}', b'{"a": "\\u0000"}'])
def test_what_is_no_json_object_is_a_400(client: SpecClient, db_session: Session, body: bytes) -> None:
    response = client.post(URL, data=body, headers=SIGNED)

    assert (response.status_code, response.json["code"]) == (400, "validation")
    assert events(db_session) == []


@pytest.mark.parametrize(
    "extra",
    [
        {"nonce": "n", "set": 1, "plan": "x", "session": "y", "do": "DONE"},
        {"nonce": "n", "set": 1, "plan": None, "session": None, "do": "DONE"},
        {"nonce": "n", "set": {"a": 1}, "plan": [], "session": {}, "do": []},
        {"nonce": 7, "set": 1},
        {"session_id": "ws_1201", "answer": "done"},
        {"nonce": "n" * 5000},
    ],
)
def test_a_button_that_is_not_ours_is_harmless(client: SpecClient, extra: dict[str, Any]) -> None:
    response = client.post(URL, json=turn("안녕", extra=extra), headers=SIGNED)

    assert response.status_code == 200
    assert json.dumps(response.json)
