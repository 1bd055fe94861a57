"""The revisions that docs/migrations.md shows are run, one after the other, on a database with rows."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import op
from alembic.migration import MigrationContext
from alembic.operations import Operations
from filled_rows import fill
from flask import Flask
from settings import own_database
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session
from test_docs import ROOT

PAGE = (ROOT / "docs/migrations.md").read_text()
ENV = (ROOT / "migrations/env.py").read_text()


@pytest.fixture
def filled(env: dict[str, str], another_app: Any) -> Iterator[Engine]:
    """The schema of today, with rows in every table."""
    with own_database(env["DATABASE_URL"]) as url:
        app: Flask = another_app(DATABASE_URL=url)
        assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
        engine = create_engine(url)
        with Session(engine) as session:
            fill(session)
        yield engine
        engine.dispose()


def shown() -> list[dict[str, Any]]:
    """The revisions of the page: their functions by name."""
    found = []
    for block in re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL):
        names: dict[str, Any] = {"op": op, "sa": sa}
        exec(block, names)
        found.append(names)
    return found


def run(engine: Engine, revision: dict[str, Any], way: str) -> None:
    """As `migrations/env.py` does: in a transaction that a block may end."""
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.commit()
        context = MigrationContext.configure(connection)
        with Operations.context(context), context.begin_transaction():
            revision[way]()


def test_the_revisions_shown_run_twice_up_and_then_down(filled: Engine) -> None:
    first, *others = shown()

    for revision in (first, *others, *others):
        run(filled, revision, "upgrade")

    with filled.connect() as connection:
        column = text("SELECT is_nullable FROM information_schema.columns WHERE column_name = 'origin'")
        index = text("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_notifications_origin'::regclass")
        left = text("SELECT count(*) FROM pg_constraint WHERE conname LIKE '%origin_given'")
        assert connection.scalar(text("SELECT count(*) FROM notifications WHERE origin <> kind")) == 0
        assert connection.scalar(column) == "NO"
        assert connection.scalar(index) is True
        assert connection.scalar(left) == 0

    for revision in reversed(shown()):
        run(filled, revision, "downgrade")
    with filled.connect() as connection:
        assert connection.scalar(column) is None


def test_the_limits_named_are_those_of_the_code() -> None:
    from app.config import IDLE_TIMEOUT_MS, STATEMENT_TIMEOUT_MS

    assert 'LOCK_TIMEOUT = "5s"' in ENV and "`lock_timeout` is 5 s" in PAGE
    assert "MIGRATION_LOCK = 724_001" in ENV and "(724001)" in PAGE
    assert "SET statement_timeout = 0" in ENV and "transaction_per_migration" not in ENV
    assert f"(elsewhere it is {STATEMENT_TIMEOUT_MS // 1000} s)" in PAGE
    assert f"transactions end after {IDLE_TIMEOUT_MS // 1000} s without" in PAGE


def test_no_revision_after_the_first_drops_or_renames_anything() -> None:
    """Then the page's "so far" has to be written anew."""
    for path in sorted((ROOT / "migrations/versions").glob("*.py"))[1:]:
        upgrade = path.read_text().partition("def upgrade()")[2].partition("def downgrade()")[0]
        assert re.findall(r"(?i)drop_(?:column|table)|drop (?:column|table)|rename", upgrade) == [], path.name
