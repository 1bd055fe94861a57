"""Delivery results as the dealer posts them, and the events that are made of them."""

from typing import Any

from messages import attempts
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import WebhookEvent

URL = "/webhooks/alimtalk/results"
SIGNED = {"X-Toast-Webhook-Signature": "sandbox-result-signature"}


def hook(
    message_id: object, code: str = "1000", hook_id: str = "hook-1", request_id: str = "r-1"
) -> dict[str, Any]:
    return {
        "hookId": hook_id,
        "kakaoMessageType": "ALIMTALK_NORMAL",
        "requestId": request_id,
        "recipientSeq": 1,
        "requestDate": "2026-01-05 07:00:00",
        "createDate": "2026-01-05 07:00:00",
        "receiveDate": "2026-01-05 07:00:03",
        "recipientNo": "01000000000",
        "resultCode": code,
        "senderGroupingKey": "key",
        "recipientGroupingKey": str(message_id),
    }


def envelope(*hooks: dict[str, Any]) -> dict[str, Any]:
    return {"hooksId": "h", "event": "MESSAGE_RESULT_UPDATE", "hooks": list(hooks)}


def events(session: Session) -> list[WebhookEvent]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(WebhookEvent).order_by(WebhookEvent.received_at)))


def request_id_of(session: Session, message_id: Any) -> str:
    return str(attempts(session, message_id)[0].provider_request_id)
