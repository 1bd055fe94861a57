"""Every code of the dealer's tables, as an answer and as a delivery result: what becomes of its message."""

from collections.abc import Callable
from typing import Any

import pytest
from messages import add_messages, attempts, look, open_reviews
from openapi_client import SpecClient
from receipts import SIGNED, URL, envelope, hook, request_id_of
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clients.alimtalk_codes import ALL_FAILED, API_CODES, DELIVERY_CODES
from app.models import Guardrail, SenderHold, User
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
REFUSALS = sorted(set(API_CODES) - {0, ALL_FAILED})
STATES = {
    "retry": "RETRY_SCHEDULED",
    "quota": "RETRY_SCHEDULED",
    "alert": "RETRY_SCHEDULED",
    "recipient": "FAILED",
    "request": "FAILED",
    "duplicate": "SENDING",
    "unknown": "SENDING",
}
AFTER_DELIVERY = STATES | {"ok": "DELIVERED", "unknown": "SENT", "duplicate": "SENT"}


def is_paused(session: Session) -> bool:
    return session.scalars(select(Guardrail.value).where(Guardrail.name == "send_paused")).all() == [True]


def held_scopes(session: Session) -> list[str]:
    return list(session.scalars(select(SenderHold.scope)))


def check_sender(session: Session, known: Any) -> None:
    """What a code of this meaning does beyond its own message."""
    is_stop = known.outcome == "alert" and known.scope is None
    holds = {"alert": ["alimtalk:notice"] if known.scope else [], "quota": ["alimtalk"]}
    assert is_paused(session) == is_stop
    assert held_scopes(session) == holds.get(known.outcome, [])
    assert any(each[0] == "sender" for each in open_reviews(session)) == (known.outcome == "alert")


@pytest.mark.parametrize("code", REFUSALS)
def test_a_code_for_one_recipient_moves_that_message_and_no_other(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, code: int
) -> None:
    good, bad = add_messages(db_session, 2)
    sandbox.script("send", codes={str(bad): code})

    run_delivery()

    known, message, [attempt] = API_CODES[code], look(db_session, bad), attempts(db_session, bad)
    assert look(db_session, good).status == "SENT"
    assert message.status == STATES[known.outcome]
    assert (attempt.outcome, attempt.provider_status_code) == (known.outcome, str(code))
    assert message.reason_code == known.reason_code
    assert message.failure_reason == known.ko
    assert message.free_attempts == (1 if known.outcome in ("quota", "alert") else 0)
    assert message.ask_count == (1 if known.outcome in ("duplicate", "unknown") else 0)
    check_sender(db_session, known)
    user = db_session.get_one(User, message.user_id)
    assert (user.phone_fault is not None) == (known.outcome == "recipient")
    assert sandbox.effects() == {str(good): 1}


@pytest.mark.parametrize("code", sorted(DELIVERY_CODES))
def test_a_delivery_code_moves_its_message(
    client: SpecClient,
    sandbox: Sandbox,
    run_delivery: Run,
    run_webhooks: Run,
    db_session: Session,
    code: str,
) -> None:
    [message_id] = add_messages(db_session)
    run_delivery()
    request_id = request_id_of(db_session, message_id)

    client.post(URL, json=envelope(hook(message_id, code, request_id=request_id)), headers=SIGNED)
    run_webhooks()

    known, message, [attempt] = (
        DELIVERY_CODES[code],
        look(db_session, message_id),
        attempts(db_session, message_id),
    )
    assert message.status == AFTER_DELIVERY[known.outcome]
    assert (attempt.delivery_code, attempt.delivery_outcome) == (code, known.outcome)
    check_sender(db_session, known)
    marked = db_session.get_one(User, message.user_id).phone_fault
    assert marked == (known.reason_code if known.outcome == "recipient" and not known.may_recover else None)


def test_a_code_in_no_table_is_unknown_and_asked_about(
    sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    sandbox.script("send", codes={str(message_id): -4711})

    run_delivery()

    [attempt] = attempts(db_session, message_id)
    assert (attempt.outcome, attempt.provider_status_code) == ("unknown", "-4711")
    assert look(db_session, message_id).status == "SENDING"
    assert len(sandbox.requests("messages")) == 1


def test_a_delivery_code_in_no_table_changes_nothing_and_is_shown_to_a_human_once(
    client: SpecClient, sandbox: Sandbox, run_delivery: Run, run_webhooks: Run, db_session: Session
) -> None:
    ids = add_messages(db_session, 2)
    run_delivery()

    for number, message_id in enumerate(ids):
        request_id = request_id_of(db_session, message_id)
        body = envelope(hook(message_id, "4711", f"hook-{number}", request_id))
        client.post(URL, json=body, headers=SIGNED)
    run_webhooks()

    assert {look(db_session, each).status for each in ids} == {"SENT"}
    assert open_reviews(db_session) == [("notification", "notice:4711", "unknown_code", 2)]
