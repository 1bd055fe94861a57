"""Memos and whole workers: two that share a token, and one that dies in the middle."""

from collections.abc import Callable
from pathlib import Path

import pytest
from memos import add_memo_for, add_memos, expire, opened, refreshes
from messages import attempts, look, open_reviews, states
from real_processes import clock, kill_family, until, worker
from redis import Redis
from sqlalchemy.orm import Session

from dev.sandbox.client import Sandbox

Pass = Callable[[float], None]


@pytest.fixture
def memo_env(env: dict[str, str], memo_sandbox: Sandbox) -> dict[str, str]:
    """The environment of worker processes that send memos through the sandbox, two at once each."""
    address = memo_sandbox.base_url
    return env | {
        "KAKAO_SENDER": "memo",
        "KAKAO_API_BASE_URL": address,
        "KAKAO_AUTH_BASE_URL": address,
        "DELIVERY_CONCURRENCY": "2",
    }


def test_two_worker_processes_refresh_one_token_once(
    memo_env: dict[str, str],
    memo_sandbox: Sandbox,
    db_session: Session,
    redis: Redis,
    pass_time: Pass,
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    memo_sandbox.script("token", action="hang")
    [first] = add_memos(db_session)
    others = [add_memo_for(db_session, first) for _ in range(7)]
    expire(db_session, first)

    with clock(memo_env, log), worker(memo_env, log), worker(memo_env, log):
        memo_sandbox.until_hanging()
        until(lambda: redis.scard("rq:workers") == 2)
        until(lambda: sum(look(db_session, each).attempt_count == 0 for each in others) == 6)
        memo_sandbox.release()
        until(lambda: states(db_session).count("SENT") >= 2)
        pass_time(16)
        until(lambda: states(db_session) == ["SENT"] * 8)

    assert refreshes(memo_sandbox) == ["refresh-of-0"]
    assert memo_sandbox.memo_effects() == {"trainee-0": 8}
    written = log.read_text()
    assert '"event": "sent"' in written
    for secret in ("access-of-", "refresh-of-", "sandbox-access-", "sandbox-client-secret", "가나다"):
        assert secret not in written
    for key in redis.keys("*"):
        assert b"access-" not in redis.dump(key) and b"access-" not in key


def test_a_memo_of_a_killed_worker_goes_to_a_human(
    memo_env: dict[str, str], memo_sandbox: Sandbox, db_session: Session, pass_time: Pass, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    memo_sandbox.script("memo", action="hang")
    ids = add_memos(db_session, 2)
    with clock(memo_env, log):
        with worker(memo_env, log) as victim:
            memo_sandbox.until_hanging()
            until(lambda: sum(memo_sandbox.memo_effects().values()) == 2)
            kill_family(victim)
        memo_sandbox.release()
        [last] = add_memos(db_session)

        with worker(memo_env, log):
            pass_time(61)
            until(lambda: "SENDING" not in states(db_session) and look(db_session, last).status == "SENT")

    assert [look(db_session, each).status for each in ids] == ["MANUAL_REVIEW"] * 2
    assert open_reviews(db_session) == [("notification", "notice:WORKER_LOST", "outcome_unknown", 2)]
    assert set(memo_sandbox.memo_effects().values()) == {1}
    assert {len(attempts(db_session, each)) for each in ids} == {1}


def test_a_worker_that_dies_between_refresh_and_store_costs_one_more_refresh(
    memo_env: dict[str, str], memo_sandbox: Sandbox, db_session: Session, pass_time: Pass, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    memo_sandbox.script("token", action="hang")
    [lost] = add_memos(db_session)
    expire(db_session, lost)
    with clock(memo_env, log):
        with worker(memo_env, log) as victim:
            memo_sandbox.until_hanging()
            kill_family(victim)
        memo_sandbox.release()
        assert opened(db_session, lost) == ("access-of-0", "refresh-of-0")
        later = add_memo_for(db_session, lost)

        with worker(memo_env, log):
            pass_time(61)
            until(lambda: look(db_session, lost).status == "MANUAL_REVIEW")
            until(lambda: look(db_session, later).status == "SENT")

    assert refreshes(memo_sandbox) == ["refresh-of-0"] * 2
    assert memo_sandbox.memo_effects() == {"trainee-0": 1}
