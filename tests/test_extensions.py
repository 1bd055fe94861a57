"""The doorbell's Redis: cheap when it is away, and never a reason to fail at start."""

import socket
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from redis.exceptions import RedisError

from app.extensions import connect_redis, db, jobs
from app.models import Base
from dev.services import services


def cost_s(app: Flask) -> float:
    """Seconds that a try to enqueue takes; it must fail."""
    started = time.monotonic()
    with app.app_context(), pytest.raises(RedisError):
        jobs.queue("delivery").enqueue("operator.add", 1, 2)
    return time.monotonic() - started


def test_a_queue_carries_json(app: Flask) -> None:
    with app.app_context():
        job = jobs.queue("delivery").enqueue("operator.add", 1, 2)
        stored = jobs.redis.hget(job.key, "data")

    assert isinstance(stored, bytes)
    assert zlib.decompress(stored) == b'["operator.add", null, [1, 2], {}]'


def test_a_refused_connection_costs_little(another_app: Callable[..., Flask]) -> None:
    assert cost_s(another_app(REDIS_URL="redis://127.0.0.1:9")) < 0.1


def test_a_host_that_says_nothing_costs_little(another_app: Callable[..., Flask]) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as silent:
        app = another_app(REDIS_URL=f"redis://127.0.0.1:{silent.getsockname()[1]}")

        assert cost_s(app) < 0.1
        assert cost_s(app) < 0.1


def test_a_stopped_redis_costs_little(tmp_path: Path, another_app: Callable[..., Flask]) -> None:
    with services(tmp_path, durable=False, database=False) as running:
        app = another_app(REDIS_URL=running.redis_url)
        with app.app_context():
            jobs.redis.ping()
        running.redis.pause()
        try:
            assert cost_s(app) < 0.1
        finally:
            running.redis.resume()
        with app.app_context():
            assert jobs.redis.ping()


@pytest.mark.parametrize(("verify", "expected"), [("1", "required"), ("0", "none")])
def test_tls_is_verified_unless_told_otherwise(
    another_app: Callable[..., Flask], verify: str, expected: str
) -> None:
    config = another_app(REDIS_URL="rediss://:pw@cache.internal:6380/2", REDIS_TLS_VERIFY=verify).config

    options: dict[str, Any] = connect_redis(config, 1).connection_pool.connection_kwargs

    assert options.get("ssl_cert_reqs", "required") == expected
    assert options.get("ssl_check_hostname", True) is (verify == "1")
    assert (options["host"], options["db"]) == ("cache.internal", 2)


def test_the_session_is_on_our_models_and_keeps_what_it_has_read(app: Flask) -> None:
    with app.app_context():
        assert db.metadata is Base.metadata
        assert db.session().expire_on_commit is False
        assert db.session.connection().exec_driver_sql("SHOW timezone").scalar() == "UTC"
        assert db.session.connection().exec_driver_sql("SHOW statement_timeout").scalar() == "15s"
        assert db.engine.hide_parameters
