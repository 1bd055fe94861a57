"""Messages on and off and their time, set in chat."""

from typing import Any
from uuid import UUID

import pytest
from factories import AS_CLIENT, make_notification, make_plan, make_user, read_user
from openapi_client import SpecClient
from skill_builders import Chat, joined
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Notification


@pytest.fixture
def user(client: SpecClient) -> dict[str, Any]:
    return make_user(client, phone_number="01000000001")


@pytest.fixture
def chat(client: SpecClient, user: dict[str, Any]) -> Chat:
    return joined(client, user)


def test_messages_are_turned_off_and_on(client: SpecClient, chat: Chat, user: dict[str, Any]) -> None:
    chat.say("알림 꺼")
    assert read_user(client, user["id"]).json["notifications_enabled"] is False

    chat.tap("알림 켜")
    assert read_user(client, user["id"]).json["notifications_enabled"] is True


def test_what_was_held_back_leaves_when_they_are_on_again(
    chat: Chat, user: dict[str, Any], db_session: Session
) -> None:
    chat.say("알림 꺼")
    old = make_notification(db_session, UUID(user["id"]), status="CANCELED", reason_code="notifications_off")

    chat.say("알림 켜")
    chat.say("알림 켜 주세요")

    db_session.rollback()
    rows = db_session.scalars(select(Notification).where(Notification.id != old.id)).all()
    assert [row.status for row in rows] == ["SCHEDULED"]


@pytest.mark.parametrize(
    ("said", "at"), [("알림 7시 반", "07:30"), ("알림 저녁 8시", "20:00"), ("알림 오후 7:15", "19:15")]
)
def test_the_time_of_the_days_message_is_moved(
    client: SpecClient, chat: Chat, user: dict[str, Any], said: str, at: str
) -> None:
    plan = make_plan(client, user["id"], days=3)

    assert at in chat.say(said)

    assert read_user(client, user["id"]).json["reminder_time"] == at
    moved = client.get(f"/plans/{plan['id']}", headers=AS_CLIENT).json["notification"]["schedule_at"]
    assert moved[11:16] == at


def test_a_time_that_was_not_said_is_asked_for(chat: Chat) -> None:
    assert "몇 시에" in chat.say("알림 시간 바꿔줘")


def test_small_talk_and_help_have_an_answer(chat: Chat) -> None:
    assert "갓생" in chat.say("고마워요")
    assert "완료 8회 40kg" in chat.say("도움말")
