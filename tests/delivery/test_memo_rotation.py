"""A new SECRET_KEY: no stored token is lost, whatever order the keys come and go in."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from memos import add_memo_for, add_memos, change_token, expire, give_token, opened, token_of
from messages import look, open_reviews, states
from openapi_client import SpecClient
from review_builders import decided
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.domain import tokens
from app.models import KakaoToken, ManualReview
from app.workers import periodic
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Use = Callable[..., None]
OLD, NEW = "secret-key-of-yesterday-0001", "secret-key-of-tomorrow-00002"
OLD_ID, NEW_ID = tokens.cipher((OLD,)).key_id, tokens.cipher((NEW,)).key_id
# More trainees than one batch has, in front of all others.
LOW_IDS = """
    SELECT CAST('00000000-0000-4000-8000-' || lpad(n::text, 12, '0') AS uuid) AS id
    FROM generate_series(1, 510) AS n
"""


@pytest.fixture
def use_keys(app: Flask, memo_sandbox: Sandbox) -> Use:
    """Let the application have these secrets from now on, as after a restart."""

    def use(*secrets: str) -> None:
        app.config["SECRET_KEYS"] = list(secrets)

    return use


@pytest.fixture
def reseal(app: Flask) -> Run:
    """Run the periodic jobs, all of them due."""

    def run() -> None:
        with app.app_context():
            periodic.db.session.execute(text("DELETE FROM periodic_jobs"))
            periodic.db.session.commit()
            periodic.run_due()

    return run


def sealed_memos(session: Session, count: int, secrets: Sequence[str] = (OLD,)) -> list[UUID]:
    """Messages whose trainees' tokens are sealed with the first of `secrets`."""
    ids = add_memos(session, count)
    for number, each in enumerate(ids):
        give_token(session, look(session, each).user_id, number, secrets)
    return ids


def key_ids(session: Session) -> set[str]:
    session.rollback()
    return set(session.scalars(select(KakaoToken.key_id)))


def test_a_rotation_in_order_loses_nothing(
    use_keys: Use, reseal: Run, memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    first, _ = sealed_memos(db_session, 2)

    use_keys(NEW, OLD)
    run_delivery()
    assert (states(db_session), key_ids(db_session)) == (["SENT"] * 2, {OLD_ID})

    reseal()
    assert key_ids(db_session) == {NEW_ID}
    assert opened(db_session, first, (NEW,)) == ("access-of-0", "refresh-of-0")

    use_keys(NEW)
    add_memo_for(db_session, first)
    run_delivery()
    assert states(db_session) == ["SENT"] * 3
    assert memo_sandbox.memo_effects() == {"trainee-0": 2, "trainee-1": 1}


def test_a_key_that_went_too_early_loses_nothing(
    client: SpecClient,
    use_keys: Use,
    reseal: Run,
    memo_sandbox: Sandbox,
    run_delivery: Run,
    db_session: Session,
    pass_time: Callable[[float], None],
) -> None:
    ids = sealed_memos(db_session, 3)
    use_keys(NEW)
    run_delivery()
    reseal()
    run_delivery()
    assert states(db_session) == ["RETRY_SCHEDULED"] * 3
    assert {look(db_session, each).free_attempts for each in ids} == {1}
    assert open_reviews(db_session) == [("sender", "memo:TOKEN_UNREADABLE", "token_unreadable", 3)]
    assert (key_ids(db_session), memo_sandbox.requests("memo")) == ({OLD_ID}, [])

    use_keys(NEW, OLD)
    review = db_session.scalars(select(ManualReview)).one()
    decided(client, review.id, "retry")
    pass_time(601)
    run_delivery()

    assert states(db_session) == ["SENT"] * 3
    assert set(memo_sandbox.memo_effects().values()) == {1}
    assert [token_of(db_session, each).fault for each in ids] == [None] * 3


def test_a_token_that_nothing_opens_holds_up_its_own_trainee_only(
    use_keys: Use,
    memo_sandbox: Sandbox,
    run_delivery: Run,
    db_session: Session,
    pass_time: Callable[[float], None],
) -> None:
    [lost] = sealed_memos(db_session, 1)
    others = add_memos(db_session, 3)
    for number, each in enumerate(others, start=1):
        give_token(db_session, look(db_session, each).user_id, number, (NEW,))
    use_keys(NEW)

    for _ in range(2):
        run_delivery()
        pass_time(601)

    assert {look(db_session, each).status for each in others} == {"SENT"}
    assert look(db_session, lost).status == "RETRY_SCHEDULED"
    assert open_reviews(db_session) == [("sender", "memo:TOKEN_UNREADABLE", "token_unreadable", 2)]


def test_a_refresh_seals_under_the_new_key(
    use_keys: Use, memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [message_id] = sealed_memos(db_session, 1)
    expire(db_session, message_id)

    use_keys(NEW, OLD)
    run_delivery()

    access, refresh = opened(db_session, message_id, (NEW,))
    assert (key_ids(db_session), refresh) == ({NEW_ID}, "refresh-of-0")
    assert access is not None and access.startswith("sandbox-access-")


def test_one_run_reseals_all_and_passes_over_what_nothing_opens(
    use_keys: Use, reseal: Run, db_session: Session
) -> None:
    db_session.execute(text("INSERT INTO users (id, name) SELECT id, 'x' FROM (" + LOW_IDS + ") AS low"))
    db_session.execute(
        text(
            "INSERT INTO kakao_tokens (user_id, access_token, expires_at, key_id)"
            f" SELECT id, 'nonsense', now(), 'lost' FROM ({LOW_IDS}) AS low"
        )
    )
    db_session.commit()
    ids = sealed_memos(db_session, 3)

    use_keys(NEW, OLD)
    reseal()

    assert {token_of(db_session, each).key_id for each in ids} == {NEW_ID}
    assert key_ids(db_session) == {NEW_ID, "lost"}


def test_a_refresh_that_died_does_not_keep_a_token_under_the_old_key(
    use_keys: Use, reseal: Run, db_session: Session
) -> None:
    dead, alive = sealed_memos(db_session, 2)
    now = datetime.now(UTC)
    change_token(db_session, dead, refreshing_until=now - timedelta(seconds=1))
    change_token(db_session, alive, refreshing_until=now + timedelta(seconds=10))

    use_keys(NEW, OLD)
    reseal()

    assert (token_of(db_session, dead).key_id, token_of(db_session, alive).key_id) == (NEW_ID, OLD_ID)


def test_the_query_of_the_manual_counts_what_still_needs_an_older_key(
    use_keys: Use, reseal: Run, db_session: Session
) -> None:
    sealed_memos(db_session, 2)
    query = text("SELECT key_id, count(*) FROM kakao_tokens GROUP BY key_id")
    before = [tuple(row) for row in db_session.execute(query)]

    use_keys(NEW, OLD)
    reseal()
    db_session.rollback()

    assert before == [(OLD_ID, 2)]
    assert [tuple(row) for row in db_session.execute(query)] == [(NEW_ID, 2)]
