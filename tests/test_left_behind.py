"""What no model has any more and the release before still needs is neither missed nor dropped."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Engine, text

from app.domain.catalogue import drift
from app.domain.schema_check import is_compared
from app.models import Base
from app.models.base import LEFT_BEHIND


@pytest.fixture
def with_relics(own_url: str, own_engine: Engine, another_app: Callable[..., Flask]) -> Engine:
    """A database with a table and an indexed column that no model has."""
    app = another_app(DATABASE_URL=own_url)
    assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    with own_engine.begin() as connection:
        connection.execute(text("CREATE TABLE relics (id int PRIMARY KEY)"))
        connection.execute(text("ALTER TABLE notifications ADD COLUMN relic text UNIQUE"))
        connection.execute(text("CREATE INDEX ix_relic ON notifications (relic, id)"))
    return own_engine


def differences(engine: Engine, left_behind: Collection[str]) -> list[Any]:
    """What `flask db check` would complain of, in words."""
    with engine.connect() as connection:
        opts = {"include_object": partial(is_compared, left_behind=left_behind)}
        found = compare_metadata(MigrationContext.configure(connection, opts=opts), Base.metadata)
        return sorted(each[0] for each in found)


def test_a_relic_that_nobody_named_is_to_be_dropped(with_relics: Engine) -> None:
    found = differences(with_relics, LEFT_BEHIND)

    assert found == ["remove_column", "remove_constraint", "remove_index", "remove_table"]


def test_a_relic_that_is_named_is_left_alone_with_what_stands_on_it(with_relics: Engine) -> None:
    assert differences(with_relics, {"relics", "notifications.relic"}) == []
    assert differences(with_relics, {"relics"}) == ["remove_column", "remove_constraint", "remove_index"]
    with with_relics.connect() as connection:
        assert list(drift(connection)) == []


def test_what_a_model_has_is_missed_whatever_is_named(with_relics: Engine) -> None:
    with with_relics.begin() as connection:
        connection.execute(text("ALTER TABLE notifications DROP COLUMN failure_reason"))

    found = differences(with_relics, {"relics", "notifications.relic", "users.name"})

    assert found == ["add_column"]


def test_nothing_is_named_that_a_model_has() -> None:
    tables = Base.metadata.tables.values()

    ours = {table.name for table in tables} | {str(column) for table in tables for column in table.columns}
    assert LEFT_BEHIND & ours == set()
