"""Supervisors of their own processes, and what tests look at in the servers they run."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import redis

from dev import processes
from dev.environment import ROOT
from dev.layout import outside_folders
from dev.services import Services, locked

# A supervisor of its own: says what it started, then holds it until its input ends.
SUPERVISOR = """
import json, sys
from pathlib import Path
from dev.services import services
with services(Path(sys.argv[1]), durable=True) as running:
    urls = {"dsn": running.postgres.dsn, "redis": running.redis_url}
    print(json.dumps({**urls, "pids": running.pids}), flush=True)
    sys.stdin.read()
"""


@contextmanager
def new_base() -> Iterator[Path]:
    """A base with a blank and letters beyond ASCII in its path, where every account may pass."""
    folder = Path(tempfile.mkdtemp(prefix="갓생 "))
    folder.chmod(0o755)
    base = folder / "base"
    yield base
    if base.exists():
        with locked(base):  # a killed supervisor's guard has done its work
            pass
    for each in (folder, *outside_folders(base)):
        shutil.rmtree(each, ignore_errors=True)


@contextmanager
def supervisor(base: Path) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    """Run SUPERVISOR and wait until both servers answer."""
    command = [sys.executable, "-c", SUPERVISOR, str(base)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def write(dsn: str, redis_url: str) -> str:
    """Leave a new word in both servers, and return it."""
    word = uuid4().hex
    with closing(psycopg2.connect(dsn)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        cursor.execute("INSERT INTO kept VALUES (%s)", [word])
    with redis.from_url(redis_url, decode_responses=True) as client:
        client.sadd("kept", word)
    return word


def has(running: Services, word: str) -> bool:
    """Whether both servers have kept a word."""
    with closing(psycopg2.connect(running.postgres.dsn)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kept WHERE word = %s", [word])
        rows = cursor.fetchone()[0]
    with redis.from_url(running.redis_url) as client:
        return rows == 1 and client.sismember("kept", word) == 1


def gone(pids: list[int]) -> bool:
    """Whether none of these processes can do anything any more."""
    return not any(processes.is_running(pid) for pid in pids)
