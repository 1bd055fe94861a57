"""Lock order: whatever runs at once waits, and nobody is told `deadlock detected`."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from background import in_background
from flask import Flask
from messages import add_messages, answer, look, open_reviews, receipt
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from app.domain import claims, events, gates, outcomes, receipts, scheduling, settling, users
from app.domain.consequences import Meaning, Signal, follow
from app.domain.days import utc_now
from app.extensions import db
from app.models import Notification, User, WebhookEvent
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]


def two_of_one(session: Session) -> list[UUID]:
    """Two messages of one trainee; the one with the higher id was written, and is found, first."""
    low, high = sorted([uuid4(), uuid4()])
    add_messages(session, id=high)
    add_messages(session, id=low)
    user_id = look(session, high).user_id
    session.execute(update(Notification).values(user_id=user_id))
    session.commit()
    return [low, high]


@pytest.mark.parametrize("is_known", [False, True])
def test_a_trainee_leaves_while_a_receipt_is_worked_on(
    app: Flask,
    engine: Engine,
    sandbox: Sandbox,
    run_delivery: Run,
    db_session: Session,
    is_known: bool,
) -> None:
    [message_id] = add_messages(db_session)
    run_delivery()
    user_id = look(db_session, message_id).user_id
    event = WebhookEvent(
        id=uuid4(),
        provider="alimtalk",
        event_id="h",
        signature_state="valid",
        payload={"a": 1},
        user_id=user_id if is_known else None,
    )
    db_session.add(event)
    db_session.commit()

    receipts.apply(db_session, [receipt(message_id)], utc_now())
    with in_background(
        engine, lambda session: users.erase_user(session, user_id, datetime.now(UTC))
    ) as failed:
        events.finish(db_session, [events.Finished(event.id, "PROCESSED", user_id, 0)])
        db_session.commit()

    assert failed == []
    assert look(db_session, message_id).status == "DELIVERED"
    assert look(db_session, message_id).variables == {}
    assert db_session.scalars(select(WebhookEvent.payload)).one() is None


def test_a_cancel_and_a_record_lock_in_the_same_order(
    app: Flask, engine: Engine, sandbox: Sandbox, db_session: Session
) -> None:
    ids = two_of_one(db_session)
    with app.app_context():
        request = claims.claim(db.session(), limit=2, provider="alimtalk")
        db.session.commit()
    user_id = look(db_session, ids[0]).user_id
    db_session.rollback()

    # What `record` does first, up to its first row; then the cancel comes; then `record` goes on.
    db_session.execute(select(Notification.id).where(Notification.id == ids[0]).with_for_update())
    with in_background(
        engine, lambda session: scheduling.cancel_for_user(session, user_id, "user_deleted")
    ) as failed:
        outcomes.record(db_session, request, dict.fromkeys(ids, answer("ok")), utc_now())
        db_session.commit()

    assert failed == []
    assert {look(db_session, each).status for each in ids} == {"SENT"}


def test_a_take_over_and_a_receipt_lock_in_the_same_order(
    app: Flask, engine: Engine, sandbox: Sandbox, db_session: Session, pass_time: Pass
) -> None:
    ids = two_of_one(db_session)
    with app.app_context():
        claims.claim(db.session(), limit=2, provider="alimtalk")
        db.session.commit()
    pass_time(61)

    db_session.execute(select(Notification.id).where(Notification.id == ids[0]).with_for_update())
    with in_background(engine, settling.take_over) as failed:
        receipts.apply(db_session, [receipt(each) for each in ids], utc_now())
        db_session.commit()

    assert failed == []
    assert {look(db_session, each).status for each in ids} == {"DELIVERED"}


def test_two_bodies_with_the_same_hooks_in_another_order(engine: Engine, db_session: Session) -> None:
    hooks = [events.Incoming(f"hook-{n}", {"n": n}, "alimtalk-2.3") for n in range(2)]

    events.store(db_session, "alimtalk", hooks[:1], None)
    with in_background(
        engine, lambda session: events.store(session, "alimtalk", list(reversed(hooks)), None)
    ) as failed:
        events.store(db_session, "alimtalk", hooks, None)
        db_session.commit()

    assert failed == []
    assert len(db_session.scalars(select(WebhookEvent)).all()) == 2


def test_a_leaver_is_not_added_to_while_he_leaves(engine: Engine, db_session: Session) -> None:
    """Whoever writes for a trainee waits for the withdrawal, and then finds nobody."""
    [message_id] = add_messages(db_session)
    user_id = look(db_session, message_id).user_id
    db_session.rollback()

    users.erase_user(db_session, user_id, datetime.now(UTC))
    with in_background(engine, lambda session: users.hold_user(session, user_id)) as failed:
        db_session.commit()

    assert [type(each).__name__ for each in failed] == ["NotFound"]
    assert db_session.scalars(select(User.deleted_at)).one() is not None


def test_a_worker_that_stops_inside_a_transaction_does_not_hold_its_rows_for_hours(engine: Engine) -> None:
    """Its machine is gone without a word; TCP would tell the server after two hours."""
    with engine.connect() as connection:
        limit_s = connection.scalar(
            text(
                "SELECT extract(epoch FROM current_setting('idle_in_transaction_session_timeout')::interval)"
            )
        )
    assert 0 < limit_s <= 30


def test_two_batches_of_results_open_their_reviews_in_the_same_order(
    engine: Engine, db_session: Session
) -> None:
    """One told of an alert and of a code in no table, by kind and code the other way round."""
    alert = Signal("daily_plan", "1002", Meaning("alert", "bad_sender_profile", ""))
    odd = Signal("notice", "7777", Meaning("unknown", "unknown_code", "", review=True))

    follow(db_session, "alimtalk", [odd], gates.NO_SETTINGS)
    with in_background(
        engine, lambda session: follow(session, "alimtalk", [alert, odd], gates.NO_SETTINGS)
    ) as failed:
        follow(db_session, "alimtalk", [alert], gates.NO_SETTINGS)
        db_session.commit()

    assert failed == []
    counts = {subject: count for subject, _, _, count in open_reviews(db_session)}
    assert counts == {"notification": 2, "sender": 2}
