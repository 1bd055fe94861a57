"""Refreshing trainees' tokens: before they end, once for all workers, and what Kakao may answer to it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from memos import (
    REFUSED,
    add_memo_for,
    add_memos,
    change_token,
    expire,
    give_token,
    opened,
    refreshes,
    token_of,
    used_tokens,
)
from messages import attempts, look, open_reviews, states
from openapi_client import SpecClient
from review_builders import decided
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ManualReview
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]


def test_a_token_that_ends_within_a_minute_is_refreshed_first(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [message_id] = add_memos(db_session)
    expire(db_session, message_id)

    run_delivery()

    access, refresh = opened(db_session, message_id)
    assert refreshes(memo_sandbox) == ["refresh-of-0"]
    assert used_tokens(memo_sandbox) == [access] != ["access-of-0"]
    assert refresh == "refresh-of-0"
    row = token_of(db_session, message_id)
    assert timedelta(hours=5) < row.expires_at - datetime.now(UTC) < timedelta(seconds=21599)
    assert (row.refreshing_until, row.fault, row.is_refused) == (None, None, False)
    assert (states(db_session), memo_sandbox.memo_effects()) == (["SENT"], {"trainee-0": 1})


def test_a_token_that_lives_longer_is_left_alone(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [message_id] = add_memos(db_session)
    change_token(db_session, message_id, expires_at=datetime.now(UTC) + timedelta(seconds=70))

    run_delivery()

    assert refreshes(memo_sandbox) == []
    assert used_tokens(memo_sandbox) == ["access-of-0"]


def test_a_new_refresh_token_takes_the_place_of_the_old_one(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    memo_sandbox.configure(rotate_refresh_token=True)
    [message_id] = add_memos(db_session)
    expire(db_session, message_id)

    run_delivery()

    _, refresh = opened(db_session, message_id)
    assert refresh is not None and refresh.startswith("sandbox-refresh-")
    assert token_of(db_session, message_id).refresh_expires_at > datetime.now(UTC) + timedelta(days=59)


def test_a_refused_token_is_refreshed_once_and_the_memo_sent_again(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    memo_sandbox.configure(expired_tokens=["access-of-0"])
    [message_id] = add_memos(db_session)

    run_delivery()

    first, second = attempts(db_session, message_id)
    assert (first.outcome, first.provider_status_code, second.outcome) == ("retry", "-401", "ok")
    assert first.request_key != second.request_key
    assert refreshes(memo_sandbox) == ["refresh-of-0"]
    assert (look(db_session, message_id).status, look(db_session, message_id).free_attempts) == ("SENT", 1)
    assert token_of(db_session, message_id).is_refused is False
    assert memo_sandbox.memo_effects() == {"trainee-0": 1}


def test_a_token_that_is_refused_again_is_marked_until_there_is_a_new_one(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    memo_sandbox.script("memo", times=2, **REFUSED)
    [message_id] = add_memos(db_session)

    run_delivery()
    skipped = add_memo_for(db_session, message_id)
    run_delivery()
    asked = len(memo_sandbox.requests("memo")), len(refreshes(memo_sandbox))
    give_token(db_session, look(db_session, message_id).user_id, 0)
    sent = add_memo_for(db_session, message_id)
    run_delivery()

    for failed in (message_id, skipped):
        assert (look(db_session, failed).status, look(db_session, failed).reason_code) == (
            "FAILED",
            "token_rejected",
        )
    assert asked == (2, 1)
    assert look(db_session, sent).status == "SENT"
    assert memo_sandbox.memo_effects() == {"trainee-0": 1}


def test_a_refusal_after_a_token_has_worked_starts_anew(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    memo_sandbox.script("memo", **REFUSED)
    [first] = add_memos(db_session)
    run_delivery()

    memo_sandbox.script("memo", **REFUSED)
    second = add_memo_for(db_session, first)
    run_delivery()

    assert [look(db_session, each).status for each in (first, second)] == ["SENT", "SENT"]
    assert len(refreshes(memo_sandbox)) == 2


@pytest.mark.parametrize("state", ["ended", "refused"])
def test_without_a_refresh_token_the_trainee_must_log_in_again(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, state: str
) -> None:
    [message_id] = add_memos(db_session)
    change_token(db_session, message_id, refresh_token=None)
    if state == "ended":
        expire(db_session, message_id)
    else:
        memo_sandbox.script("memo", **REFUSED)

    run_delivery()

    message = look(db_session, message_id)
    assert (message.status, message.reason_code) == ("FAILED", "login_expired")
    assert token_of(db_session, message_id).fault == "login_expired"
    assert refreshes(memo_sandbox) == []


def test_a_revoked_login_fails_the_message_and_marks_the_token(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    memo_sandbox.token_error("KOE322")
    first, second = add_memos(db_session, 2)
    expire(db_session, first)

    run_delivery()

    message, [attempt] = look(db_session, first), attempts(db_session, first)
    assert (message.status, message.reason_code) == ("FAILED", "login_expired")
    assert (attempt.provider_status_code, attempt.http_status) == ("KOE322", 400)
    assert token_of(db_session, first).fault == "login_expired"
    assert look(db_session, second).status == "SENT"
    assert open_reviews(db_session) == []


@pytest.mark.parametrize(
    "rule", [{"body": {"error": "x", "error_code": "KOE003"}, "status": 400}, {"garbage": "html"}]
)
def test_a_refresh_that_fails_for_the_moment_is_tried_again(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass, rule: dict[str, Any]
) -> None:
    memo_sandbox.script("token", **rule)
    [message_id] = add_memos(db_session)
    expire(db_session, message_id)

    run_delivery()
    waiting = look(db_session, message_id)
    assert (waiting.status, waiting.free_attempts) == ("RETRY_SCHEDULED", 0)
    assert waiting.due_at > datetime.now(UTC)
    pass_time(20)
    run_delivery()

    assert look(db_session, message_id).status == "SENT"
    assert memo_sandbox.memo_effects() == {"trainee-0": 1}


def test_too_many_refreshes_hold_that_trainee_for_ten_minutes(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    memo_sandbox.token_error("KOE237")
    first, other = add_memos(db_session, 2)
    expire(db_session, first)
    run_delivery()
    second = add_memo_for(db_session, first)
    pass_time(590)
    run_delivery()

    held = look(db_session, first)
    assert (held.status, held.free_attempts) == ("RETRY_SCHEDULED", 1)
    assert (look(db_session, second).status, look(db_session, second).attempt_count) == ("SCHEDULED", 0)
    assert look(db_session, other).status == "SENT"

    pass_time(15)
    run_delivery()
    assert states(db_session) == ["SENT"] * 3
    assert refreshes(memo_sandbox) == ["refresh-of-0"] * 2


@pytest.mark.parametrize("setting", [{"client_secret": "another"}, {"client_id": "another"}])
def test_a_wrong_app_key_or_secret_stops_the_sender_with_one_review(
    client: SpecClient,
    memo_sandbox: Sandbox,
    run_delivery: Run,
    db_session: Session,
    pass_time: Pass,
    setting: dict[str, str],
) -> None:
    memo_sandbox.configure(**setting)
    ids = add_memos(db_session, 4)
    for each in ids[:2]:
        expire(db_session, each)
    run_delivery()
    run_delivery()
    [(subject, cause, _, _)] = open_reviews(db_session)
    assert (subject, cause) == ("sender", "memo")
    assert states(db_session) == ["RETRY_SCHEDULED"] * 2 + ["SENT"] * 2
    assert {look(db_session, each).free_attempts for each in ids[:2]} == {1}

    memo_sandbox.configure(**dict.fromkeys(setting))
    review = db_session.scalars(select(ManualReview)).one()
    decided(client, review.id, "retry")
    run_delivery()

    assert states(db_session) == ["SENT"] * 4
    assert set(memo_sandbox.memo_effects().values()) == {1}
