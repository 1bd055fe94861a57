"""An unlink gets its 200 within three seconds whatever happens here, and has its effect afterwards."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from factories import add_user
from flask import Flask
from kakao import PERSON, SIGNED, UNLINK, events, stored, unlink, unlinking
from openapi_client import SpecClient
from own_servers import OwnPostgres, own_postgres
from real_processes import clock, measured, until, web, worker
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app import deposits

Run = Callable[[], None]
IN_TIME_S = 3.0
AWAY = "postgresql://nobody@127.0.0.1:9/none"


def pause(own: OwnPostgres) -> Run:
    """Nothing of the server moves; returns what lets it go on."""
    own.server.pause()
    return own.server.resume


def stop(own: OwnPostgres) -> Run:
    """The server is gone; returns what brings it back."""
    own.server.stop()
    return own.server.start


def timed_unlink(address: str) -> tuple[int, float]:
    """Status, and seconds to the answer."""
    began = time.monotonic()
    answer = requests.post(address + UNLINK, data=unlinking(), headers=SIGNED, timeout=30)
    return answer.status_code, time.monotonic() - began


def is_unlinked(session: Session, user_id: object) -> bool:
    return stored(session, user_id).unlinked_at is not None


@pytest.mark.parametrize("take_away", [pause, stop])
def test_while_the_database_is_away_it_is_200_and_the_effect_comes_later(
    process_env: dict[str, str], tmp_path: Path, take_away: Callable[[OwnPostgres], Run]
) -> None:
    log = tmp_path / "log"
    keeping = process_env | {"ERASE_AFTER_DAYS": "3"}
    with own_postgres(tmp_path / "postgres", keeping) as own, Session(own.engine) as session:
        user_id = add_user(session, kakao_user_id=PERSON).id
        with web(own.env, log) as address, clock(own.env, log), worker(own.env, log):
            assert requests.get(address + UNLINK, headers=SIGNED, timeout=30).status_code == 200
            until(lambda: len(events(session)) == 1)
            session.close()

            bring_back = take_away(own)
            try:
                answers = [timed_unlink(address) for _ in range(2)]
            finally:
                bring_back()
            until(lambda: is_unlinked(session, user_id))

        assert [status for status, _ in answers] == [200, 200]
        slowest_s = max(took_s for _, took_s in answers)
        measured(f"an unlink while the database is away ({take_away.__name__}), s", slowest_s)
        assert slowest_s < IN_TIME_S
        assert [each.schema_version for each in events(session)] == [None, "unlink-1"]
    written = log.read_text()
    assert "webhook not stored yet" in written
    assert PERSON not in written


def test_a_store_that_hangs_is_answered_for_in_time_and_ends_later(
    client: SpecClient, trainee: dict[str, Any], engine: Engine, db_session: Session
) -> None:
    with engine.begin() as holder:
        holder.execute(text("LOCK TABLE webhook_events"))
        began = time.monotonic()
        answer = unlink(client)
        took_s = time.monotonic() - began

    assert answer.status_code == 200
    assert 1 < took_s < IN_TIME_S
    until(lambda: len(events(db_session)) == 1)


@pytest.fixture
def clients_without_database(another_app: Callable[..., Flask]) -> SpecClient:
    """A client of an application whose database is not there."""
    client: SpecClient = another_app(DATABASE_URL=AWAY).test_client()
    return client


def test_what_cannot_be_stored_for_minutes_is_given_up_with_a_line_in_the_log(
    clients_without_database: SpecClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(deposits, "KEEP_TRYING_S", 0.3)
    monkeypatch.setattr(deposits, "PAUSES_S", (0.1,))

    assert unlink(clients_without_database).status_code == 200
    until(lambda: "given up" in caplog.text)

    levels = [each.levelname for each in caplog.records if each.name == "app.deposits"]
    assert levels[0] == "WARNING"
    assert levels[-1] == "ERROR"
    assert PERSON not in caplog.text


def test_more_than_can_wait_are_answered_and_given_up(
    clients_without_database: SpecClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(deposits, "KEEP_TRYING_S", 3.0)
    own = clients_without_database.application.extensions["deposits"]
    for _ in range(deposits.MOST_WAITING - 1):
        own._room.acquire()

    statuses = [unlink(clients_without_database).status_code for _ in range(2)]

    assert statuses == [200, 200]
    assert "too many wait" in caplog.text


def test_a_redis_that_is_away_changes_nothing(
    another_app: Callable[..., Flask], app: Flask, db_session: Session
) -> None:
    client = another_app(REDIS_URL="redis://127.0.0.1:9").test_client()

    assert unlink(client).status_code == 200
    until(lambda: len(events(db_session)) == 1)
