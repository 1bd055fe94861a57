"""While a provider answers, no transaction of the worker's is open."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from memos import add_memos, expire
from messages import add_messages, states
from real_processes import until, worker
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.workers.bells import ring
from dev.sandbox.client import Sandbox

OPEN = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
        AND backend_type = 'client backend'
""")


@contextmanager
def at_work(app: Flask, env: dict[str, str], log: Path) -> Iterator[None]:
    """A worker that was rung for."""
    with worker(env, log):
        with app.app_context():
            ring("delivery")
        yield


def open_now(engine: Engine, session: Session) -> int:
    session.rollback()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return int(connection.execute(OPEN).scalar_one())


@pytest.mark.parametrize("endpoint", ["send", "messages"])
def test_none_is_open_while_the_dealer_is_sent_to_or_asked(
    app: Flask,
    process_env: dict[str, str],
    sandbox: Sandbox,
    db_session: Session,
    engine: Engine,
    tmp_path: Path,
    endpoint: str,
) -> None:
    if endpoint == "messages":
        sandbox.script("send", action="reset_after")
    sandbox.script(endpoint, action="hang")
    add_messages(db_session, 20)

    with at_work(app, process_env, tmp_path / "log"):
        sandbox.until_hanging()
        found = open_now(engine, db_session)
        sandbox.release()
        until(lambda: set(states(db_session)) <= {"SENT", "DELIVERED"})

    assert found == 0


@pytest.mark.parametrize("endpoint", ["memo", "token"])
def test_none_is_open_while_kakao_takes_a_memo_or_refreshes_a_token(
    app: Flask,
    process_env: dict[str, str],
    memo_sandbox: Sandbox,
    db_session: Session,
    engine: Engine,
    tmp_path: Path,
    endpoint: str,
) -> None:
    memo_sandbox.script(endpoint, action="hang")
    [message_id] = add_memos(db_session)
    if endpoint == "token":
        expire(db_session, message_id)
    base = memo_sandbox.base_url
    env = process_env | {
        "KAKAO_SENDER": "memo",
        "KAKAO_API_BASE_URL": base,
        "KAKAO_AUTH_BASE_URL": base,
    }

    with at_work(app, env, tmp_path / "log"):
        memo_sandbox.until_hanging()
        found = open_now(engine, db_session)
        memo_sandbox.release()
        until(lambda: states(db_session) == ["SENT"])

    assert found == 0
