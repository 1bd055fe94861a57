"""Watching and stopping processes, with nothing left behind.

A process that was killed stays a zombie where PID 1 does not reap (many containers): its number still answers
`kill(pid, 0)`, so every question here is asked through psutil, which tells a zombie from a live process.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

POLL_S = 0.01
LAST_STAGE = 9
MARK = "GODLIFE_RUN"
CLOCK_TOLERANCE_S = 5.0  # psutil derives a start time from the boot time, which moves when the clock is set


class ServiceError(Exception):
    """Something on the developer's machine stands in the way; the message says what to do about it."""


def wait_until(condition: Callable[[], object], timeout_s: float, what: str, poll_s: float = POLL_S) -> None:
    """Ask `condition` every `poll_s` until it is true; raise TimeoutError naming `what` after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {timeout_s:g} s for {what}.")
        time.sleep(poll_s)


def is_running(pid: int) -> bool:
    """Whether `pid` is a process that can still do something; a zombie cannot."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def command_line(pid: int) -> str:
    """Return the command line with blanks between the arguments; empty when it is gone or not ours."""
    try:
        return " ".join(psutil.Process(pid).cmdline())
    except psutil.Error:
        return ""


def first_number(path: Path) -> int | None:
    """Return the number in the first line of a pid file, or None when there is no file or no number."""
    try:
        return int(path.read_bytes().split(b"\n", 1)[0])
    except (OSError, ValueError):
        return None


def dead_pid() -> int:
    """Return a number no process has: that of a child which has ended and has been reaped."""
    child = subprocess.Popen(["/bin/sh", "-c", ":"], stdin=subprocess.DEVNULL)
    child.wait()
    return child.pid


def tail(path: Path, lines: int = 20, start: int = 0) -> str:
    """Return the last lines a log got since byte `start`; empty when there is no log."""
    try:
        text = path.read_bytes()[start:].decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


@dataclass(frozen=True)
class Tracked:
    """A process to be stopped; when it `started` (Unix time, s) tells it from a later one with its number.

    With a `mark` the process leads a session, and every process of that session goes with it which has the
    mark as MARK in its environment: a job that an RQ worker forked has a process group of its own, and the
    session's number may have become a stranger's. Processes of a lower `stage` have ended before those of a
    higher one are asked to.
    """

    pid: int
    started: float
    signal: int
    mark: str = ""
    patience_s: float = 10.0
    stage: int = LAST_STAGE

    @classmethod
    def of(cls, pid: int, sig: int, **options: Any) -> "Tracked":
        """Describe a process that has just been started; it may be a zombie already, but is not reaped."""
        try:
            started = psutil.Process(pid).create_time()
        except psutil.Error:  # macOS tells nothing about a zombie
            started = time.time()
        return cls(pid, started, sig, **options)

    def leader(self) -> psutil.Process | None:
        """Return the process itself, or None when it is gone, a zombie, or its number is another's now."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < CLOCK_TOLERANCE_S
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None

    def members(self) -> list[psutil.Process]:
        """Return the processes to stop that are still running, the leader first."""
        leader = self.leader()
        found = [leader] if leader else []
        if self.mark:
            found += [each for each in session_members(self.pid, self.mark) if each.pid != self.pid]
        elif leader:
            with contextlib.suppress(psutil.Error):
                found += leader.children(recursive=True)
        return found


def session_members(session: int, mark: str) -> list[psutil.Process]:
    """Return the running processes of a session that carry the mark; of a zombie nothing can be read."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getsid(process.pid) == session and process.environ().get(MARK) == mark:
                found.append(process)
    return found


def send(processes: Iterable[psutil.Process], sig: int) -> None:
    """Signal each process; one that is gone already is no error."""
    for process in processes:
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            process.send_signal(sig)


def stop(*tracked: Tracked) -> None:
    """Ask processes to end, all at once, each with its session if it leads one; kill what is left in the end.

    A stopped (SIGSTOP) process is continued first, or it would never see the request. The request is sent
    once: an RQ worker takes a second one for impatience and drops its job.
    """
    members = {each: each.members() for each in tracked}
    for each, processes in members.items():
        send(processes, signal.SIGCONT)
        send(processes[:1] if each.leader() else processes, each.signal)
    with contextlib.suppress(TimeoutError):
        patience_s = max((each.patience_s for each in tracked), default=0.0)
        wait_until(lambda: not _remaining(members), patience_s, "the end")
    send(_remaining(members), signal.SIGKILL)
    wait_until(lambda: not _remaining(members), 10, f"{len(members)} killed processes to be gone")


def _remaining(members: dict[Tracked, list[psutil.Process]]) -> list[psutil.Process]:
    """Return who still runs of `members` and of those that joined since."""
    known = {each.pid: each for found in members.values() for each in found if is_running(each.pid)}
    return list({**known, **{each.pid: each for one in members for each in one.members()}}.values())
