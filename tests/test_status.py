"""`GET /ops/status`: what operators look at first."""

from datetime import UTC, datetime, timedelta
from typing import Any

from factories import add_plan, add_user, make_notification, today
from openapi_client import SpecClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import holds, reviews
from app.domain.schema_check import known_revisions
from app.models import SenderHold, WebhookEvent

IDLE = ("delivery", "unsettled", "webhooks", "chat", "mornings", "evenings", "nights")


def status(client: SpecClient, as_operator: dict[str, str]) -> dict[str, Any]:
    response = client.get("/ops/status", headers=as_operator)
    assert response.status_code == 200, response.text
    return dict(response.json)


def waiting(found: dict[str, Any]) -> dict[str, int]:
    return {each["name"]: each["waiting"] for each in found["queues"]}


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


def test_a_quiet_service(client: SpecClient, as_operator: dict[str, str]) -> None:
    found = status(client, as_operator)

    assert waiting(found) == dict.fromkeys(IDLE, 0)
    assert {each["oldest_s"] for each in found["queues"]} == {None}
    assert (found["holds"], found["reviews"]) == ([], [])
    assert found["yield"] == {"ended": 0, "ok": 0, "share": None}
    assert found["collection"] == {"started": 0, "completed": 0, "rate": None}
    assert "send_paused" in {each["name"] for each in found["guardrails"]}
    assert found["checks"]["migrations"]["current"] == known_revisions()[0]
    assert found["checks"]["worker"]["status"] == "degraded"


def test_what_waits_is_counted_with_the_age_of_the_oldest(
    client: SpecClient, as_operator: dict[str, str], db_session: Session
) -> None:
    user = add_user(db_session, plan_due_at=ago(seconds=70), summary_enabled=True)
    for minutes in (1, 5):
        make_notification(db_session, user.id, schedule_at=ago(minutes=minutes), due_at=ago(minutes=minutes))
    make_notification(db_session, user.id, schedule_at=datetime.now(UTC) + timedelta(hours=1))
    held = {"leased_until": ago(minutes=2), "request_key": "k"}
    make_notification(db_session, user.id, status="SENDING", **held)
    add_plan(db_session, user.id, today(days=-3))
    event = {"provider": "alimtalk", "event_id": "e", "signature_state": "valid", "payload": {}}
    db_session.add(WebhookEvent(**event, due_at=ago(minutes=3)))
    db_session.commit()

    found = status(client, as_operator)

    assert waiting(found) == {
        **dict.fromkeys(("unsettled", "webhooks", "mornings", "evenings", "nights"), 1),
        "delivery": 2,
        "chat": 0,
    }
    ages = {each["name"]: each["oldest_s"] for each in found["queues"]}
    assert 300 <= ages["delivery"] < 330
    assert 180 <= ages["webhooks"] < 210
    assert 70 <= ages["mornings"] < 100


def test_what_holds_it_back_and_what_needs_a_human(
    client: SpecClient, as_operator: dict[str, str], db_session: Session
) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    holds.hold(db_session, "alimtalk", until, reason_code="quota", code="-1")
    db_session.add(SenderHold(scope="memo", until=ago(hours=1), reason_code="quota", code="-2"))
    for cause in ("a", "b"):
        reviews.open_review(db_session, subject="sender", cause=cause, reason_code="alert")
    db_session.execute(text("INSERT INTO delivery_tallies (ended, ok) VALUES (40, 30)"))
    db_session.commit()

    found = status(client, as_operator)

    assert [(each["scope"], each["reason_code"]) for each in found["holds"]] == [("alimtalk", "quota")]
    assert [(each["subject"], each["open"]) for each in found["reviews"]] == [("sender", 2)]
    assert found["yield"] == {"ended": 40, "ok": 30, "share": 0.75}


def test_it_is_for_operators(client: SpecClient, as_client: dict[str, str]) -> None:
    assert client.get("/ops/status").status_code == 401
    assert client.get("/ops/status", headers=as_client).status_code == 403
