"""What the database has against what the models say: tables, columns, indexes, constraints and triggers.

Names, types and shapes are compared, not definitions as text: those read differently in each version of
PostgreSQL. What is extra is no drift: a newer release may have added it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Constraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import postgresql

from app.models import Base
from app.models.notification import LEGAL_MOVES

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_MOVES = {f"'{old}>{new}'" for old, targets in LEGAL_MOVES.items() for new in targets}
TRIGGERS = {"notifications": {"notifications_legal_moves": _MOVES}}
"""By table and name, with the words that must be in it: the moves it lets pass."""
SEQUENCES = ("notification_fences",)
"""Those of the migrations: tables do not name them."""

REQUIRED = (
    "pk_users",
    "uq_notifications_idempotency_key",
    "uq_webhook_events_provider_event_id",
    "uq_webhook_events_provider_idempotency_key",
    "uq_exercise_set_states_session_id_set_no",
    "uq_exercise_plans_user_target_date_active",
)
"""What the promises rest on: whatever the models say, these must be there."""

_OURS = "c.relnamespace = to_regnamespace(current_schema())"
_COLUMNS = text(f"""
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS is_required
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
    WHERE {_OURS} AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
""")  # noqa: S608 - a constant
_INDEXES = text(f"""
    SELECT c.relname, i.relname AS name, x.indisunique AS is_unique, x.indisvalid AS is_valid,
        x.indpred IS NOT NULL AS is_partial, pg_get_expr(x.indpred, x.indrelid) AS predicate,
        am.amname AS method,
        ARRAY(
            SELECT a.attname::text FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
            LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum ORDER BY k.place
        ) AS columns
    FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indrelid JOIN pg_class AS i ON i.oid = x.indexrelid
    JOIN pg_am AS am ON am.oid = i.relam
    WHERE {_OURS}
""")  # noqa: S608 - a constant
_CONSTRAINTS = text(f"""
    SELECT c.relname, k.conname AS name, k.contype AS type, k.convalidated AS is_valid,
        target.relname AS target, pg_get_constraintdef(k.oid) AS definition,
        ARRAY(
            SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS key (attnum, place)
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = key.attnum ORDER BY key.place
        ) AS columns
    FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
    LEFT JOIN pg_class AS target ON target.oid = k.confrelid
    WHERE {_OURS} AND k.contype IN ('p', 'u', 'f', 'c')
""")  # noqa: S608 - a constant
_TRIGGERS = text(f"""
    SELECT c.relname, t.tgname AS name, t.tgenabled <> 'D' AS is_enabled,
        pg_get_triggerdef(t.oid) AS definition
    FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid WHERE {_OURS} AND NOT t.tgisinternal
""")  # noqa: S608 - a constant
_SEQUENCES = text(f"SELECT c.relname FROM pg_class AS c WHERE {_OURS} AND c.relkind = 'S'")  # noqa: S608
_KINDS: dict[type[Constraint], str] = {
    PrimaryKeyConstraint: "p",
    UniqueConstraint: "u",
    ForeignKeyConstraint: "f",
    CheckConstraint: "c",
}
_VALUES = re.compile(r"'(?:[^']|'')*'|\b\d+\b")


@dataclass(frozen=True, slots=True)
class Drift:
    """An object that is not as the models say: `kind` (table, column, index …), name, what is wrong."""

    kind: str
    name: str
    detail: str = "missing"

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.detail}"

    @property
    def stops_work(self) -> bool:
        """Whether the code cannot do without it: a table or a column that is not there."""
        return self.kind in ("table", "column") and self.detail == "missing"


def drift(connection: Connection) -> list[Drift]:
    """What differs, by table; of a missing table nothing else is said. Five queries of the catalogue."""
    live = _Live(connection)
    found = []
    for table in Base.metadata.sorted_tables:
        if table.name not in live.columns:
            found.append(Drift("table", table.name))
        else:
            found += [*_columns(table, live), *_indexes(table, live), *_constraints(table, live)]
            found += _triggers(table.name, live)
    return found + [Drift("sequence", name) for name in SEQUENCES if name not in live.sequences]


def missing_required(connection: Connection) -> list[str]:
    """Those of the required objects that the database lacks, whatever the models say."""
    live = _Live(connection)
    there = {name for found in (live.constraints, live.indexes) for names in found.values() for name in names}
    return [name for name in REQUIRED if name not in there]


def expected() -> dict[str, int]:
    """How many objects of each kind there should be."""
    tables = Base.metadata.sorted_tables
    return {
        "table": len(tables),
        "column": sum(len(table.columns) for table in tables),
        "index": sum(len(table.indexes) for table in tables),
        "constraint": sum(type(each) in _KINDS for table in tables for each in table.constraints),
        "trigger": sum(map(len, TRIGGERS.values())),
        "sequence": len(SEQUENCES),
    }


class _Live:
    """The catalogue, by table and name."""

    def __init__(self, connection: Connection) -> None:
        self.columns = _by_table(connection, _COLUMNS, "attname")
        self.indexes = _by_table(connection, _INDEXES, "name")
        self.constraints = _by_table(connection, _CONSTRAINTS, "name")
        self.triggers = _by_table(connection, _TRIGGERS, "name")
        self.sequences = set(connection.scalars(_SEQUENCES))


def _by_table(connection: Connection, query: Any, key: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["relname"], {})[row[key]] = row
    return found


def _columns(table: Table, live: _Live) -> Iterator[Drift]:
    there = live.columns[table.name]
    for column in table.columns:
        name = f"{table.name}.{column.name}"
        row = there.get(column.name)
        if row is None:
            yield Drift("column", name)
            continue
        wanted = _type(column)
        if row["type"] != wanted:
            yield Drift("column", name, f"is {row['type']}, should be {wanted}")
        if row["is_required"] is column.nullable:
            yield Drift("column", name, "may be NULL" if column.nullable is False else "must not be NULL")


def _type(column: Column[Any]) -> str:
    return str(column.type.compile(DIALECT)).lower()


def _indexes(table: Table, live: _Live) -> Iterator[Drift]:
    there = live.indexes.get(table.name, {})
    for index in sorted(table.indexes, key=lambda each: str(each.name)):
        name = DIALECT.identifier_preparer.format_index(index)
        row = there.get(name)
        if row is None:
            yield Drift("index", name)
        elif not row["is_valid"]:
            yield Drift("index", name, "is not valid")
        elif _shape(row) != _wanted(index):
            yield Drift("index", name, f"is {_said(_shape(row))}, should be {_said(_wanted(index))}")
        elif _mentions(table, row["predicate"]) != _mentions(table, _predicate(index)):
            yield Drift("index", name, f"is on rows WHERE {row['predicate']}")


Shape = tuple[str, bool, bool, tuple[str, ...]]


def _shape(row: Mapping[str, Any]) -> Shape:
    return row["method"], row["is_unique"], row["is_partial"], tuple(row["columns"])


def _wanted(index: Index) -> Shape:
    options = index.dialect_options["postgresql"]
    columns = tuple(column.name for column in index.columns)
    return options["using"] or "btree", bool(index.unique), options["where"] is not None, columns


def _predicate(index: Index) -> str | None:
    where = index.dialect_options["postgresql"]["where"]
    return None if where is None else str(where)


def _mentions(table: Table, predicate: str | None) -> set[str]:
    """Columns, words and numbers of a condition on rows: what it says, however it is written."""
    words = set(re.findall(r"\w+", predicate or ""))
    return _values(predicate or "") | {column.name for column in table.columns if column.name in words}


def _said(shape: Shape) -> str:
    method, is_unique, is_partial, columns = shape
    words = [*(["unique"] if is_unique else []), *(["partial"] if is_partial else []), method]
    return f"{' '.join(words)} ({', '.join(columns)})"


def _constraints(table: Table, live: _Live) -> Iterator[Drift]:
    there = live.constraints.get(table.name, {})
    named = {_name(each): each for each in table.constraints if type(each) in _KINDS}
    for name, constraint in sorted(named.items()):
        row = there.get(name)
        if row is None or row["type"] != _KINDS[type(constraint)]:
            yield Drift("constraint", name)
        elif not row["is_valid"]:
            yield Drift("constraint", name, "is not validated")
        elif detail := _difference(constraint, row):
            yield Drift("constraint", name, detail)


def _name(constraint: Constraint) -> str:
    return str(DIALECT.identifier_preparer.format_constraint(constraint))


def _difference(constraint: Any, row: Mapping[str, Any]) -> str | None:
    """How a constraint of the right name and type differs: in its values, its columns or its target."""
    if isinstance(constraint, CheckConstraint):
        is_as_meant = _values(str(constraint.sqltext)) == _values(row["definition"])
        return None if is_as_meant else f"holds {row['definition']}"
    columns = [column.name for column in constraint.columns]
    if row["columns"] != columns:
        return f"is on ({', '.join(row['columns'])}), should be on ({', '.join(columns)})"
    if isinstance(constraint, ForeignKeyConstraint) and row["target"] != constraint.referred_table.name:
        return f"points at {row['target']}, should point at {constraint.referred_table.name}"
    return None


def _values(definition: str) -> set[str]:
    """The words and numbers of a CHECK: what it says, however it is written."""
    return set(_VALUES.findall(definition))


def _triggers(table: str, live: _Live) -> Iterator[Drift]:
    there = live.triggers.get(table, {})
    for name, moves in TRIGGERS.get(table, {}).items():
        if name not in there:
            yield Drift("trigger", name)
        elif not there[name]["is_enabled"]:
            yield Drift("trigger", name, "is disabled")
        elif wrong := moves ^ (_values(there[name]["definition"]) - {"'>'"}):
            yield Drift("trigger", name, f"differs in {', '.join(sorted(wrong))}")
