"""`make run`, started for real in a clone of its own whose path has a blank and letters beyond ASCII."""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest

from dev import processes
from dev.environment import ROOT, SECRETS, app_environment, development_secrets, free_port
from dev.layout import outside_folders
from dev.processes import ServiceError, wait_until
from dev.run import sandbox_command
from dev.runner import answers, procfile
from dev.sandbox.__main__ import read_arguments
from dev.sandbox.client import Sandbox
from dev.services import locked, services

START_TIMEOUT_S = 90.0
CLONED = ("app", "dev", "migrations", "wsgi.py", "gunicorn.conf.py", "Procfile")


@pytest.fixture(scope="module")
def clone() -> Iterator[Path]:
    """A copy of what `make run` needs."""
    folder = Path(tempfile.mkdtemp(prefix="갓생 코치 "))
    folder.chmod(0o755)
    for name in CLONED:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy2)(ROOT / name, folder / name)
    yield folder
    if (folder / ".dev").exists():
        with locked(folder / ".dev"):  # a killed run's guard has done its work
            pass
    for each in (folder, *outside_folders(folder / ".dev")):
        shutil.rmtree(each, ignore_errors=True)


class Run:
    """One `python -m dev.run`."""

    def __init__(self, clone: Path, process: subprocess.Popen[bytes]) -> None:
        self.file = clone / ".dev/run.json"
        self.log = clone / "run.log"
        self.process = process
        self.told: dict[str, Any] = {}
        self.family: list[int] = []

    @property
    def output(self) -> str:
        return self.log.read_text()

    def wait_until_up(self) -> None:
        """Wait for run.json; fail with the output when it ends instead."""
        up = lambda: self.process.poll() is not None or self._read()  # noqa: E731
        wait_until(up, START_TIMEOUT_S, "make run to be up")
        assert self.process.poll() is None, self.output
        self.family = [each.pid for each in psutil.Process(self.process.pid).children(recursive=True)]

    def child(self, words: str) -> int:
        """The process of ours with these words in its command line, the oldest first."""
        return next(pid for pid in sorted(self.family) if words in processes.command_line(pid))

    def has_left_nothing(self) -> bool:
        return not any(processes.is_running(pid) for pid in self.family)

    def _read(self) -> bool:
        with suppress(FileNotFoundError):  # one that a killed run left is removed by the next
            self.told = json.loads(self.file.read_text())
        return self.told.get("pid") == self.process.pid


@contextmanager
def run(clone: Path, **environment: str) -> Iterator[Run]:
    """Start it with a clean environment and ports from a free one on; whatever is left is killed."""
    names = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PORT": str(some_port())}
    command = [sys.executable, "-m", "dev.run"]
    with (
        (clone / "run.log").open("wb") as log,
        subprocess.Popen(
            command,
            cwd=clone,
            env={**names, "SANDBOX_PORT": str(some_port()), **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield Run(clone, process)
        finally:
            process.kill()


def some_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    """What a query gives."""
    with closing(psycopg2.connect(url.replace("+psycopg2", ""))) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_ctrl_c_ends_everything_and_the_next_start_finds_the_data(clone: Path) -> None:
    with run(clone) as first:
        first.wait_until_up()
        assert all(answers(first.told[name] + path) for name, path in (("api", "/readyz"), ("docs", "")))
        assert answers(first.told["sandbox"] + "/healthz")
        for name in ("run.json", "secrets.json"):
            assert stat.S_IMODE((clone / ".dev" / name).stat().st_mode) == 0o600
        plan, joins = first_curl(first)
        assert plan["status"] == "ACTIVE"
        with Sandbox(first.told["sandbox"]) as sandbox:
            said = sandbox.say(sandbox.open_room(), joins["code"])
        assert "연결됐어요" in said["outputs"][0]["simpleText"]["text"]

        os.killpg(first.process.pid, signal.SIGINT)
        assert first.process.wait(START_TIMEOUT_S) == 130
        assert first.has_left_nothing()
        assert not first.file.exists()

    with run(clone) as second:
        second.wait_until_up()
        assert rows(second.told["database_url"], "SELECT name FROM users") == [("김하루",)]
        assert second.told["client_key"] == first.told["client_key"]

        second.process.terminate()
        assert second.process.wait(START_TIMEOUT_S) == 143
        assert second.has_left_nothing()


def first_curl(running: Run) -> list[dict[str, Any]]:
    """What the lines answer that it prints to be pasted: a plan, and the code that joins a chat."""
    lines = running.output.partition("Paste this")[2].partition("\n\n")[2].partition("\n\n")[0]
    done = subprocess.run(["/bin/sh", "-c", lines], capture_output=True, check=True, text=True)
    return [json.loads(each) for each in re.split(r"(?<=})\s*(?={)", done.stdout.strip())]


def test_kill_9_leaves_nothing_and_the_next_start_works_on_other_ports(clone: Path) -> None:
    with run(clone) as killed:
        killed.wait_until_up()
        with run(clone) as second:
            assert second.process.wait(START_TIMEOUT_S) == 1
            assert f"Already running on {clone}" in second.output

        killed.process.kill()
        killed.process.wait()
        wait_until(killed.has_left_nothing, 30, "the guard's work")

    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = str(taken.getsockname()[1])
        with run(clone, PORT=busy, SANDBOX_PORT=busy) as after:
            after.wait_until_up()
            ports = {after.told[name].rpartition(":")[2] for name in ("api", "sandbox")}
            assert len(ports - {busy}) == 2


def test_the_end_of_one_process_ends_all(clone: Path) -> None:
    with run(clone) as running:
        running.wait_until_up()

        os.kill(running.child("gunicorn"), signal.SIGKILL)

        assert running.process.wait(START_TIMEOUT_S) == 1
        assert "\nweb ended (signal SIGKILL). Its last lines:\n" in running.output
        wait_until(running.has_left_nothing, 10, "all processes to end")


def test_given_servers_are_used_instead_of_ours(clone: Path) -> None:
    base = Path(tempfile.mkdtemp()) / "base"
    with services(base, durable=False) as given:
        urls = {"DATABASE_URL": given.database_url, "REDIS_URL": given.redis_url}
        with run(clone, **urls) as running:
            running.wait_until_up()

            assert running.told["database_url"] == given.database_url
            commands = [processes.command_line(pid) for pid in running.family]
            assert not any("valkey-server" in line or "bin/postgres" in line for line in commands)

            running.process.terminate()
            running.process.wait(START_TIMEOUT_S)
    shutil.rmtree(base.parent)


def test_a_failing_migration_ends_the_start_with_its_words(clone: Path) -> None:
    with run(clone, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none") as running:
        assert running.process.wait(START_TIMEOUT_S) == 1
        assert "release ended (exit code 1)" in running.output


def test_secrets_are_made_once_and_only_we_can_read_them(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"

    first, second = development_secrets(path), development_secrets(path)

    assert first == second
    assert len(set(first.values())) == len(SECRETS)
    assert min(map(len, first.values())) >= 24
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_secrets_that_came_later_are_added(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text('{"SECRET_KEY": "kept"}')

    assert development_secrets(path)["SECRET_KEY"] == "kept"
    assert set(json.loads(path.read_text())) == set(SECRETS)


def test_a_broken_secrets_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text("{")

    with pytest.raises(ServiceError, match=r"secrets\.json is not readable"):
        development_secrets(path)


def test_real_providers_in_the_shell_are_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAKAO_TOKEN", "a real one")
    monkeypatch.setenv("LLM_BASE_URL", "https://llm.example")

    made = app_environment(dict.fromkeys(SECRETS, "ours"), "postgresql://x/y", "redis://z", 8000, 8001)

    assert made["KAKAO_TOKEN"] == "ours"
    assert made["LLM_BASE_URL"] == "http://127.0.0.1:8001/v1"


def test_the_sandbox_speaks_to_the_app_with_the_keys_in_use() -> None:
    names = dict.fromkeys(SECRETS, "ours") | {
        "KAKAO_SKILL_TOKENS": "new, old",
        "KAKAO_ADMIN_KEYS": "-new,old",
    }

    given = read_arguments(sandbox_command(names | {"KAKAO_BOT_ID": "bot"}, 8000, 8001)[3:])

    assert (given.port, given.app_url) == (8001, "http://127.0.0.1:8000")
    assert (given.skill_token, given.admin_key, given.bot_id) == ("new", "-new", "bot")


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PORT", text)

    with pytest.raises(ServiceError, match="PORT must be"):
        free_port("PORT", 8000)


def test_the_procfile_names_the_four_processes() -> None:
    assert set(procfile()) == {"release", "web", "worker", "scheduler"}
