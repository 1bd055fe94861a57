"""Servers that a test may stop, and what to look at a database of its own with."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from real_processes import BIN, ROOT
from redis import Redis
from sqlalchemy import Engine, create_engine

from dev.layout import outside_folders
from dev.postgres import Postgres
from dev.servers import Valkey
from dev.services import services


@dataclass(frozen=True, slots=True)
class OwnPostgres:
    """A migrated database, the server below it, and the environment of processes that use it."""

    server: Postgres
    engine: Engine
    env: dict[str, str]


@contextmanager
def own_redis(base: Path) -> Iterator[Valkey]:
    """A Redis that forgets everything when it stops."""
    with services(base, durable=False, database=False) as running:
        yield running.redis


@contextmanager
def own_postgres(base: Path, env: dict[str, str]) -> Iterator[OwnPostgres]:
    """A PostgreSQL that keeps what was committed, however it ends."""
    with _removed_afterwards(base), services(base, durable=True, redis=False) as running:
        own = env | {"DATABASE_URL": running.database_url}
        subprocess.run(
            (str(BIN / "flask"), "db", "upgrade"), cwd=ROOT, env=own, check=True, capture_output=True
        )
        engine = create_engine(running.database_url, pool_pre_ping=True)
        yield OwnPostgres(running.postgres, engine, own)
        engine.dispose()


@contextmanager
def _removed_afterwards(base: Path) -> Iterator[None]:
    """What is to last may lie outside the base."""
    try:
        yield
    finally:
        for each in (base, *outside_folders(base)):
            shutil.rmtree(each, ignore_errors=True)


def connect(server: Valkey) -> Redis:
    """A client that gives up at once."""
    return Redis.from_url(server.url, socket_timeout=5)
