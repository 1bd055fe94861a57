"""The shape of the code itself: who imports whom, routes and their document, revisions."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from openapi_client import SpecClient, document
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.routing import Rule

from app.auth import CLIENT, OPERATOR

ROOT = Path(__file__).parents[1]
# The folders and modules of `app/` that each may import; what is not named here wires things up.
ALLOWED = {
    "models": {"models"},
    "errors": set(),
    "strict_json": {"errors"},
    "coach": {"coach"},
    "clients": {"clients", "errors"},
    "chat": {"chat", "coach", "errors"},
    "domain": {"domain", "chat", "coach", "models", "errors"},
    "examples": {"examples"},
    "schemas": {"schemas", "coach", "errors", "strict_json"},
    "ops": {"ops", "clients", "domain", "errors", "extensions", "schemas", "strict_json", "workers"},
}
NO_FLASK = ("models", "errors", "strict_json", "coach", "chat", "domain", "examples", "schemas")
NO_NETWORK = ("models", "errors", "strict_json", "coach", "chat", "domain", "examples", "schemas")
NETWORK = {"requests", "redis", "rq", "urllib3", "socket", "http"}
FLASK = {"flask", "flask_smorest", "flask_sqlalchemy", "flask_migrate", "werkzeug", "webargs"}


def modules(package: str) -> list[Path]:
    one = ROOT / "app" / f"{package}.py"
    return [one] if one.exists() else sorted((ROOT / "app" / package).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """The dotted names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def ours(names: Iterator[str]) -> set[str]:
    """`models` for `app.models.user`."""
    return {name.split(".")[1] for name in names if name.startswith("app.")}


@pytest.mark.parametrize("package", ALLOWED)
def test_imports_point_one_way(package: str) -> None:
    found = {(path.name, name) for path in modules(package) for name in ours(imports(path))}

    assert modules(package)
    assert {(path, name) for path, name in found if name not in ALLOWED[package]} == set()


@pytest.mark.parametrize("package", NO_FLASK)
def test_rules_know_no_framework(package: str) -> None:
    found = {(path.name, name) for path in modules(package) for name in imports(path)}

    assert {(path, name) for path, name in found if name.split(".")[0] in FLASK} == set()


@pytest.mark.parametrize("package", NO_NETWORK)
def test_rules_do_no_network(package: str) -> None:
    found = {(path.name, name) for path in modules(package) for name in imports(path)}

    assert {(path, name) for path, name in found if name.split(".")[0] in NETWORK} == set()


def test_coach_chat_and_clients_know_no_database() -> None:
    found = {
        (path.name, name)
        for package in ("coach", "chat", "clients")
        for path in modules(package)
        for name in imports(path)
    }

    assert {(path, name) for path, name in found if name.split(".")[0] in ("sqlalchemy", "psycopg2")} == set()


def test_the_application_imports_nothing_of_a_developers_machine() -> None:
    found = {(path.name, name) for path in (ROOT / "app").rglob("*.py") for name in imports(path)}

    assert {(path, name) for path, name in found if name.split(".")[0] in ("dev", "tests", "bench")} == set()


def rules(app: Flask) -> list[tuple[Rule, str]]:
    """Every route with each of its methods, but for those that Flask adds by itself."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def declared(app: Flask, rule: Rule) -> str:
    return str(getattr(app.view_functions[rule.endpoint], "auth", ""))


def address(rule: Rule) -> str:
    """A path of that route, with made-up arguments."""
    filled = re.sub(r"<uuid:\w+>", "00000000-0000-4000-8000-000000000000", rule.rule)
    return re.sub(r"<\w+>", "x", re.sub(r"<int:\w+>", "1", filled))


def test_every_route_is_in_the_document_and_says_who_may_call(app: Flask) -> None:
    paths = document(app)["paths"]

    for rule, method in rules(app):
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        assert method.lower() in paths.get(path, {}), f"{method} {rule} is not in the document"
        assert declared(app, rule), f"{method} {rule} declares no callers"
        secured = "security" in paths[path][method.lower()]
        assert secured == (declared(app, rule) not in ("public", "trainee_link")), f"{method} {rule}"


def test_every_route_that_needs_a_proof_is_401_without_it(app: Flask, client: SpecClient) -> None:
    guarded = [each for each in rules(app) if declared(app, each[0]) not in ("public", "trainee_link")]

    answers = {
        f"{method} {rule}": client.open(address(rule), method=method, json={}).status_code
        for rule, method in guarded
    }

    assert {route: status for route, status in answers.items() if status != 401} == {}


def test_every_route_for_operators_is_403_for_clients(
    app: Flask, client: SpecClient, as_client: dict[str, str]
) -> None:
    guarded = [each for each in rules(app) if declared(app, each[0]) == OPERATOR]

    answers = {
        f"{method} {rule}": client.open(address(rule), method=method, json={}, headers=as_client).status_code
        for rule, method in guarded
    }

    assert {route: status for route, status in answers.items() if status != 403} == {}


def test_what_needs_no_proof_is_on_this_list(app: Flask) -> None:
    public = {rule.rule for rule, _ in rules(app) if declared(app, rule) == "public"}

    assert public == {
        "/docs",
        "/docs/<name>",
        "/docs/start.js",
        "/healthz",
        "/openapi.json",
        "/readyz",
    }
    assert all(rule.rule.startswith("/t/") for rule, _ in rules(app) if declared(app, rule) == "trainee_link")
    assert all(
        rule.rule.startswith("/webhooks/")
        for rule, _ in rules(app)
        if declared(app, rule) not in ("public", "trainee_link", CLIENT, OPERATOR)
    )


def test_what_a_webhook_takes_is_in_the_document(app: Flask) -> None:
    webhooks = {path: each for path, each in document(app)["paths"].items() if path.startswith("/webhooks/")}

    assert {path: "requestBody" in each["post"] for path, each in webhooks.items()} == dict.fromkeys(
        webhooks, True
    )
    assert "requestBody" not in webhooks["/webhooks/kakao/unlink"]["get"]
    assert "415" not in webhooks["/webhooks/kakao/skill"]["post"]["responses"]


def test_the_document_is_openapi_3_1(app: Flask) -> None:
    found: dict[str, Any] = document(app)

    assert found["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(found).validate()


def test_there_is_one_head_and_every_revision_is_numbered() -> None:
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    revisions = [script.revision for script in reversed(list(scripts.walk_revisions()))]

    assert len(scripts.get_heads()) == 1
    assert revisions[:2] == ["001_initial_persistence_schema", "002_add_operability_fields"]
    assert [revision[:4] for revision in revisions] == [f"{1 + place:03}_" for place in range(len(revisions))]


def test_the_models_are_what_the_migrations_make(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["db", "check"])

    assert result.exit_code == 0, result.output
