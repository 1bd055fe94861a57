"""What becomes of a message, its trainee's token and the sender, for every code that a refresh can meet."""

from collections.abc import Callable

import pytest
from memos import add_memos, expire, refreshes, token_of
from messages import attempts, look, open_reviews
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clients.kakao_codes import KAUTH_CODES
from app.models import Guardrail
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
STATES = {
    "retry": "RETRY_SCHEDULED",
    "quota": "RETRY_SCHEDULED",
    "alert": "RETRY_SCHEDULED",
    "recipient": "FAILED",
    "request": "FAILED",
}


def expected_reviews(code: str) -> list[tuple[str, str, str, int]]:
    """An alert is about the sender, a mistake of ours about the message; the rest needs nobody."""
    known = KAUTH_CODES[code]
    about = {"alert": ("sender", "memo"), "request": ("notification", f"notice:{code}")}.get(known.outcome)
    return [(*about, known.reason_code, 1)] if about else []


@pytest.mark.parametrize("code", sorted(KAUTH_CODES))
def test_a_code_of_a_refresh_moves_its_message_and_nothing_leaves(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, code: str
) -> None:
    memo_sandbox.token_error(code)
    [message_id] = add_memos(db_session)
    expire(db_session, message_id)

    run_delivery()

    known, message, [attempt] = (
        KAUTH_CODES[code],
        look(db_session, message_id),
        attempts(db_session, message_id),
    )
    assert (message.status, message.reason_code) == (STATES[known.outcome], known.reason_code)
    assert message.failure_reason == known.ko
    assert (attempt.outcome, attempt.provider_status_code) == (known.outcome, code)
    assert message.free_attempts == (1 if known.outcome in ("quota", "alert") else 0)
    token = token_of(db_session, message_id)
    assert token.fault == (known.reason_code if known.outcome == "recipient" else None)
    assert (token.held_until is not None) == (known.outcome == "quota")
    paused = db_session.scalars(select(Guardrail.value).where(Guardrail.name == "send_paused")).all()
    assert paused == ([True] if known.outcome == "alert" else [])
    assert open_reviews(db_session) == expected_reviews(code)
    assert (refreshes(memo_sandbox), memo_sandbox.requests("memo")) == (["refresh-of-0"], [])


def test_a_code_of_a_refresh_in_no_table_does_no_harm(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    memo_sandbox.token_error("KOE999")
    [message_id] = add_memos(db_session)
    expire(db_session, message_id)

    run_delivery()

    [attempt] = attempts(db_session, message_id)
    assert (attempt.outcome, attempt.provider_status_code) == ("retry", "KOE999")
    assert look(db_session, message_id).status == "RETRY_SCHEDULED"
    assert token_of(db_session, message_id).fault is None
    assert open_reviews(db_session) == []
