"""What every command under `flask ops` prints, and how it ends."""

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from datetime import datetime
from functools import wraps
from math import isnan
from typing import Any, NamedTuple

import click
import marshmallow as ma
from sqlalchemy.exc import SQLAlchemyError

from app.errors import DomainError
from app.extensions import db
from app.schemas.common import AwareTime

NAME_WIDTH = 24


class Line(NamedTuple):
    """One check or row: whether it is well, its name, what there is to say, and the same for programs.

    `more` are lines that belong to it, such as SQL: they are printed below it, indented.
    """

    ok: bool
    name: str
    detail: str = ""
    data: dict[str, Any] | None = None
    more: tuple[str, ...] = ()


def reports(work: Callable[..., Sequence[Line]]) -> Callable[..., None]:
    """A command that prints the lines that `work` returns and ends with 0, or with 1 when one is not ok.

    A refusal by the rules and a database that is away are lines too. What is logged meanwhile goes to stderr,
    so that stdout holds the lines and nothing else.
    """

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of lines.")
    @wraps(work)
    def run(*args: Any, as_json: bool, **kwargs: Any) -> None:
        with redirect_stdout(sys.stderr):
            lines = _lines(work, *args, **kwargs)
        click.echo(_as_json(lines) if as_json else "\n".join(map(_as_text, lines)))
        if not all(line.ok for line in lines):
            click.get_current_context().exit(1)

    return run


def _lines(work: Callable[..., Sequence[Line]], *args: Any, **kwargs: Any) -> Sequence[Line]:
    context = click.get_current_context()
    name = " ".join(each.info_name or "" for each in (context.parent, context) if each)
    try:
        return work(*args, **kwargs)
    except DomainError as error:
        db.session.rollback()
        return [Line(False, name, _reason(error), {"code": error.code})]
    except SQLAlchemyError as error:
        return [Line(False, "database", f"does not answer as it should ({type(error).__name__})")]


def _reason(error: DomainError) -> str:
    """The refusal with the fields it is about: `The request is not valid. value: Must be true or false.`"""
    faults = [f"{each['pointer'].lstrip('#/')}: {each['detail']}" for each in error.extra.get("errors", ())]
    return " ".join([error.detail, *(fault for fault in faults if error.detail not in fault)])


def _as_text(line: Line) -> str:
    text = f"{'ok' if line.ok else 'FAIL':<5} {line.name:<{NAME_WIDTH}} {line.detail}".rstrip()
    return "\n".join([_printable(text), *(f"      {_printable(each)}" for each in line.more)])


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _as_json(lines: Sequence[Line]) -> str:
    found = [
        {name: value for name, value in line._asdict().items() if name != "more" or value} for line in lines
    ]
    body = {"ok": all(line.ok for line in lines), "lines": found}
    return json.dumps(body, ensure_ascii=False, indent=2, default=plain)


def plain(value: object) -> str:
    """What JSON has no form for: a time in RFC 3339, anything else as its text."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def moment(at: datetime | None) -> str:
    """For people: a time in UTC to the second, `-` for none."""
    return at.isoformat(timespec="seconds") if at else "-"


class Moment(click.ParamType[datetime]):
    """An RFC 3339 time with its offset."""

    name = "RFC3339"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The time, aware; wrong use when it is none."""
        try:
            found: datetime = AwareTime().deserialize(value)
        except ma.ValidationError:
            self.fail(f"{value!r} is no time with an offset, such as 2026-11-23T09:00:00+09:00.", param, ctx)
        return found


class Seconds(click.FloatRange):
    """A number in its range; click lets "nan" into every range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; wrong use when it is none."""
        found: float = super().convert(value, param, ctx)
        if isnan(found):
            self.fail(f"{value!r} is no number.", param, ctx)
        return found
