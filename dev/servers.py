"""Servers as child processes on unix sockets, each stopped, started, killed and paused alone.

Valkey is here, PostgreSQL in `postgres.py`.
"""

import os
import signal
import socket
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from dev import processes
from dev.guard import Record
from dev.layout import Layout, valkey_binary
from dev.processes import ServiceError, Tracked, wait_until

READY_TIMEOUT_S = 60.0  # a crash recovery may have to read a lot of log first


class Server(ABC):
    """One server; the names of its files and its command come from the subclass."""

    name: str
    patience_s = 15.0
    stop_signal: int = signal.SIGTERM

    def __init__(self, layout: Layout, record: Record, *, durable: bool) -> None:
        """Start nothing yet."""
        self.layout = layout
        self.record = record
        self.durable = durable
        self.log = layout.run / f"{self.name}.log"
        self.log.write_bytes(b"")
        self._process: subprocess.Popen[bytes] | None = None
        self._tracked: Tracked | None = None

    @property
    def running(self) -> bool:
        """Whether the server's process is there; a paused one is."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Return the process id; raises ServiceError when the server is down."""
        if self._process is None or not self.running:
            raise ServiceError(f"{self.name} is not running.")
        return self._process.pid

    def start(self) -> None:
        """Start and wait until it answers; nothing happens when it runs. Raises ServiceError with its log."""
        if self.running:
            return
        self.stop()
        self.before_start()
        log_start = self.log.stat().st_size
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=server_environment(),
                start_new_session=True,  # or Ctrl-C would end it before the processes that use it
                **self.account(),
            )
        self._tracked = self.record.add(
            Tracked.of(self._process.pid, self.stop_signal, patience_s=self.patience_s)
        )
        try:
            wait_until(lambda: not self.running or self.is_ready(), READY_TIMEOUT_S, f"{self.name} to answer")
        except TimeoutError as error:
            raise ServiceError(f"{error}\n{processes.tail(self.log, start=log_start)}") from error
        if not self.running:
            raise ServiceError(f"{self.name} did not start:\n{processes.tail(self.log, start=log_start)}")
        self.after_start()

    def stop(self) -> None:
        """Stop it as an administrator would: what was committed is on disk. Harmless when it is down."""
        if self._tracked:
            processes.stop(self._tracked)
        self._forget()

    def kill(self) -> None:
        """End it at once, with every process of it, as a power failure would."""
        family = self._family()
        processes.send(family, signal.SIGKILL)
        wait_until(
            lambda: not any(processes.is_running(each.pid) for each in family), 10, f"{self.name} to die"
        )
        self._forget()

    def pause(self) -> None:
        """Freeze it and all its processes: connections are still accepted by the kernel, nothing answers."""
        processes.send(self._family(), signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused server go on."""
        processes.send(self._family(), signal.SIGCONT)

    def restart(self) -> None:
        """Stop and start; every connection breaks."""
        self.stop()
        self.start()

    @abstractmethod
    def before_start(self) -> None:
        """Clear what an earlier run left in the way."""

    @abstractmethod
    def after_start(self) -> None:
        """Do what takes a running server."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return the server's command line."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it answers now."""

    def account(self) -> dict[str, Any]:
        """Return Popen's arguments for the account it runs under."""
        return {}

    def _family(self) -> list[psutil.Process]:
        try:
            leader = psutil.Process(self.pid)
            return [leader, *leader.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def _forget(self) -> None:
        if self._process:
            self._process.wait()
        if self._tracked:
            self.record.discard(self._tracked)
        self._process = self._tracked = None


class Valkey(Server):
    """Valkey, which speaks Redis' protocol."""

    name = "valkey"

    @property
    def socket(self) -> Path:
        """The unix socket."""
        return self.layout.valkey_sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """The URL redis-py and RQ take."""
        return f"unix://{quote(str(self.socket))}?db=0"

    def command(self) -> list[str]:
        """Unix socket only; durable means the append-only file, else nothing is ever written to disk."""
        keep = ["--appendonly", "yes"] if self.durable else ["--save", ""]
        files = ["--dir", str(self.layout.valkey), "--pidfile", str(self._pidfile)]
        sockets = ["--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        return [str(valkey_binary()), *sockets, *files, *keep]

    @property
    def _pidfile(self) -> Path:
        return self.layout.run / "valkey.pid"

    def before_start(self) -> None:
        """Stop an orphan on our socket; Valkey itself minds no stale file."""
        clear_stale(self._pidfile, str(self.socket), self.stop_signal)

    def after_start(self) -> None:
        """Nothing: it has no databases to be created."""

    def is_ready(self) -> bool:
        """PING; while it loads its data it answers -LOADING."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(1)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def server_environment() -> dict[str, str]:
    """The host's locale and time zone must not decide how text sorts."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def clear_stale(pidfile: Path, marker: str, sig: int) -> None:
    """Stop the server a pid file names if `marker` in its command line proves it ours; then disown the file.

    The number may also be a zombie's, or have been given to a stranger since: to PostgreSQL both look like a
    live server. The file is never deleted, only its first line changed: its seventh, the key of the shared
    memory, still keeps a new server off data that an old backend holds.
    https://www.postgresql.org/docs/18/storage-file-layout.html (postmaster.pid)
    """
    pid = processes.first_number(pidfile)
    if pid is not None and processes.is_running(pid) and marker in processes.command_line(pid):
        processes.stop(Tracked.of(pid, sig))
    if pidfile.exists():
        rest = pidfile.read_bytes().partition(b"\n")[2]
        pidfile.write_bytes(b"%d\n" % processes.dead_pid() + rest)
