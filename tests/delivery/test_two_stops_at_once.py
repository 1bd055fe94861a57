"""A worker's child is told to stop by its parent, and by a platform that signals every process."""

import subprocess
import sys

STOPPED_TWICE = """
import os, signal, sys
from app.workers import stopping

signal.alarm(5)
again = set()

def once_more(frame, event, _):
    name = frame.f_code.co_name
    if event == "call" and name not in again:
        again.add(name)
        os.kill(os.getpid(), signal.SIGTERM)

signal.signal(signal.SIGTERM, lambda *_: stopping.ask())
sys.setprofile(once_more)
os.kill(os.getpid(), signal.SIGTERM)
sys.setprofile(None)
assert stopping.is_asked()
print("stopped")
"""


def test_a_second_request_in_the_middle_of_the_first_is_heard_too() -> None:
    command = [sys.executable, "-c", STOPPED_TWICE]

    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert (ended.returncode, ended.stdout) == (0, "stopped\n"), ended.stderr
