"""Real processes of the application: workers, clocks and web servers, as the Procfile starts them."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import requests

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
WORKER = (
    *(str(BIN / "rq"), "worker", "-w", "app.workers.worker.Worker", "-S", "json", "--worker-ttl", "30"),
    *("--connection-class", "app.workers.connection.Connection"),
    *("chat", "delivery", "webhooks", "daily"),
)
CLOCK = (str(BIN / "flask"), "clock", "--every", "0.2")
GUNICORN = (str(BIN / "gunicorn"), "wsgi:app")


def until(probe: Callable[[], object], timeout_s: float = 30) -> None:
    """Look again and again until `probe` is true; AssertionError after the deadline."""
    deadline = time.monotonic() + timeout_s
    while not probe():
        assert time.monotonic() < deadline, f"not within {timeout_s} s"
        time.sleep(0.02)


def measured(what: str, value: float) -> None:
    """Tell a figure to whoever runs pytest with `--log-cli-level=INFO`."""
    log.info("measured: %s: %.3f", what, value)


@contextmanager
def running(command: tuple[str, ...], env: dict[str, str], log_file: Path) -> Iterator[psutil.Process]:
    """A process with its children; at the end all of them are gone, whatever happened to them."""
    with log_file.open("ab") as out:
        child = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **env}, stdout=out, stderr=out, start_new_session=True
        )
    process = psutil.Process(child.pid)
    try:
        yield process
    finally:
        family = _family(process)
        for each in family:
            _signal(each, signal.SIGKILL)
        child.wait(10)
        psutil.wait_procs(family, 10)


def worker(env: dict[str, str], log: Path) -> "contextmanager[psutil.Process]":  # type: ignore[type-arg]
    """One `rq worker` on the environment's Redis."""
    return running((*WORKER, "--url", env["REDIS_URL"]), env, log)


def clock(env: dict[str, str], log: Path) -> "contextmanager[psutil.Process]":  # type: ignore[type-arg]
    """One `flask clock` that looks five times a second."""
    return running(CLOCK, env, log)


def free_address() -> str:
    """An address on this machine where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@contextmanager
def web(
    env: dict[str, str],
    log: Path,
    address: str | None = None,
    options: str = "",
    processes: int = 1,
    application: str = "wsgi:app",
) -> Iterator[str]:
    """A gunicorn, at a free address if none is given, with more of its options; yields it once it answers."""
    address = address or free_address()
    host = address.removeprefix("http://")
    own = {"GUNICORN_CMD_ARGS": f"--bind {host} {options}", "PUBLIC_BASE_URL": address}
    metrics = log.parent / f"metrics-{host}"
    own["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)
    metrics.mkdir()
    with running((*GUNICORN[:-1], application), env | {"WEB_CONCURRENCY": str(processes)} | own, log):
        until(lambda: _answers(f"{address}/healthz"))
        yield address


@contextmanager
def system(env: dict[str, str], folder: Path, *parts: str, address: str | None = None) -> Iterator[str]:
    """Processes of the application, a log each in `folder`; yields the address of the web server."""
    with ExitStack() as stack:
        address = stack.enter_context(web(env, folder / "web.log", address))
        if "worker" in parts:
            stack.enter_context(worker(env, folder / "worker.log"))
        if "scheduler" in parts:
            stack.enter_context(clock(env, folder / "clock.log"))
        yield address


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.ConnectionError:
        return False


def stop_family(process: psutil.Process) -> Callable[[], None]:
    """Freeze a process and its children, the parent first; returns what lets them go on."""
    family = _family(process)
    for each in family:
        _signal(each, signal.SIGSTOP)

    def go_on() -> None:
        for each in reversed(family):
            _signal(each, signal.SIGCONT)

    return go_on


def kill_family(process: psutil.Process) -> None:
    """`kill -9` of a process and its children, the children too quick to be told apart from it."""
    for each in _family(process):
        _signal(each, signal.SIGKILL)


def _family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _signal(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
