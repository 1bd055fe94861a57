"""After an unknown outcome, the old key is the only protection: nothing may leave under a new one."""

from collections.abc import Callable

import pytest
from flask import Flask
from messages import add_messages, ask_until_decided, attempts, look, states
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain import claims, settling
from app.domain.scheduling import cancel_for_user
from app.extensions import db, kakao
from app.models import Notification, User
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]
NOTHING = {"header": {"resultCode": 0}, "messageSearchResultResponse": {"messages": [], "totalCount": 0}}


@pytest.mark.parametrize(
    "rule",
    [
        {"header_code": -9999},
        {"header_code": -7000},
        {"header_code": -1017},
        {"header_code": -1027},
        {"status": 429, "body": "slow down"},
        {"status": 403, "body": "no"},
    ],
)
def test_a_resend_that_is_put_off_never_leaves_under_a_new_key(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass, rule: dict[str, object]
) -> None:
    """The first request was taken, the dealer's query lags, and the resend meets trouble."""
    sandbox.script("send", action="reset_after")
    sandbox.script("send", **rule)
    sandbox.always("messages", body=NOTHING)
    [message_id] = add_messages(db_session)

    run_delivery()
    ask_until_decided(run_delivery, pass_time)
    for _ in range(8):
        pass_time(31)
        run_delivery()

    assert sandbox.effects() == {str(message_id): 1}
    assert len({each.request_key for each in attempts(db_session, message_id)}) == 1
    assert look(db_session, message_id).status in ("MANUAL_REVIEW", "SENT", "SENDING")


def test_a_resend_that_met_no_dealer_never_leaves_under_a_new_key(
    app: Flask, sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    sandbox.script("send", action="reset_after")
    sandbox.always("messages", body=NOTHING)
    [message_id] = add_messages(db_session)
    run_delivery()
    for gap_s in (11, 21):
        pass_time(gap_s)
        run_delivery()
    pass_time(31)
    with app.app_context():
        unsettled = settling.take_over(db.session())
        db.session.commit()
        again = settling.settle(db.session(), unsettled, {}, provider="alimtalk")
        db.session.commit()
        app.config["KAKAO_ALIMTALK_BASE_URL"] = "http://127.0.0.1:9"
        kakao.init_app(app)
        from app.workers import delivery

        delivery._send(again, delivery.monotonic())
        app.config["KAKAO_ALIMTALK_BASE_URL"] = sandbox.base_url
        kakao.init_app(app)

    for _ in range(8):
        pass_time(31)
        run_delivery()

    assert sandbox.effects() == {str(message_id): 1}


@pytest.mark.parametrize("leaves", [True, False])
def test_what_is_stopped_while_the_dealer_is_asked_is_not_sent_again(
    app: Flask, sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass, leaves: bool
) -> None:
    [message_id] = add_messages(db_session)
    with app.app_context():
        claims.claim(db.session(), limit=1, provider="alimtalk")
        db.session.execute(update(Notification).values(ask_count=3))
        db.session.commit()
        pass_time(61)
        unsettled = settling.take_over(db.session())
        db.session.commit()

        message = look(db_session, message_id)
        cancel_for_user(db_session, message.user_id, "user_deleted")
        if leaves:
            change = {"name": None, "phone_number": None, "deleted_at": message.created_at}
            db_session.execute(update(User).values(**change))
        db_session.commit()
        again = settling.settle(db.session(), unsettled, {}, provider="alimtalk")
        db.session.commit()

    assert again is None
    for _ in range(3):
        pass_time(61)
        run_delivery()
    assert states(db_session) == ["CANCELED"]
    assert sandbox.effects() == {}


def test_an_address_that_is_gone_does_not_take_the_others_with_it(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    sandbox.script("send", action="reset_before")
    gone, *others = add_messages(db_session, 3)
    run_delivery()
    db_session.execute(
        update(User).where(User.id == look(db_session, gone).user_id).values(phone_number=None)
    )
    db_session.commit()

    ask_until_decided(run_delivery, pass_time)

    [again] = [each for each in sandbox.requests("send") if each.status == 200]
    assert None not in [one["recipientNo"] for one in again.json["recipientList"]]
    assert (look(db_session, gone).status, look(db_session, gone).reason_code) == ("FAILED", "no_address")
    assert {look(db_session, each).status for each in others} == {"SENT"}
