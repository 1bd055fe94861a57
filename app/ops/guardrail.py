"""`flask ops guardrail`: the switches and limits of the whole service."""

import json
from datetime import datetime
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from app.domain import guardrails
from app.extensions import db
from app.ops.output import Line, Moment, moment, reports

group = AppGroup("guardrail", help="See and set what throttles or stops the service.")


@group.command("list")
@reports
def list_all() -> list[Line]:
    """Show every guardrail and what holds now.

    Behind the value: "default" when the environment decides, else who set it, until when, and why.
    """
    return [_line(each) for each in guardrails.listing(db.session(), current_app.config)]


@group.command("set")
@click.argument("name", type=click.Choice(guardrails.NAMES))
@click.argument("value")
@click.option("--reason", required=True, help="Why, 1 to 200 characters; kept in the maintenance log.")
@click.option("--actor", required=True, help="Who you are; kept in the maintenance log.")
@click.option(
    "--until", type=Moment(), help="When the default holds again, such as 2026-11-23T09:00:00+09:00."
)
@reports
def set_one(name: str, value: str, reason: str, actor: str, until: datetime | None) -> list[Line]:
    """Set the guardrail NAME to VALUE: true, false, a number or null.

    It holds in every process at once. force_rule, llm_enabled and send_paused take true or false;
    send_cap_per_minute takes a number, or null for no cap; auto_cap takes null, which lifts it.
    """
    guardrails.change(db.session(), name, _parsed(value), reason=reason, actor=actor, expires_at=until)
    db.session.commit()
    return [_line(guardrails.look(db.session(), current_app.config, name))]


def _parsed(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter("Must be true, false, a number or null.", param_hint="VALUE") from error


def _line(each: dict[str, Any]) -> Line:
    detail = json.dumps(each["value"])
    if not each["is_set"]:
        detail += "  default"
    if each["actor"]:
        until = f" until {moment(each['expires_at'])}" if each["expires_at"] else ""
        detail += f"  {each['actor']} at {moment(each['updated_at'])}{until}: {each['reason']}"
    return Line(True, each["name"], detail, each)
