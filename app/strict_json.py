"""JSON from outside, down to what the database can hold: used for every body, a provider's too."""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from math import isfinite
from typing import Any, NoReturn
from urllib.parse import quote

from app.errors import InvalidInput

Place = tuple[()] | tuple[Any, object]
MAX_DEPTH = 64
MAX_ERRORS = 50
INT64 = range(-(2**63), 2**63)
SURROGATE = re.compile("[\ud800-\udfff]")


def loads(raw: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises InvalidInput for anything that is not JSON (NaN and Infinity too) and for what PostgreSQL
    cannot store: NUL characters, lone surrogates, numbers out of 64 bits, nesting without end.
    """
    try:
        value = json.loads(raw.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("The body is not valid JSON.") from error
    errors = list(islice(_faults(value), MAX_ERRORS))
    if errors:
        raise InvalidInput("The body holds values that cannot be stored.", errors)
    return value


def text_fault(text: str) -> str | None:
    """Why the database cannot store this text, or None."""
    if "\x00" in text:
        return "Contains a NUL character."
    if not text.isascii() and SURROGATE.search(text):
        return "Contains a lone surrogate."
    return None


def check_pairs(pairs: Iterable[tuple[str, str]], *, once: bool = False) -> None:
    """Raise InvalidInput for texts of a query or a form that cannot be stored, and for names given twice."""
    errors, seen = [], set()
    for name, value in pairs:
        fault = text_fault(name + value) or ("Given more than once." if once and name in seen else None)
        seen.add(name)
        if fault:
            errors.append({"pointer": "#" + pointer_step(name), "detail": fault})
    if errors:
        raise InvalidInput("The request holds values that cannot be taken.", errors[:MAX_ERRORS])


def pointer_step(key: object) -> str:
    """One step of a JSON pointer in a URI fragment (RFC 6901, sections 3 and 6)."""
    escaped = str(key).replace("~", "~0").replace("/", "~1")
    return "/" + quote(escaped, safe="~!$&'()*+,;=:@", errors="replace")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _faults(value: Any) -> Iterator[dict[str, str]]:
    """Walks without recursion: a deep body must not end in a stack overflow.

    A place is its key behind that of what it is in; pointers are made only of those at fault, for they take
    longer than the rest.
    """
    waiting: list[tuple[Any, Place, int]] = [(value, (), 0)]
    while waiting:
        value, place, depth = waiting.pop()
        if isinstance(value, (dict, list)):
            if depth == MAX_DEPTH:
                yield {"pointer": _pointer(place), "detail": "Nested too deeply."}
                continue
            pairs = list(value.items() if isinstance(value, dict) else enumerate(value))
            waiting += [(inner, (place, key), depth + 1) for key, inner in reversed(pairs)]
            waiting += [(key, place, depth + 1) for key, _ in pairs if isinstance(key, str)]
        elif fault := _scalar_fault(value):
            yield {"pointer": _pointer(place), "detail": fault}


def _pointer(place: Place) -> str:
    steps = []
    while place:
        place, key = place
        steps.append(pointer_step(key))
    return "#" + "".join(reversed(steps))


def _scalar_fault(value: Any) -> str | None:
    if isinstance(value, str):
        return text_fault(value)
    if isinstance(value, int) and value not in INT64:
        return "The number is out of range."
    if isinstance(value, float) and not isfinite(value):
        return "The number is out of range."
    return None
