"""A test client that holds every response to the OpenAPI document."""

from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_smorest.spec.plugins import FlaskPlugin
from jsonschema import Draft202012Validator
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.test import TestResponse

# What any address may answer, whatever its operation says: problems of HTTP itself.
ANYWHERE = {405, 413}
PROBLEM = {"$ref": "#/components/schemas/Problem"}


class SpecClient(FlaskClient):
    """Fails the test when the path, status, media type or body of an answer is not in the document."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request and check its answer; redirects are checked where they end."""
        response = super().open(*args, **kwargs)
        response.get_data()
        response.close()
        check(self.application, response)
        return response


def check(app: Flask, response: TestResponse) -> None:
    """Raise AssertionError if the document does not allow this answer."""
    assert response.headers["X-Request-Id"]
    spec = document(app)
    method, status = response.request.method, response.status_code
    where = f"{method} {response.request.path} -> {status}: {response.data[:2000]!r}"
    if response.mimetype == "application/problem+json":
        _validate(spec, PROBLEM, response.json, where)
        assert response.json["status"] == status, where
        assert response.json["request_id"] == response.headers["X-Request-Id"], where
    path = _path(app, response)
    if path is None:
        assert status in {404} | ANYWHERE and response.mimetype == "application/problem+json", where
        return
    if method == "OPTIONS" or status in ANYWHERE:
        return
    operation = spec["paths"][path]["get" if method == "HEAD" else method.lower()]
    assert str(status) in operation["responses"], f"undocumented status, {where}"
    allowed = operation["responses"][str(status)]
    if "$ref" in allowed:
        allowed = spec["components"]["responses"][allowed["$ref"].rsplit("/", 1)[-1]]
    required = {name for name, header in allowed.get("headers", {}).items() if header.get("required")}
    assert required <= set(response.headers.keys()), f"missing headers, {where}"
    _check_body(spec, allowed.get("content"), response, where)


@cache
def document(app: Flask) -> dict[str, Any]:
    """The document as it is served."""
    found: dict[str, Any] = FlaskClient(app, TestResponse).get("/openapi.json").json
    return found


def _path(app: Flask, response: TestResponse) -> str | None:
    """The path template of the document that the request went to, None if it went to none."""
    request = response.request
    adapter = app.url_map.bind("localhost")
    try:
        rule, _ = adapter.match(request.path, request.method, return_rule=True)
    except (NotFound, MethodNotAllowed):
        return None
    return str(FlaskPlugin.flaskpath2openapi(rule.rule))


def _check_body(spec: dict[str, Any], content: Any, response: TestResponse, where: str) -> None:
    if content is None:
        assert not response.data, f"undocumented body, {where}"
        return
    media = content.get(response.mimetype) or content.get("*/*")
    assert media is not None, f"undocumented media type {response.mimetype}, {where}"
    if response.is_json and response.request.method != "HEAD":
        _validate(spec, media["schema"], response.json, where)


def _validate(spec: dict[str, Any], schema: dict[str, Any], body: Any, where: str) -> None:
    whole = {**schema, "components": spec["components"]}
    validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    faults = [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(body)]
    assert not faults, f"{faults[:5]}, {where}"
