"""Security headers: on every answer of every route, whoever asks and however."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from factories import make_lifter, make_plan
from flask import Flask
from flask.testing import FlaskClient
from openapi_client import SpecClient
from test_structure import address, rules
from werkzeug.test import TestResponse

from app.domain.links import token_for

EXPECTED = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# Pages have a policy of their own, which may load what is ours; assets may be kept. The rest is as JSON.
PAGE_POLICY = re.compile(r"default-src 'none';.*frame-ancestors 'none'")
PAGES = ("/docs", "/t/")
ASSETS = ("/docs/swagger-ui", "/docs/favicon", "/t/assets/")


def faults(answer: TestResponse) -> list[str]:
    """What is wrong with the headers of an answer."""
    path, headers = answer.request.path, answer.headers
    expected = EXPECTED
    if path.startswith(PAGES):
        policy = headers.get("Content-Security-Policy", "")
        assert PAGE_POLICY.search(policy) or policy == expected["Content-Security-Policy"], path
        expected = expected | {"Content-Security-Policy": policy}
    if path.startswith(ASSETS) and answer.status_code in (200, 304) and answer.request.method == "GET":
        expected = expected | {"Cache-Control": "public, max-age=3600"}
    wrong = {
        name: headers.getlist(name) for name, value in expected.items() if headers.getlist(name) != [value]
    }
    forbidden = {"Set-Cookie", "Server", "X-Powered-By", "Access-Control-Allow-Origin"} & set(headers.keys())
    where = f"{answer.request.method} {path} -> {answer.status_code}"
    return [f"{where}: {each}" for each in (*wrong.items(), *forbidden)]


def asked(app: Flask, client: SpecClient, keys: list[dict[str, str]]) -> Iterator[TestResponse]:
    """The answer of every route to each of its methods and keys, and to methods it does not have."""
    for rule, method in rules(app):
        for headers in keys:
            yield client.open(address(rule), method=method, json={}, headers=headers)
    plain = FlaskClient(app, TestResponse)  # the other looks for a body where HEAD has none
    for path in sorted({address(rule) for rule, _ in rules(app)}):
        for method in ("HEAD", "OPTIONS", "TRACE", "DELETE"):
            yield plain.open(path, method=method)


def test_every_answer_of_every_route_has_them(
    app: Flask, client: SpecClient, as_client: dict[str, str], as_operator: dict[str, str]
) -> None:
    answers = list(asked(app, client, [{}, {"Authorization": "Bearer wrong"}, as_client, as_operator]))

    assert [fault for answer in answers for fault in faults(answer)] == []
    seen = {answer.status_code for answer in answers}
    assert {200, 400, 401, 403, 404, 405} <= seen


def test_answers_that_take_more_than_an_address_have_them(
    app: Flask, client: SpecClient, as_client: dict[str, str]
) -> None:
    plan = make_plan(client, make_lifter(client)["id"])
    page = f"/t/{token_for(app.config['SECRET_KEYS'], UUID(plan['id']))}"
    form = f"{page}/sessions/{plan['sessions'][0]['id']}/sets/1"
    etag = client.get("/docs/swagger-ui.css").headers["ETag"]

    answers = [
        client.get(page),
        client.get(form),
        client.post(form, data={"status": "DONE"}),
        client.post(form, data={"status": "x"}),
        client.post(form, data={"status": "DONE"}, headers={"Origin": "https://evil.test"}),
        client.post(form, data=b"x" * 9000, content_type="application/x-www-form-urlencoded"),
        client.post("/users", data=b"x" * 300_000, headers=as_client),
        client.post("/users", data=b"{", headers=as_client, content_type="application/json"),
        client.post("/users", data=b"{}", headers=as_client, content_type="text/plain"),
        client.post(
            "/plans/generate",
            json={"user_id": plan["user_id"], "target_date": plan["target_date"]},
            headers=as_client,
        ),
        client.get("/docs/swagger-ui.css", headers={"If-None-Match": etag}),
        client.get("/docs/swagger-ui-bundle.js"),
        client.get("/docs/favicon-32x32.png"),
        *(client.get(f"/t/assets/trainee.{kind}") for kind in ("css", "js", "svg")),
    ]

    assert [fault for answer in answers for fault in faults(answer)] == []
    assert [answer.status_code for answer in answers] == [
        *(200, 303, 303, 400, 403, 413, 413, 400, 415, 409, 304),
        *(200, 200, 200, 200, 200),
    ]


@pytest.mark.parametrize(
    "path", ["/nowhere", "/healthz/x", "/probe/bug", "/probe/database", "/readyz", "/t/x"]
)
def test_faults_of_ours_have_them(probe: SpecClient, path: str) -> None:
    answer = probe.get(path)

    assert answer.status_code >= 404
    assert faults(answer) == []


def test_without_https_browsers_are_not_held_to_it(another_app: Callable[..., Any]) -> None:
    plain = another_app(PUBLIC_BASE_URL="http://localhost:8000").test_client()

    assert "Strict-Transport-Security" not in plain.get("/healthz").headers
