"""What the measurements run on: servers of their own in a temporary folder, and processes of the app."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil
import psycopg2
from psycopg2.extensions import connection as Connection
from sqlalchemy.engine import make_url

from bench.report import CannotMeasure
from dev import processes
from dev.environment import HOST, ROOT, app_environment, development_secrets, free_port
from dev.layout import outside_folders
from dev.processes import MARK, Tracked, wait_until
from dev.runner import answers, procfile
from dev.services import Services, services

START_TIMEOUT_S = 60.0
MIGRATION_TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Served:
    """An application behind gunicorn: its port and the master's process."""

    port: int
    pid: int


@dataclass(frozen=True)
class Stage:
    """The running servers, and the environment of the app on them; `quick` asks for small numbers."""

    base: Path
    servers: Services
    environment: dict[str, str]
    quick: bool

    def database(self, name: str) -> str:
        """A new database with the app's tables; its URL for the app."""
        with connected(self.url("postgres")) as admin, admin.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE app")
        return self.url(name)

    def url(self, name: str) -> str:
        """The URL of a database on the server."""
        return make_url(self.servers.database_url).set(database=name).render_as_string(hide_password=False)

    def cpu_s(self, pid: int) -> float:
        """Processor time so far of a process with all its children, and of PostgreSQL."""
        heads = [psutil.Process(each) for each in (pid, self.servers.postgres.pid)]
        return sum(_cpu_s(each) for head in heads for each in (head, *head.children(recursive=True)))

    @contextmanager
    def process(self, name: str, line: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command line; its output is in a file. Nothing of it is left, even if we are killed."""
        mark = str(self.servers.record.path)
        with (self.base / f"{name}.log").open("ab") as log:
            started = subprocess.Popen(
                ["/bin/sh", "-c", f"exec {line}"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env={**self.environment, **environment, MARK: mark},
                start_new_session=True,
            )
        tracked = self.servers.record.add(Tracked.of(started.pid, signal.SIGTERM, mark=mark, patience_s=25.0))
        try:
            yield started
        finally:
            processes.stop(tracked)
            started.wait()
            self.servers.record.discard(tracked)

    @contextmanager
    def web(self, name: str, application: str, **environment: str) -> Iterator[Served]:
        """Serve an application as the Procfile serves ours; yields where, once it answers."""
        port = free_port("PORT", 8700)
        line = procfile()["web"].replace("wsgi:app", application)
        if application not in line:
            raise CannotMeasure(f"the Procfile serves something else than wsgi:app: {line}")
        bind = f"--bind {HOST}:{port}"
        with self.process(name, line, PORT=str(port), GUNICORN_CMD_ARGS=bind, **environment) as server:
            self.wait_for(name, server, lambda: answers(f"http://{HOST}:{port}/healthz"), f"{name} to answer")
            try:
                yield Served(port, server.pid)
            except CannotMeasure as error:
                words = processes.tail(self.base / f"{name}.log", lines=3)
                raise CannotMeasure(f"{error}\nThe last lines of {name}:\n{words}") from error

    def wait_for(
        self, name: str, process: subprocess.Popen[bytes], condition: Callable[[], object], what: str
    ) -> None:
        """Wait until a process has got somewhere; raises CannotMeasure with its last words."""
        try:
            wait_until(lambda: process.poll() is not None or condition(), START_TIMEOUT_S, what, poll_s=0.05)
        except TimeoutError as error:
            raise CannotMeasure(f"{error}\n{processes.tail(self.base / f'{name}.log')}") from error
        if process.poll() is not None:
            raise CannotMeasure(f"{name} ended:\n{processes.tail(self.base / f'{name}.log')}")


@contextmanager
def staged(*, quick: bool) -> Iterator[Stage]:
    """Start PostgreSQL, whose commits wait for the disk, and Valkey; bring the database up to date."""
    base = Path(tempfile.mkdtemp(prefix="godlife-bench-"))
    base.chmod(0o711)  # PostgreSQL may have to run under another account
    try:
        with services(base, durable=True) as servers:
            environment = app_environment(
                development_secrets(base / "secrets.json"),
                servers.database_url,
                servers.redis_url,
                free_port("PORT", 8700),
                free_port("PORT", 8701),
            )
            environment = {name: value for name, value in environment.items() if name not in UNSET}
            _migrate(environment)
            yield Stage(base, servers, environment, quick)
    finally:
        for folder in (base, *outside_folders(base.resolve())):
            shutil.rmtree(folder, ignore_errors=True)


# A shell's own settings must not change what is measured.
UNSET = {"WEB_CONCURRENCY", "WEB_THREADS", "DELIVERY_BATCH", "LOG_LEVEL", "SEND_ALLOW_LIST"}
UNSET |= {
    "LLM_CONCURRENCY",
    "LLM_TIMEOUT_S",
    "LLM_ENABLED",
    "FORCE_RULE",
    "SEND_PAUSED",
    "SEND_CAP_PER_MINUTE",
}


def _cpu_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _migrate(environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", *procfile()["release"].split()]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=MIGRATION_TIMEOUT_S
    )
    if done.returncode:
        raise CannotMeasure(f"the migration failed:\n{done.stdout}{done.stderr}")


@contextmanager
def connected(url: str, *, autocommit: bool = True) -> Iterator[Connection]:
    """A plain connection, closed at the end; without autocommit its work is committed then."""
    connection = psycopg2.connect(dsn(url))
    connection.autocommit = autocommit
    try:
        yield connection
        if not autocommit:
            connection.commit()
    finally:
        connection.close()


def dsn(url: str) -> str:
    """SQLAlchemy's URL as psycopg2 knows it."""
    return re.sub(r"^postgresql\+\w+:", "postgresql:", url)


def run(connection: Connection, *statements: str) -> None:
    """Run statements that return nothing of interest."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def settle(connection: Connection, tables: Sequence[str]) -> None:
    """Bring tables into the state of a quiet moment: no dead rows, fresh statistics, log written."""
    run(connection, *(f"VACUUM (ANALYZE) {table}" for table in tables), "CHECKPOINT")


def commit_ms(url: str, times: int = 50) -> float:
    """The median time of a commit of one row: what this disk takes for an fsync."""
    with connected(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_commits (n int)")
        taken = []
        for number in range(times):
            start = time.perf_counter()
            cursor.execute("INSERT INTO bench_commits VALUES (%s)", (number,))
            taken.append((time.perf_counter() - start) * 1000)
        cursor.execute("DROP TABLE bench_commits")
    return median(taken)


def app_settings(environment: Mapping[str, str], url: str) -> dict[str, str]:
    """Overrides for an application inside this process, whose log stays silent."""
    from app.config import NAMES

    return {
        **{name: environment[name] for name in NAMES if name in environment},
        "DATABASE_URL": url,
        "LOG_LEVEL": "CRITICAL",
    }


def machine() -> str:
    """The processors this process may use."""
    return f"{len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} cores"
