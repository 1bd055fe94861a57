"""Fields on a route that takes none: refused like unknown fields on one that takes some."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from flask import request

from app.errors import InvalidInput
from app.strict_json import MAX_ERRORS, loads, pointer_step


def places(doc: Mapping[str, Any]) -> set[str]:
    """Where a view takes its arguments from, by what it documents: `query`, `json`, `form`."""
    return {each["in"] for each in doc.get("arguments", {}).get("parameters", ())}


def refuse(taken: Collection[str]) -> None:
    """Raise InvalidInput for a query, or a body with anything in it, where the view takes none."""
    if "query" not in taken and request.args:
        raise _unknown("query", request.args)
    body = b"" if {"json", "form"} & set(taken) else request.get_data()
    if not body:
        return
    value = loads(body)
    if not isinstance(value, dict):
        raise InvalidInput("This address takes no body.")
    if value:
        raise _unknown("body", value)


def _unknown(place: str, names: Iterable[str]) -> InvalidInput:
    errors = [{"pointer": f"#{pointer_step(name)}", "detail": "Unknown field."} for name in names]
    return InvalidInput(f"The {place} is not valid.", errors[:MAX_ERRORS])
