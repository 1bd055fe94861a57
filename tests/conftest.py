"""The servers and the application every test shares; each test that asks for `app` finds them empty."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask
from hypothesis import settings as hypothesis_settings
from openapi_client import SpecClient
from probe import make_blueprint
from redis import Redis
from settings import CLIENT_KEY, OPERATOR_KEY, environment, own_database, own_redis
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import config, create_app, extensions, guesses, releases
from app.models import Base
from dev.services import services

pytest_plugins = ("database_fixtures", "job_fixtures")

# A developer's machine explores; CI tries the same examples every time, so that what fails is what changed.
hypothesis_settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis_settings.load_profile("ci")


@pytest.fixture(scope="session")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of this process and its children, with servers that run and nothing else of ours."""
    database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    with ExitStack() as stack:
        if not database_url or not redis_url:
            base = tmp_path_factory.mktemp("servers")
            ours = services(base, durable=False, database=not database_url, redis=not redis_url)
            running = stack.enter_context(ours)
        made = environment(
            stack.enter_context(own_database(database_url)) if database_url else running.database_url,
            own_redis(redis_url) if redis_url else running.redis_url,
        )
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name in (*config.NAMES, *releases.COMMIT_NAMES):
            patch.delenv(name, raising=False)
        for name, value in made.items():
            patch.setenv(name, value)
        yield made


@pytest.fixture(scope="session")
def migrated_app(env: dict[str, str]) -> Flask:
    """One application for the whole run, on a database made by our migrations."""
    app = create_app()
    app.test_client_class = SpecClient
    result = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert result.exit_code == 0, result.output
    with app.app_context():
        extensions.db.engine.dispose()  # the migrations' connection has no time limits
    return app


@pytest.fixture(scope="session")
def engine(migrated_app: Flask) -> Iterator[Engine]:
    """The application's engine, for tests that look behind it."""
    with migrated_app.app_context():
        engine = extensions.db.engine
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def redis(env: dict[str, str], migrated_app: Flask) -> Redis:
    """The Redis of the application, with a patient client."""
    return extensions.connect_redis(migrated_app.config, timeout_s=5)


@pytest.fixture
def app(migrated_app: Flask, engine: Engine, redis: Redis) -> Flask:
    """The application with empty tables and an empty Redis; no app context is open."""
    tables = reversed(Base.metadata.sorted_tables)
    with engine.begin() as connection:
        connection.exec_driver_sql("; ".join(f"DELETE FROM {table.name}" for table in tables))
    redis.flushdb()
    guesses.init_app(migrated_app)  # what others guessed in this minute does not count
    return migrated_app


def make_app(**settings: str) -> Flask:
    """An application with settings of its own; what is global in `extensions` is bound to it."""
    app = create_app(settings)
    app.test_client_class = SpecClient
    return app


@contextmanager
def bindings_kept() -> Iterator[None]:
    """What is global in `extensions` is bound afterwards to what it was bound to before."""
    bound = (extensions.api, extensions.kakao, extensions.kakao_api, extensions.llm)
    kept = [(each, dict(vars(each))) for each in bound]
    yield
    for extension, state in kept:
        vars(extension).clear()
        vars(extension).update(state)


@pytest.fixture
def another_app(env: dict[str, str]) -> Iterator[Callable[..., Flask]]:
    """Makes applications with other settings, to be used until the test ends."""
    with bindings_kept():
        yield make_app


@pytest.fixture(scope="session")
def probe_app(env: dict[str, str]) -> Flask:
    """An application with the routes of `probe.py`, whose servers are away."""
    away = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none", "REDIS_URL": "redis://127.0.0.1:9"}
    with bindings_kept():
        app = make_app(**away)
        extensions.api.register_blueprint(make_blueprint())
    return app


@pytest.fixture
def probe(probe_app: Flask) -> SpecClient:
    """A client of that application."""
    return probe_app.test_client()


@pytest.fixture
def client(app: Flask) -> SpecClient:
    """A client without a key."""
    return app.test_client()


@pytest.fixture(scope="session")
def as_client() -> dict[str, str]:
    """Headers of an app."""
    return {"Authorization": f"Bearer {CLIENT_KEY}"}


@pytest.fixture(scope="session")
def as_operator() -> dict[str, str]:
    """Headers of an operator."""
    return {"Authorization": f"Bearer {OPERATOR_KEY}"}


@pytest.fixture
def db_session(app: Flask, engine: Engine) -> Iterator[Session]:
    """A session of the test's own, which sees only what has been committed."""
    with Session(engine, expire_on_commit=False) as session:
        yield session
