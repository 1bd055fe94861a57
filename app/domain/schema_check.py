"""Whether the database is what this code needs: its revision, and the tables and columns it has."""

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Literal

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text

State = Literal["current", "behind", "ahead", "unknown"]

MIGRATIONS = Path(__file__).parents[2] / "migrations"
NUMBERED = re.compile(r"(\d{3,})_\w+", re.ASCII)
COLUMNS = text(
    """
    SELECT c.relname, a.attname
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = to_regnamespace(current_schema()) AND c.relkind IN ('r', 'p')
      AND a.attnum > 0 AND NOT a.attisdropped
    """
)


@cache
def known_revisions() -> tuple[str, ...]:
    """The revisions in this code, head first; reads the migrations once per process."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    return tuple(script.revision for script in scripts.walk_revisions())


def current_revision(connection: Connection) -> str | None:
    """The revision the database is at, None for an empty one; two heads are joined by a comma."""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    rows = connection.scalars(text("SELECT version_num FROM alembic_version ORDER BY 1")).all()
    return ",".join(rows) or None


def revision_state(current: str | None, known: Collection[str], head: str) -> State:
    """How the database stands to this code; `current` and `ahead` are fit to work with.

    `ahead` is an unknown revision with a higher number: a newer release has been rolled back.
    """
    if current == head:
        return "current"
    if current is None or current in known:
        return "behind"
    ours, theirs = NUMBERED.fullmatch(head), NUMBERED.fullmatch(current)
    if ours and theirs and int(theirs[1]) > int(ours[1]):
        return "ahead"
    return "unknown"


def missing_objects(connection: Connection, metadata: MetaData) -> list[str]:
    """The tables and `table.column`s of the models that the database lacks; what is extra is no drift."""
    there: dict[str, set[str]] = {}
    for table_name, column_name in connection.execute(COLUMNS):
        there.setdefault(table_name, set()).add(column_name)
    missing = []
    for table in metadata.sorted_tables:
        if table.name not in there:
            missing.append(table.name)
            continue
        missing += [f"{table.name}.{name}" for name in set(table.columns.keys()) - there[table.name]]
    return sorted(missing)
