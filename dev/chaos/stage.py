"""Servers and processes of this run alone, in a temporary folder, each to be killed and started alone."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from sqlalchemy.engine import make_url

from dev import processes
from dev.environment import HOST, ROOT, app_environment, development_secrets, free_port
from dev.layout import outside_folders
from dev.processes import MARK, ServiceError, Tracked, wait_until
from dev.runner import PATIENCE_S, SANDBOX_STAGE, answers, procfile
from dev.services import Services, services

WORKERS = 4
DELIVERY_BATCH = 20  # small: so that many requests are in play
START_TIMEOUT_S = 60.0
MIGRATION_TIMEOUT_S = 120.0
# A shell's own settings must not change what is tried.
UNSET = {"WEB_CONCURRENCY", "WEB_THREADS", "LOG_LEVEL", "SEND_ALLOW_LIST"}
UNSET |= {"LLM_ENABLED", "FORCE_RULE", "SEND_PAUSED", "SEND_CAP_PER_MINUTE"}


@dataclass(eq=False)
class Actor:
    """One process of the Procfile (or the sandbox) with its children; dies and is started again."""

    name: str
    command: list[str]
    environment: dict[str, str]
    servers: Services
    log: Path
    stage: int = 0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    tracked: list[Tracked] = field(default_factory=list)  # the living one, and dead ones whose child lives

    def start(self) -> None:
        """Start a new one, whatever is left of the one before."""
        mark = str(self.servers.record.path)
        self.started_at = time.monotonic()
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=ROOT,
                env={**self.environment, MARK: mark},
                start_new_session=True,
            )
        tracked = Tracked.of(
            self.process.pid, signal.SIGTERM, mark=mark, patience_s=PATIENCE_S, stage=self.stage
        )
        self.tracked.append(self.servers.record.add(tracked))

    def main(self) -> list[psutil.Process]:
        """The process that was started."""
        leader = self.tracked[-1].leader() if self.tracked else None
        return [leader] if leader else []

    def children(self) -> list[psutil.Process]:
        """Its children: a worker's "horse", gunicorn's workers."""
        with suppress(psutil.Error):
            return [child for leader in self.main() for child in leader.children(recursive=True)]
        return []

    @property
    def has_ended(self) -> bool:
        """Whether the main process is gone."""
        return self.process is not None and self.process.poll() is not None

    def replace(self) -> None:
        """Start another once the main process is dead; one that ends slowly may go on beside it."""
        if self.process is not None:
            self.process.poll()
        self.start()

    def forget_dead(self) -> None:
        """Drop those of which nothing runs any more, so that the record stays short."""
        for old in self.tracked[:-1]:
            if not old.members():
                self.servers.record.discard(old)
                self.tracked.remove(old)

    def stop(self) -> None:
        """End all of it: ask first, then kill."""
        processes.stop(*self.tracked)
        if self.process is not None:
            self.process.wait()
        for each in self.tracked:
            self.servers.record.discard(each)
        self.tracked.clear()


@dataclass(frozen=True)
class Stage:
    """The whole running system."""

    base: Path
    servers: Services
    environment: dict[str, str]
    sandbox_url: str
    api_url: str
    web: Actor
    clock: Actor
    workers: list[Actor]
    sandbox: Actor

    @property
    def actors(self) -> list[Actor]:
        """All processes of the app and the sandbox."""
        return [self.web, self.clock, *self.workers, self.sandbox]

    @property
    def app_logs(self) -> list[Path]:
        """What the processes of the app have written."""
        return [each.log for each in (self.web, self.clock, *self.workers)]

    def keep_logs(self) -> Path:
        """Copy all logs to where they survive; the folder."""
        kept = Path(tempfile.mkdtemp(prefix="godlife-chaos-logs-"))
        for log in (*self.base.glob("*.log"), *self.servers.layout.run.glob("*.log")):
            shutil.copy(log, kept / log.name)
        return kept


@contextmanager
def staged() -> Iterator[Stage]:
    """Start all of it and stop all of it; the folder is removed, whatever happens."""
    base = Path(tempfile.mkdtemp(prefix="godlife-chaos-"))
    base.chmod(0o711)  # PostgreSQL may have to run under another account
    try:
        with services(base, durable=True) as servers:  # what was committed survives a crash
            stage = _stage(base, servers)
            try:
                _start(stage)
                yield stage
            finally:
                for each in stage.actors:
                    processes.send((p for t in each.tracked for p in t.members()), signal.SIGKILL)
                for each in stage.actors:
                    each.stop()
    finally:
        for folder in (base, *outside_folders(base.resolve())):
            shutil.rmtree(folder, ignore_errors=True)


def _stage(base: Path, servers: Services) -> Stage:
    first = 8800 + os.getpid() % 500  # two runs that start together look in different places
    port = free_port("CHAOS_PORT", first)
    sandbox_port = free_port("CHAOS_SANDBOX_PORT", first + 1, taken=frozenset({port}))
    secrets = development_secrets(base / "secrets.json")
    names = app_environment(secrets, servers.database_url, servers.redis_url, port, sandbox_port)
    names = {name: value for name, value in names.items() if name not in UNSET}
    names["DELIVERY_BATCH"] = str(DELIVERY_BATCH)
    lines = procfile()

    def actor(name: str, command: list[str], stage: int = 0, **more: str) -> Actor:
        return Actor(name, command, names | more, servers, base / f"{name}.log", stage)

    def worker(number: int) -> Actor:
        url = make_url(servers.database_url).set(username=role(number))
        return actor(f"worker-{number}", _shell(lines["worker"]), DATABASE_URL=url.render_as_string())

    return Stage(
        base,
        servers,
        names,
        f"http://{HOST}:{sandbox_port}",
        f"http://{HOST}:{port}",
        web=actor("web", _shell(lines["web"])),
        clock=actor("clock", _shell(lines["scheduler"])),
        workers=[worker(number) for number in range(WORKERS)],
        sandbox=actor("sandbox", _sandbox(names, port, sandbox_port), SANDBOX_STAGE),
    )


def role(number: int) -> str:
    """The database's name for a worker: so the database knows who did what."""
    return f"worker_{number}"


def _shell(line: str) -> list[str]:
    return ["/bin/sh", "-c", f"exec {line}"]


def _sandbox(names: dict[str, str], port: int, sandbox_port: int) -> list[str]:
    command = [sys.executable, "-m", "dev.sandbox", "--port", str(sandbox_port), "--latency-ms", "100"]
    command += ["--webhook-url", f"http://{HOST}:{port}/webhooks/alimtalk/results"]
    command += ["--webhook-signature", names["KAKAO_RESULT_SIGNATURES"]]
    return [*command, "--app-key", names["KAKAO_ALIMTALK_APP_KEY"], "--secret-key", names["KAKAO_TOKEN"]]


def _start(stage: Stage) -> None:
    """Start the dealer, migrate, start the app, and wait until it answers."""
    stage.sandbox.start()
    _release(stage)
    for each in (stage.web, stage.clock):
        each.start()
    for url in (f"{stage.sandbox_url}/healthz", f"{stage.api_url}/healthz"):
        try:
            wait_until(lambda url=url: answers(url), START_TIMEOUT_S, f"{url} to answer", poll_s=0.05)  # type: ignore[misc]
        except TimeoutError as error:
            raise ServiceError(f"{error}\n{processes.tail(stage.web.log)}") from error


def _release(stage: Stage) -> None:
    """Bring the database up to date."""
    command = [sys.executable, "-m", *procfile()["release"].split()]
    done = subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        env=stage.environment,
        capture_output=True,
        text=True,
        timeout=MIGRATION_TIMEOUT_S,
    )
    (stage.base / "release.log").write_text(done.stdout + done.stderr)
    if done.returncode:
        raise ServiceError(f"The migration failed:\n{done.stdout}{done.stderr}")
