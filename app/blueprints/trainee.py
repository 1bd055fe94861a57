"""The trainee's phone page: one plan, its sets and its week, behind the link of a message.

The token in the address is the whole proof; no cookie is used. Pages are HTML for people, errors included;
a program that asks for JSON gets a problem as elsewhere.
"""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import marshmallow as ma
from flask import (
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    send_from_directory,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app import guesses
from app.config import KIB
from app.domain import links, sets, trainee_forms, trainee_page, trainee_results, trainee_week, trainee_words
from app.domain.days import korean_date, utc_now
from app.errors import DomainError, Forbidden, InvalidInput, NotFound, SetOrder, UnsupportedMediaType
from app.extensions import db
from app.openapi import PROBLEM_JSON, Blueprint, Decorator, Problem, database_problem, http_problem, problem
from app.schemas.common import LOCATION
from app.schemas.trainee import PageQuery, SetForm, read_report

blp = Blueprint("trainee", __name__, url_prefix="/t", description="The trainee's phone page, in HTML")

STATIC = Path(__file__).parents[1] / "static"
ASSETS = {"trainee.css": "text/css", "trainee.js": "text/javascript", "trainee.svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FORM = "application/x-www-form-urlencoded"
JSON = ("application/json", PROBLEM_JSON)
ROBOTS = "noindex, nofollow"
MAX_BODY = 8 * KIB
ASSET_AGE_S = 3600


# An address whose id or number is none fits no route: that is no page.
no_route = blp.alt_response(404, schema=Problem, content_type=PROBLEM_JSON)


def pages(*statuses: int) -> Decorator:
    """Document errors: pages for people, problems for programs."""

    def decorate(view: Any) -> Any:
        for status in statuses:
            view = blp.alt_response(status, schema=Problem, content_type=PROBLEM_JSON)(view)
            view = blp.alt_response(status, schema={"type": "string"}, content_type="text/html")(view)
        return view

    return decorate


@blp.get("/assets/<name>", auth="trainee_link")
@blp.response(200, {"type": "string"}, content_type="*/*")
@blp.alt_response(304, "NOT_MODIFIED")
@pages(404)
def trainee_asset(name: str) -> ResponseReturnValue:
    """Read an asset of the page"""
    if name not in ASSETS:
        raise NotFound("There is no such asset.", kind="not_found")
    return send_from_directory(STATIC, name, mimetype=ASSETS[name], max_age=ASSET_AGE_S)


@blp.get("/<token>", auth="trainee_link")
@blp.arguments(PageQuery, location="query", unknown=ma.EXCLUDE)
@blp.response(200, {"type": "string"}, content_type="text/html")
@pages(400, 404, 410, 429, 503)
def trainee_plan(query: dict[str, str], token: str) -> Response:
    """Look at a plan as its trainee"""
    page = trainee_page.load(db.session(), _plan_id(token), utc_now())
    result = trainee_results.result(page, query["set"], query["pain"])
    return _plan(token, page, 200, result=result)


@blp.post("/<token>/sessions/<uuid:session_id>/sets/<int:set_no>", auth="trainee_link", max_body=MAX_BODY)
@blp.arguments(SetForm, location="form")
@blp.response(303, {"type": "string"}, content_type="text/html", headers=LOCATION)
@no_route
@pages(400, 403, 404, 409, 410, 413, 415, 429, 503)
def trainee_report(form: dict[str, str], token: str, session_id: UUID, set_no: int) -> ResponseReturnValue:
    """Report a set by a form of the page"""
    plan_id, now = _plan_id(token), utc_now()
    trainee_page.check_open(db.session(), plan_id, now)
    try:
        report = read_report(form)
        sets.report_set(db.session(), plan_id, session_id, set_no, report, now)
    except (InvalidInput, SetOrder) as refusal:
        if _is_program():
            raise
        return _again(token, plan_id, trainee_forms.typed(session_id, set_no, form, refusal), refusal)
    db.session.commit()
    return redirect(_address(token, f"{session_id}.{set_no}", report), 303)


@blp.get("/<token>/sessions/<uuid:session_id>/sets/<int:set_no>", auth="trainee_link")
@blp.response(303, {"type": "string"}, content_type="text/html", headers=LOCATION)
@no_route
@pages(404, 429)
def trainee_report_page(token: str, session_id: UUID, set_no: int) -> ResponseReturnValue:
    """Go to the page; a browser that opens the tab of a refused form again comes here"""
    _plan_id(token)  # what nobody signed may hold what no header can
    return redirect(f"/t/{token}", 303)


@blp.before_request
def _refuse_foreign() -> None:
    """Refuse a form of another site. Our own says `Origin: null`, as its referrer policy demands."""
    if request.method != "POST":
        return
    ours = (request.host, current_app.config["PUBLIC_BASE_URL"].partition("://")[2])
    site, origin = request.headers.get("Sec-Fetch-Site", "none"), request.headers.get("Origin", "null")
    is_ours = origin == "null" or origin.partition("://")[2] in ours
    if site not in ("same-origin", "none") or not is_ours:
        raise Forbidden("Reports are taken from the page itself only.")
    if request.mimetype != FORM:
        raise UnsupportedMediaType(f"Send the form as {FORM}.")


@blp.after_request
def _add_headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Robots-Tag"] = ROBOTS
    return response


def _plan_id(token: str) -> UUID:
    plan_id = links.plan_id_of(current_app.config["SECRET_KEYS"], token)
    if plan_id is None:
        guesses.note()
        raise NotFound("There is no such page.", kind="not_found")
    return plan_id


def _plan(token: str, page: trainee_page.Page, status: int, **said: Any) -> Response:
    given = {
        "page": page,
        "token": token,
        "days": trainee_week.week_days(page),
        "result": None,
        "typed": None,
    }
    return _html("plan.html", status, **(given | said))


def _again(token: str, plan_id: UUID, typed: trainee_forms.Typed, refusal: DomainError) -> Response:
    """The page with the form that was refused, as it was filled in, and why."""
    db.session.rollback()
    page = trainee_page.load(db.session(), plan_id, utc_now())
    return _plan(token, page, refusal.status, typed=typed)


def _address(token: str, place: str, report: Mapping[str, Any]) -> str:
    """The page, with what it is to tell about."""
    told = {"set": place} | ({"pain": report["pain"]["area"]} if "pain" in report else {})
    return f"/t/{token}?{urlencode(told)}"


def _is_program() -> bool:
    """Whether JSON is asked for; who has no wish, or takes everything, gets the page."""
    return request.accept_mimetypes.best_match(("text/html", *JSON), "text/html") in JSON


def _html(template: str, status: int, **context: Any) -> Response:
    return make_response(render_template(f"trainee/{template}", **context), status)


def _message(status: int, kind: str) -> Response:
    """A page that only says something; with the way back, if the link is good."""
    token = (request.view_args or {}).get("token", "")
    is_good = links.plan_id_of(current_app.config["SECRET_KEYS"], token) is not None
    title, text = trainee_words.message(kind)
    back = token if is_good and status != 410 else ""
    return _html("message.html", status, title=title, text=text, token=back)


@blp.errorhandler(DomainError)
def _refused(error: DomainError) -> Response:
    if _is_program():
        return problem(error)
    code = "no_set" if error.code == "not_found" else error.code
    page = _message(error.status, error.extra.get("kind", code))
    page.headers.update(error.headers)
    return page


@blp.errorhandler(HTTPException)
def _refused_by_flask(error: HTTPException) -> Response | HTTPException:
    answer = http_problem(error)
    if isinstance(answer, HTTPException) or _is_program():
        return answer
    return _message(answer.status_code, "internal")


@blp.errorhandler(DBAPIError)
@blp.errorhandler(PoolTimeout)
def _database_failed(error: DBAPIError | PoolTimeout) -> Response:
    answer = database_problem(error)
    if _is_program():
        return answer
    status = answer.status_code
    return _message(status, "unavailable" if status == 503 else "internal")


@cache
def _version(name: str) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def _asset(name: str) -> str:
    """The address of an asset, another one when it has changed."""
    return f"/t/assets/{name}?v={_version(name)}"


@blp.context_processor
def _helpers() -> dict[str, Any]:
    return {
        **trainee_words.context(),
        "asset": _asset,
        "korean_date": korean_date,
        "pain_form": trainee_forms.pain_form,
        "field_id": trainee_forms.field_id,
        "set_form": trainee_forms.set_form,
        "week_words": trainee_week.week_words,
    }
