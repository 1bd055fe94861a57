"""Field types and pages that every schema shares. Input is strict: a number is a number, not a text."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import marshmallow as ma
from marshmallow import fields, validate

from app.errors import InvalidInput
from app.strict_json import INT64, text_fault

# RFC 3339, section 5.6, without leap seconds; years that the database and every client can hold.
TIME = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?"
DATETIME = re.compile(rf"\d{{4}}-\d\d-\d\d[Tt ]{TIME}([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII)
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
COUNT = re.compile(r"0|[1-9]\d{0,8}", re.ASCII)
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
YEARS = range(1900, 2200)
LOCATION = {"Location": {"required": True, "schema": {"type": "string"}}}
"""The header of an answer that says where what was made is, or where to go; always there."""

CursorValue = datetime | date | UUID | int | str


class AwareTime(fields.DateTime):
    """An RFC 3339 time with its offset; the offset it is given in is the one it is shown in."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not DATETIME.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type="RFC 3339 time with an offset")
        try:
            found = datetime.fromisoformat(value.upper())
        except ValueError as error:
            raise self.make_error("invalid", input=value, obj_type="time") from error
        if found.year not in YEARS:
            raise self.make_error("invalid", input=value, obj_type="time of our days")
        return found

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is not None and value.utcoffset() is None:
            raise ValueError(f"{attr} has no offset")
        return None if value is None else str(value.isoformat())


class Day(fields.Date):
    """`YYYY-MM-DD`, and no other spelling."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not DATE.fullmatch(value) or int(value[:4]) not in YEARS:
            raise self.make_error("invalid", input=value, obj_type="date (YYYY-MM-DD)")
        found: date = super()._deserialize(value, attr, data, **kwargs)
        return found


class Id(fields.UUID):
    """A UUID in its usual spelling."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> UUID:
        if not isinstance(value, str) or not UUID_TEXT.fullmatch(value):
            raise self.make_error("invalid_uuid")
        return UUID(value)


class Whole(fields.Integer):
    """A JSON integer from `low` to `high`, both documented; 5.0 is one, "5" and true are not."""

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(low, high), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise self.make_error("invalid", input=value)
        return int(value)


class Flag(fields.Boolean):
    """`true` or `false`, not 1, "yes" or "off"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Words(fields.String):
    """What somebody wrote: 1 to `longest` characters once outer blanks are gone."""

    def __init__(self, longest: int = 200, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(1, longest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        found: str = super()._deserialize(value, attr, data, **kwargs)
        return found.strip()


class Kilograms(fields.Decimal):
    """A JSON number from 0 to `high` with at most three decimals, as Decimal; 42.5 and 40 go out as such."""

    def __init__(self, high: int = 500, low: int = 0, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(low, high), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid", input=value)
        found = Decimal(str(value))
        if int(found.normalize().as_tuple().exponent) < -3:
            raise ma.ValidationError("Must have at most three decimals.")
        return found

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        if value is None:
            return None
        return int(value) if value == int(value) else float(value)


class Table(fields.Dict):
    """A JSON object of any keys, whose faults point to `#/table/key` as those of other objects do."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        except ma.ValidationError as error:
            if not isinstance(error.messages, dict):
                raise
            found = {key: each.get("key") or each.get("value") for key, each in error.messages.items()}
            raise ma.ValidationError(found) from error


class Count(fields.Integer):
    """A number in a query: digits, without a sign, blanks, underscores or leading zeros."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not COUNT.fullmatch(value):
            raise self.make_error("invalid", input=value)
        return int(value)


class PageArgs(ma.Schema):
    """Which page of a list; inherit it to add filters."""

    limit = Count(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(metadata={"description": "`next_cursor` of the page before."})


def page_of(item: type[ma.Schema]) -> type[ma.Schema]:
    """The schema of a page of `item`: call it once for each, at the top of a module."""
    page: dict[str, fields.Field[Any]] = {
        "items": fields.List(fields.Nested(item), required=True),
        "next_cursor": fields.String(required=True, allow_none=True),
    }
    return ma.Schema.from_dict(page, name=item.__name__.removesuffix("Out") + "Page")


def page_from(
    rows: Sequence[Any], limit: int, key: Callable[[Any], tuple[CursorValue, ...]]
) -> dict[str, Any]:
    """A page from up to `limit` + 1 rows, whose last one only says that there is more."""
    more = len(rows) > limit
    return {"items": rows[:limit], "next_cursor": encode_cursor(*key(rows[limit - 1])) if more else None}


def encode_cursor(*values: CursorValue) -> str:
    """The key of a page's last row, opaque to callers."""
    texts = [value if isinstance(value, int) else _text(value) for value in values]
    return urlsafe_b64encode(json.dumps(texts, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *types: type[CursorValue]) -> tuple[Any, ...] | None:
    """What `encode_cursor` was given, None for the first page; InvalidInput for anything else."""
    if cursor is None:
        return None
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list):
            raise TypeError
        return tuple(PARSERS[kind](value) for kind, value in zip(types, values, strict=True))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        fault = {"pointer": "#/cursor", "detail": "Not a cursor of this list."}
        raise InvalidInput("The query is not valid.", [fault]) from error


def _text(value: datetime | date | UUID | str) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _read_time(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    if found.utcoffset() is None or found.year not in YEARS:
        raise ValueError
    return found


def _read_int(value: int) -> int:
    if type(value) is not int or value not in INT64:
        raise ValueError
    return value


def _read_text(value: str) -> str:
    if not isinstance(value, str) or text_fault(value):
        raise ValueError
    return value


PARSERS: dict[type[CursorValue], Callable[[Any], CursorValue]] = {
    datetime: _read_time,
    date: date.fromisoformat,
    UUID: UUID,
    int: _read_int,
    str: _read_text,
}
