"""A small process that outlives a killed supervisor just long enough to stop what it had started.

`kill -9` gives the supervisor no chance to clean up. So it keeps a record of its children in a file and
starts a guard, which reads a pipe whose other end only the supervisor holds. The pipe ends when the
supervisor does, however it ended; the guard then stops whatever the record still names. After a clean stop
that is nothing. The next supervisor on the same base reads the record too, for the case that the guard was
killed as well.

The guard inherits the supervisor's lock on the base: nobody else can start there before it is done.
"""

import json
import os
import select
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from dev import processes
from dev.processes import Tracked

ROOT = Path(__file__).resolve().parent.parent


class Record:
    """What is to be stopped, stage by stage, and which temporary folders are to be removed after that.

    File: `{"processes": [{"pid", "started", "signal", "mark", "patience_s", "stage"}], "folders":
    ["/…"]}`, replaced in one step at every change, because the supervisor may be killed between any two of
    its lines.
    """

    def __init__(self, path: Path) -> None:
        """Nothing is read or written yet."""
        self.path = path
        self.processes: list[Tracked] = []
        self.folders: list[Path] = []

    def load(self) -> None:
        """Take over what an earlier supervisor left; a file that is missing or unreadable names nothing."""
        try:
            found = json.loads(self.path.read_text())
            self.processes = [Tracked(**each) for each in found["processes"]]
            self.folders = [Path(each) for each in found["folders"]]
        except (OSError, ValueError, KeyError, TypeError):
            self.processes, self.folders = [], []

    def save(self) -> None:
        """Write the file; the newest state or the one before is always there in full."""
        text = {
            "processes": [asdict(each) for each in self.processes],
            "folders": [str(f) for f in self.folders],
        }
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(text))
        fresh.replace(self.path)

    def add(self, tracked: Tracked) -> Tracked:
        """Note a process."""
        self.processes.append(tracked)
        self.save()
        return tracked

    def discard(self, tracked: Tracked | None) -> None:
        """Forget a process that has been stopped."""
        self.processes = [each for each in self.processes if each != tracked]
        self.save()

    def stop_all(self) -> None:
        """Stop every process, remove every folder, and forget them; safe to run twice and by two at once."""
        for stage in sorted({each.stage for each in self.processes}):
            processes.stop(*(each for each in self.processes if each.stage == stage))
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)
        self.processes, self.folders = [], []
        self.save()


class Guard:
    """The supervisor's end of the pipe."""

    def __init__(self, record: Record, lock_fd: int, log: Path) -> None:
        """Start the guard; it gets the lock's descriptor, so that the base stays locked while it works."""
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dev.guard", str(record.path), str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                cwd=ROOT,
                pass_fds=[lock_fd],
                start_new_session=True,
            )

    def release(self) -> None:
        """Close the pipe and wait until the guard has looked at the record one last time."""
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait()


def main(record: Path, supervisor: int) -> None:
    """Wait for the supervisor's end, then stop what it left.

    A fork of the supervisor (a test's worker) holds a copy of the pipe; hence the look at the parent's
    number.
    """
    while os.getppid() == supervisor:
        if select.select([sys.stdin], [], [], 0.5)[0] and not os.read(sys.stdin.fileno(), 1):
            break
    left = Record(record)
    left.load()
    left.stop_all()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
