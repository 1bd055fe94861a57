"""Decisions about reviews while others decide, record answers or take receipts: nothing gets lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from factories import at_once, overlapping, wait_for_blocked
from flask import Flask
from review_builders import add_event, add_message, add_review, decide, fresh, log_row, open_ones
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.domain import events, receipts, review_actions, reviews
from app.domain.consequences import Meaning
from app.domain.days import utc_now
from app.domain.events import Incoming
from app.domain.receipts import Receipt
from app.models import ManualReview, Notification

Work = Callable[[Session], Any]


@contextmanager
def waiting(engine: Engine, *works: Work) -> Iterator[list["Future[Any]"]]:
    """Each work runs and commits in a thread of its own; the block begins once all wait for a lock."""

    def run(work: Work) -> Any:
        with Session(engine) as session:
            found = work(session)
            session.commit()
            return found

    with ThreadPoolExecutor(len(works)) as pool:
        started = []
        for number, work in enumerate(works, start=1):
            started.append(pool.submit(run, work))
            wait_for_blocked(engine, number)
        yield started


def decision(review_id: UUID, action: str) -> Work:
    def work(session: Session) -> int:
        done = review_actions.resolve(session, review_id, action=action, memo="m", actor="kim", now=utc_now())
        return int(done.view["applied"])

    return work


def count_onto(session: Session, row: Notification) -> None:
    """What a worker does: it holds the message, then counts it onto the review of its cause."""
    session.execute(select(Notification.id).where(Notification.id == row.id).with_for_update())
    moved = SimpleNamespace(id=row.id, kind="notice", code="TIMEOUT", reason_code="outcome_unknown")
    reviews.open_for_notifications(session, [moved])


@pytest.mark.parametrize("subject", ["notification", "webhook_event", "sender"])
def test_of_two_operators_at_once_one_decides(
    app: Flask, engine: Engine, db_session: Session, subject: str
) -> None:
    review = add_review(db_session, subject, cause="alimtalk")
    if subject == "notification":
        add_message(db_session, review)
    if subject == "webhook_event":
        add_event(db_session, review)

    answers = overlapping(
        engine,
        "SELECT FROM manual_reviews FOR UPDATE",
        [partial(decide, app.test_client(), review.id, "retry", actor=name) for name in ("kim", "lee")],
    )

    assert sorted(each.status_code for each in answers) == [200, 409]
    (refused,) = (each for each in answers if each.status_code == 409)
    assert refused.json["code"] == "conflict"
    assert log_row(db_session).actor == fresh(db_session, review).actor


def test_of_many_operators_without_any_order_one_decides(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    review = add_review(db_session)
    rows = [add_message(db_session, review) for _ in range(3)]
    actions = ["retry", "confirm_sent", "discard", "retry"]

    answers = at_once(4, lambda number: decide(app.test_client(), review.id, actions[number]))

    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    assert len({fresh(db_session, row).status for row in rows}) == 1


def test_a_message_that_joins_meanwhile_is_decided_too(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    review = add_review(db_session)
    first = add_message(db_session, review)
    late = add_message(db_session, None)

    count_onto(db_session, late)
    with waiting(engine, decision(review.id, "discard")) as [deciding]:
        db_session.commit()

    assert deciding.result() == 2
    assert [fresh(db_session, row).reason_code for row in (first, late)] == ["discarded"] * 2
    assert open_ones(db_session) == []


def test_who_counts_onto_a_review_and_who_decides_do_not_wait_for_each_other(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    review = add_review(db_session)
    row = add_message(db_session, review)

    db_session.execute(select(Notification.id).where(Notification.id == row.id).with_for_update())
    with waiting(engine, decision(review.id, "discard")) as [deciding]:
        count_onto(db_session, row)
        db_session.commit()

    assert deciding.result() == 1
    assert fresh(db_session, review).count == 2


def test_a_row_that_joined_is_not_waited_for_with_the_review_in_hand(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    review = add_review(db_session)
    add_message(db_session, review)
    late = add_message(db_session, None)

    def count_again(session: Session) -> None:
        count_onto(session, session.get_one(Notification, late.id))

    count_onto(db_session, late)
    with waiting(engine, count_again, decision(review.id, "discard")) as [counting, deciding]:
        db_session.commit()

    assert counting.exception() is None
    assert deciding.result() >= 1
    assert fresh(db_session, late).reason_code in ("discarded", "outcome_unknown")
    pointed_at = db_session.get_one(ManualReview, late.review_id)
    assert (pointed_at.state == "open") == (late.reason_code == "outcome_unknown")


def test_who_sees_an_event_again_and_who_decides_do_not_wait_for_each_other(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    def store(payload: int) -> None:
        with Session(engine) as session:
            events.store(session, "alimtalk", [Incoming("e", {"a": payload}, "alimtalk-2.3")], None)
            session.commit()

    store(1)
    store(2)
    review = db_session.scalars(select(ManualReview)).one()
    db_session.rollback()

    _, answer = overlapping(
        engine,
        "SELECT FROM manual_reviews FOR UPDATE",
        [partial(store, 3), partial(decide, app.test_client(), review.id, "discard")],
    )

    assert answer.status_code == 200
    assert fresh(db_session, review).count == 2


def test_who_counts_after_a_decision_opens_a_new_review(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    review = add_review(db_session)
    late = add_message(db_session, None)

    decision(review.id, "discard")(db_session)
    with waiting(engine, lambda session: count_onto(session, session.get_one(Notification, late.id))):
        db_session.commit()

    assert open_ones(db_session) == [("notification", "notice:TIMEOUT", "outcome_unknown", 1)]
    assert fresh(db_session, late).review_id != review.id


@pytest.mark.parametrize("action", ["retry", "confirm_sent", "discard"])
def test_a_message_that_is_delivered_meanwhile_is_left_alone(
    app: Flask, engine: Engine, db_session: Session, action: str
) -> None:
    review = add_review(db_session)
    row = add_message(db_session, review)

    result = Receipt(row.id, "1000", Meaning("ok", "delivered", ""), None, "r-1")
    receipts.apply(db_session, [result], utc_now())
    with waiting(engine, decision(review.id, action)) as [deciding]:
        db_session.commit()

    assert deciding.result() == 0
    assert fresh(db_session, row).status == "DELIVERED"
