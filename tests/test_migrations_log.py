"""What a release writes about itself into the maintenance log."""

import getpass
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from factories import wait_for_blocked
from sqlalchemy import Engine, text

from app import releases

ROOT = Path(__file__).parents[1]
FIRST, SECOND = "001_initial_persistence_schema", "002_add_operability_fields"
HEAD = str(ScriptDirectory(str(ROOT / "migrations")).get_current_head())
COMMIT = "3f2a9c1e5b7d"
OTHER = "9d8e7f6a5b4c"
MIGRATION_LOCK = 724_001


def start(own_url: str, *args: str, **environ: str) -> subprocess.Popen[str]:
    """`flask db …` as a release runs it, with more in its environment."""
    given = {name: value for name, value in os.environ.items() if name != "DYNO"}
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "db", *args],
        cwd=ROOT,
        env=given | {"DATABASE_URL": own_url} | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(own_url: str, *args: str, code: int = 0, **environ: str) -> str:
    with start(own_url, *args, **environ) as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == code, said
    return said


def log(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        query = "SELECT kind, actor, message, detail, created_at FROM maintenance_logs ORDER BY id"
        return list(connection.execute(text(query)))


def moves(engine: Engine) -> list[tuple[str | None, str | None]]:
    return [(row.detail["from"], row.detail["to"]) for row in log(engine) if row.kind == "migration"]


def commits(engine: Engine) -> list[str]:
    return [row.detail["commit"] for row in log(engine) if row.kind == "deploy"]


def test_an_upgrade_writes_from_where_to_where_by_whom_and_how_long(own_url: str, own_engine: Engine) -> None:
    run(own_url, "upgrade")

    (row,) = log(own_engine)
    ms = row.detail["ms"]
    assert (row.kind, row.actor) == ("migration", f"{getpass.getuser()}@{socket.gethostname()}")
    assert row.detail == {"from": None, "to": HEAD, "ms": ms}
    assert row.message == f"base -> {HEAD} in {ms} ms"
    assert 0 < ms < 60_000


def test_each_way_up_and_down_is_a_row_and_what_changes_nothing_is_none(
    own_url: str, own_engine: Engine
) -> None:
    steps = (["upgrade", SECOND], ["upgrade", SECOND], ["current"], ["downgrade"], ["upgrade"], ["upgrade"])

    for each in steps:
        run(own_url, *each)

    assert moves(own_engine) == [(None, SECOND), (SECOND, FIRST), (FIRST, HEAD)]


def test_all_the_way_down_takes_the_log_with_it_without_complaint(own_url: str, own_engine: Engine) -> None:
    run(own_url, "upgrade", SOURCE_VERSION=COMMIT)

    said = run(own_url, "downgrade", "base", SOURCE_VERSION=COMMIT)

    assert "not logged" not in said
    with own_engine.connect() as connection:
        assert connection.scalar(text("SELECT to_regclass('maintenance_logs')")) is None
    run(own_url, "upgrade")
    assert moves(own_engine) == [(None, HEAD)]


def test_sql_that_is_only_printed_is_not_logged(own_url: str, own_engine: Engine) -> None:
    run(own_url, "upgrade", SECOND)

    said = run(own_url, "upgrade", "--sql", f"{SECOND}:{HEAD}", GIT_COMMIT=COMMIT)

    assert "maintenance_logs" not in said
    assert moves(own_engine) == [(None, SECOND)]
    assert commits(own_engine) == []


def test_a_migration_that_fails_writes_nothing(own_url: str, own_engine: Engine) -> None:
    run(own_url, "upgrade", FIRST)

    with own_engine.connect() as holder, start(own_url, "upgrade", GIT_COMMIT=COMMIT) as release:
        holder.execute(text("LOCK TABLE notifications"))
        wait_for_blocked(own_engine, 1)
        said, _ = release.communicate(timeout=20)

    assert release.returncode != 0 and "lock timeout" in said
    assert moves(own_engine) == [(None, FIRST)]
    assert commits(own_engine) == []


def test_a_stamp_is_no_migration(own_url: str, own_engine: Engine) -> None:
    run(own_url, "upgrade", SECOND)

    run(own_url, "stamp", "head", GIT_COMMIT=COMMIT)

    assert moves(own_engine) == [(None, SECOND)]
    assert commits(own_engine) == []


def test_a_log_that_cannot_be_written_stops_no_release(own_url: str, own_engine: Engine) -> None:
    run(own_url, "upgrade", FIRST)
    with own_engine.begin() as connection:
        connection.execute(text("DELETE FROM maintenance_logs"))
        connection.execute(text("ALTER TABLE maintenance_logs ADD COLUMN of_the_future int NOT NULL"))

    said = run(own_url, "upgrade", GIT_COMMIT=COMMIT)

    assert said.count("release not logged") == 2
    with own_engine.connect() as connection:
        assert connection.scalar(text("TABLE alembic_version")) == HEAD


@pytest.mark.parametrize("name", releases.COMMIT_NAMES)
def test_a_release_writes_its_commit_once(own_url: str, own_engine: Engine, name: str) -> None:
    for _ in range(2):
        run(own_url, "upgrade", DYNO="release.4711", **{name: COMMIT})

    (row,) = [each for each in log(own_engine) if each.kind == "deploy"]
    assert (row.actor, row.message) == ("release.4711", f"commit {COMMIT}")
    assert row.detail == {"commit": COMMIT, "revision": HEAD}


def test_two_releases_at_once_write_one_deploy_and_one_migration(own_url: str, own_engine: Engine) -> None:
    given = {"GIT_COMMIT": COMMIT}
    with own_engine.connect() as holder:
        holder.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        with start(own_url, "upgrade", **given) as one, start(own_url, "upgrade", **given) as other:
            wait_for_blocked(own_engine, 2)
            holder.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            said = [each.communicate(timeout=60) for each in (one, other)]

    assert [one.returncode, other.returncode] == [0, 0], said
    assert moves(own_engine) == [(None, HEAD)]
    assert commits(own_engine) == [COMMIT]


def test_going_back_to_an_earlier_commit_is_a_deploy_too(own_url: str, own_engine: Engine) -> None:
    for commit in (COMMIT, OTHER, COMMIT):
        run(own_url, "upgrade", GIT_COMMIT=commit)

    assert commits(own_engine) == [COMMIT, OTHER, COMMIT]


def test_a_release_that_finds_the_database_ahead_writes_its_commit(own_url: str, own_engine: Engine) -> None:
    run(own_url, "upgrade", GIT_COMMIT=COMMIT)
    with own_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '999_of_the_future'"))

    run(own_url, "upgrade", GIT_COMMIT=OTHER)

    assert commits(own_engine) == [COMMIT, OTHER]
    assert log(own_engine)[-1].detail == {"commit": OTHER, "revision": "999_of_the_future"}


@pytest.mark.parametrize(
    ("args", "environ"),
    [
        (("upgrade",), {}),
        (("upgrade",), {"GIT_COMMIT": " "}),
        (("upgrade",), {"GIT_COMMIT": "a b"}),
        (("upgrade",), {"GIT_COMMIT": "a" * 101}),
        (("upgrade", SECOND), {"GIT_COMMIT": COMMIT}),
    ],
)
def test_without_a_commit_or_short_of_the_head_there_is_no_deploy(
    own_url: str, own_engine: Engine, args: tuple[str, ...], environ: dict[str, str]
) -> None:
    run(own_url, *args, **environ)

    assert commits(own_engine) == []


def test_the_first_name_that_is_set_counts() -> None:
    given = {name: f"c{number}" for number, name in enumerate(releases.COMMIT_NAMES)}

    assert releases.commit(given) == "c0"
    assert releases.commit(given | {"GIT_COMMIT": ""}) == "c1"
    assert releases.commit({}) is None
