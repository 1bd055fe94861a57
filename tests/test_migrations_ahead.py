"""The release process of an older release, after a rollback: the database knows a revision it does not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from settings import own_database
from sqlalchemy import create_engine, text

from app.domain.schema_check import revision_state

ROOT = Path(__file__).parents[1]


def flask_db(env: dict[str, str], *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flask", "db", *args]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def rolled_back(env: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a database of its own that a newer release has migrated."""
    with own_database(env["DATABASE_URL"]) as url:
        own = env | {"DATABASE_URL": url}
        assert flask_db(own, "upgrade").returncode == 0
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '999_of_the_future'"))
        engine.dispose()
        yield own


@pytest.mark.parametrize(
    ("current", "state"),
    [
        ("002_b", "current"),
        ("001_a", "behind"),
        (None, "behind"),
        ("003_c", "ahead"),
        ("010_c", "ahead"),
        ("002_other", "unknown"),
        ("001_other", "unknown"),
        ("f00dfeed", "unknown"),
        ("003", "unknown"),
        ("003_c,004_d", "unknown"),
    ],
)
def test_how_a_database_stands_to_the_code(current: str | None, state: str) -> None:
    assert revision_state(current, ("002_b", "001_a"), "002_b") == state


def test_an_upgrade_has_nothing_to_do_and_says_so(rolled_back: dict[str, str]) -> None:
    result = flask_db(rolled_back, "upgrade")

    assert result.returncode == 0, result.stderr
    assert "ahead of this release" in result.stdout
    engine = create_engine(rolled_back["DATABASE_URL"])
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "999_of_the_future"
    engine.dispose()


@pytest.mark.parametrize(
    "command", [("downgrade",), ("downgrade", "--", "-1"), ("upgrade", "001_initial_persistence_schema")]
)
def test_any_other_move_fails(rolled_back: dict[str, str], command: tuple[str, ...]) -> None:
    result = flask_db(rolled_back, *command)

    assert result.returncode != 0
    assert "999_of_the_future" in result.stdout + result.stderr
