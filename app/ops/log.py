"""`flask ops log`: the maintenance log, what is kept how long, and the story of one message or event."""

import json
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import datetime
from typing import Any
from uuid import UUID

import click
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from app import strict_json
from app.clients import kept
from app.domain import maintenance, retention, traces
from app.domain.maintenance import Wanted
from app.domain.traces import Happening
from app.errors import InvalidInput
from app.extensions import db
from app.ops.output import Line, Moment, moment, plain, reports
from app.workers.retention import forget_old

group = AppGroup("log", help="See and write the maintenance log; tell the story of a message or an event.")
LARGEST_ID = 2**63 - 1
PURGE_S = 40.0
since = click.option("--since", type=Moment(), help="Only rows from then on.")
until = click.option("--until", type=Moment(), help="Only rows from before then.")


@group.command("list")
@click.option("--kind", type=click.Choice(maintenance.KINDS), help="Only these.")
@since
@click.option(
    "--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many, newest first."
)
@click.option("--before", type=click.IntRange(1, LARGEST_ID), help="Only rows older than the one of this id.")
@reports
def list_some(kind: str | None, since: datetime | None, limit: int, before: int | None) -> list[Line]:
    """Show what was done to the system, newest first: id, when, kind, who, what.

    deploy and migration are written by the release, guardrail and review by whoever changes one; the rest by
    hand, with "log record". --json has the detail of each row too.
    """
    found = maintenance.newest(db.session(), Wanted(kind, since), limit, before)
    rows = found[:limit]
    if not rows:
        return [Line(True, "log", "none")]
    lines = [_line(each) for each in rows]
    if len(found) > len(rows):
        lines.append(Line(True, "more", f"--before {rows[-1]['id']}", {"before": rows[-1]["id"]}))
    return lines


@group.command("record")
@click.option("--kind", type=click.Choice(maintenance.BY_HAND), required=True, help="What it was.")
@click.option("--actor", required=True, help="Who you are.")
@click.option(
    "--message", required=True, help=f"What was done, 1 to {maintenance.LONGEST_MESSAGE} characters."
)
@click.option("--detail", help='More of it for programs: a JSON object, such as {"ticket": 12}.')
@reports
def record(kind: str, actor: str, message: str, detail: str | None) -> list[Line]:
    """Write down what you did. Leave out names, numbers and diagnoses: the row is kept for a year."""
    row = maintenance.record(
        db.session(), kind=kind, actor=actor, message=message, detail=_object(detail or "{}")
    )
    db.session.commit()
    return [_line(row)]


def _object(given: str) -> dict[str, Any]:
    try:
        found = strict_json.loads(given.encode("utf-8", "surrogatepass"))
    except InvalidInput as error:
        raise click.BadParameter(error.detail, param_hint="--detail") from error
    if not isinstance(found, dict):
        raise click.BadParameter("Must be a JSON object.", param_hint="--detail")
    return found


def _line(row: dict[str, Any]) -> Line:
    said = f"{moment(row['at'])}  {row['kind']}  {row['actor']}: {row['message']}"
    return Line(True, str(row["id"]), said, row)


@group.command("export")
@click.option("--json", is_flag=True, expose_value=False, help="Accepted, as everywhere: it is JSON anyway.")
@since
@until
def export(since: datetime | None, until: datetime | None) -> None:
    """Print the log as one JSON object a line, oldest first, for a file or another program.

    {"id", "at", "kind", "actor", "message", "detail", "request_id"}. It is read page by page and holds up
    nobody, however slowly it is taken. What goes wrong is said on stderr.
    """
    out = sys.stdout
    with redirect_stdout(sys.stderr):
        try:
            for text in _texts(Wanted(None, since, until)):
                click.echo(text, file=out)
        except SQLAlchemyError as error:
            click.echo(f"FAIL  database  does not answer as it should ({type(error).__name__})", err=True)
            click.get_current_context().exit(1)


def _texts(wanted: Wanted) -> Iterator[str]:
    for rows in maintenance.pages(db.session(), wanted):
        db.session.rollback()
        for each in rows:
            yield json.dumps(each, ensure_ascii=False, default=plain)


@group.command("purge")
@click.option("--dry-run", is_flag=True, help="Delete nothing; say how many rows would go.")
@reports
def purge(dry_run: bool) -> list[Line]:
    """Delete what is past the time it is kept, as the workers do every hour: for 40 seconds at most.

    maintenance_logs, llm_texts and webhook_events, oldest first. An event stays, however old, while it is
    still to be worked on or its review is open.
    """
    gone = {} if dry_run else forget_old(PURGE_S)
    return [_age_line(table, None if dry_run else gone[table]) for table in retention.RULES]


def _age_line(table: str, deleted: int | None) -> Line:
    left, days = retention.count(db.session(), table), retention.RULES[table].days
    said = f"{left} rows older than {days} days"
    if deleted is not None:
        said = f"{deleted} rows older than {days} days deleted" + (
            f", {left} left: run it again" * (left > 0)
        )
    return Line(True, table, said, {"days": days, "deleted": deleted or 0, "left": left})


@group.command("trace")
@click.argument("subject_id", metavar="ID", type=click.UUID)
@reports
def trace(subject_id: UUID) -> list[Line]:
    """Tell what is known of the notification or the webhook event ID: what happened when, oldest first.

    \b
    notification   created, scheduled, attempt, receipt, error, event (that named it), review, decision, now
    event          received, worked-on, promised, answered or given-up (in the chat), review, decision, now

    No phone number and no text of a message is shown. Of several reviews only the last is known.
    """
    return list(map(_told, traces.trace(db.session(), subject_id, kept.mask)))


def _told(each: Happening) -> Line:
    facts = {name: value for name, value in each.facts.items() if value is not None}
    words = [
        f"{name} {moment(value) if isinstance(value, datetime) else value}" for name, value in facts.items()
    ]
    return Line(True, each.name, "  ".join([moment(each.at), *words]), {"at": each.at, **each.facts})
