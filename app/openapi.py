"""Routes and their OpenAPI document: our Blueprint, Api and Parser; the one place that renders an error."""

import logging
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import flask_smorest
import marshmallow as ma
from flask import Flask, Request, Response, current_app, g, json
from flask_smorest.blueprint import Blueprint as SmorestBlueprint
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from webargs.flaskparser import FlaskParser, is_json_request
from werkzeug.exceptions import HTTPException

from app import auth as callers
from app import examples, strict_json, unasked
from app.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Gone,
    Internal,
    InvalidInput,
    MethodNotAllowed,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    UnsupportedMediaType,
)

View = Callable[..., Any]
Decorator = Callable[[View], View]

log = logging.getLogger(__name__)
PROBLEM_JSON = "application/problem+json"
# What the framework refuses by itself, and what it says then.
HTTP_ERRORS: dict[int, tuple[type[DomainError], str]] = {
    400: (InvalidInput, "The request is not understood."),
    401: (Unauthorized, "A valid key is needed."),
    403: (Forbidden, "This is not allowed."),
    404: (NotFound, "There is nothing at this address."),
    405: (MethodNotAllowed, "This address does not take that method."),
    409: (Conflict, "This is in conflict with what is there."),
    410: (Gone, "What was here is gone."),
    413: (TooLarge, "The body is too large."),
    415: (UnsupportedMediaType, "Send the body as application/json."),
    429: (TooManyRequests, "Too many requests."),
    503: (Unavailable, "Not available at the moment."),
}


class FieldProblem(ma.Schema):
    """Where the input is wrong, and why."""

    pointer = ma.fields.String(required=True, metadata={"example": "#/target_date"})
    detail = ma.fields.String(required=True)


class Problem(ma.Schema):
    """RFC 9457. A refusal may carry more members, such as `plan_id`."""

    class Meta:
        unknown = ma.INCLUDE

    type = ma.fields.String(required=True, metadata={"example": "/problems/not-found"})
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(required=True)
    code = ma.fields.String(required=True, metadata={"description": "A stable word for programs."})
    request_id = ma.fields.String(required=True)
    errors = ma.fields.List(ma.fields.Nested(FieldProblem), metadata={"description": "For bad input."})


class Parser(FlaskParser):
    """Input that does not fit its schema is InvalidInput, with a pointer to each fault."""

    DEFAULT_VALIDATION_STATUS = 400
    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": ma.RAISE}

    def _raw_load_json(self, req: Request) -> Any:
        body = req.get_data(cache=True)
        if not body:
            return ma.missing
        if not is_json_request(req):
            raise UnsupportedMediaType(HTTP_ERRORS[415][1])
        return strict_json.loads(body)

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """Query parameters, if the database can hold them, each given once unless the schema is lenient."""
        strict_json.check_pairs(req.args.items(multi=True), once=not getattr(schema, "is_lenient", False))
        return super().load_querystring(req, schema)

    def load_form(self, req: Request, schema: ma.Schema) -> Any:
        """Form fields, if the database can hold them."""
        strict_json.check_pairs(req.form.items(multi=True))
        return super().load_form(req, schema)

    def handle_error(self, error: ma.ValidationError, *_args: Any, **_kwargs: Any) -> Any:
        """Turn marshmallow's nested messages into a list of pointers."""
        ((location, found),) = error.normalized_messages().items()  # type: ignore[no-untyped-call]
        name = "body" if location == "json" else location
        raise InvalidInput(f"The {name} is not valid.", list(_flatten(found))[: strict_json.MAX_ERRORS])


class Blueprint(SmorestBlueprint):
    """Routes that each say who may call: `@blp.post("/plans", auth="client")`.

    `auth` is a word of `app.auth.AUTH`; `max_body` (bytes) lifts the limit on the body.
    """

    ARGUMENTS_PARSER = PAGINATION_ARGUMENTS_PARSER = Parser()

    if TYPE_CHECKING:  # the library's are not typed

        def route(self, rule: str, **options: Any) -> Decorator: ...  # type: ignore[override]
        def arguments(self, schema: Any, **options: Any) -> Decorator: ...
        def response(self, status_code: int, schema: Any = None, **options: Any) -> Decorator: ...
        def alt_response(self, status_code: int, response: Any = None, **options: Any) -> Decorator: ...
        @staticmethod
        def doc(**said: Any) -> Decorator: ...

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        self._prepare_doc_cbks += [_document_auth, _document_raw_body, examples.document]

    def raw_body(self, schema: Any, content_type: str = "application/json") -> Decorator:
        """Document a body that the view reads and judges by itself, whatever type it is sent as."""

        def decorate(view: View) -> View:
            body = {"required": True, "content": {content_type: {"schema": schema}}}
            view.__dict__["_apidoc"] = {**getattr(view, "_apidoc", {}), "raw_body": body}
            return view

        return decorate

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: View | None = None,
        provide_automatic_options: bool | None = None,
        *,
        auth: str = "",
        max_body: int | None = None,
        **options: Any,
    ) -> None:
        """Register a guarded view; ValueError if it does not declare its callers."""
        if view_func is None or auth not in callers.AUTH:
            raise ValueError(f"{rule} must declare auth= as one of: {', '.join(callers.AUTH)}")
        view = _guarded(view_func, auth, max_body)
        options |= {"provide_automatic_options": provide_automatic_options}
        options["parameters"] = examples.path_parameters(view.__name__, rule)
        super().add_url_rule(rule, endpoint, view, **options)  # type: ignore[no-untyped-call]


class Api(flask_smorest.Api):
    """The library's, with our errors, their media type and our security schemes."""

    ERROR_SCHEMA = Problem  # type: ignore[assignment]
    DEFAULT_ERROR_RESPONSE_NAME = None  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def init_app(self, app: Flask, **kwargs: Any) -> None:
        """Start an empty document for this application."""
        super().init_app(app, **kwargs)  # type: ignore[no-untyped-call]
        self.spec.options["servers"] = [{"url": "/"}]
        self.spec.options["info"] = {"description": "Workout plans in KakaoTalk."}
        app.extensions["openapi"] = self.spec
        for name, scheme in callers.SECURITY_SCHEMES.items():
            self.spec.components.security_scheme(name, scheme)

    def _register_error_handlers(self) -> None:
        self._app.register_error_handler(DomainError, problem)
        self._app.register_error_handler(HTTPException, http_problem)
        self._app.register_error_handler(DBAPIError, database_problem)
        self._app.register_error_handler(PoolTimeout, database_problem)

    def _register_etag_headers(self) -> None:
        """Nothing of the kind is used; the library's would put it into the document."""

    _register_pagination_header = _register_etag_headers

    def _register_responses(self) -> None:
        for status in HTTPStatus:
            response: dict[str, Any] = {"description": status.phrase}
            if status >= HTTPStatus.BAD_REQUEST:
                response["content"] = {PROBLEM_JSON: {"schema": self.ERROR_SCHEMA}}
            if status == HTTPStatus.TOO_MANY_REQUESTS:
                seconds = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
                response["headers"] = {"Retry-After": seconds}
            self.spec.components.response(status.name, response, lazy=True)


def problem(error: DomainError, status: int | None = None) -> Response:
    """The answer for a refusal; `status` replaces the class's own."""
    body = error.members(g.get("request_id", ""), status)
    response = current_app.response_class(json.dumps(body), status or error.status, mimetype=PROBLEM_JSON)
    response.headers.update(error.headers)
    return response


def http_problem(error: HTTPException) -> Response | HTTPException:
    """The answer for what the framework refuses, and for an exception nobody caught (500)."""
    status = error.code or 500
    if status < 400:
        return error
    fallback = (InvalidInput, error.name) if status < 500 else (Internal, "Something went wrong on our side.")
    kind, detail = HTTP_ERRORS.get(status, fallback)
    refusal = kind(detail)
    refusal.headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    if kind is Unauthorized:
        refusal.headers |= callers.CHALLENGE
    return problem(refusal, status)


def database_problem(error: DBAPIError | PoolTimeout) -> Response:
    """503 when the database is away or too slow; any other of its errors is a fault of ours."""
    away = isinstance(error, OperationalError | InterfaceError | PoolTimeout)
    if away or getattr(error, "connection_invalidated", False):
        log.error("database unavailable", exc_info=error)
        return problem(Unavailable("The database does not answer; try again."))
    current_app.log_exception(sys.exc_info())
    return problem(Internal("Something went wrong on our side."))


def _flatten(found: Any, pointer: str = "#") -> Iterator[dict[str, str]]:
    if isinstance(found, dict):
        for key, inner in found.items():
            step = "" if key == "_schema" else strict_json.pointer_step(key)
            yield from _flatten(inner, pointer + step)
    elif isinstance(found, list):
        for inner in found:
            yield from _flatten(inner, pointer)
    else:
        yield {"pointer": pointer, "detail": str(found)}


def _guarded(view_func: View, auth: str, max_body: int | None) -> View:
    """The view behind its check, which comes before any look at the input."""
    doc = deepcopy(getattr(view_func, "_apidoc", {}))
    taken = unasked.places(doc)

    @wraps(view_func)
    def view(**kwargs: Any) -> Any:
        callers.require(auth)
        if auth in (callers.CLIENT, callers.OPERATOR):  # providers may send what they like
            unasked.refuse(taken)
        return view_func(**kwargs)

    view.__dict__.update(auth=auth, max_body=max_body)
    view.__dict__["_apidoc"] = {**doc, "auth": auth, "view": view_func.__name__}
    return view


def _document_auth(
    doc: dict[str, Any], doc_info: dict[str, Any], *, method: str, **_context: Any
) -> dict[str, Any]:
    """Write the security requirement, and the refusals that follow from it or from a body."""
    auth = doc_info["auth"]
    statuses = set()
    if callers.AUTH[auth]:
        doc["security"] = callers.AUTH[auth]
        statuses |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE}
    if auth in (callers.CLIENT, callers.OPERATOR):
        statuses |= {HTTPStatus.BAD_REQUEST, HTTPStatus.TOO_MANY_REQUESTS}
    if auth == callers.OPERATOR:
        statuses.add(HTTPStatus.FORBIDDEN)
    if method in ("post", "put", "patch"):
        statuses.add(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if "requestBody" in doc:
        statuses.add(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    responses = doc.setdefault("responses", {})
    for status in statuses - set(responses):
        responses[status.value] = status.name
    doc["responses"] = dict(sorted(responses.items(), key=lambda pair: str(pair[0])))
    return doc


def _document_raw_body(doc: dict[str, Any], doc_info: dict[str, Any], **_context: Any) -> dict[str, Any]:
    return doc | ({"requestBody": doc_info["raw_body"]} if "raw_body" in doc_info else {})
