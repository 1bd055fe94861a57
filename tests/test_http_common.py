"""What holds for every route: problems, headers, request ids, the docs page."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from openapi_client import SpecClient
from probe import make_blueprint

from app.extensions import api


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "kind"),
    [
        ("GET", "/nowhere", 404, "not_found", "/problems/not-found"),
        ("GET", "/probe/path/nobody", 404, "not_found", "/problems/not-found"),
        ("GET", "/probe/path/x%00y", 404, "not_found", "/problems/not-found"),
        ("GET", "/probe/conflict/not-a-uuid", 404, "not_found", "/problems/not-found"),
        ("DELETE", "/healthz", 405, "method_not_allowed", "/problems/method-not-allowed"),
        ("GET", "/probe/bug", 500, "internal", "/problems/internal"),
        ("GET", "/probe/database", 503, "unavailable", "/problems/unavailable"),
        ("GET", "/probe/operator", 401, "unauthorized", "/problems/unauthorized"),
        ("GET", "/probe/list?limit=0", 400, "validation", "/problems/validation"),
    ],
)
def test_every_error_is_a_problem(
    probe: SpecClient, method: str, path: str, status: int, code: str, kind: str
) -> None:
    response = probe.open(path, method=method)

    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert {"type", "title", "status", "detail", "code", "request_id"} <= set(response.json)
    assert (response.json["code"], response.json["type"]) == (code, kind)


def test_a_405_says_what_is_allowed(probe: SpecClient) -> None:
    assert "GET" in probe.delete("/healthz").headers["Allow"]


def test_a_refusal_carries_its_own_members_and_headers(probe: SpecClient) -> None:
    plan_id = str(uuid4())

    assert probe.get(f"/probe/conflict/{plan_id}").json["plan_id"] == plan_id
    assert probe.get("/probe/busy").headers["Retry-After"] == "7"


def test_a_bug_says_nothing_outside_and_everything_in_the_log(
    probe: SpecClient, capsys: pytest.CaptureFixture[str]
) -> None:
    response = probe.get("/probe/bug")

    assert "secret" not in response.text
    logged = capsys.readouterr().out
    assert "unhandled exception" in logged and "ValueError" in logged and "probe.py" in logged
    assert "01012345678" not in logged


def test_an_error_of_the_database_that_is_ours_is_a_500(
    app: Flask, another_app: Callable[..., Flask]
) -> None:
    client = another_app().test_client()
    api.register_blueprint(make_blueprint())

    assert client.get("/probe/database").status_code == 200
    assert client.get("/probe/database?sql=SELECT 1/0").status_code == 500
    assert client.get("/probe/database?sql=SELECT pg_terminate_backend(pg_backend_pid())").status_code == 503
    assert client.get("/probe/database").status_code == 200


@pytest.mark.parametrize("given", ["abc", "A.b_c:1-2", "x" * 128])
def test_a_sane_request_id_is_taken(probe: SpecClient, given: str) -> None:
    assert probe.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"] == given


@pytest.mark.parametrize(
    "given", ["", "x" * 129, "a b", "a/b", "한글".encode().decode("latin-1"), "<script>"]
)
def test_another_request_id_is_replaced(probe: SpecClient, given: str) -> None:
    first = probe.get("/nowhere", headers={"X-Request-Id": given})
    second = probe.get("/nowhere", headers={"X-Request-Id": given})

    assert len(first.headers["X-Request-Id"]) == 36
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/probe/bug"])
def test_every_answer_has_security_headers(probe: SpecClient, path: str) -> None:
    headers = probe.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_the_docs_page_loads_only_what_we_serve(probe: SpecClient) -> None:
    page = probe.get("/docs")

    assert page.status_code == 200
    assert "//" not in page.text.replace("<!doctype html>", "")
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    for asset in ("start.js", "swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"):
        assert f"docs/{asset}" in page.text
        assert probe.get(f"/docs/{asset}").status_code == 200
    assert probe.get("/docs/swagger-ui.js").status_code == 404
    assert probe.get("/docs/..%2f__init__.py").status_code == 404
