"""An alert stops its sender, or one kind of its messages, until an operator lifts the stop."""

from collections.abc import Callable

import pytest
from factories import AS_OPERATOR
from flask import Flask
from messages import add_messages, ask_until_decided, look, open_reviews, states
from openapi_client import SpecClient
from receipts import SIGNED, URL, envelope, hook, request_id_of
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain import gates, guardrails
from app.domain.consequences import Meaning, Signal, follow
from app.models import Guardrail, ManualReview, Notification
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]


def resolve(client: SpecClient, session: Session, action: str = "retry") -> None:
    """Decide the one open review about a sender."""
    session.rollback()
    query = select(ManualReview.id).where(ManualReview.subject == "sender", ManualReview.state == "open")
    body = {"action": action, "memo": "the key was renewed", "actor": "kim"}
    answer = client.post(
        f"/manual-reviews/{session.scalars(query).one()}/resolve", json=body, headers=AS_OPERATOR
    )
    assert answer.status_code == 200, answer.text


def test_an_alert_stops_the_sender_and_its_messages_wait_unsent(
    app: Flask, client: SpecClient, sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    app.config["DELIVERY_BATCH"] = 2
    ids = add_messages(db_session, 6)
    sandbox.script("send", header_code=-1001)

    run_delivery()
    ids += add_messages(db_session, 1, kind="summary")
    pass_time(3600)
    run_delivery()
    assert len(sandbox.requests("send")) == 1
    assert set(states(db_session)) == {"SCHEDULED", "RETRY_SCHEDULED"}
    assert open_reviews(db_session) == [("sender", "alimtalk", "bad_secret_key", 2)]
    resolve(client, db_session)
    run_delivery()

    assert sandbox.effects() == {str(each): 1 for each in ids}
    assert open_reviews(db_session) == []


def test_alerts_about_one_template_hold_that_kind_only(
    client: SpecClient, sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    [bad] = add_messages(db_session, kind="summary")
    sandbox.script("send", header_code=-3005)
    run_delivery()
    [good] = add_messages(db_session, kind="notice")

    run_delivery()
    pass_time(3600)
    run_delivery()
    assert sandbox.effects() == {str(good): 1}
    assert open_reviews(db_session) == [("sender", "alimtalk:summary", "template_not_approved", 1)]
    resolve(client, db_session)
    run_delivery()

    assert sandbox.effects() == {str(good): 1, str(bad): 1}


def test_a_stop_that_is_lifted_too_early_stops_again(
    client: SpecClient, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    sandbox.script("send", header_code=-1027, times=2)
    run_delivery()
    resolve(client, db_session)

    run_delivery()
    assert open_reviews(db_session) == [("sender", "alimtalk", "sender_blocked", 1)]
    resolve(client, db_session)
    run_delivery()

    message = look(db_session, message_id)
    assert (message.status, message.attempt_count, message.free_attempts) == ("SENT", 3, 2)


def test_a_pause_of_an_operator_holds_everything_but_what_is_in_flight(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    [message_id] = add_messages(db_session)
    guardrails.change(db_session, "send_paused", True, reason="test", actor="kim")
    db_session.commit()

    run_delivery()
    assert states(db_session) == ["SCHEDULED"]
    guardrails.change(db_session, "send_paused", False, reason="done", actor="kim")
    db_session.commit()
    run_delivery()

    assert sandbox.effects() == {str(message_id): 1}


def test_a_pause_that_cannot_be_read_is_a_pause(
    sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    add_messages(db_session)
    db_session.add(Guardrail(name="send_paused", value="perhaps", reason="by hand", actor="?"))
    db_session.commit()

    run_delivery()

    assert states(db_session) == ["SCHEDULED"]


@pytest.mark.parametrize("is_paused", [True, False])
def test_while_paused_an_unknown_outcome_is_asked_about_but_nothing_is_sent_again(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass, is_paused: bool
) -> None:
    [message_id] = add_messages(db_session)
    sandbox.script("send", action="reset_before")
    run_delivery()
    guardrails.change(db_session, "send_paused", is_paused, reason="test", actor="kim")
    db_session.commit()

    ask_until_decided(run_delivery, pass_time)
    if is_paused:
        assert look(db_session, message_id).status == "SENDING"
        guardrails.change(db_session, "send_paused", False, reason="done", actor="kim")
        db_session.commit()
        pass_time(31)
        run_delivery()

    assert look(db_session, message_id).status == "SENT"
    assert sandbox.effects() == {str(message_id): 1}


def test_a_pause_longer_than_the_dealers_memory_ends_in_front_of_a_human(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    [message_id] = add_messages(db_session)
    sandbox.script("send", action="reset_before")
    run_delivery()
    guardrails.change(db_session, "send_paused", True, reason="test", actor="kim")
    db_session.commit()

    ask_until_decided(run_delivery, pass_time)
    pass_time(540)
    run_delivery()

    assert look(db_session, message_id).status == "MANUAL_REVIEW"
    assert sandbox.effects() == {}


def test_an_alert_in_a_result_stops_the_sender_and_the_message_waits(
    client: SpecClient, sandbox: Sandbox, run_delivery: Run, run_webhooks: Run, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    run_delivery()
    body = envelope(hook(message_id, "1021", request_id=request_id_of(db_session, message_id)))
    client.post(URL, json=body, headers=SIGNED)

    run_webhooks()
    run_delivery()
    assert look(db_session, message_id).status == "RETRY_SCHEDULED"
    assert open_reviews(db_session) == [("sender", "alimtalk", "channel_unusable", 1)]
    resolve(client, db_session)
    db_session.execute(update(Notification).values(due_at=Notification.schedule_at))
    db_session.commit()
    run_delivery()

    assert look(db_session, message_id).status == "SENT"
    assert sandbox.effects() == {str(message_id): 2}


def test_of_two_causes_of_a_stop_both_must_be_resolved(
    client: SpecClient, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    """Two workers were told of two things that are wrong."""
    [message_id] = add_messages(db_session)
    for reason in ("bad_secret_key", "sender_blocked"):
        alert = Signal("notice", "-1", Meaning("alert", reason, ""))
        follow(db_session, "alimtalk", [alert], gates.NO_SETTINGS)
    db_session.commit()

    for expected in ("SCHEDULED", "SENT"):
        db_session.rollback()
        review_id = db_session.scalars(select(ManualReview.id).where(ManualReview.state == "open")).first()
        body = {"action": "retry", "memo": "mended", "actor": "kim"}
        answer = client.post(f"/manual-reviews/{review_id}/resolve", json=body, headers=AS_OPERATOR)
        run_delivery()
        assert (answer.status_code, look(db_session, message_id).status) == (200, expected)
