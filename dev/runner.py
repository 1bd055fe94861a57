"""The app's processes under `make run`: started, watched, and stopped together."""

import queue
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType

from dev import processes
from dev.environment import ROOT
from dev.guard import Record
from dev.output import Relay, Screen
from dev.processes import MARK, ServiceError, Tracked, wait_until

PATIENCE_S = 25.0  # an RQ worker ends after its job, which works 20 s at most
SANDBOX_STAGE = 1  # the worker's last job may still talk to the sandbox: that ends after stage 0

NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(eq=False)
class App:
    """One process with all its descendants: the leader of a session of its own."""

    name: str
    process: subprocess.Popen[bytes]
    relay: Relay
    tracked: Tracked


class Stopped(Exception):
    """Somebody asked us to stop, with Ctrl-C or a signal."""


class Runner:
    """Starts processes and waits for one of two events: a process has ended, or a signal has come.

    A signal interrupts nothing by itself: it is noted, and whoever waits here sees it. A second one is
    impatience and kills.
    """

    def __init__(self, record: Record, environment: dict[str, str], screen: Screen) -> None:
        """Start nothing yet; the record is what the guard stops if we are killed."""
        self.record = record
        self.environment = environment
        self.screen = screen
        self.apps: list[App] = []
        self._ended: list[App] = []
        self._woken: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._signals: list[int] = []

    @property
    def exit_code(self) -> int:
        """The shell's convention for a program that a signal has ended."""
        return 128 + self._signals[0]

    def on_signal(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal; `SimpleQueue.put` is made to be called from a handler."""
        self._signals.append(number)
        self._woken.put(None)
        if len(self._signals) > 1:
            for app in self.apps:
                processes.send(app.tracked.members(), signal.SIGKILL)
            if not self.apps:
                raise KeyboardInterrupt

    def start(self, name: str, command: Sequence[str], stage: int = 0) -> App:
        """Start a process; its output goes to the screen."""
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**self.environment, MARK: str(self.record.path)},
            start_new_session=True,
        )
        tracked = Tracked.of(
            process.pid, signal.SIGTERM, mark=str(self.record.path), patience_s=PATIENCE_S, stage=stage
        )
        app = App(name, process, Relay(name, process, self.screen), self.record.add(tracked))
        self.apps.append(app)
        threading.Thread(target=self._watch, args=(app,), daemon=True).start()
        return app

    def start_line(self, name: str, line: str) -> App:
        """Start a line of the Procfile, as a platform does: by a shell, which it replaces."""
        return self.start(name, ["/bin/sh", "-c", f"exec {line}"])

    def complete(self, app: App, timeout_s: float) -> None:
        """Wait for a process that is to end by itself; raises ServiceError if it fails or takes too long."""
        self.wait(lambda: app in self._ended, timeout_s, f"{app.name} to end", may_end=app)
        self.apps.remove(app)
        self._ended.remove(app)
        self.record.discard(app.tracked)
        if app.process.returncode:
            raise ServiceError(obituary(app))

    def wait(
        self, condition: Callable[[], object], timeout_s: float, what: str, may_end: App | None = None
    ) -> None:
        """Wait for a condition; raises Stopped at a signal, ServiceError at a process's end, TimeoutError."""

        def happened() -> object:
            return self._signals or any(app is not may_end for app in self._ended) or condition()

        wait_until(happened, timeout_s, what, poll_s=0.05)
        self._raise_event(may_end)

    def wait_for_end(self) -> None:
        """Wait until a signal comes or a process ends, which raises as in `wait`."""
        while True:
            self._woken.get()
            self._raise_event(None)

    def stop(self) -> None:
        """Stop all processes, the sandbox last; after that nothing of them is left."""
        for stage in sorted({app.tracked.stage for app in self.apps}):
            apps = [app for app in self.apps if app.tracked.stage == stage]
            processes.stop(*(app.tracked for app in apps))
            for app in apps:
                app.process.wait()
                app.relay.finish()
                self.record.discard(app.tracked)

    def _raise_event(self, may_end: App | None) -> None:
        if self._signals:
            raise Stopped
        dead = [app for app in self._ended if app is not may_end]
        if dead:
            raise ServiceError(obituary(dead[0]))

    def _watch(self, app: App) -> None:
        app.process.wait()
        app.relay.finish()
        self._ended.append(app)
        self._woken.put(None)


def obituary(app: App) -> str:
    """Say which process ended, how, and with what last words."""
    code = app.process.returncode
    how = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
    words = "\n".join(f"  {line}" for line in app.relay.last)
    return f"{app.name} ended ({how}). Its last lines:\n{words or '  (none)'}"


def procfile() -> dict[str, str]:
    """Return the Procfile's command lines by process name."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    pairs = (line.partition(":") for line in lines if line.strip() and not line.startswith("#"))
    return {name.strip(): command.strip() for name, _, command in pairs}


def answers(url: str) -> bool:
    """Whether a GET is answered with 200; never through a proxy."""
    try:
        with NO_PROXY.open(url, timeout=3) as response:
            return bool(response.status == 200)
    except OSError:  # urllib.error.URLError is one
        return False


def handle_stop_signals(handler: Callable[[int, FrameType | None], object]) -> None:
    """Have Ctrl-C, `kill` and a closed terminal handled; after `nohup` the last one stays ignored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)
