"""Stopping processes: all of ours, none of anybody else's. And what must be there before anything starts."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from dev import processes
from dev.environment import ROOT
from dev.guard import Record
from dev.processes import MARK, Tracked, wait_until

# A parent whose child has a process group of its own, as an RQ worker's job has; both wait for ever.
FAMILY = """
import os, signal, sys
ready, told = os.pipe()
if not os.fork():
    os.setpgrp()
    os.write(told, b".")
    signal.pause()
os.read(ready, 1)
print("ready", flush=True)
signal.pause()
"""
STUBBORN = (
    "import signal; signal.signal(15, signal.SIG_IGN); print('ready', flush=True)\nwhile 1: signal.pause()"
)


@contextmanager
def session(code: str, mark: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run Python code as the leader of a session, and wait for its first line."""
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        env={**os.environ, MARK: mark},
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def tracked(process: subprocess.Popen[bytes], mark: str, patience_s: float = 0.3) -> Tracked:
    """What a supervisor would note of it."""
    return Tracked.of(process.pid, signal.SIGTERM, mark=mark, patience_s=patience_s)


@pytest.mark.parametrize("leader_first", [False, True])
def test_a_whole_session_ends_even_without_its_leader(leader_first: bool) -> None:
    with session(FAMILY, "ours") as process:
        noted = tracked(process, "ours")
        children = [each.pid for each in psutil.Process(process.pid).children()]
        if leader_first:
            process.kill()
            process.wait()

        processes.stop(noted)

        assert children
        assert not any(processes.is_running(pid) for pid in [process.pid, *children])


def test_a_stopped_process_that_ignores_sigterm_is_killed() -> None:
    with session(STUBBORN, "ours") as process:
        process.send_signal(signal.SIGSTOP)

        processes.stop(tracked(process, "ours", patience_s=0.2))

        assert process.wait() == -signal.SIGKILL


def test_a_stranger_with_the_same_numbers_is_left_alone() -> None:
    with session(FAMILY, "somebody else's") as stranger:
        family = [stranger.pid, *(each.pid for each in psutil.Process(stranger.pid).children())]
        noted = Tracked(stranger.pid, started=time.time() - 3600, signal=signal.SIGKILL, mark="ours")

        processes.stop(noted)

        assert all(processes.is_running(pid) for pid in family)
        processes.stop(tracked(stranger, "somebody else's"))


def test_a_record_is_stopped_stage_by_stage(tmp_path: Path) -> None:
    record = Record(tmp_path / "children.json")
    with session(STUBBORN, "late") as late, session(STUBBORN, "early") as early:
        noted = [(late, "late", 2), (early, "early", 1)]
        for process, mark, stage in noted:
            record.add(Tracked.of(process.pid, signal.SIGTERM, mark=mark, patience_s=0.2, stage=stage))
        killed = time.monotonic()
        reloaded = Record(record.path)
        reloaded.load()

        reloaded.stop_all()

        assert time.monotonic() - killed >= 0.4  # one after the other, each with its patience
        assert early.wait() == late.wait() == -signal.SIGKILL
    assert reloaded.processes == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"processes": [{}], "folders": []}'])
def test_an_unreadable_record_names_nothing(tmp_path: Path, text: str) -> None:
    record = Record(tmp_path / "children.json")
    record.path.write_text(text)

    record.load()

    assert record.processes == []


def test_a_zombie_is_not_running() -> None:
    with subprocess.Popen([sys.executable, "-c", "0"]) as process:
        wait_until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE, 10, "a zombie")

        assert not processes.is_running(process.pid)


def test_waiting_names_what_did_not_happen() -> None:
    with pytest.raises(TimeoutError, match=r"0\.05 s for rain"):
        wait_until(lambda: False, 0.05, "rain")


@pytest.mark.parametrize("found", ["", "3.9.2"])
def test_setting_up_without_a_new_enough_python_says_so(tmp_path: Path, found: str) -> None:
    if found:
        script = tmp_path / "python3"
        script.write_text(f'#!/bin/sh\ncase "$2" in *print*) echo {found};; *) exit 1;; esac\n')
        script.chmod(0o755)

    command = ["/bin/sh", "dev/bootstrap.sh"]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True)

    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert (f"python3 is {found}" if found else "no python3 at all") in done.stderr
