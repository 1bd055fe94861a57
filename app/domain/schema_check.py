"""Whether the database is what this code needs: its revision, and what its catalogue has."""

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any, Literal

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.domain.catalogue import drift
from app.models.base import LEFT_BEHIND

State = Literal["current", "behind", "ahead", "unknown"]

MIGRATIONS = Path(__file__).parents[2] / "migrations"
NUMBERED = re.compile(r"(\d{3,})_\w+", re.ASCII)
FIT = ("current", "ahead")


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


def is_compared(
    item: Any,
    name: str | None,
    kind: str,
    _is_reflected: bool,
    counterpart: Any,
    left_behind: Collection[str] = LEFT_BEHIND,
) -> bool:
    """Whether `flask db check` and `flask db migrate` look at this; Alembic's `include_object`.

    Not at what the database still has for the release before, nor at an index or constraint on it.
    Source: https://alembic.sqlalchemy.org/en/latest/autogenerate.html#omitting-based-on-object
    """
    if counterpart is not None or kind == "table":
        return name not in left_behind
    columns = (name,) if kind == "column" else tuple(item.columns.keys())
    return not any(f"{item.table.name}.{column}" in left_behind for column in columns)


def is_fit(connection: Connection) -> bool:
    """Whether this code can work on the database: not behind, and with every table and column."""
    known = known_revisions()
    if revision_state(current_revision(connection), known, known[0]) not in FIT:
        return False
    return not any(each.stops_work for each in drift(connection))
