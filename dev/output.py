"""What several processes print, on one screen: each line with its process's name in front."""

import subprocess
import sys
import threading
from collections import deque
from typing import IO

COLOURS = (36, 32, 33, 35, 34)  # ANSI: cyan, green, yellow, magenta, blue
NAME_WIDTH = 9
TAIL_LINES = 20


class Screen:
    """Standard output, shared: a line is never broken by another process's."""

    def __init__(self) -> None:
        """Colours only where somebody looks."""
        self._lock = threading.Lock()
        self._coloured = sys.stdout.isatty()
        self._names: list[str] = []

    def line(self, name: str, text: str) -> None:
        """Print one line of a process; a screen that has gone (a closed terminal) is no reason to fail."""
        with self._lock:
            if name not in self._names:
                self._names.append(name)
            prefix = f"{name:<{NAME_WIDTH}} | "
            if self._coloured:
                prefix = f"\x1b[{COLOURS[self._names.index(name) % len(COLOURS)]}m{prefix}\x1b[0m"
            self._write(f"{prefix}{text}\n")

    def say(self, text: str) -> None:
        """Print something of our own."""
        with self._lock:
            self._write(f"{text}\n")

    def _write(self, text: str) -> None:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except (OSError, ValueError):
            self._coloured = False


class Relay:
    """Copies a process's output to the screen and keeps its last lines."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], screen: Screen) -> None:
        """Start reading; `process` has its output in one pipe."""
        self.name = name
        self.screen = screen
        self.last: deque[str] = deque(maxlen=TAIL_LINES)
        if process.stdout is None:
            raise ValueError(f"{name} was started without a pipe.")
        self._thread = threading.Thread(target=self._copy, args=(process.stdout,), daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Wait for what an ended process wrote last; a child of its own may hold the pipe for longer."""
        self._thread.join(timeout=2)

    def _copy(self, stream: IO[bytes]) -> None:
        for raw in stream:
            text = raw.decode("utf-8", "replace").rstrip("\r\n")
            self.last.append(text)
            self.screen.line(self.name, text)
