"""Transcripts in a page: in `console` blocks, what stands after `$` is run in one shell, the rest compared.

A command goes on in lines that begin with `> `. In what is expected, `…` stands for anything within a line,
and a line of its own for any lines. A command may fail only where a line that begins with `FAIL` is expected.
"""

import os
import re
import selectors
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

END = "-- end of a command --"


@dataclass(frozen=True)
class Step:
    """One command of a page, where it stands, and what it prints."""

    line: int
    command: str
    expected: str

    @property
    def name(self) -> str:
        return f"{self.line}: {self.command.splitlines()[0]}"

    @property
    def may_fail(self) -> bool:
        return bool(re.search("^FAIL", self.expected, re.MULTILINE))

    def matches(self, printed: str) -> bool:
        lines = [
            r"(?:.*\n)*?" if line == "…" else f"{'.*?'.join(map(re.escape, line.split('…')))}\n"
            for line in self.expected.splitlines()
        ]
        return re.fullmatch("".join(lines), printed) is not None


def steps(page: str) -> list[Step]:
    """The commands of all `console` blocks of a page, in their order."""
    found: list[Step] = []
    inside = False
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            found.append(Step(number, line[2:], ""))
        elif inside:
            last = found.pop()
            goes_on = line.startswith("> ") and not last.expected
            command = f"{last.command}\n{line[2:]}" if goes_on else last.command
            expected = last.expected if goes_on else f"{last.expected}{line}\n"
            found.append(Step(last.line, command, expected))
    return found


class Shell:
    """A shell that keeps its variables from one command to the next."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def run(self, command: str, timeout_s: float = 90) -> tuple[int, str]:
        """The exit code of a command and what it printed; AssertionError after the deadline."""
        assert self._process.stdin
        self._process.stdin.write(f"{command}\nprintf '\\n%s %s\\n' '{END}' $?\n".encode())
        self._process.stdin.flush()
        printed = self._read_until_end(time.monotonic() + timeout_s)
        output, _, code = printed.rpartition(f"\n{END} ")
        return int(code), output

    def _read_until_end(self, deadline: float) -> str:
        assert self._process.stdout
        read, printed = self._process.stdout.fileno(), b""
        with selectors.DefaultSelector() as selector:
            selector.register(read, selectors.EVENT_READ)
            while not re.search(rb"\n%b \d+\n\Z" % END.encode(), printed):
                assert selector.select(max(deadline - time.monotonic(), 0)), (
                    f"not in time: {printed.decode()}"
                )
                found = os.read(read, 65536)
                assert found, f"the shell ended: {printed.decode()}"
                printed += found
        return printed.decode()


@contextmanager
def shell(env: Mapping[str, str], folder: Path, errors: Path) -> Iterator[Shell]:
    """A bash in this folder with this environment and nothing of its user's; `errors` gets its stderr."""
    command = ["bash", "--noprofile", "--norc", "-u"]
    with (
        errors.open("wb") as stderr,
        subprocess.Popen(
            command, cwd=folder, env=dict(env), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr
        ) as process,
    ):
        try:
            yield Shell(process)
        finally:
            process.kill()
