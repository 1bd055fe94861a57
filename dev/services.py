"""A real PostgreSQL and a real Redis-protocol server for `make run` and the tests, from Python packages.

    with services(Path(".dev"), durable=True) as running:
        create_engine(running.database_url)
        running.redis.stop()

Two clones run side by side: there is no TCP port, and every file is under the base or named after it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from dev import processes
from dev.guard import Guard, Record
from dev.layout import Layout, lay_out, own_folder
from dev.postgres import Postgres
from dev.processes import ServiceError, wait_until
from dev.servers import Server, Valkey

__all__ = ["ServiceError", "Services", "services"]

CLEAN_UP_TIMEOUT_S = 90.0  # a guard may be waiting for a job (≤ 20 s) and then for PostgreSQL


@dataclass
class Services:
    """The running servers; one that was not asked for raises ServiceError when it is used."""

    layout: Layout
    record: Record
    _postgres: Postgres | None
    _redis: Valkey | None

    @property
    def postgres(self) -> Postgres:
        """PostgreSQL: `stop()`, `start()`, `restart()`, `kill()`, `pause()`, `resume()`, `pid`, `running`."""
        if self._postgres is None:
            raise ServiceError("PostgreSQL was not asked for.")
        return self._postgres

    @property
    def redis(self) -> Valkey:
        """Valkey, with the same methods."""
        if self._redis is None:
            raise ServiceError("Redis was not asked for.")
        return self._redis

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the database `app`; `postgres.dsn` is the same for psycopg2 and psql."""
        return self.postgres.url

    @property
    def redis_url(self) -> str:
        """URL of database 0 for redis-py and RQ."""
        return self.redis.url

    @property
    def servers(self) -> list[Server]:
        """Those that were asked for, whether they run or not."""
        return [each for each in (self._postgres, self._redis) if each is not None]

    @property
    def pids(self) -> list[int]:
        """The servers' process ids, without those of servers that are down."""
        return [each.pid for each in self.servers if each.running]


@contextmanager
def services(base: Path, *, durable: bool, database: bool = True, redis: bool = True) -> Iterator[Services]:
    """Run the servers while the block runs; all their files are under `base`.

    With `durable` what was committed survives a crash of everything; without it nothing waits for the disk.
    Raises ServiceError: already running on this base, or a server does not start.
    """
    base = own_folder(base).resolve()
    with locked(base) as lock:
        record = Record(own_folder(base / "run") / "children.json")
        record.load()
        record.stop_all()  # the supervisor before us was killed, and its guard too
        layout = lay_out(base, durable=durable)
        record.folders = list(layout.temporary)
        record.save()
        guard = Guard(record, lock.fileno(), layout.run / "guard.log")
        running = Services(
            layout,
            record,
            Postgres(layout, record, durable=durable) if database else None,
            Valkey(layout, record, durable=durable) if redis else None,
        )
        try:
            for server in running.servers:
                server.start()
            yield running
        finally:
            record.stop_all()
            for server in running.servers:
                server.stop()
            guard.release()


@contextmanager
def locked(base: Path) -> Iterator[TextIO]:
    """Hold the base for this process; the kernel drops the lock however the process ends.

    If the last supervisor is dead, the holder is its guard: wait until that has stopped what was left.
    """
    with (base / "lock").open("a+") as lock:
        try:
            wait_until(lambda: _try_lock(lock), CLEAN_UP_TIMEOUT_S, f"what was left of {base} to end")
        except TimeoutError as error:
            raise ServiceError(str(error)) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield lock


def _try_lock(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = processes.first_number(Path(lock.name))
        if holder is not None and processes.is_running(holder):
            raise ServiceError(f"Already running on {Path(lock.name).parent} (process {holder}).") from None
        return False
    return True
