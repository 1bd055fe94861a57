"""What Kakao sends about channel and link, and ways to look at what came of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from openapi_client import SpecClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.models import ChatCallback, KakaoChat, KakaoToken, LinkCode, Notification, User, WebhookEvent

CHANNEL, UNLINK = "/webhooks/kakao/channel", "/webhooks/kakao/unlink"
SIGNED = {"Authorization": "KakaoAK sandbox-admin-key"}
PERSON = "1000000000000000001"
START = datetime(2026, 7, 21, 1, 0, tzinfo=UTC)


def change(state: str, minute: int = 0, **fields: Any) -> dict[str, Any]:
    """A body as Kakao sends it, of so many minutes after the start."""
    at = (START + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "event": state,
        "id": PERSON,
        "id_type": "app_user_id",
        "channel_public_id": "_ExAmPl",
        "channel_uuid": "@examplecoach",
        "updated_at": at,
    } | fields


def tell(client: SpecClient, body: Any, event_id: str | None = "r-1", **options: Any) -> TestResponse:
    """The answer to a change of the channel."""
    named = {"X-Kakao-Resource-ID": event_id} if event_id is not None else {}
    return client.post(CHANNEL, json=body, headers=SIGNED | named, **options)


def told(client: SpecClient, *changes: tuple[str, int]) -> None:
    """Changes of the channel, each an event of its own."""
    for state, minute in changes:
        assert tell(client, change(state, minute), f"{state}-{minute}").status_code == 200


def unlinking(**fields: str) -> dict[str, str]:
    return {"app_id": "123456", "user_id": PERSON, "referrer_type": "UNLINK_FROM_APPS"} | fields


def unlink(client: SpecClient, **fields: str) -> TestResponse:
    """The answer to an unlink by POST."""
    return client.post(UNLINK, data=unlinking(**fields), headers=SIGNED)


def events(session: Session) -> list[WebhookEvent]:
    """All events as they are committed now, oldest first."""
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(WebhookEvent).order_by(WebhookEvent.id)))


def messages(session: Session) -> list[Notification]:
    """All messages as they are committed now, oldest first."""
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(Notification).order_by(Notification.id)))


def ends(session: Session) -> list[tuple[str, str | None]]:
    """State and reason of all messages, oldest first."""
    return [(each.status, each.reason_code) for each in messages(session)]


def stored(session: Session, user_id: object) -> User:
    """The trainee as committed now."""
    session.rollback()
    session.expire_all()
    return session.get_one(User, UUID(str(user_id)))


def give_chat(session: Session, user_id: UUID) -> None:
    """A token, a chat with a question open, a code and an answer that is still to come."""
    now = datetime.now(UTC)
    event = WebhookEvent(provider="kakao_skill", event_id="s", signature_state="valid", status="PROCESSED")
    session.add_all([event, KakaoToken(user_id=user_id, key_id="k", access_token=b"x", expires_at=now)])
    session.flush()
    session.add_all(
        [
            KakaoChat(bot_user_key="bot-key", user_id=user_id, question={"set": 1}, last_event_id=event.id),
            LinkCode(user_id=user_id, code_hash="h", expires_at=now + timedelta(minutes=10)),
            ChatCallback(
                event_id=event.id, user_id=user_id, target_date=now, url="https://x.test", expires_at=now
            ),
        ]
    )
    session.commit()


def make_due(session: Session) -> None:
    """Whatever event waits for its next try, waits no longer."""
    session.execute(text("UPDATE webhook_events SET due_at = now() WHERE status = 'RECEIVED'"))
    session.commit()
