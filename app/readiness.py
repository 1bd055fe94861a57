"""What `/readyz` asks: each check in its own thread, under a deadline that a stopped server can't move."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from datetime import timedelta
from functools import partial
from threading import Lock, Thread
from time import monotonic
from typing import Any

from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from rq.utils import as_text, now, utcparse
from rq.worker import Worker
from sqlalchemy import Connection, Engine, NullPool, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.domain.catalogue import drift
from app.domain.schema_check import FIT, current_revision, known_revisions, revision_state
from app.extensions import connect_redis

DEADLINE_S = 1.5
REDIS_TIMEOUT_S = 0.5
WORKER_FRESH = timedelta(seconds=45)
CLOCK_FRESH_S = 30
SCHEMA_KEPT_S = 20.0
CLOCK = text(
    """
    SELECT count(*) FROM pg_stat_activity
    WHERE application_name = 'godlife-clock' AND datname = current_database()
      AND greatest(state_change, backend_start) > clock_timestamp() - make_interval(secs => :fresh_s)
    """
)

Check = dict[str, Any]


class Probes:
    """Runs checks side by side. One that hangs is joined, not started again, so threads don't pile up."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: dict[str, Future[Check]] = {}

    def run(self, checks: Mapping[str, Callable[[], Check]], deadline_s: float) -> dict[str, Check | None]:
        """The answer of each check, None for one that has none by the deadline."""
        futures = {name: self._start(name, check) for name, check in checks.items()}
        wait(futures.values(), timeout=deadline_s)
        return {name: future.result() if future.done() else None for name, future in futures.items()}

    def _start(self, name: str, check: Callable[[], Check]) -> "Future[Check]":
        with self._lock:
            running = self._running.get(name)
            if running is not None and not running.done():
                return running
            future = self._running[name] = Future[Check]()
        Thread(target=_answer, args=(future, check), name=f"readyz-{name}", daemon=True).start()
        return future


class Kept:
    """A check whose answer holds for a while; `until` is the end of that, by the monotonic clock."""

    def __init__(self, check: Callable[[Connection], Check], keep_s: float) -> None:
        self._check, self._keep_s = check, keep_s
        self.until, self._answer = 0.0, Check()

    def __call__(self, connection: Connection) -> Check:
        if monotonic() >= self.until:
            self._answer = self._check(connection)
            self.until = monotonic() + self._keep_s
        return self._answer


class Readiness:
    """The checks of one application, on connections that no request has to wait for."""

    def __init__(self, config: dict[str, Any]) -> None:
        options = config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]
        engine = create_engine(
            config["SQLALCHEMY_DATABASE_URI"], poolclass=NullPool, hide_parameters=True, connect_args=options
        )
        client = connect_redis(config, REDIS_TIMEOUT_S)
        self._probes = Probes()
        self.schema = Kept(_schema, SCHEMA_KEPT_S)
        deciding: dict[str, Callable[[Connection], Check]]
        deciding = {"database": _database, "migrations": _migrations, "schema": self.schema}
        self._deciding = {name: partial(_ask_database, engine, check) for name, check in deciding.items()}
        self._telling = {
            "redis": partial(_ask_redis, client, _redis),
            "worker": partial(_ask_redis, client, _worker),
            "scheduler": partial(_ask_database, engine, _scheduler),
        }

    def report(self) -> tuple[bool, dict[str, Check]]:
        """Whether to send traffic here, and every check's answer; comes within the deadline."""
        found = self._probes.run({**self._deciding, **self._telling}, DEADLINE_S)
        checks = {name: answer or _failed("no answer in time") for name, answer in found.items()}
        checks["migrations"] = {"current": None, "head": known_revisions()[0], **checks["migrations"]}
        for name in self._telling:
            if checks[name]["status"] == "failed":
                checks[name]["status"] = "degraded"
        return all(checks[name]["status"] == "ok" for name in self._deciding), checks


def init_app(app: Flask) -> None:
    """Make the checks ready; connects to nothing."""
    app.extensions["readiness"] = Readiness(app.config)


def _answer(future: "Future[Check]", check: Callable[[], Check]) -> None:
    answer = _failed("the check broke")
    try:
        answer = check()
    finally:
        future.set_result(answer)


def _failed(detail: str) -> Check:
    return {"status": "failed", "detail": detail}


def _ask_database(engine: Engine, check: Callable[[Connection], Check]) -> Check:
    try:
        with engine.connect() as connection:
            return check(connection)
    except SQLAlchemyError:
        return _failed("the database does not answer")


def _ask_redis(client: Redis, check: Callable[[Redis], Check]) -> Check:
    try:
        return check(client)
    except RedisError:
        return _failed("Redis does not answer")


def _database(connection: Connection) -> Check:
    connection.execute(text("SELECT 1"))
    return {"status": "ok"}


def _migrations(connection: Connection) -> Check:
    known = known_revisions()
    current = current_revision(connection)
    state = revision_state(current, known, known[0])
    return {
        "status": "ok" if state in FIT else "failed",
        "current": current,
        "head": known[0],
        "state": state,
    }


def _schema(connection: Connection) -> Check:
    """Whether the catalogue is as the models say; a newer release's needs only what we cannot do without."""
    found, known = drift(connection), known_revisions()
    is_ahead = revision_state(current_revision(connection), known, known[0]) == "ahead"
    decisive = [each for each in found if each.stops_work or not is_ahead]
    return {
        "status": "failed" if decisive else "ok",
        "missing": sorted(each.name for each in found if each.stops_work),
        "drift": [str(each) for each in found],
    }


def _redis(client: Redis) -> Check:
    client.ping()
    return {"status": "ok"}


def _worker(client: Redis) -> Check:
    beats = [client.hget(key, "last_heartbeat") for key in Worker.all_keys(connection=client)]
    fresh = [beat for beat in beats if beat and now() - utcparse(as_text(beat)) < WORKER_FRESH]
    return {"status": "ok", "count": len(fresh)} if fresh else _failed("no worker has been seen lately")


def _scheduler(connection: Connection) -> Check:
    clocks = connection.scalar(CLOCK, {"fresh_s": CLOCK_FRESH_S})
    return {"status": "ok", "count": clocks} if clocks else _failed("no clock has been seen lately")
