"""Withdrawing: what is erased, what stays under the id, and what happens to messages on their way."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from factories import (
    AS_CLIENT,
    ask_notice,
    ask_plan,
    delete_user,
    get_plan,
    make_lifter,
    make_notification,
    make_plan,
    make_user,
    overlapping,
    patch_user,
    read_user,
    report,
    report_all,
    today,
)
from flask import Flask
from openapi_client import SpecClient
from sqlalchemy import Engine, func, null, select, update
from sqlalchemy.orm import Session

from app.models import (
    ChatCallback,
    ExerciseSetState,
    KakaoChat,
    KakaoToken,
    LinkCode,
    ManualReview,
    Notification,
    NotificationProviderCode,
    User,
    UserProfile,
    WebhookEvent,
)


def give_everything(session: Session, user_id: UUID) -> None:
    """A token, a chat, events and a review that speak of the trainee."""
    now = datetime.now(UTC)
    event = WebhookEvent(
        provider="kakao_skill",
        event_id="e1",
        user_id=user_id,
        status="PROCESSED",
        signature_state="valid",
        sender_id="bot-key",
        payload={"utterance": "완료"},
        answer={"text": "김하나님"},
    )
    before = WebhookEvent(
        provider="kakao_skill",
        event_id="e0",
        status="ORPHAN",
        signature_state="valid",
        sender_id="bot-key",
        payload={"utterance": "안녕하세요"},
    )
    token = KakaoToken(user_id=user_id, key_id="k", access_token=b"secret", expires_at=datetime.now(UTC))
    review = ManualReview(subject="health", cause=str(user_id), reason_code="PREGNANT", detail="임신")
    session.add_all([event, before, token, review])
    session.flush()
    chat = KakaoChat(bot_user_key="bot-key", user_id=user_id, last_event_id=event.id, question={"set": 1})
    code = LinkCode(user_id=user_id, code_hash="h", expires_at=now)
    answer = ChatCallback(
        event_id=event.id, user_id=user_id, target_date=today(), url="https://x.test/secret", expires_at=now
    )
    channel = {"channel_state": "added", "channel_changed_at": now}
    session.execute(update(User).where(User.id == user_id).values(**channel))
    session.add_all([chat, code, answer])
    session.commit()


def test_a_withdrawal_erases_the_person_and_keeps_the_tombstone(
    client: SpecClient, db_session: Session
) -> None:
    user = make_user(client, phone_number="01012345678", kakao_user_id="k1", profile={"notes": "비밀"})
    user_id = UUID(user["id"])
    give_everything(db_session, user_id)

    response = delete_user(client, user["id"])

    assert (response.status_code, response.data) == (204, b"")
    stone = db_session.get_one(User, user_id)
    assert (stone.name, stone.phone_number, stone.kakao_user_id) == (None, None, None)
    assert stone.deleted_at is not None
    assert db_session.get(UserProfile, user_id) is None
    assert db_session.get(KakaoToken, user_id) is None
    assert (stone.channel_state, stone.channel_changed_at, stone.linked_at) == (None, None, None)
    for model in (KakaoChat, LinkCode, ChatCallback):
        assert db_session.scalars(select(model)).all() == []
    kept = [WebhookEvent.payload, WebhookEvent.answer, WebhookEvent.sender_id]
    erased = select(*(each.is_(null()) for each in kept), WebhookEvent.user_id, WebhookEvent.status)
    assert db_session.execute(erased.order_by(WebhookEvent.event_id)).all() == [
        (True, True, True, user_id, "ORPHAN"),
        (True, True, True, user_id, "PROCESSED"),
    ]
    assert db_session.scalars(select(ManualReview)).one().detail == ""


def test_plans_sets_and_codes_stay_under_the_id(client: SpecClient, db_session: Session) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])
    report_all(client, plan)
    sent = make_notification(db_session, UUID(user["id"]), status="SENT", attempt_count=1)
    code = db_session.scalars(select(NotificationProviderCode)).one()
    code.provider_response, code.provider_status_code = '{"to": "010"}', "0"
    db_session.commit()
    before = get_plan(client, plan["id"])

    delete_user(client, user["id"])

    after = get_plan(client, plan["id"])
    assert after["sessions"] == before["sessions"]
    assert after["user_id"] == user["id"]
    db_session.expire_all()
    assert (code.provider_response, code.provider_status_code) == (None, "0")
    assert (sent.status, sent.variables) == ("SENT", {})


def test_what_is_scheduled_is_canceled_and_its_text_erased(client: SpecClient, db_session: Session) -> None:
    user = make_user(client)
    make_plan(client, user["id"], days=1)
    ask_notice(client, user["id"])
    make_notification(db_session, UUID(user["id"]), status="RETRY_SCHEDULED")

    delete_user(client, user["id"])

    rows = db_session.scalars(select(Notification)).all()
    assert [(row.status, row.reason_code, row.variables) for row in rows] == [
        ("CANCELED", "user_deleted", {})
    ] * 3


def test_a_message_being_sent_is_flagged_and_keeps_its_text_until_it_is_settled(
    client: SpecClient, db_session: Session
) -> None:
    user = make_user(client)
    row = make_notification(db_session, UUID(user["id"]), status="SENDING")
    code = db_session.scalars(select(NotificationProviderCode)).one()
    code.provider_response = "{}"
    db_session.commit()
    text_before = dict(row.variables)

    delete_user(client, user["id"])

    db_session.expire_all()
    assert (row.status, row.cancel_requested, row.variables) == ("SENDING", True, text_before)
    assert code.provider_response == "{}"


def test_others_keep_everything(client: SpecClient, db_session: Session) -> None:
    user, other = make_user(client), make_user(client)
    give_everything(db_session, UUID(other["id"]))
    other = dict(read_user(client, other["id"]).json)
    row = make_notification(db_session, UUID(other["id"]))

    delete_user(client, user["id"])

    assert read_user(client, other["id"]).json == other
    db_session.expire_all()
    assert (row.status, bool(row.variables)) == ("SCHEDULED", True)
    assert None not in db_session.scalars(select(WebhookEvent.payload)).all()
    assert db_session.scalars(select(KakaoChat.user_id)).one() == UUID(other["id"])
    assert db_session.scalars(select(ManualReview)).one().detail == "임신"


def test_the_deleted_are_not_found_any_more(client: SpecClient) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])
    delete_user(client, user["id"])

    answers = [
        read_user(client, user["id"]),
        patch_user(client, user["id"], name="x"),
        delete_user(client, user["id"]),
        client.get(f"/users/{user['id']}/summary", headers=AS_CLIENT),
        ask_plan(client, user["id"], days=3),
        ask_notice(client, user["id"]),
        report(client, plan, 1, 1),
    ]

    assert {(each.status_code, each.json["code"]) for each in answers} == {(404, "not_found")}


def race(engine: Engine, app: Flask, lock: str, first: Any, user_id: str) -> list[int]:
    """The statuses of `first`, stopped where it needs what `lock` takes, and of a withdrawal after it."""
    calls = [lambda: first(app.test_client()), lambda: delete_user(app.test_client(), user_id)]
    return [each.status_code for each in overlapping(engine, lock, calls)]


def test_a_plan_in_the_making_is_not_left_behind_by_a_withdrawal(
    app: Flask, client: SpecClient, engine: Engine, db_session: Session
) -> None:
    user = make_user(client)

    statuses = race(
        engine, app, "LOCK TABLE exercise_sessions", lambda it: ask_plan(it, user["id"], days=1), user["id"]
    )

    assert statuses == [201, 204]
    row = db_session.scalars(select(Notification)).one()
    assert (row.status, row.variables) == ("CANCELED", {})


def test_a_notice_in_the_making_is_not_left_behind_by_a_withdrawal(
    app: Flask, client: SpecClient, engine: Engine, db_session: Session
) -> None:
    user = make_user(client)

    statuses = race(
        engine, app, "LOCK TABLE notifications", lambda it: ask_notice(it, user["id"]), user["id"]
    )

    assert statuses == [201, 204]
    row = db_session.scalars(select(Notification)).one()
    assert (row.status, row.variables) == ("CANCELED", {})


def test_a_pain_reported_during_a_withdrawal_is_no_fault_of_ours(
    app: Flask, client: SpecClient, engine: Engine, db_session: Session
) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"], days=1)
    pain = {"area": "knee", "score": 2}

    statuses = race(
        engine,
        app,
        "SELECT FROM exercise_set_states FOR UPDATE",
        lambda it: report(it, plan, 1, 1, pain=pain),
        user["id"],
    )

    assert statuses == [200, 204]
    assert db_session.get(UserProfile, UUID(user["id"])) is None
    done = select(func.count()).where(ExerciseSetState.status == "DONE")
    assert db_session.scalars(done).one() == 1


def test_a_withdrawal_works_with_everything_a_trainee_can_have(client: SpecClient) -> None:
    user = make_lifter(client, injuries=[{"area": "knee", "severity": "MILD"}])
    plan = make_plan(client, user["id"], days=0)
    report(client, plan, 1, 1, pain={"area": "shoulder", "score": 5})
    ask_notice(client, user["id"], schedule_at=(datetime.now(UTC) + timedelta(days=3)).isoformat())

    assert delete_user(client, user["id"]).status_code == 204
    assert get_plan(client, plan["id"])["target_date"] == str(today())
