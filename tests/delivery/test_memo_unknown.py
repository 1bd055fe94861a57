"""Memos whose outcome nobody knows: a human decides, and nothing is sent twice, whoever sends next."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from memos import add_memos
from messages import add_messages, ask_until_decided, attempts, look, open_reviews, states
from openapi_client import SpecClient
from review_builders import decided
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import claims
from app.extensions import db, kakao_api
from app.models import ManualReview
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]
# What went wrong after the request had left, and the code of its attempt.
LOST = {
    "timeout": ({"action": "hang"}, "TIMEOUT"),
    "slow": ({"garbage": "drip", "accept": True}, "TIMEOUT"),
    "reset": ({"action": "reset_after"}, "CONNECTION_ERROR"),
    "html": ({"garbage": "html", "accept": True}, "BAD_RESPONSE"),
    "truncated": ({"garbage": "truncated", "accept": True}, "BAD_RESPONSE"),
    "huge": ({"garbage": "huge", "accept": True}, "BAD_RESPONSE"),
    "empty": ({"garbage": "empty", "accept": True, "status": 500}, "BAD_RESPONSE"),
    "-603": ({"status": 400, "body": {"msg": "timeout", "code": -603}, "accept": True}, "-603"),
    "both": ({"status": 400, "body": {"result_code": 0, "code": -1}, "accept": True}, "BAD_RESPONSE"),
}
each_loss = pytest.mark.parametrize(("rule", "code"), LOST.values(), ids=LOST)


@each_loss
def test_what_may_have_left_goes_to_a_human_and_is_not_sent_again(
    memo_sandbox: Sandbox,
    run_delivery: Run,
    db_session: Session,
    pass_time: Pass,
    rule: dict[str, Any],
    code: str,
) -> None:
    memo_sandbox.script("memo", **rule)
    [message_id] = add_memos(db_session)

    run_delivery()
    for _ in range(3):
        pass_time(700)
        run_delivery()

    [attempt] = attempts(db_session, message_id)
    assert (attempt.outcome, attempt.provider_status_code) == ("unknown", code)
    assert look(db_session, message_id).status == "MANUAL_REVIEW"
    assert open_reviews(db_session) == [("notification", f"notice:{code}", "outcome_unknown", 1)]
    assert memo_sandbox.memo_effects() == {"trainee-0": 1}


@each_loss
def test_not_even_after_a_switch_of_the_sender(
    app: Flask,
    memo_sandbox: Sandbox,
    run_delivery: Run,
    db_session: Session,
    pass_time: Pass,
    rule: dict[str, Any],
    code: str,
) -> None:
    memo_sandbox.script("memo", **rule)
    add_memos(db_session)
    run_delivery()

    app.config["KAKAO_SENDER"] = "alimtalk"
    for _ in range(3):
        pass_time(700)
        run_delivery()

    assert states(db_session) == ["MANUAL_REVIEW"]
    assert memo_sandbox.requests("send") == []


@pytest.mark.parametrize("sender", ["memo", "alimtalk"])
def test_a_lost_workers_memo_goes_to_a_human_whoever_sends_now(
    app: Flask,
    memo_sandbox: Sandbox,
    run_delivery: Run,
    db_session: Session,
    pass_time: Pass,
    sender: str,
) -> None:
    ids = add_memos(db_session, 2)
    with app.app_context():
        claims.claim(db.session(), limit=2, provider="memo")
        db.session.commit()
    app.config["KAKAO_SENDER"] = sender

    run_delivery()
    assert states(db_session) == ["SENDING", "SENDING"]
    pass_time(61)
    run_delivery()
    assert states(db_session) == ["MANUAL_REVIEW", "MANUAL_REVIEW"]
    for _ in range(3):
        pass_time(300)
        run_delivery()

    assert states(db_session) == ["MANUAL_REVIEW", "MANUAL_REVIEW"]
    assert memo_sandbox.requests("messages") == []  # nobody asked the dealer about a memo
    assert open_reviews(db_session) == [("notification", "notice:WORKER_LOST", "outcome_unknown", 2)]
    assert {len(attempts(db_session, each)) for each in ids} == {1}
    assert (memo_sandbox.memo_effects(), memo_sandbox.requests("send")) == ({}, [])


@pytest.mark.parametrize("action", ["hang", "hang_before"])
def test_an_alimtalk_in_flight_is_not_sent_as_a_memo(
    app: Flask, memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass, action: str
) -> None:
    app.config["KAKAO_SENDER"] = "alimtalk"
    memo_sandbox.script("send", action=action)
    [message_id] = add_memos(db_session)
    run_delivery()

    memo_sandbox.always("send", action="reset_before")
    app.config["KAKAO_SENDER"] = "memo"
    ask_until_decided(run_delivery, pass_time)
    for _ in range(3):
        pass_time(300)
        run_delivery()

    expected = {"hang": {"SENT", "DELIVERED"}, "hang_before": {"MANUAL_REVIEW"}}[action]
    assert look(db_session, message_id).status in expected
    assert memo_sandbox.requests("memo") == []


def test_a_humans_retry_sends_it_once_more(
    client: SpecClient, memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    memo_sandbox.script("memo", action="reset_before")
    [message_id] = add_memos(db_session)
    run_delivery()
    review = db_session.scalars(select(ManualReview)).one()

    decided(client, review.id, "retry")
    run_delivery()
    run_delivery()

    first, second = attempts(db_session, message_id)
    assert (first.outcome, second.outcome) == ("unknown", "ok")
    assert first.request_key != second.request_key
    assert look(db_session, message_id).status == "SENT"
    assert memo_sandbox.memo_effects() == {"trainee-0": 1}


def test_a_connection_that_was_never_made_is_tried_again(
    app: Flask, memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    app.config["KAKAO_API_BASE_URL"] = "http://127.0.0.1:9"
    kakao_api.init_app(app)
    [message_id] = add_memos(db_session)
    run_delivery()
    [attempt] = attempts(db_session, message_id)
    assert (attempt.outcome, attempt.provider_status_code) == ("retry", "CONNECTION_ERROR")

    app.config["KAKAO_API_BASE_URL"] = memo_sandbox.base_url
    kakao_api.init_app(app)
    pass_time(20)
    run_delivery()

    assert look(db_session, message_id).status == "SENT"
    assert memo_sandbox.memo_effects() == {"trainee-0": 1}


def test_one_unknown_outcome_leaves_the_others_of_the_request_alone(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    memo_sandbox.script("memo", action="reset_after")
    add_memos(db_session, 6)
    add_messages(db_session)

    run_delivery()

    assert states(db_session) == ["FAILED", "MANUAL_REVIEW"] + ["SENT"] * 5
    assert set(memo_sandbox.memo_effects().values()) == {1}
    assert len(memo_sandbox.memo_effects()) == 6
