"""The same tap, the same event, the same words: once; two honest reports: twice."""

from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from factories import at_once, get_plan, make_lifter, make_plan, overlapping, row_count
from openapi_client import SpecClient
from skill_builders import Chat, joined, post, turn
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from app.blueprints import skill
from app.models import ManualReview, WebhookEvent


def done(client: SpecClient, plan: dict[str, Any]) -> int:
    sessions = get_plan(client, plan["id"])["sessions"]
    return sum(each["status"] == "DONE" for session in sessions for each in session["sets"])


def later(session: Session, seconds: float = 3) -> None:
    """As if the last words had been said so long ago."""
    session.execute(
        text("UPDATE kakao_chats SET said_at = said_at - make_interval(secs => :s)"), {"s": seconds}
    )
    session.commit()


def test_the_same_tap_twice_is_one_set_with_the_same_answer(
    client: SpecClient, chat: Chat, plan: Any, db_session: Session
) -> None:
    chat.say("시작")
    body = turn("완료", extra=chat.quick[0]["extra"])
    first = post(client, body)
    later(db_session, 3600)

    again = post(client, body)

    assert again.get_data() == first.get_data()
    assert done(client, plan) == 1


def test_the_same_tap_many_times_at_once_is_one_set(client: SpecClient, chat: Chat, plan: Any) -> None:
    chat.say("시작")
    body = turn("완료", extra=chat.quick[0]["extra"])

    answers = at_once(8, lambda _: post(client.application.test_client(), body).get_data())

    assert len(set(answers)) == 1
    assert done(client, plan) == 1


def test_two_buttons_are_two_sets(client: SpecClient, chat: Chat, plan: Any) -> None:
    chat.say("시작")
    chat.tap("완료")
    chat.tap("완료")

    assert done(client, plan) == 2


def test_the_same_words_within_two_seconds_are_one_set(client: SpecClient, chat: Chat, plan: Any) -> None:
    first, second = chat.say("완료"), chat.say("완료")

    assert first == second
    assert done(client, plan) == 1


def test_the_same_words_at_once_are_one_set(client: SpecClient, chat: Chat, plan: Any) -> None:
    at_once(6, lambda _: post(client.application.test_client(), turn("완료")))

    assert done(client, plan) == 1


def test_two_reports_at_once_are_two_sets(client: SpecClient, chat: Chat, plan: Any, engine: Engine) -> None:
    said = ["완료 4회 30kg", "완료 5회 30kg"]
    calls = [partial(post, client.application.test_client(), turn(each)) for each in said]

    overlapping(engine, "SELECT FROM exercise_plans FOR UPDATE", calls)

    sets = get_plan(client, plan["id"])["sessions"][0]["sets"]
    assert [each["performed_reps"] for each in sets[:3]] == [4, 5, None]


def test_the_same_words_later_are_another_set(
    client: SpecClient, chat: Chat, plan: Any, db_session: Session
) -> None:
    chat.say("완료")
    later(db_session)
    chat.say("완료")

    assert done(client, plan) == 2


def test_the_same_words_in_another_block_or_after_others_are_another_set(
    client: SpecClient, chat: Chat, plan: Any
) -> None:
    chat.say("완료")
    chat.say("완료", block="another")
    chat.say("쉬는 시간")
    chat.say("완료", block="another")

    assert done(client, plan) == 3


def test_the_same_words_of_somebody_else_are_theirs(client: SpecClient, chat: Chat, plan: Any) -> None:
    other = make_lifter(client)
    their_plan = make_plan(client, other["id"])
    their_chat = joined(client, other, "bot-user-2")
    chat.say("완료")
    their_chat.say("완료")

    assert (done(client, plan), done(client, their_plan)) == (1, 1)


@pytest.mark.parametrize("hours", [0, 26, 70])
def test_the_same_event_again_has_no_effect_and_the_same_answer(
    client: SpecClient, chat: Chat, plan: Any, db_session: Session, hours: int
) -> None:
    first = post(client, turn("완료"), "event-1")
    later(db_session, hours * 3600)

    again = post(client, turn("완료"), "event-1")

    assert again.get_data() == first.get_data()
    assert done(client, plan) == 1
    assert row_count(db_session, ManualReview) == 0


def test_the_same_event_with_another_body_gets_the_first_answer_and_a_review(
    client: SpecClient, chat: Chat, plan: Any, db_session: Session
) -> None:
    first = post(client, turn("완료"), "event-1")

    again = post(client, turn("실패"), "event-1")

    assert again.get_data() == first.get_data()
    assert done(client, plan) == 1
    found = db_session.scalars(select(ManualReview)).one()
    assert (found.subject, found.cause, found.reason_code) == (
        "webhook_event",
        "kakao_skill",
        "event_id_reused",
    )


def test_one_event_id_from_two_chats_at_once_has_one_effect(
    client: SpecClient, chat: Chat, plan: Any
) -> None:
    other = make_lifter(client)
    their_plan = make_plan(client, other["id"])
    joined(client, other, "bot-user-2")
    bodies = [turn("완료"), turn("완료", "bot-user-2")]

    answers = at_once(2, lambda place: post(client.application.test_client(), bodies[place], "shared"))

    assert [each.status_code for each in answers] == [200, 200]
    assert done(client, plan) + done(client, their_plan) == 1


def test_an_event_id_of_another_chat_tells_nothing_of_that_chat(
    client: SpecClient, chat: Chat, plan: Any, db_session: Session
) -> None:
    theirs = joined(client, make_lifter(client), "bot-user-2")
    first = post(client, turn("시작"), "event-1")
    assert "바벨 백스쿼트" in first.text

    answers = [post(client, turn("시작", who), "event-1") for who in (theirs.who, "a stranger")]

    assert [each.status_code for each in answers] == [200, 200]
    said = [each.json["template"]["outputs"][0]["simpleText"]["text"] for each in answers]
    assert "다시 말해" in said[0]
    assert "6자리 코드" in said[1]
    assert post(client, turn("시작"), "event-1").get_data() == first.get_data()
    assert db_session.scalars(select(ManualReview.reason_code)).all() == ["event_id_reused"]


def test_a_turn_is_on_record_with_its_answer_and_its_trainee(
    client: SpecClient, chat: Chat, user: dict[str, Any], db_session: Session
) -> None:
    response = post(client, turn("요약"), "event-1")

    row = db_session.scalars(select(WebhookEvent).where(WebhookEvent.event_id == "event-1")).one()
    assert (row.status, row.signature_state, row.schema_version) == ("PROCESSED", "valid", "skill-2.0")
    assert (str(row.user_id), row.payload["userRequest"]["utterance"]) == (user["id"], "요약")
    assert row.answer == response.json


def test_a_request_id_that_is_not_sane_is_replaced(client: SpecClient, db_session: Session) -> None:
    post(client, turn("안녕"), "not sane! " * 30)

    assert UUID(db_session.scalars(select(WebhookEvent.event_id)).one())


def test_a_turn_that_can_not_be_kept_has_no_effect_and_can_be_sent_again(
    client: SpecClient, chat: Chat, plan: Any, engine: Engine
) -> None:
    with engine.connect() as holder:
        holder.execute(text("LOCK TABLE webhook_events IN SHARE MODE"))
        started = monotonic()
        refused = post(client, turn("완료"), "event-1")
        took_s = monotonic() - started
        holder.rollback()

    assert refused.status_code == 503
    assert took_s < 5  # then Kakao tells them that it failed: it must not happen afterwards
    assert done(client, plan) == 0
    assert post(client, turn("완료"), "event-1").status_code == 200
    assert done(client, plan) == 1


def test_a_turn_that_took_too_long_for_kakao_has_no_effect_and_can_be_sent_again(
    client: SpecClient, chat: Chat, plan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(skill, "PATIENCE_S", 0.0)
    refused = post(client, turn("완료"), "event-1")
    assert (refused.status_code, done(client, plan)) == (503, 0)
    monkeypatch.undo()
    first = post(client, turn("완료"), "event-1")
    monkeypatch.setattr(skill, "PATIENCE_S", 0.0)

    again = post(client, turn("완료"), "event-1")

    assert (again.status_code, again.get_data()) == (200, first.get_data())
    assert done(client, plan) == 1
