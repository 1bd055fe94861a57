"""How the text of an environment variable is read: each kind says what it expects and parses it."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from redis.connection import parse_url
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
PORTS = range(1, 65_536)
POSTGRES = ("postgres", "postgresql", "postgresql+psycopg2")


class Kind(NamedTuple):
    """`parse` returns the value or raises ValueError; `expects` completes "must be …".

    `unset` is the value of a name that is neither given nor has a default.
    """

    expects: str
    parse: Callable[[str], Any]
    unset: Any = None


def integer(low: int, high: int) -> Kind:
    """A whole number from `low` to `high`."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text) or not low <= int(text) <= high:
            raise ValueError
        return int(text)

    return Kind(f"a whole number from {low} to {high}", parse)


def number(low: float, high: float) -> Kind:
    """A number from `low` to `high`, in plain decimal notation."""

    def parse(text: str) -> float:
        if not re.fullmatch(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?", text) or not low <= float(text) <= high:
            raise ValueError
        return float(text)

    return Kind(f"a number from {low:g} to {high:g}", parse)


def boolean() -> Kind:
    """A switch."""

    def parse(text: str) -> bool:
        if text.lower() not in YES + NO:
            raise ValueError
        return text.lower() in YES

    return Kind("1 or 0", parse)


def choice(*words: str) -> Kind:
    """One of some words, in any case; the value is the word as it is written here."""

    def parse(text: str) -> str:
        found = [word for word in words if word.lower() == text.lower()]
        if not found:
            raise ValueError
        return found[0]

    return Kind("one of " + ", ".join(words), parse)


def word() -> Kind:
    """A name, code or token."""
    return Kind("visible ASCII characters without blanks", _visible)


def words(min_length: int = 1) -> Kind:
    """Tokens, comma-separated for rotation."""

    def parse(text: str) -> list[str]:
        values = [_visible(part) for part in _parts(text)]
        if min(map(len, values), default=0) < min_length:
            raise ValueError
        return values

    length = f", each {min_length} characters or longer" if min_length > 1 else ""
    return Kind(f"visible ASCII values, comma-separated{length}", parse, unset=[])


def phone_numbers() -> Kind:
    """Korean mobile numbers in any usual spelling, comma-separated; the value is digits."""

    def parse(text: str) -> list[str]:
        numbers = [re.sub(r"\D", "", re.sub(r"^\+?82[ -]?0?", "0", part)) for part in _parts(text)]
        if not all(re.fullmatch(r"01[016789][0-9]{7,8}", each) for each in numbers):
            raise ValueError
        return numbers

    return Kind("Korean mobile numbers, comma-separated", parse, unset=[])


def address(*schemes: str) -> Kind:
    """The base address of a web service; the value has no slash at its end."""

    def parse(text: str) -> str:
        parts = urlsplit(_visible(text))
        extras = parts.query or parts.fragment or parts.username or parts.password
        if parts.scheme not in schemes or not parts.hostname or extras or parts.port == 0:
            raise ValueError
        return text.rstrip("/")

    return Kind(f"an address with {' or '.join(schemes)}, without user or query", parse)


def database_url() -> Kind:
    """A PostgreSQL address; the value names the driver, which plain SQLAlchemy 2.1 would guess wrong."""

    def parse(text: str) -> str:
        try:
            url = make_url(text)
        except ArgumentError as error:
            raise ValueError from error
        if url.drivername not in POSTGRES or not url.database:
            raise ValueError
        if url.port is not None and url.port not in PORTS:
            raise ValueError
        return url.set(drivername=POSTGRES[-1]).render_as_string(hide_password=False)

    return Kind("postgresql://user:password@host:port/database", parse)


def redis_url() -> Kind:
    """A Redis address: plain, over TLS, or a unix socket."""

    def parse(text: str) -> str:
        if not {"host", "path"} & set(parse_url(_visible(text))):  # type: ignore[no-untyped-call]
            raise ValueError
        return text

    return Kind("redis://, rediss:// or unix:// with a host or a path", parse)


def redis_password(url: str) -> str | None:
    """The password in a Redis address, wherever it stands there."""
    found: str | None = parse_url(url).get("password")  # type: ignore[no-untyped-call]
    return found


def _visible(text: str) -> str:
    if not re.fullmatch(r"[!-~]+", text):
        raise ValueError
    return text


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
