"""A request that is refused as a whole is split until the message that is wrong is alone."""

from collections.abc import Callable

import pytest
from flask import Flask
from messages import add_messages, attempts, look, open_reviews, phone, states
from sqlalchemy.orm import Session

from app.models import User
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
POISON = "독"


def poison(session: Session, message_id: object) -> None:
    """A message whose every request the dealer refuses as a whole."""
    row = look(session, message_id)  # type: ignore[arg-type]
    row.variables = row.variables | {"안내드리는제목": POISON}
    session.commit()


@pytest.fixture
def strict(sandbox: Sandbox) -> Sandbox:
    """The dealer refuses a request with a poisoned message in it, whole."""
    sandbox.configure(poison=POISON)
    return sandbox


def test_a_poisoned_message_fails_alone_and_the_rest_of_the_batch_goes_out(
    app: Flask, strict: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    app.config["DELIVERY_BATCH"] = 50
    ids = add_messages(db_session, 50)
    bad = ids[17]
    poison(db_session, bad)

    run_delivery()

    assert strict.effects() == {str(each): 1 for each in ids if each != bad}
    assert states(db_session) == ["FAILED"] + ["SENT"] * 49
    message = look(db_session, bad)
    assert (message.status, message.reason_code) == ("FAILED", "text_too_long")
    assert open_reviews(db_session) == [("notification", "notice:-2019", "text_too_long", 1)]
    assert len(strict.requests("send")) <= 13
    assert message.attempt_count - message.free_attempts == 1
    assert [each.outcome for each in attempts(db_session, bad)] == ["request"] * message.attempt_count


def test_two_poisoned_messages_fail_and_a_fresh_one_does_not_wait_for_them(
    app: Flask, strict: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    app.config["DELIVERY_BATCH"] = 16
    ids = add_messages(db_session, 40)
    for each in (ids[0], ids[39]):
        poison(db_session, each)

    run_delivery()

    assert states(db_session) == ["FAILED"] * 2 + ["SENT"] * 38


def test_a_single_message_that_is_refused_is_not_tried_again(
    strict: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    poison(db_session, message_id)

    run_delivery()

    assert len(attempts(db_session, message_id)) == 1
    assert look(db_session, message_id).status == "FAILED"


def test_a_split_survives_a_moment_of_trouble(
    app: Flask, strict: Sandbox, run_delivery: Run, db_session: Session, pass_time: Callable[[float], None]
) -> None:
    app.config["DELIVERY_BATCH"] = 4
    ids = add_messages(db_session, 4)
    poison(db_session, ids[3])
    strict.script("send", header_code=-2019)
    strict.script("send", header_code=-9999, times=2)

    run_delivery()
    assert {look(db_session, each).split_size for each in ids} == {2}
    pass_time(20)
    run_delivery()

    assert states(db_session) == ["FAILED"] + ["SENT"] * 3


def test_a_message_for_nobody_in_the_batch_is_not_split_when_it_has_its_own_code(
    sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    ids = add_messages(db_session, 3)
    sandbox.script("send", codes={phone(1): -3004})

    run_delivery()

    assert len(sandbox.requests("send")) == 1
    assert look(db_session, ids[1]).status == "FAILED"


def test_a_bad_number_that_refuses_the_whole_request_costs_nobody_else_a_message(
    app: Flask, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    app.config["DELIVERY_BATCH"] = 4
    ids = add_messages(db_session, 4)
    sandbox.script("send", header_code=-4019, times=3)  # all four, two of them, the bad one alone

    run_delivery()

    assert sandbox.effects() == {str(each): 1 for each in ids[1:]}
    assert [look(db_session, each).status for each in ids] == ["FAILED"] + ["SENT"] * 3
    users = [db_session.get_one(User, look(db_session, each).user_id) for each in ids]
    assert [user.phone_fault for user in users] == ["invalid_phone", None, None, None]
