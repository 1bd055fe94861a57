"""A number that cannot be reached is marked, and skipped until it changes."""

from collections.abc import Callable
from uuid import UUID

from factories import AS_CLIENT, make_notification, read_user
from flask import Flask
from messages import add_messages, answer, ask_until_decided, attempts, look, open_reviews, phone
from openapi_client import SpecClient
from receipts import SIGNED, URL, envelope, hook, request_id_of
from sqlalchemy.orm import Session

from app.domain import claims, contacts, outcomes
from app.domain.consequences import Meaning
from app.domain.days import utc_now
from app.domain.outcomes import Answer
from app.extensions import db
from app.models import Notification, User
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]


def owner(session: Session, message_id: UUID) -> User:
    row = look(session, message_id)
    return session.get_one(User, row.user_id)


def another(session: Session, message_id: UUID) -> UUID:
    """One more message for the same trainee, due now."""
    variables = {"회원이름": "가", "안내드리는제목": "나", "안내드리는자세한내용": "다"}
    return make_notification(session, look(session, message_id).user_id, variables=variables).id


def change_number(client: SpecClient, user_id: UUID, number: str) -> None:
    response = client.patch(f"/users/{user_id}", json={"phone_number": number}, headers=AS_CLIENT)
    assert response.status_code == 200, response.text


def test_a_number_that_was_refused_is_not_asked_again_until_it_changes(
    client: SpecClient, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [first] = add_messages(db_session)
    sandbox.script("send", codes={phone(0): -5000})
    run_delivery()

    skipped = another(db_session, first)
    run_delivery()
    assert read_user(client, str(owner(db_session, first).id)).json["phone_fault"] == "invalid_phone"
    assert (look(db_session, skipped).status, look(db_session, skipped).reason_code) == (
        "FAILED",
        "invalid_phone",
    )
    assert attempts(db_session, skipped) == []
    assert len(sandbox.requests("send")) == 1
    change_number(client, owner(db_session, first).id, phone(77))
    third = another(db_session, first)
    run_delivery()

    assert owner(db_session, first).phone_fault is None
    assert look(db_session, third).status == "SENT"


def test_the_same_number_again_stays_marked(
    client: SpecClient, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    sandbox.script("send", codes={phone(0): -3301})
    run_delivery()

    change_number(client, owner(db_session, message_id).id, phone(0))

    assert owner(db_session, message_id).phone_fault == "unsubscribed"


def test_a_number_that_may_recover_is_tried_again_with_the_next_message(
    client: SpecClient, sandbox: Sandbox, run_delivery: Run, run_webhooks: Run, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    run_delivery()
    body = envelope(hook(message_id, "3018", request_id=request_id_of(db_session, message_id)))
    client.post(URL, json=body, headers=SIGNED)
    run_webhooks()

    later = another(db_session, message_id)
    run_delivery()

    assert look(db_session, message_id).status == "FAILED"
    assert look(db_session, later).status == "SENT"


def test_what_is_said_of_an_old_number_does_not_mark_the_new_one(
    app: Flask, client: SpecClient, sandbox: Sandbox, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    with app.app_context():
        request = claims.claim(db.session(), limit=1, provider="alimtalk")
        db.session.commit()
    change_number(client, owner(db_session, message_id).id, phone(77))

    with app.app_context():
        found = outcomes.record(db.session(), request, {message_id: answer("recipient", "-5000")}, utc_now())
        db.session.commit()
        contacts.mark(db.session(), found.marks)
        db.session.commit()

    assert look(db_session, message_id).status == "FAILED"
    assert len(found.marks) == 1
    assert owner(db_session, message_id).phone_fault is None


def test_an_answer_that_may_change_marks_nobody(app: Flask, sandbox: Sandbox, db_session: Session) -> None:
    [message_id] = add_messages(db_session)
    refusal = Answer("-1", Meaning("recipient", "not_now", "", may_recover=True))
    with app.app_context():
        request = claims.claim(db.session(), limit=1, provider="alimtalk")
        found = outcomes.record(db.session(), request, {message_id: refusal}, utc_now())
        db.session.commit()

    assert look(db_session, message_id).status == "FAILED"
    assert found.marks == ()


def test_a_result_about_an_old_number_does_not_mark_the_new_one(
    client: SpecClient, sandbox: Sandbox, run_delivery: Run, run_webhooks: Run, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    run_delivery()
    change_number(client, owner(db_session, message_id).id, phone(77))

    body = envelope(hook(message_id, "3019", request_id=request_id_of(db_session, message_id)))
    client.post(URL, json=body, headers=SIGNED)
    run_webhooks()

    assert look(db_session, message_id).status == "FAILED"
    assert owner(db_session, message_id).phone_fault is None


def test_after_an_unknown_outcome_a_new_number_gets_nothing_under_the_old_key(
    client: SpecClient, sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    moved, stayed = add_messages(db_session, 2)
    sandbox.script("send", action="reset_before")
    run_delivery()
    change_number(client, owner(db_session, moved).id, phone(77))

    ask_until_decided(run_delivery, pass_time)

    assert look(db_session, moved).status == "MANUAL_REVIEW"
    assert sandbox.effects() == {str(stayed): 1}
    assert [each[2] for each in open_reviews(db_session)] == ["outcome_unknown"]


def test_an_attempt_that_kept_no_address_is_not_sent_again(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    """The release before did not write which number it tried: it may have been another."""
    [message_id] = add_messages(db_session)
    sandbox.script("send", action="reset_before")
    run_delivery()
    attempts(db_session, message_id)[0].contact_version = None
    db_session.commit()

    ask_until_decided(run_delivery, pass_time)

    assert look(db_session, message_id).status == "MANUAL_REVIEW"
    assert sandbox.effects() == {}


def test_two_that_mark_the_same_people_wait_for_each_other(db_session: Session) -> None:
    ids = [look(db_session, each).user_id for each in add_messages(db_session, 20)]
    marks = [contacts.Mark("alimtalk", each, 0, "invalid_phone") for each in ids]

    contacts.mark(db_session, marks)
    contacts.mark(db_session, list(reversed(marks)))
    db_session.commit()

    assert {each.phone_fault for each in db_session.query(User)} == {"invalid_phone"}
    assert db_session.query(Notification).count() == 20
