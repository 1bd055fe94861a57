"""`flask ops preflight`: what is missing for a deployment, and the SQL that it would run."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Engine, text

from app.domain.schema_check import known_revisions

HEAD, BEFORE = known_revisions()[:2]
AWAY = "postgresql://nobody@127.0.0.1:9/none"


@pytest.fixture
def own_app(own_url: str, another_app: Callable[..., Flask]) -> Flask:
    return another_app(DATABASE_URL=own_url)


def preflight(app: Flask, *args: str) -> Result:
    return app.test_cli_runner().invoke(args=["ops", "preflight", *args])


def lines(app: Flask) -> dict[str, Any]:
    return {each["name"]: each for each in json.loads(preflight(app, "--json").stdout)["lines"]}


def migrate(app: Flask, *args: str) -> None:
    result = app.test_cli_runner().invoke(args=["db", *args])
    assert result.exit_code == 0, result.output


def test_a_deployment_that_may_go_on(app: Flask) -> None:
    result = preflight(app)

    assert result.exit_code == 0, result.stdout
    assert [line.split()[:2] for line in result.stdout.splitlines()] == [
        ["ok", name]
        for name in (
            *("environment", "database", "revision", "migrations", "schema"),
            *("redis", "openapi.json", "templates"),
        )
    ]


def test_pending_migrations_are_shown_as_sql_and_not_run(own_app: Flask, own_engine: Engine) -> None:
    migrate(own_app, "upgrade", BEFORE)

    result = preflight(own_app)

    assert result.exit_code == 0, result.stdout
    assert f"1 to run: {HEAD}" in result.stdout
    assert f"UPDATE alembic_version SET version_num='{HEAD}'" in result.stdout
    with own_engine.connect() as connection:
        assert connection.scalar(text("TABLE alembic_version")) == BEFORE


def test_an_empty_database_shows_all_of_them(own_app: Flask, own_engine: Engine) -> None:
    found = lines(own_app)["migrations"]

    assert found["data"]["pending"] == list(reversed(known_revisions()))
    assert any("CREATE TABLE users" in line for line in found["more"])
    with own_engine.connect() as connection:
        assert connection.scalar(text("SELECT to_regclass('users')")) is None


def test_a_database_that_was_broken_by_hand_fails(own_app: Flask, own_engine: Engine) -> None:
    migrate(own_app, "upgrade")
    with own_engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_notifications_lease"))

    found = lines(own_app)

    assert preflight(own_app).exit_code == 1
    assert (found["schema"]["ok"], found["schema"]["detail"]) == (
        False,
        "index ix_notifications_lease: missing",
    )


def test_tables_without_a_revision_fail(own_app: Flask, own_engine: Engine) -> None:
    migrate(own_app, "upgrade")
    with own_engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))

    found = lines(own_app)

    assert preflight(own_app).exit_code == 1
    assert "has tables but no revision" in found["schema"]["detail"]


@pytest.mark.parametrize(("revision", "ok"), [("999_newer", True), ("f00dfeed", False)])
def test_a_revision_that_is_not_ours(own_app: Flask, own_engine: Engine, revision: str, ok: bool) -> None:
    migrate(own_app, "upgrade")
    with own_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :now"), {"now": revision})

    assert lines(own_app)["revision"]["ok"] is ok


@pytest.mark.parametrize(
    ("setting", "name"),
    [({"DATABASE_URL": AWAY}, "database"), ({"REDIS_URL": "redis://127.0.0.1:9"}, "redis")],
)
def test_a_server_that_is_away_is_named_and_the_rest_is_checked(
    another_app: Callable[..., Flask], setting: dict[str, str], name: str
) -> None:
    app = another_app(**setting)

    found = lines(app)

    assert preflight(app).exit_code == 1
    assert {each for each, line in found.items() if not line["ok"]} == {name}
    assert {"openapi.json", "templates"} <= set(found)
    assert "nobody" not in preflight(app).output


def test_routes_that_are_not_in_the_document_are_named(another_app: Callable[..., Flask]) -> None:
    app = another_app()
    app.extensions["openapi"]._paths.pop("/healthz")

    found = lines(app)["openapi.json"]

    assert (found["ok"], found["detail"]) == (False, "differs from the routes: /healthz")


def test_a_template_without_a_code_is_named(another_app: Callable[..., Flask]) -> None:
    app = another_app()
    app.config["KAKAO_TEMPLATE_NOTICE"] = None

    assert lines(app)["templates"]["detail"] == "no code in KAKAO_TEMPLATE_NOTICE"


@pytest.mark.parametrize(("name", "most"), [("KAKAO_TEMPLATE_SUMMARY", 20), ("KAKAO_SENDER_KEY", 40)])
def test_what_is_too_long_for_the_dealer_is_named(
    another_app: Callable[..., Flask], name: str, most: int
) -> None:
    app = another_app()
    app.config[name] = "x" * most
    assert lines(app)["templates"]["ok"] is True

    app.config[name] = "x" * (most + 1)

    assert lines(app)["templates"]["detail"] == f"longer than the dealer takes: {name}"


def test_the_memo_sender_needs_no_templates(another_app: Callable[..., Flask]) -> None:
    app = another_app(KAKAO_SENDER="memo", KAKAO_REST_API_KEY="rest-key-of-the-tests")

    assert lines(app)["templates"]["ok"] is True
