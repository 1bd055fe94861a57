"""Requests whose outcome nobody knows: ask, then decide."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Barrier, Thread
from time import monotonic

import pytest
from flask import Flask
from messages import add_messages, answer, ask_until_decided, attempts, look, open_reviews, states
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.domain import claims, outcomes, settling
from app.domain.days import utc_now
from app.extensions import db
from app.models import Notification
from app.workers import delivery
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]


@pytest.mark.parametrize(
    "rule", [{"action": "hang"}, {"action": "reset_after"}, {"garbage": "html", "accept": True}]
)
def test_what_the_dealer_took_is_found_and_not_sent_again(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, rule: dict[str, object]
) -> None:
    sandbox.script("send", **rule)
    ids = add_messages(db_session, 3)

    run_delivery()

    assert set(states(db_session)) <= {"SENT", "DELIVERED"}  # the answer may carry the result already
    assert sandbox.effects() == {str(each): 1 for each in ids}
    [attempt] = attempts(db_session, ids[0])
    assert attempt.outcome == "unknown"
    assert attempt.provider_request_id is not None
    assert len(sandbox.requests("messages")) == 1


@pytest.mark.parametrize("rule", [{"action": "reset_before"}, {"garbage": "truncated"}, {"garbage": "huge"}])
def test_what_the_dealer_never_had_is_sent_again_under_the_same_key_after_four_questions(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass, rule: dict[str, object]
) -> None:
    sandbox.script("send", **rule)
    ids = add_messages(db_session, 3)

    run_delivery()
    assert states(db_session) == ["SENDING"] * 3
    ask_until_decided(run_delivery, pass_time)

    assert states(db_session) == ["SENT"] * 3
    first, second = attempts(db_session, ids[0])
    assert first.request_key == second.request_key
    assert sandbox.effects() == {str(each): 1 for each in ids}
    assert len(sandbox.requests("messages")) == 4


def test_nothing_is_asked_before_its_time(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    sandbox.script("send", action="reset_before")
    add_messages(db_session)

    run_delivery()
    pass_time(8)
    run_delivery()

    assert len(sandbox.requests("messages")) == 1


def test_when_the_key_is_too_old_a_human_decides(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    sandbox.script("send", action="reset_before")
    [message_id] = add_messages(db_session)

    run_delivery()
    pass_time(9 * 60)
    ask_until_decided(run_delivery, pass_time)

    assert look(db_session, message_id).status == "MANUAL_REVIEW"
    assert open_reviews(db_session) == [("notification", "notice:CONNECTION_ERROR", "outcome_unknown", 1)]
    assert sandbox.effects() == {}


def test_what_the_dealer_refuses_as_a_duplicate_is_never_sent_a_third_time(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    sandbox.script("send", action="reset_after")
    nothing = {"header": {"resultCode": 0}, "messageSearchResultResponse": {"messages": [], "totalCount": 0}}
    sandbox.always("messages", body=nothing)
    [message_id] = add_messages(db_session)

    run_delivery()
    ask_until_decided(run_delivery, pass_time)
    ask_until_decided(run_delivery, pass_time)

    assert [each.outcome for each in attempts(db_session, message_id)] == ["unknown", "duplicate"]
    assert look(db_session, message_id).status == "MANUAL_REVIEW"
    assert len(sandbox.requests("send")) == 2
    assert sandbox.effects() == {str(message_id): 1}


def test_a_dealer_that_cannot_be_asked_is_asked_again_and_given_up_after_half_an_hour(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    sandbox.script("send", action="reset_after")
    sandbox.always("messages", action="reset_before")
    [message_id] = add_messages(db_session)

    run_delivery()
    pass_time(31)
    run_delivery()
    assert look(db_session, message_id).status == "SENDING"
    pass_time(30 * 60)
    run_delivery()

    assert look(db_session, message_id).status == "MANUAL_REVIEW"
    assert sandbox.effects() == {str(message_id): 1}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"cancel_requested": True, "reason_code": "plan_canceled"}, "CANCELED"),
        ({"expires_at": datetime.now(UTC), "schedule_at": datetime(2026, 1, 1, tzinfo=UTC)}, "EXPIRED"),
    ],
)
def test_what_was_stopped_meanwhile_and_never_left_is_not_sent_again(
    sandbox: Sandbox,
    run_delivery: Run,
    db_session: Session,
    pass_time: Pass,
    change: dict[str, object],
    status: str,
) -> None:
    sandbox.script("send", action="reset_before")
    [message_id] = add_messages(db_session)

    run_delivery()
    db_session.execute(update(Notification).values(**change))
    db_session.commit()
    ask_until_decided(run_delivery, pass_time)

    assert look(db_session, message_id).status == status
    assert sandbox.effects() == {}


def test_a_dead_workers_claim_is_settled_after_its_lease(
    app: Flask, sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    ids = add_messages(db_session, 3)
    with app.app_context():
        claims.claim(db.session(), limit=10, provider="alimtalk")
        db.session.commit()

    run_delivery()
    assert states(db_session) == ["SENDING"] * 3
    pass_time(61)
    run_delivery()
    assert attempts(db_session, ids[0])[0].provider_status_code == "WORKER_LOST"
    ask_until_decided(run_delivery, pass_time)

    assert states(db_session) == ["SENT"] * 3
    assert sandbox.effects() == {str(each): 1 for each in ids}


def test_the_late_write_of_an_overtaken_worker_is_refused(
    app: Flask, sandbox: Sandbox, db_session: Session, pass_time: Pass
) -> None:
    [message_id] = add_messages(db_session)
    with app.app_context():
        request = claims.claim(db.session(), limit=10, provider="alimtalk")
        db.session.commit()
        pass_time(61)
        settling.take_over(db.session())
        db.session.commit()

        recorded = outcomes.record(
            db.session(), request, {message_id: answer("recipient", "-5000")}, utc_now()
        )
        db.session.commit()

    assert list(recorded.moved) == []
    assert look(db_session, message_id).status == "SENDING"
    assert attempts(db_session, message_id)[0].provider_status_code == "WORKER_LOST"


def test_a_worker_that_slept_past_its_lease_opens_no_socket(
    app: Flask, sandbox: Sandbox, db_session: Session
) -> None:
    add_messages(db_session)
    with app.app_context():
        request = claims.claim(db.session(), limit=10, provider="alimtalk")
        db.session.commit()

        delivery._send(request, monotonic() - 36)

    assert sandbox.requests("send") == []
    assert states(db_session) == ["SENDING"]


def test_of_two_workers_one_takes_over_and_the_other_does_not_even_wait(
    app: Flask, sandbox: Sandbox, db_session: Session, pass_time: Pass
) -> None:
    add_messages(db_session, 50)
    with app.app_context():
        claims.claim(db.session(), limit=50, provider="alimtalk")
        db.session.commit()
    pass_time(61)

    with app.app_context():
        first = settling.take_over(db.session())
        db_session.execute(text("SET LOCAL lock_timeout = '500ms'"))
        second = settling.take_over(db_session)

    assert first is not None
    assert len(first.rows) == 50
    assert second is None


def test_of_many_claims_none_shares_a_row(app: Flask, sandbox: Sandbox, db_session: Session) -> None:
    add_messages(db_session, 60)
    taken, barrier = [], Barrier(4)

    def take() -> None:
        with app.app_context():
            db.session.execute(text("SELECT 1"))
            barrier.wait()
            request = claims.claim(db.session(), limit=15, provider="alimtalk")
            taken.extend(row.id for row in request.rows if request)
            db.session.commit()

    threads = [Thread(target=take) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(taken) == len(set(taken)) == 60


def test_a_claim_passes_by_what_somebody_else_holds(
    app: Flask, sandbox: Sandbox, db_session: Session
) -> None:
    held, free = add_messages(db_session, 2)
    db_session.execute(select(Notification.id).where(Notification.id == held).with_for_update())

    with app.app_context():
        db.session.execute(text("SET LOCAL lock_timeout = '500ms'"))
        request = claims.claim(db.session(), limit=10, provider="alimtalk")
        db.session.commit()

    assert request is not None
    assert [row.id for row in request.rows] == [free]


@pytest.mark.parametrize("ask_count", [0, 3])
def test_an_overtaken_settler_neither_decides_nor_sends(
    app: Flask, sandbox: Sandbox, db_session: Session, pass_time: Pass, ask_count: int
) -> None:
    [message_id] = add_messages(db_session)
    with app.app_context():
        claims.claim(db.session(), limit=1, provider="alimtalk")
        db.session.execute(update(Notification).values(ask_count=ask_count))
        db.session.commit()
        pass_time(61)
        overtaken = settling.take_over(db.session())
        db.session.commit()
        pass_time(61)
        settling.take_over(db.session())
        db.session.commit()

        again = settling.settle(db.session(), overtaken, {}, provider="alimtalk")
        db.session.commit()

    assert again is None
    assert look(db_session, message_id).ask_count == ask_count
    assert len(attempts(db_session, message_id)) == 1
