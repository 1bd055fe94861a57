"""Drift: where the live database is not as the models say, for `verify-schema`, `/readyz` and workers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openapi_client import SpecClient
from real_processes import clock, until, worker
from sqlalchemy import Engine, text

from app.domain.catalogue import REQUIRED, drift
from app.domain.schema_check import known_revisions


@pytest.fixture
def own_app(own_url: str, another_app: Callable[..., Flask]) -> Flask:
    app = another_app(DATABASE_URL=own_url)
    assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    return app


@pytest.fixture
def own_engine(own_app: Flask, own_engine: Engine) -> Engine:
    """Of that application: the database is migrated."""
    return own_engine


def change(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for each in statements:
            connection.execute(text(each))


def found(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return [str(each) for each in drift(connection)]


def verify(app: Flask, *args: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["ops", "verify-schema", *args])
    return result.exit_code, result.stdout


def ready(app: Flask) -> tuple[int, dict[str, Any]]:
    """`/readyz` once its kept answer has lapsed."""
    app.extensions["readiness"].schema.until = 0.0
    response = SpecClient(app, app.response_class).get("/readyz")
    return response.status_code, dict(response.json["checks"]["schema"])


# What breaks it, what is said, and what mends it.
DRIFTS = [
    ("DROP TABLE llm_texts", "table llm_texts: missing", None),
    ("ALTER TABLE users DROP COLUMN paused_at", "column users.paused_at: missing", None),
    (
        "ALTER TABLE users ALTER COLUMN name TYPE varchar(40)",
        "column users.name: is character varying(40), should be text",
        "ALTER TABLE users ALTER COLUMN name TYPE text",
    ),
    (
        "ALTER TABLE exercise_set_states ALTER COLUMN performed_weight_kg TYPE numeric(6,1)",
        "column exercise_set_states.performed_weight_kg: is numeric(6,1), should be numeric",
        "ALTER TABLE exercise_set_states ALTER COLUMN performed_weight_kg TYPE numeric",
    ),
    (
        "ALTER TABLE users ALTER COLUMN timezone DROP NOT NULL",
        "column users.timezone: may be NULL",
        "ALTER TABLE users ALTER COLUMN timezone SET NOT NULL",
    ),
    (
        "ALTER TABLE users ALTER COLUMN phone_fault SET NOT NULL",
        "column users.phone_fault: must not be NULL",
        "ALTER TABLE users ALTER COLUMN phone_fault DROP NOT NULL",
    ),
    (
        "DROP INDEX ix_notifications_lease",
        "index ix_notifications_lease: missing",
        "CREATE INDEX ix_notifications_lease ON notifications (leased_until) WHERE status = 'SENDING'",
    ),
    (
        "DROP INDEX ix_notifications_lease; CREATE INDEX ix_notifications_lease ON notifications (fence)",
        "index ix_notifications_lease: is btree (fence), should be partial btree (leased_until)",
        None,
    ),
    (
        "DROP INDEX uq_exercise_plans_user_target_date_active; CREATE INDEX"
        " uq_exercise_plans_user_target_date_active ON exercise_plans (user_id, target_date)"
        " WHERE status IN ('ACTIVE', 'DONE')",
        "index uq_exercise_plans_user_target_date_active: is partial btree (user_id, target_date),"
        " should be unique partial btree (user_id, target_date)",
        None,
    ),
    (
        "DROP INDEX uq_exercise_plans_user_target_date_active; CREATE UNIQUE INDEX"
        " uq_exercise_plans_user_target_date_active ON exercise_plans (user_id, target_date)"
        " WHERE status IN ('ACTIVE')",
        "index uq_exercise_plans_user_target_date_active: is on rows WHERE (status = 'ACTIVE'::text)",
        None,
    ),
    (
        "DROP INDEX ix_webhook_events_stranger;"
        " CREATE INDEX ix_webhook_events_stranger ON webhook_events (sender_id) WHERE sender_id IS NOT NULL",
        "index ix_webhook_events_stranger: is on rows WHERE (sender_id IS NOT NULL)",
        None,
    ),
    (
        "ALTER TABLE notifications DROP CONSTRAINT uq_notifications_idempotency_key",
        "constraint uq_notifications_idempotency_key: missing",
        "ALTER TABLE notifications ADD CONSTRAINT uq_notifications_idempotency_key UNIQUE (idempotency_key)",
    ),
    (
        "ALTER TABLE exercise_set_states DROP CONSTRAINT uq_exercise_set_states_session_id_set_no;"
        " ALTER TABLE exercise_set_states"
        " ADD CONSTRAINT uq_exercise_set_states_session_id_set_no UNIQUE (set_no, id)",
        "constraint uq_exercise_set_states_session_id_set_no: is on (set_no, id),"
        " should be on (session_id, set_no)",
        None,
    ),
    (
        "ALTER TABLE exercise_plans DROP CONSTRAINT ck_exercise_plans_status; ALTER TABLE exercise_plans"
        " ADD CONSTRAINT ck_exercise_plans_status CHECK (status IN ('ACTIVE', 'DONE', 'CANCELED', 'LOST'))",
        "constraint ck_exercise_plans_status: holds CHECK",
        None,
    ),
    (
        "ALTER TABLE link_codes DROP CONSTRAINT fk_link_codes_user_id",
        "constraint fk_link_codes_user_id: missing",
        None,
    ),
    (
        "DROP TRIGGER notifications_legal_moves ON notifications",
        "trigger notifications_legal_moves: missing",
        None,
    ),
    (
        "DROP TRIGGER notifications_legal_moves ON notifications; CREATE TRIGGER notifications_legal_moves"
        " BEFORE UPDATE OF status ON notifications FOR EACH ROW"
        " WHEN (OLD.status || '>' || NEW.status = 'DELIVERED>SENDING')"
        " EXECUTE FUNCTION refuse_notification_move()",
        "trigger notifications_legal_moves: differs in 'DELIVERED>SENDING', 'FAILED>DELIVERED'",
        None,
    ),
    (
        "ALTER TABLE notifications DISABLE TRIGGER notifications_legal_moves",
        "trigger notifications_legal_moves: is disabled",
        "ALTER TABLE notifications ENABLE TRIGGER notifications_legal_moves",
    ),
    ("DROP SEQUENCE notification_fences", "sequence notification_fences: missing", None),
]


@pytest.mark.parametrize(("breaks", "said", "mends"), DRIFTS)
def test_each_drift_is_named_everywhere_and_gone_when_mended(
    own_app: Flask, own_engine: Engine, breaks: str, said: str, mends: str | None
) -> None:
    assert found(own_engine) == []
    assert ready(own_app)[0] == verify(own_app)[0] + 200 == 200

    change(own_engine, breaks)

    assert any(each.startswith(said) for each in found(own_engine)), found(own_engine)
    code, printed = verify(own_app)
    assert code == 1
    kind, name, detail = said.replace(": ", " ", 1).split(" ", 2)
    assert any(
        line.split()[:2] == ["FAIL", kind] and f"{name}: {detail}" in line for line in printed.splitlines()
    )
    status, schema = ready(own_app)
    assert (status, schema["status"]) == (503, "failed")
    assert any(each.startswith(said) for each in schema["drift"])
    if mends:
        change(own_engine, mends)
        assert (found(own_engine), verify(own_app)[0], ready(own_app)[0]) == ([], 0, 200)


@pytest.mark.parametrize("name", REQUIRED)
def test_what_the_promises_rest_on_is_looked_for_by_name(
    own_app: Flask, own_engine: Engine, name: str
) -> None:
    with own_engine.connect() as connection:
        of = text("SELECT conrelid::regclass::text FROM pg_constraint WHERE conname = :name")
        table = connection.scalar(of, {"name": name})
    drop = f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE" if table else f"DROP INDEX {name}"
    change(own_engine, drop)

    code, printed = verify(own_app)

    assert code == 1
    assert f"FAIL  required                 missing: {name}" in printed.splitlines()


def test_what_is_extra_is_no_drift(own_app: Flask, own_engine: Engine) -> None:
    change(
        own_engine,
        "CREATE TABLE extra (id int PRIMARY KEY)",
        "ALTER TABLE users ADD COLUMN extra text CHECK (extra <> '')",
        "CREATE INDEX ix_users_extra ON users (extra)",
        "CREATE SEQUENCE extra_numbers",
    )

    assert found(own_engine) == []
    assert (verify(own_app)[0], ready(own_app)[0]) == (0, 200)


@pytest.mark.parametrize("revision", ["001_initial_persistence_schema", "f00dfeed"])
def test_a_false_revision_is_named(own_app: Flask, own_engine: Engine, revision: str) -> None:
    change(own_engine, f"UPDATE alembic_version SET version_num = '{revision}'")

    code, printed = verify(own_app, "--json")
    response = SpecClient(own_app, own_app.response_class).get("/readyz")

    (line,) = [each for each in json.loads(printed)["lines"] if each["name"] == "revision"]
    assert (code, line["ok"], line["data"]["current"]) == (1, False, revision)
    assert (response.status_code, response.json["checks"]["migrations"]["current"]) == (503, revision)


def test_after_a_rollback_an_index_of_ours_that_is_gone_is_told_and_does_not_stop_us(
    own_app: Flask, own_engine: Engine
) -> None:
    change(
        own_engine,
        "UPDATE alembic_version SET version_num = '999_newer'",
        "DROP INDEX ix_notifications_lease",
    )

    status, schema = ready(own_app)

    assert (status, schema["drift"]) == (200, ["index ix_notifications_lease: missing"])


def test_the_answer_is_kept_for_a_while(own_app: Flask, own_engine: Engine) -> None:
    client = SpecClient(own_app, own_app.response_class)
    assert client.get("/readyz").status_code == 200

    change(own_engine, "DROP INDEX ix_notifications_lease")

    assert client.get("/readyz").status_code == 200
    assert ready(own_app)[0] == 503


@pytest.mark.parametrize(
    ("breaks", "mends"),
    [
        (
            "UPDATE alembic_version SET version_num = '001_initial_persistence_schema'",
            f"UPDATE alembic_version SET version_num = '{known_revisions()[0]}'",
        ),
        ("ALTER TABLE llm_texts RENAME TO hidden", "ALTER TABLE hidden RENAME TO llm_texts"),
    ],
)
def test_a_worker_begins_nothing_on_a_database_it_cannot_work_on(
    own_app: Flask,
    own_engine: Engine,
    own_url: str,
    env: dict[str, str],
    tmp_path: Path,
    breaks: str,
    mends: str,
) -> None:
    change(own_engine, breaks)
    own, log = env | {"DATABASE_URL": own_url}, tmp_path / "log"
    begun = text("SELECT count(*) FROM periodic_jobs")

    with clock(own, tmp_path / "clock"), worker(own, log):
        until(lambda: "nothing is begun" in log.read_text())
        with own_engine.connect() as connection:
            assert connection.scalar(begun) == 0
        change(own_engine, mends)
        until(lambda: _count(own_engine, begun) > 0)


def _count(engine: Engine, query: Any) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(query))


def test_a_worker_goes_on_without_an_index(
    own_app: Flask, own_engine: Engine, own_url: str, env: dict[str, str], tmp_path: Path
) -> None:
    change(own_engine, "DROP INDEX ix_notifications_lease")
    own = env | {"DATABASE_URL": own_url}

    with clock(own, tmp_path / "clock"), worker(own, tmp_path / "log"):
        until(lambda: _count(own_engine, text("SELECT count(*) FROM periodic_jobs")) > 0)
