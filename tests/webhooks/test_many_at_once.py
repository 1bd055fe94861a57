"""The same event many times at once, through real processes; and workers that are killed on the way."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import requests
from background import WAITING
from factories import at_once, make_notification
from flask import Flask
from kakao import CHANNEL, SIGNED, UNLINK, change, ends, events, stored, tell, unlink, unlinking
from openapi_client import SpecClient
from real_processes import clock, kill_family, until, worker
from redis import Redis
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from test_plans_concurrency import gunicorn

Run = Callable[[], None]
Pass = Callable[[float], None]


def hundred_times(post: Callable[[int], requests.Response]) -> set[int]:
    with ThreadPoolExecutor(25) as pool:
        return {each.status_code for each in pool.map(post, range(100))}


def test_one_event_a_hundred_times_over_four_processes_has_one_effect(
    client: SpecClient, trainee: dict[str, Any], keeps_days: int, run_webhooks: Run, db_session: Session
) -> None:
    make_notification(db_session, UUID(trainee["id"]))
    named = SIGNED | {"X-Kakao-Resource-ID": "one"}
    with gunicorn(processes=4) as address:
        assert requests.get(f"{address}/healthz", timeout=60).status_code == 200
        blocked = hundred_times(
            lambda _: requests.post(address + CHANNEL, json=change("blocked"), headers=named, timeout=60)
        )
        unlinked = hundred_times(
            lambda _: requests.post(address + UNLINK, data=unlinking(), headers=SIGNED, timeout=60)
        )
    until(lambda: len(events(db_session)) == 2)

    at_once(4, lambda _: run_webhooks())

    assert blocked == unlinked == {200}
    assert [each.provider for each in events(db_session)] == ["kakao_channel", "kakao_unlink"]
    assert [each.status for each in events(db_session)] == ["PROCESSED"] * 2
    assert ends(db_session) == [("CANCELED", "channel_blocked")]
    assert stored(db_session, trainee["id"]).channel_state == "blocked"


def test_an_event_stored_by_a_process_that_died_before_it_rang_is_worked_on(
    client: SpecClient,
    trainee: dict[str, Any],
    process_env: dict[str, str],
    redis: Redis,
    db_session: Session,
    tmp_path: Path,
) -> None:
    unlink(client)
    tell(client, change("blocked"))
    redis.flushall()  # all that a process leaves which dies between its commit and its bell

    with clock(process_env, tmp_path / "log"), worker(process_env, tmp_path / "log"):
        until(lambda: {each.status for each in events(db_session)} <= {"PROCESSED", "ORPHAN"}, 60)

    assert stored(db_session, trainee["id"]).deleted_at is not None


@pytest.mark.parametrize("send", [unlink, lambda client: tell(client, change("blocked"))])
def test_a_worker_killed_inside_the_handler_leaves_the_event_to_the_next_one(
    app: Flask,
    client: SpecClient,
    trainee: dict[str, Any],
    process_env: dict[str, str],
    db_session: Session,
    engine: Engine,
    pass_time: Pass,
    tmp_path: Path,
    send: Callable[[SpecClient], Any],
) -> None:
    keeping = process_env | {"ERASE_AFTER_DAYS": "3"}
    at = datetime.now(UTC) + timedelta(hours=2)
    make_notification(db_session, UUID(trainee["id"]), status="RETRY_SCHEDULED", schedule_at=at)
    send(client)
    with (
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looker,
        worker(keeping, tmp_path / "log") as victim,
        engine.connect() as holder,
    ):
        holder.execute(text("SELECT FROM notifications FOR UPDATE"))
        until(lambda: looker.scalar(WAITING) >= 1)  # it has the trainee and waits for the message
        kill_family(victim)
        holder.rollback()
        until(lambda: not looker.scalar(WAITING))
    [event] = events(db_session)
    assert (event.status, event.retry_count) == ("RECEIVED", 1)
    assert ends(db_session) == [("RETRY_SCHEDULED", None)]

    pass_time(11)
    with clock(keeping, tmp_path / "log"), worker(keeping, tmp_path / "log"):
        until(lambda: [each.status for each in events(db_session)] == ["PROCESSED"], 60)

    assert [status for status, _ in ends(db_session)] == ["CANCELED"]
    user = stored(db_session, trainee["id"])
    assert (user.unlinked_at is not None) != (user.channel_state == "blocked")
