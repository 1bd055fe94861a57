"""`/healthz` and `/readyz`, with servers that are there, away, stopped or at another revision."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from factories import AS_OPERATOR
from flask import Flask
from openapi_client import SpecClient, document
from redis import Redis
from rq.utils import utcformat
from sqlalchemy import Engine, create_engine, text

from app.config import VERSION
from app.domain.schema_check import known_revisions
from app.readiness import Probes
from dev.services import Services, services

HEAD = known_revisions()[0]


@pytest.fixture
def own_servers(tmp_path: Path) -> Iterator[Services]:
    """Servers that the test may stop."""
    with services(tmp_path, durable=False) as running:
        yield running


@pytest.fixture
def own_client(own_servers: Services, another_app: Callable[..., Flask]) -> SpecClient:
    """A client of a migrated application on servers of its own."""
    urls = {"DATABASE_URL": own_servers.database_url, "REDIS_URL": own_servers.redis_url}
    app = another_app(**urls)
    assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    client: SpecClient = app.test_client()
    return client


def statuses(response: Any) -> dict[str, str]:
    return {name: check["status"] for name, check in response.json["checks"].items()}


def probe_threads() -> list[str]:
    return sorted(thread.name for thread in threading.enumerate() if thread.name.startswith("readyz-"))


def test_healthz_answers_without_any_server(another_app: Callable[..., Flask]) -> None:
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none", "REDIS_URL": "redis://127.0.0.1:9"}

    response = another_app(**nowhere).test_client().get("/healthz")

    assert response.status_code == 200
    assert response.json == {"status": "ok", "version": VERSION}


def test_ready_without_worker_and_clock_but_degraded(client: SpecClient) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.json["status"]) == (200, "ready")
    assert statuses(response) == {
        "database": "ok",
        "migrations": "ok",
        "schema": "ok",
        "redis": "ok",
        "worker": "degraded",
        "scheduler": "degraded",
    }
    migrations = response.json["checks"]["migrations"]
    assert (migrations["current"], migrations["head"], migrations["state"]) == (HEAD, HEAD, "current")


@pytest.mark.parametrize(("age_s", "status"), [(0, "ok"), (40, "ok"), (50, "degraded")])
def test_a_worker_is_there_while_its_heartbeat_is_fresh(
    client: SpecClient, redis: Redis, age_s: int, status: str
) -> None:
    beat = utcformat(datetime.now(UTC) - timedelta(seconds=age_s))
    redis.sadd("rq:workers", "rq:worker:one", "rq:worker:forgotten")
    redis.hset("rq:worker:one", "last_heartbeat", beat)

    assert statuses(client.get("/readyz"))["worker"] == status


@pytest.mark.parametrize(("name", "status"), [("godlife-clock", "ok"), ("godlife", "degraded")])
def test_a_clock_is_there_while_its_session_is(
    client: SpecClient, engine: Engine, name: str, status: str
) -> None:
    clock = create_engine(engine.url, connect_args={"application_name": name})

    with clock.connect() as connection:
        connection.execute(text("SELECT 1"))
        assert statuses(client.get("/readyz"))["scheduler"] == status
    clock.dispose()


def test_a_clock_that_has_stopped_looking_is_not_there(own_servers: Services, own_client: SpecClient) -> None:
    clock = create_engine(own_servers.database_url, connect_args={"application_name": "godlife-clock"})

    with clock.connect() as connection:
        connection.execute(text("SELECT 1"))
        assert statuses(own_client.get("/readyz"))["scheduler"] == "ok"
        set_clock_ahead(own_servers, 20)
        assert statuses(own_client.get("/readyz"))["scheduler"] == "ok"
        set_clock_ahead(own_servers, 31)
        assert statuses(own_client.get("/readyz"))["scheduler"] == "degraded"
    clock.dispose()


def test_the_checks_leave_no_session_behind(client: SpecClient, engine: Engine) -> None:
    def sessions() -> int:
        with engine.connect() as connection:
            found = connection.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE datname IS NOT NULL"))
        return int(found or 0)

    before = sessions()
    client.get("/readyz")

    wait_for(lambda: sessions() == before)


@pytest.mark.parametrize(
    ("revision", "status_code"),
    [("999_of_a_newer_release", 200), ("001_initial_persistence_schema", 503), ("f00dfeed", 503)],
)
def test_the_revision_decides(
    own_servers: Services, own_client: SpecClient, revision: str, status_code: int
) -> None:
    change(own_servers, f"UPDATE alembic_version SET version_num = '{revision}'")

    response = own_client.get("/readyz")

    assert response.status_code == status_code
    assert response.json["checks"]["migrations"]["current"] == revision


def test_what_is_missing_is_named_and_what_is_extra_is_no_drift(
    own_servers: Services, own_client: SpecClient
) -> None:
    change(own_servers, "CREATE TABLE extra (id int); ALTER TABLE users ADD COLUMN extra text")
    assert own_client.get("/readyz").status_code == 200

    own_client.application.extensions["readiness"].schema.until = 0.0  # the last answer has lapsed
    change(own_servers, "DROP TABLE guardrails; ALTER TABLE users RENAME COLUMN timezone TO zone")
    response = own_client.get("/readyz")

    assert response.status_code == 503
    assert response.json["checks"]["schema"]["missing"] == ["guardrails", "users.timezone"]


def test_an_empty_database_is_not_ready(own_servers: Services, another_app: Callable[..., Flask]) -> None:
    urls = {"DATABASE_URL": own_servers.database_url, "REDIS_URL": own_servers.redis_url}

    response = another_app(**urls).test_client().get("/readyz")

    assert response.status_code == 503
    found = statuses(response)
    assert (found["database"], found["migrations"], found["schema"]) == ("ok", "failed", "failed")


@pytest.mark.parametrize("how", ["stop", "pause"])
def test_a_redis_that_is_away_only_degrades(own_servers: Services, own_client: SpecClient, how: str) -> None:
    assert own_client.get("/readyz").status_code == 200
    getattr(own_servers.redis, how)()

    response = timed(own_client)

    own_servers.redis.resume() if how == "pause" else None
    assert response.status_code == 200
    found = statuses(response)
    assert (found["redis"], found["worker"], found["database"]) == ("degraded", "degraded", "ok")


def test_a_database_that_is_down_is_a_503(own_servers: Services, own_client: SpecClient) -> None:
    own_servers.postgres.stop()

    found = statuses(timed(own_client))

    assert (found["database"], found["migrations"], found["schema"]) == ("failed", "failed", "failed")
    assert (found["redis"], found["scheduler"]) == ("ok", "degraded")


def test_a_stopped_database_neither_hangs_it_nor_piles_up_threads(
    own_servers: Services, own_client: SpecClient
) -> None:
    own_servers.postgres.pause()
    try:
        first = timed(own_client)
        stuck = probe_threads()
        for _ in range(2):
            assert statuses(timed(own_client))["redis"] == "ok"
        again = probe_threads()
    finally:
        own_servers.postgres.resume()

    assert first.status_code == 503
    assert stuck == again == [f"readyz-{name}" for name in ("database", "migrations", "scheduler", "schema")]
    wait_for(lambda: not probe_threads())
    assert own_client.get("/readyz").status_code == 200


@pytest.mark.parametrize(("path", "status", "told"), [("/metrics", 200, "up 0.0"), ("/ops/status", 503, "")])
def test_a_stopped_database_does_not_hang_what_operators_look_at(
    own_servers: Services, own_client: SpecClient, path: str, status: int, told: str
) -> None:
    own_client.get(path, headers=AS_OPERATOR)  # leaves a connection in the pool
    with ThreadPoolExecutor() as pool:
        own_servers.postgres.pause()
        try:
            answer = pool.submit(own_client.get, path, headers=AS_OPERATOR).result(timeout=10)
        finally:
            own_servers.postgres.resume()

    assert answer.status_code == status
    assert told in answer.text


def test_a_check_that_hangs_is_joined_not_started_again() -> None:
    started, release, probes = [], threading.Event(), Probes()

    def hangs() -> dict[str, Any]:
        started.append(1)
        release.wait(10)
        return {"status": "ok"}

    assert [probes.run({"hangs": hangs}, deadline_s=0.02) for _ in range(3)] == [{"hangs": None}] * 3
    release.set()
    wait_for(lambda: not probe_threads())

    assert len(started) == 1
    assert probes.run({"hangs": hangs}, deadline_s=5) == {"hangs": {"status": "ok"}}
    assert len(started) == 2


def test_a_check_that_breaks_is_a_failed_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> dict[str, Any]:
        raise ZeroDivisionError

    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    answers = Probes().run({"broken": broken}, deadline_s=5)

    assert answers == {"broken": {"status": "failed", "detail": "the check broke"}}
    wait_for(lambda: not probe_threads())


def change(servers: Services, statements: str) -> None:
    """Run SQL behind the application's back."""
    engine = create_engine(servers.database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statements)
    engine.dispose()


def set_clock_ahead(servers: Services, seconds: int) -> None:
    """PostgreSQL says it is that much later, to whoever connects from now on."""
    change(
        servers,
        f"""
        CREATE OR REPLACE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql
        AS $$ SELECT pg_catalog.clock_timestamp() + interval '{seconds} s' $$;
        ALTER DATABASE app SET search_path = public, pg_catalog
        """,
    )


def timed(client: SpecClient) -> Any:
    """The answer of `/readyz`, which must come within two seconds."""
    document(client.application)  # which the client checks it against, and makes once: not part of the answer
    started = time.monotonic()
    response = client.get("/readyz")
    assert time.monotonic() - started < 2
    return response


def wait_for(done: Callable[[], bool], timeout_s: float = 10) -> None:
    """Poll until it is done."""
    ends = time.monotonic() + timeout_s
    while not done():
        assert time.monotonic() < ends
        threading.Event().wait(0.02)
