"""What becomes of a message, its trainee's token and the sender, for every code of Kakao's memo API."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from memos import add_memo_for, add_memos, token_of
from messages import attempts, look, open_reviews, states
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clients.kakao_codes import KAPI_CODES
from app.domain.days import KST
from app.models import SenderHold
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]

TAKEN = [0]
TRIED_AGAIN = [-1, -7, -9798]
REFRESHED = [-401]
NOBODY_KNOWS = [-603]
OUR_MISTAKE = [-2, -8, -102, -201, -602, -606, -911]
STOPS = [-3, -5, -6, -9, -12, -301, -903]
UNREACHABLE = [-4, -101, -103, -402, -405, -406, -501, -502, -504, -530]
HOLDS_SENDER = [-10, -11]
HOLDS_OWNER = [-531, -532]
HOLDS_ROW = [-533, -536]


def answer_with(sandbox: Sandbox, code: int) -> None:
    """The next memo is refused with that code, under the HTTP status Kakao gives most of them."""
    sandbox.memo_error(code, 401 if code == -401 else 400)


def next_midnight() -> datetime:
    """00:00 in Korea."""
    return datetime.now(KST).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def next_month() -> datetime:
    """The first of the next month in Korea."""
    today = datetime.now(KST).replace(hour=0, minute=0, second=0, microsecond=0)
    first = today.replace(day=1)
    return (
        first.replace(year=today.year + 1, month=1)
        if today.month == 12
        else first.replace(month=today.month + 1)
    )


def test_every_code_of_the_table_is_in_one_list() -> None:
    lists = (TAKEN, TRIED_AGAIN, REFRESHED, NOBODY_KNOWS, OUR_MISTAKE, STOPS, UNREACHABLE)
    quotas = (HOLDS_SENDER, HOLDS_OWNER, HOLDS_ROW)

    assert sorted(code for each in (*lists, *quotas) for code in each) == sorted(KAPI_CODES)


@pytest.mark.parametrize("code", TRIED_AGAIN)
def test_a_passing_trouble_is_tried_again_later(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass, code: int
) -> None:
    answer_with(memo_sandbox, code)
    [message_id] = add_memos(db_session)

    run_delivery()
    message = look(db_session, message_id)
    assert (message.status, message.free_attempts) == ("RETRY_SCHEDULED", 0)
    least = timedelta(seconds=4 if code == -1 else 55)
    assert message.due_at - datetime.now(UTC) > least
    pass_time(61)
    run_delivery()

    assert [each.outcome for each in attempts(db_session, message_id)] == ["retry", "ok"]
    assert memo_sandbox.memo_effects() == {"trainee-0": 1}


@pytest.mark.parametrize("code", NOBODY_KNOWS)
def test_an_unknown_outcome_goes_to_a_human(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass, code: int
) -> None:
    answer_with(memo_sandbox, code)
    [message_id] = add_memos(db_session)

    run_delivery()
    pass_time(3600)
    run_delivery()

    assert look(db_session, message_id).status == "MANUAL_REVIEW"
    assert open_reviews(db_session) == [("notification", f"notice:{code}", "outcome_unknown", 1)]
    assert len(memo_sandbox.requests("memo")) == 1


@pytest.mark.parametrize("code", OUR_MISTAKE)
def test_our_mistake_fails_the_message_with_a_review_and_not_the_token(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, code: int
) -> None:
    answer_with(memo_sandbox, code)
    [message_id] = add_memos(db_session)
    run_delivery()
    add_memo_for(db_session, message_id)
    run_delivery()

    message = look(db_session, message_id)
    assert (message.status, message.provider_response_code) == ("FAILED", str(code))
    assert open_reviews(db_session) == [("notification", f"notice:{code}", message.reason_code, 1)]
    assert states(db_session) == ["FAILED", "SENT"]


@pytest.mark.parametrize("code", STOPS)
def test_trouble_with_the_app_stops_the_sender_and_loses_nothing(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, code: int
) -> None:
    answer_with(memo_sandbox, code)
    [message_id] = add_memos(db_session)
    run_delivery()
    add_memos(db_session)
    run_delivery()

    message = look(db_session, message_id)
    assert (message.status, message.free_attempts) == ("RETRY_SCHEDULED", 1)
    assert states(db_session) == ["RETRY_SCHEDULED", "SCHEDULED"]
    assert open_reviews(db_session) == [("sender", "memo", message.reason_code, 1)]
    assert memo_sandbox.memo_effects() == {}


@pytest.mark.parametrize("code", UNREACHABLE)
def test_who_cannot_be_reached_is_marked_and_skipped(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, code: int
) -> None:
    answer_with(memo_sandbox, code)
    [message_id] = add_memos(db_session)
    run_delivery()
    skipped = add_memo_for(db_session, message_id)
    run_delivery()

    reason = look(db_session, message_id).reason_code
    assert reason and token_of(db_session, message_id).fault == reason
    assert (look(db_session, skipped).status, look(db_session, skipped).reason_code) == ("FAILED", reason)
    assert len(memo_sandbox.requests("memo")) == 1
    assert open_reviews(db_session) == []


@pytest.mark.parametrize("code", HOLDS_SENDER)
def test_a_quota_of_the_app_holds_everybody_for_a_minute(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass, code: int
) -> None:
    answer_with(memo_sandbox, code)
    [message_id] = add_memos(db_session)
    run_delivery()
    add_memos(db_session)
    run_delivery()

    held = db_session.scalars(select(SenderHold)).one()
    assert held.scope == "memo"
    assert timedelta(seconds=55) < held.until - datetime.now(UTC) < timedelta(seconds=60)
    assert states(db_session) == ["RETRY_SCHEDULED", "SCHEDULED"]
    assert look(db_session, message_id).free_attempts == look(db_session, message_id).attempt_count == 1
    reviews = [("sender", "memo:-11", held.reason_code, 1)] if code == -11 else []
    assert open_reviews(db_session) == reviews

    pass_time(61)
    run_delivery()
    assert states(db_session) == ["SENT", "SENT"]


@pytest.mark.parametrize("code", HOLDS_OWNER)
def test_a_trainees_own_quota_holds_their_messages_and_nobody_elses(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass, code: int
) -> None:
    long = {"expires_at": datetime.now(UTC) + timedelta(days=40)}
    until = next_month() if code == -531 else next_midnight()
    answer_with(memo_sandbox, code)
    [first] = add_memos(db_session, **long)
    run_delivery()
    second = add_memo_for(db_session, first, **long)
    add_memos(db_session)
    run_delivery()

    assert token_of(db_session, first).held_until == until
    assert [look(db_session, each).due_at for each in (first, second)] == [until, until]
    assert (look(db_session, first).free_attempts, look(db_session, second).attempt_count) == (1, 0)
    assert memo_sandbox.memo_effects() == {"trainee-1": 1}

    pass_time((until - datetime.now(KST)).total_seconds() + 1)
    run_delivery()
    assert states(db_session) == ["SENT"] * 3


@pytest.mark.parametrize("code", HOLDS_ROW)
def test_a_quota_of_receiver_or_pair_holds_that_message_alone(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, code: int
) -> None:
    long = {"expires_at": datetime.now(UTC) + timedelta(days=2)}
    answer_with(memo_sandbox, code)
    [first] = add_memos(db_session, **long)
    run_delivery()
    second = add_memo_for(db_session, first)
    run_delivery()

    held = look(db_session, first)
    assert (held.status, held.due_at, held.free_attempts) == ("RETRY_SCHEDULED", next_midnight(), 1)
    assert look(db_session, second).status == "SENT"
    assert token_of(db_session, first).held_until is None
    assert db_session.scalars(select(SenderHold)).all() == []


def test_retry_after_ends_a_trainees_hold_earlier(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    body = {"msg": "scripted", "code": -532}
    memo_sandbox.script("memo", status=400, body=body, headers={"Retry-After": "120"})
    [message_id] = add_memos(db_session)

    run_delivery()

    ahead = token_of(db_session, message_id).held_until - datetime.now(UTC)
    assert timedelta(seconds=115) < ahead < timedelta(seconds=121)


def test_a_code_in_no_table_goes_to_a_human(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    answer_with(memo_sandbox, -777)
    add_memos(db_session)

    run_delivery()

    assert states(db_session) == ["MANUAL_REVIEW"]
    assert open_reviews(db_session) == [("notification", "notice:-777", "outcome_unknown", 1)]
