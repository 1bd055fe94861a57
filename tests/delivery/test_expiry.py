"""A message leaves in its time or not at all, to the second, whatever holds its sender back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from messages import add_messages, attempts, look, open_reviews, states
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.domain import endings, gates, guardrails
from app.domain.wakeups import queues_to_wake
from app.extensions import kakao
from app.models import Notification
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]


def expire_in(session: Session, seconds: float) -> None:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    early = at - timedelta(hours=1)
    session.execute(update(Notification).values(expires_at=at, schedule_at=early))
    session.commit()


def test_a_second_before_its_end_a_message_leaves_and_at_its_end_it_does_not(
    sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    in_time, too_late = add_messages(db_session, 2)
    now = datetime.now(UTC)
    for message_id, left_s in ((in_time, 5), (too_late, 0)):
        row = look(db_session, message_id)
        row.schedule_at, row.expires_at = now - timedelta(hours=1), now + timedelta(seconds=left_s)
        db_session.commit()

    run_delivery()

    assert sandbox.effects() == {str(in_time): 1}
    assert look(db_session, too_late).status == "EXPIRED"


def test_a_retry_is_never_put_off_past_the_end(
    sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    expire_in(db_session, 30)
    sandbox.script("send", header_code=-9999, headers={"Retry-After": "600"})

    run_delivery()

    message = look(db_session, message_id)
    assert message.status == "RETRY_SCHEDULED"
    assert message.due_at == message.expires_at


@pytest.mark.parametrize("is_paused", [False, True])
def test_an_outage_longer_than_the_messages_lives_is_one_review(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass, is_paused: bool
) -> None:
    tried = add_messages(db_session, 3) + add_messages(db_session, 2, kind="daily_plan")
    sandbox.always("send", header_code=-7000)
    run_delivery()
    [untried] = add_messages(db_session, due_at=datetime.now(UTC) + timedelta(minutes=10))
    guardrails.change(db_session, "send_paused", is_paused, reason="test", actor="kim")
    db_session.commit()

    pass_time(25 * 3600)
    run_delivery()

    assert {(look(db_session, each).status, look(db_session, each).reason_code) for each in tried} == {
        ("FAILED", "attempts_exhausted")
    }
    assert (look(db_session, untried).status, look(db_session, untried).reason_code) == ("EXPIRED", "expired")
    assert open_reviews(db_session) == [("notification", "outage", "attempts_exhausted", 5)]
    assert len({look(db_session, each).review_id for each in tried}) == 1
    assert attempts(db_session, untried) == []


def test_what_only_waited_for_a_quota_expires_without_a_review(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    add_messages(db_session)
    sandbox.script("send", header_code=-1017)
    run_delivery()

    pass_time(13 * 3600)
    run_delivery()

    assert states(db_session) == ["EXPIRED"]
    assert open_reviews(db_session) == []


def test_the_clock_wakes_a_worker_for_what_is_over_even_while_paused(
    db_session: Session, app: object
) -> None:
    guardrails.change(db_session, "send_paused", True, reason="test", actor="kim")
    add_messages(db_session)

    before = queues_to_wake(db_session, "alimtalk", gates.NO_SETTINGS)
    expire_in(db_session, -1)
    after = queues_to_wake(db_session, "alimtalk", gates.NO_SETTINGS)

    assert ("delivery" in before, "delivery" in after) == (False, True)


def test_thousands_that_are_over_are_closed_and_none_of_them_leaves(
    sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [first] = add_messages(db_session)
    user_id = look(db_session, first).user_id
    db_session.execute(
        text("""
            INSERT INTO notifications
                (id, user_id, kind, idempotency_key, variables, schedule_at, due_at, expires_at)
            SELECT gen_random_uuid(), :user, 'notice', n::text, '{}', now() - interval '2 days',
                   now() - interval '2 days', now() - interval '1 day'
            FROM generate_series(1, :count) AS n
        """),
        {"user": user_id, "count": endings.LATE_AT_ONCE + 1},
    )
    db_session.commit()

    run_delivery()

    assert sandbox.effects() == {str(first): 1}
    assert states(db_session) == ["EXPIRED"] * (endings.LATE_AT_ONCE + 1) + ["SENT"]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_dealer_that_is_down_for_a_quarter_of_an_hour_costs_nobody_the_message(
    app: Flask, sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass, is_there: bool
) -> None:
    """It says so, or nobody is at its address."""
    ids = add_messages(db_session, 100, kind="daily_plan")
    sandbox.always("send", status=503, header_code=-9999)
    listen(app, sandbox.base_url if is_there else "http://127.0.0.1:9")
    for _ in range(15):
        run_delivery()
        pass_time(60)
    sandbox.clear_rules()
    listen(app, sandbox.base_url)

    for _ in range(30):
        pass_time(60)
        run_delivery()

    assert sandbox.effects() == {str(each): 1 for each in ids}
    assert set(states(db_session)) == {"SENT"}
    assert open_reviews(db_session) == []


def listen(app: Flask, address: str) -> None:
    """The dealer is at that address from now on."""
    app.config["KAKAO_ALIMTALK_BASE_URL"] = address
    kakao.init_app(app)
