"""Claiming what is due, sending it, recording the answer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from factories import ask_notice, get_notice, make_user
from flask import Flask
from messages import add_messages, attempts, look, open_reviews, phone, states
from openapi_client import SpecClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.extensions import kakao
from app.models import Notification, User
from dev.sandbox.client import Sandbox

Run = Callable[[], None]


def test_a_due_message_is_sent_once_and_its_attempt_is_kept(
    sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)

    run_delivery()
    run_delivery()

    message, [attempt] = look(db_session, message_id), attempts(db_session, message_id)
    assert (message.status, message.attempt_count, message.reason_code) == ("SENT", 1, None)
    assert message.sent_at is not None
    assert (attempt.outcome, attempt.provider_status_code, attempt.http_status) == ("ok", "0", 200)
    assert attempt.captured_at is not None
    assert attempt.request_key == message.request_key
    assert attempt.provider_request_id is not None
    assert sandbox.effects() == {str(message_id): 1}


def test_one_request_carries_a_batch_under_one_key(
    app: Flask, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    app.config["DELIVERY_BATCH"] = 3
    ids = add_messages(db_session, 7)

    run_delivery()

    sends = sandbox.requests("send")
    assert [len(each.json["recipientList"]) for each in sends] == [3, 3, 1]
    keys = [each.headers["X-Nc-Api-Idempotency-Key"] for each in sends]
    assert keys == [each.json["senderGroupingKey"] for each in sends]
    assert len(set(keys)) == 3
    assert sandbox.effects() == {str(each): 1 for each in ids}


def test_each_kind_goes_out_under_its_own_template(
    sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    for kind in ("daily_plan", "notice", "summary"):
        add_messages(db_session, 2, kind=kind)

    run_delivery()

    sends = {each.json["templateCode"]: len(each.json["recipientList"]) for each in sandbox.requests("send")}
    assert sends == {"dev_daily_plan": 2, "dev_notice": 2, "dev_summary": 2}
    assert states(db_session) == ["SENT"] * 6


def test_what_is_not_due_stays(sandbox: Sandbox, run_delivery: Run, db_session: Session) -> None:
    later = datetime.now(UTC) + timedelta(minutes=1)
    add_messages(db_session, due_at=later)

    run_delivery()

    assert states(db_session) == ["SCHEDULED"]
    assert sandbox.requests("send") == []


def test_a_late_message_expires_instead_of_leaving(
    sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    then = datetime.now(UTC) - timedelta(hours=13)
    [message_id] = add_messages(db_session, schedule_at=then, expires_at=then + timedelta(hours=12))

    run_delivery()

    assert look(db_session, message_id).status == "EXPIRED"
    assert look(db_session, message_id).reason_code == "expired"
    assert sandbox.requests("send") == []


def test_many_late_messages_do_not_hold_up_a_fresh_one(
    app: Flask, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    app.config["DELIVERY_BATCH"] = 3
    then = datetime.now(UTC) - timedelta(hours=13)
    late = {"schedule_at": then, "due_at": then, "expires_at": then + timedelta(hours=12)}
    add_messages(db_session, 8, **late)
    [fresh] = add_messages(db_session)

    run_delivery()

    assert states(db_session) == ["EXPIRED"] * 8 + ["SENT"]
    assert sandbox.effects() == {str(fresh): 1}


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"phone_number": None}, "FAILED", "no_address"),
        ({"phone_fault": "unsubscribed"}, "FAILED", "unsubscribed"),
        ({"is_sandbox": True}, "CANCELED", "sandbox_user"),
        ({"notifications_enabled": False}, "CANCELED", "notifications_off"),
        ({"name": None, "phone_number": None, "deleted_at": datetime.now(UTC)}, "CANCELED", "user_deleted"),
    ],
)
def test_who_cannot_be_sent_to_gets_a_final_state_and_the_rest_goes_on(
    sandbox: Sandbox,
    run_delivery: Run,
    db_session: Session,
    change: dict[str, object],
    status: str,
    reason: str,
) -> None:
    first, second = add_messages(db_session, 2)
    user_id = look(db_session, first).user_id
    db_session.execute(update(User).where(User.id == user_id).values(**change))
    db_session.commit()

    run_delivery()

    ended = look(db_session, first)
    assert (ended.status, ended.reason_code) == (status, reason)
    is_told = (ended.failure_reason is not None, ended.last_error_at is not None)
    assert is_told == ((True, True) if status == "FAILED" else (False, False))
    assert look(db_session, second).status == "SENT"
    assert sandbox.effects() == {str(second): 1}


def test_outside_production_only_listed_numbers_are_sent_to(
    app: Flask, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    first, second = add_messages(db_session, 2)
    app.config["SEND_ALLOW_LIST"] = [phone(1)]

    run_delivery()

    assert look(db_session, first).reason_code == "not_on_allow_list"
    assert sandbox.effects() == {str(second): 1}


def test_a_partial_failure_moves_each_row_by_its_own_code(
    sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    good, bad_number, bad_parameter, trouble = add_messages(db_session, 4)
    codes = {str(bad_number): -5000, str(bad_parameter): -3004, str(trouble): -9999}
    sandbox.script("send", codes=codes)
    before = datetime.now(UTC)

    run_delivery()

    assert look(db_session, good).status == "SENT"
    assert look(db_session, bad_number).status == "FAILED"
    assert look(db_session, bad_parameter).status == "FAILED"
    retried = look(db_session, trouble)
    assert retried.status == "RETRY_SCHEDULED"
    assert timedelta(seconds=4) < retried.due_at - before < timedelta(seconds=15)
    assert retried.provider_response_code == "-9999"
    assert retried.last_error_at is not None
    assert open_reviews(db_session) == [
        ("notification", "notice:-3004", look(db_session, bad_parameter).reason_code, 1)
    ]
    assert look(db_session, bad_parameter).review_id is not None


def test_a_retried_message_goes_out_under_a_new_key(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Callable[[float], None]
) -> None:
    sandbox.script("send", header_code=-7000)
    [message_id] = add_messages(db_session)

    run_delivery()
    pass_time(20)
    run_delivery()

    first, second = attempts(db_session, message_id)
    assert (first.outcome, second.outcome) == ("retry", "ok")
    assert first.request_key != second.request_key
    assert look(db_session, message_id).status == "SENT"
    assert sandbox.effects() == {str(message_id): 1}


def test_a_connection_that_was_never_made_is_tried_again_without_asking(
    app: Flask, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    app.config["KAKAO_ALIMTALK_BASE_URL"] = "http://127.0.0.1:9"
    kakao.init_app(app)
    [message_id] = add_messages(db_session)

    run_delivery()

    [attempt] = attempts(db_session, message_id)
    assert (attempt.outcome, attempt.provider_status_code) == ("retry", "CONNECTION_ERROR")
    assert look(db_session, message_id).status == "RETRY_SCHEDULED"
    assert sandbox.requests("messages") == []


def test_retry_after_is_a_floor(sandbox: Sandbox, run_delivery: Run, db_session: Session) -> None:
    sandbox.script("send", header_code=-9999, headers={"Retry-After": "120"})
    [message_id] = add_messages(db_session)
    before = datetime.now(UTC)

    run_delivery()

    assert look(db_session, message_id).due_at - before >= timedelta(seconds=119)


def test_after_a_hundred_attempts_a_human_is_told(
    sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    sandbox.always("send", header_code=-9999)
    ids = add_messages(db_session, 2, attempt_count=99)

    run_delivery()

    assert {look(db_session, each).reason_code for each in ids} == {"attempts_exhausted"}
    assert open_reviews(db_session) == [("notification", "outage", "attempts_exhausted", 2)]


def test_the_answer_names_nobody(sandbox: Sandbox, run_delivery: Run, db_session: Session) -> None:
    [message_id] = add_messages(db_session)

    run_delivery()

    [attempt] = attempts(db_session, message_id)
    assert attempt.provider_response is not None
    assert phone(0) not in attempt.provider_response
    assert len(attempt.provider_response.encode()) <= 4096


def test_a_cancel_during_the_call_acts_when_the_message_did_not_leave(
    sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    kept, canceled = add_messages(db_session, 2)
    sandbox.script("send", codes={str(canceled): -9999, str(kept): -9999})
    db_session.execute(
        update(Notification)
        .where(Notification.id == canceled)
        .values(cancel_requested=True, reason_code="plan_canceled")
    )
    db_session.commit()

    run_delivery()

    assert look(db_session, kept).status == "RETRY_SCHEDULED"
    assert look(db_session, canceled).status == "CANCELED"
    assert look(db_session, canceled).reason_code == "plan_canceled"


def test_an_emoji_counts_twice_so_that_a_new_sender_may_send_it(
    client: SpecClient, sandbox: Sandbox, run_delivery: Run
) -> None:
    sandbox.configure(limit_14=True)
    user = make_user(client, name="💪" * 20, phone_number="01000000001")
    notice_id = ask_notice(client, user["id"]).json["id"]

    run_delivery()

    notice = get_notice(client, notice_id)
    assert (notice["status"], notice["reason_code"]) == ("SENT", None)
