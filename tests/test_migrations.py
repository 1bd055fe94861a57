"""Revisions on a real database of their own: up, down and up again, full of rows, and two at once."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from factories import wait_for_blocked
from filled_rows import fill
from flask import Flask
from sqlalchemy import Engine, MetaData, Table, func, inspect, select, text
from sqlalchemy.orm import Session

from app.models import Base

ROOT = Path(__file__).parents[1]
FIRST, SECOND = "001_initial_persistence_schema", "002_add_operability_fields"
THIRD, FOURTH = "003_add_delivery_guards", "004_add_kakao_chat"
FIFTH, SIXTH = "005_add_llm_plans", "006_add_daily_rhythm"
HEAD = "007_add_retention"
# What each later revision added, by table; a table of their own has None.
ADDED_BY_2: dict[str, set[str] | None] = {
    "notifications": {"reason_code", "provider_response_code", "failure_reason", "last_error_at"},
    "webhook_events": {"schema_version", "signature_state", "retry_count"},
    "notification_provider_codes": None,
}
ADDED_BY_3: dict[str, set[str] | None] = {
    "notifications": {"free_attempts", "human_retries", "split_size", "receipt_due_at"},
    "notification_provider_codes": {"contact_version", "delivery_outcome", "is_counted"},
    "users": {"contact_version", "phone_fault"},
    "kakao_tokens": {
        *("key_id", "version", "fault", "refreshing_until", "is_refused", "held_until"),
    },
    "sender_holds": None,
    "delivery_tallies": None,
    "periodic_jobs": None,
}
ADDED_BY_4: dict[str, set[str] | None] = {
    "users": {"channel_state", "channel_changed_at", "linked_at", "unlinked_at"},
    "webhook_events": {"sender_id"},
    "kakao_chats": None,
    "link_codes": None,
    "chat_callbacks": None,
}
ADDED_BY_5: dict[str, set[str] | None] = {
    "exercise_plans": {"advice"},
    "llm_calls": None,
    "llm_texts": None,
}
ADDED_BY_6: dict[str, set[str] | None] = {
    "users": {"heard_at", "paused_at", "plan_due_at", "summary_due_at"},
    "exercise_plans": {"closes_at", "closed_at"},
    "daily_summaries": {"one_rep_maxes"},
}
ADDED_BY_7: dict[str, set[str] | None] = {}  # an index
MIGRATION_LOCK = 724_001


@pytest.fixture
def flask_db(own_url: str, another_app: Callable[..., Flask]) -> Callable[..., tuple[int, str]]:
    """`flask db …` on the empty database: its exit code and what it printed."""
    app = another_app(DATABASE_URL=own_url)

    def run(*args: str) -> tuple[int, str]:
        result = app.test_cli_runner().invoke(args=["db", *args])
        return result.exit_code, f"{result.output}{result.exception}"

    return run


@pytest.fixture
def filled(flask_db: Callable[..., tuple[int, str]], own_engine: Engine) -> Engine:
    """The database at the head, with rows in every table."""
    assert flask_db("upgrade")[0] == 0
    with Session(own_engine) as session:
        fill(session)
    return own_engine


def contents(
    engine: Engine,
    *without: dict[str, set[str] | None],
) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of all tables, less some columns and tables, and what migrations log of themselves."""
    found = {}
    with engine.connect() as connection:
        for name in Base.metadata.tables:
            hidden = [each[name] for each in without if name in each]
            if None in hidden:
                continue
            columns = Base.metadata.tables[name].columns
            kept = [each for each in columns if not any(each.name in names or () for names in hidden)]
            query = select(*kept)
            if name == "maintenance_logs":
                query = query.where(Base.metadata.tables[name].c.kind != "migration")
            found[name] = sorted(map(tuple, connection.execute(query).all()), key=repr)
    return found


def version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return connection.scalar(text("TABLE alembic_version"))


def reflected(engine: Engine) -> dict[str, Table]:
    metadata = MetaData()
    metadata.reflect(engine)
    return dict(metadata.tables)


def test_the_head_is_what_the_models_say(flask_db: Any, own_engine: Engine) -> None:
    upgraded, checked = flask_db("upgrade"), flask_db("check")

    assert upgraded[0] == checked[0] == 0, (upgraded[1], checked[1])
    assert version(own_engine) == HEAD
    assert set(reflected(own_engine)) == set(Base.metadata.tables) | {"alembic_version"}
    assert len(Base.metadata.tables) == 21


def test_the_names_of_the_contract_are_there(filled: Engine) -> None:
    tables = inspect(filled)

    def unique(table: str) -> dict[str | None, list[str]]:
        return {each["name"]: each["column_names"] for each in tables.get_unique_constraints(table)}

    assert tables.get_pk_constraint("users")["constrained_columns"] == ["id"]
    assert unique("notifications")["uq_notifications_idempotency_key"] == ["idempotency_key"]
    assert ["provider", "event_id"] in unique("webhook_events").values()
    assert ["provider", "idempotency_key"] in unique("webhook_events").values()
    assert ["session_id", "set_no"] in unique("exercise_set_states").values()
    name = "uq_exercise_plans_user_target_date_active"
    with filled.connect() as connection:
        sql = connection.scalar(text(f"SELECT indexdef FROM pg_indexes WHERE indexname = '{name}'"))
    assert sql.startswith("CREATE UNIQUE INDEX")
    assert "(user_id, target_date) WHERE" in sql
    assert "ACTIVE" in sql and "DONE" in sql and "CANCELED" not in sql


def test_every_object_follows_the_naming_convention(filled: Engine) -> None:
    with filled.connect() as connection:
        names = connection.execute(
            text(
                "SELECT conname, contype, relname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid"
                " WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"
                " AND relname <> 'alembic_version'"
            )
        ).all()
        indexes = connection.scalars(
            text("SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname !~ 'alembic'")
        ).all()

    prefixes = {"p": "pk", "u": "uq", "f": "fk", "c": "ck"}
    assert [
        row for row in names if not row.conname.startswith(f"{prefixes[row.contype]}_{row.relname}")
    ] == []
    assert [name for name in indexes if name[:3] not in ("pk_", "uq_", "ix_")] == []


ADDED = (ADDED_BY_7, ADDED_BY_6, ADDED_BY_5, ADDED_BY_4, ADDED_BY_3, ADDED_BY_2)
REVISIONS = (HEAD, SIXTH, FIFTH, FOURTH, THIRD, SECOND, FIRST)
STEPS = [(REVISIONS[n], REVISIONS[n + 1], ADDED[: n + 1]) for n in range(len(ADDED))]


@pytest.mark.parametrize(("start", "end", "gone"), STEPS)
@pytest.mark.parametrize("step", [[], ["--", "-1"]])
def test_one_step_down_takes_what_its_revision_added_and_nothing_else(
    filled: Engine, flask_db: Any, step: list[str], start: str, end: str, gone: Any
) -> None:
    before = contents(filled, *gone)
    if start != HEAD:
        assert flask_db("downgrade", start)[0] == 0

    code, said = flask_db("downgrade", *step)

    assert code == 0, said
    assert version(filled) == end
    tables = reflected(filled)
    for name, columns in gone[-1].items():
        assert (name not in tables) if columns is None else columns.isdisjoint(tables[name].columns.keys())
    assert contents(filled, *gone) == before


def test_down_and_up_again_keeps_the_rows(filled: Engine, flask_db: Any) -> None:
    before = contents(filled, *ADDED)

    steps = (*([["downgrade"]] * len(ADDED)), ["upgrade"], ["check"])
    results = [flask_db(*each) for each in steps]

    assert [code for code, _ in results] == [0] * len(steps), results
    assert contents(filled, *ADDED) == before
    with filled.connect() as connection:
        states = connection.execute(
            text("SELECT status, signature_state, payload IS NULL FROM webhook_events ORDER BY event_id")
        ).all()
    assert states == [
        ("RECEIVED", "valid", False),
        ("REJECTED", "invalid", True),
        ("REJECTED", "invalid", True),
        ("REJECTED", "valid", False),
        ("PROCESSED", "valid", True),
    ]


def test_all_the_way_down_leaves_nothing_and_up_works_again(filled: Engine, flask_db: Any) -> None:
    down = flask_db("downgrade", "base")

    assert down[0] == 0, down[1]
    left = text(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    with filled.connect() as connection:
        assert [each for each in connection.scalars(left) if "alembic" not in each] == []
    up, check = flask_db("upgrade"), flask_db("check")
    assert up[0] == check[0] == 0


def test_the_same_upgrade_again_does_nothing(filled: Engine, flask_db: Any) -> None:
    before = contents(filled)

    code, said = flask_db("upgrade")

    assert code == 0, said
    assert contents(filled) == before


@contextmanager
def process(own_url: str, *args: str) -> Iterator[subprocess.Popen[str]]:
    """`flask db …` as a release runs it."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", *args]
    environ = os.environ | {"DATABASE_URL": own_url}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=pipe, stderr=pipe, text=True) as started:
        try:
            yield started
        finally:
            started.kill()


def test_two_releases_at_once_wait_for_each_other(own_url: str, own_engine: Engine) -> None:
    with own_engine.connect() as holder:
        holder.execute(select(func.pg_advisory_lock(MIGRATION_LOCK)))
        with process(own_url, "upgrade") as one, process(own_url, "upgrade") as other:
            wait_for_blocked(own_engine, 2)
            holder.execute(select(func.pg_advisory_unlock(MIGRATION_LOCK)))
            said = [each.communicate(timeout=60) for each in (one, other)]

    assert [one.returncode, other.returncode] == [0, 0], said
    assert version(own_engine) == HEAD
    with own_engine.connect() as connection:
        left = "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database WHERE locktype = 'advisory'"
        assert connection.scalar(text(f"{left} AND datname = current_database()")) == 0


@pytest.mark.parametrize(("start", "step"), [(FIRST, "upgrade"), (SECOND, "downgrade")])
def test_a_table_that_is_held_fails_the_release_instead_of_stopping_the_service(
    own_url: str, flask_db: Any, own_engine: Engine, start: str, step: str
) -> None:
    assert flask_db("upgrade", start)[0] == 0
    before = set(reflected(own_engine))

    with own_engine.connect() as holder, process(own_url, step) as release:
        holder.execute(text("LOCK TABLE notifications"))
        wait_for_blocked(own_engine, 1)
        said = release.communicate(timeout=20)

    assert release.returncode != 0
    assert "lock timeout" in "".join(said)
    assert version(own_engine) == start
    assert set(reflected(own_engine)) == before
    assert flask_db("upgrade")[0] == 0


def test_the_sql_of_an_upgrade_can_be_read_without_running_it(flask_db: Any, own_engine: Engine) -> None:
    code, said = flask_db("upgrade", "--sql", f"{FIRST}:{SECOND}")

    assert code == 0
    assert "CREATE TABLE notification_provider_codes" in said
    assert set(reflected(own_engine)) == set()
