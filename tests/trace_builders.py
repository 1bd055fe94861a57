"""The story of a message or an event, as `flask ops log trace` tells it."""

import json
from typing import Any
from uuid import UUID

from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import WebhookEvent


def trace(app: Flask, *args: object) -> Result:
    return app.test_cli_runner().invoke(args=["ops", "log", "trace", *map(str, args)])


def story(app: Flask, subject_id: object) -> list[tuple[str, dict[str, Any]]]:
    """Names and facts, without those that are not known."""
    result = trace(app, subject_id, "--json")
    assert result.exit_code == 0, result.output
    lines = json.loads(result.stdout)["lines"]
    return [(each["name"], {k: v for k, v in each["data"].items() if v is not None}) for each in lines]


def names(told: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return [name for name, _ in told]


def facts(told: list[tuple[str, dict[str, Any]]], wanted: str) -> dict[str, Any]:
    (found,) = [each for name, each in told if name == wanted]
    return {key: value for key, value in found.items() if key != "at"}


def only_event(session: Session) -> UUID:
    session.rollback()
    return session.scalars(select(WebhookEvent.id)).one()
