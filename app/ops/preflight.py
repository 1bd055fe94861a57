"""`flask ops preflight`: whether this release may be deployed here."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import click
from alembic import command
from flask import current_app
from flask.cli import with_appcontext
from redis.exceptions import RedisError
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from app.domain import catalogue, schema_check
from app.domain.templates import TEMPLATES
from app.extensions import connect_redis, db
from app.ops.output import Line, reports

REDIS_TIMEOUT_S = 3.0
STATEMENT_MS = 5000
CODE_LENGTH, SENDER_KEY_LENGTH = 20, 40  # what is longer, the dealer takes for a mistake in each message
SPEC = Path(__file__).parents[2] / "openapi.json"


@click.command("preflight", short_help="Check, before a deployment, that all is there for it.")
@with_appcontext
@reports
def preflight() -> list[Line]:
    """Check, before a deployment, that all is there for it; changes nothing.

    The environment, the database and its revision, the SQL of migrations that are still to run (shown, not
    run), Redis, openapi.json against the routes, and the template codes. Pending migrations are no fault:
    they are what a release is for. A database that an older release broke is one.
    """
    return [_environment(), *_database(), _redis(), _openapi(), _templates()]


def _environment() -> Line:
    """Whoever comes here has a complete environment: every process stops at start without one."""
    config = current_app.config
    told = f"complete for APP_ENV={config['APP_ENV']}, sender {config['KAKAO_SENDER']}"
    return Line(True, "environment", told)


def _database() -> list[Line]:
    try:
        connection = db.session().connection()
        connection.execute(text(f"SET LOCAL statement_timeout = {STATEMENT_MS}"))
        version = connection.scalar(text("SHOW server_version"))
    except SQLAlchemyError as error:
        return [Line(False, "database", f"cannot be reached ({type(error).__name__})")]
    return [Line(True, "database", f"PostgreSQL {version}"), *_revision(connection)]


def _revision(connection: Connection) -> list[Line]:
    known = schema_check.known_revisions()
    current = schema_check.current_revision(connection)
    state = schema_check.revision_state(current, known, known[0])
    told = f"{current or 'none'}, this code's head is {known[0]}: {state}"
    line = Line(state != "unknown", "revision", told, {"current": current, "head": known[0], "state": state})
    if state == "behind":
        return [line, _pending(current, known), *_unversioned(current, connection)]
    found = [each for each in catalogue.drift(connection) if each.stops_work or state == "current"]
    wrong = "; ".join(map(str, found))
    return [
        line,
        Line(True, "migrations", "none to run"),
        Line(not found, "schema", wrong or "as the models say"),
    ]


def _pending(current: str | None, known: tuple[str, ...]) -> Line:
    """The SQL of the migrations that `flask db upgrade` would run; nothing is run."""
    steps = known[: known.index(current)] if current in known else known
    sql = _sql(current)
    told = f"{len(steps)} to run: {', '.join(reversed(steps))}"
    return Line(True, "migrations", told, {"pending": list(reversed(steps))}, tuple(sql.splitlines()))


def _unversioned(current: str | None, connection: Connection) -> list[Line]:
    """Tables without a revision: the first migration would find them and fail."""
    absent = sum(each.kind == "table" for each in catalogue.drift(connection))
    if current is not None or absent == catalogue.expected()["table"]:
        return []
    return [Line(False, "schema", "has tables but no revision: restored in part, or never stamped")]


def _sql(current: str | None) -> str:
    out = StringIO()
    config = current_app.extensions["migrate"].migrate.get_config()
    config.output_buffer = out
    command.upgrade(config, f"{current or 'base'}:head", sql=True)
    return re.sub(r"\n{2,}", "\n", out.getvalue()).strip()


def _redis() -> Line:
    client = connect_redis(current_app.config, REDIS_TIMEOUT_S)
    try:
        client.ping()
    except RedisError as error:
        return Line(False, "redis", f"cannot be reached ({type(error).__name__})")
    finally:
        client.close()
    return Line(True, "redis", "answers")


def _openapi() -> Line:
    try:
        committed: Any = json.loads(SPEC.read_text())
    except (OSError, ValueError) as error:
        return Line(False, "openapi.json", f"cannot be read ({type(error).__name__})")
    routes = json.loads(json.dumps(current_app.extensions["openapi"].to_dict()))
    differing = sorted(_paths(committed, routes))
    told = f"differs from the routes: {', '.join(differing)}" if differing else "equals the routes"
    return Line(committed == routes, "openapi.json", told)


def _paths(committed: Any, routes: Any) -> set[str]:
    """The paths that differ; what differs elsewhere is called by its section."""
    ours, theirs = committed.get("paths", {}), routes.get("paths", {})
    paths = {path for path in {*ours, *theirs} if ours.get(path) != theirs.get(path)}
    sections = {name for name in {*committed, *routes} if committed.get(name) != routes.get(name)}
    return paths | (sections - {"paths"})


def _templates() -> Line:
    if current_app.config["KAKAO_SENDER"] != "alimtalk":
        return Line(True, "templates", "not needed by the memo sender")
    config = current_app.config
    codes = {each.setting: config[each.setting] for each in TEMPLATES.values()}
    if missing := [name for name, code in codes.items() if not code]:
        return Line(False, "templates", f"no code in {', '.join(missing)}")
    longest = dict.fromkeys(codes, CODE_LENGTH) | {"KAKAO_SENDER_KEY": SENDER_KEY_LENGTH}
    if too_long := [name for name, most in longest.items() if len(config[name] or "") > most]:
        return Line(False, "templates", f"longer than the dealer takes: {', '.join(too_long)}")
    return Line(True, "templates", "all have a code")
