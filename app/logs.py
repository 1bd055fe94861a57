"""Logs: one JSON object a line on stdout, without phone numbers, tokens, query strings or message text."""

import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any
from urllib.parse import quote, quote_plus

from flask import Flask, g, has_request_context, request

MAX_TEXT = 8000
IDS_A_LINE = 100  # some platforms cut a line at 10 kB
SHORTEST_SECRET = 6  # a shorter one would be found in ordinary words
# These write to handlers of their own, or (werkzeug) log whole addresses with their queries.
LEVELS = {
    "alembic": "INFO",
    "gunicorn.access": "WARNING",
    "gunicorn.error": "INFO",
    "rq.queue": "INFO",
    "rq.scheduler": "INFO",
    "rq.worker": "INFO",
    "urllib3": "WARNING",
    "werkzeug": "WARNING",
}
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
SECRETS = (
    (r"\b(Bearer|KakaoAK|Basic)\s+\S+", r"\1 ***"),
    (r"(/t/)[\w.~-]+", r"\1***"),
    # No scheme before the first, and no address beyond the next: else long texts would take a square of time.
    (r"(://)[^\s/?#'\"]*@", r"\1***@"),
    (r"(https?://(?:(?!https?://)[^\s?#'\"])*)\?[^\s'\"]*", r"\1?***"),
    # PostgreSQL quotes whole rows here, up to the next line that SQLAlchemy or traceback writes.
    (r"(?ms)^(DETAIL|CONTEXT):.*?(?=^\[SQL|^\(Background|^The above|^During|^Traceback|\Z)", "\\1: ***\n"),
)
NUMBERS = re.compile(
    r"(?P<id>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"  # a UUID stays
    r"|(?:\+?82[-. ]?|0)1[016789][-. ]?\d{3,4}[-. ]?\d{4}|\d{9,}"
)
_bound: ContextVar[dict[str, Any]] = ContextVar("bound")


class _Hidden:
    """The secrets of this process, as one pattern; also as they stand in an address."""

    def __init__(self) -> None:
        self.texts: set[str] = set()
        self.pattern: re.Pattern[str] | None = None

    def add(self, texts: Iterable[str]) -> None:
        spelled = {form for text in texts for form in (text, quote(text, safe=""), quote_plus(text))}
        self.texts |= {text for text in spelled if len(text) >= SHORTEST_SECRET}
        longest_first = sorted(self.texts, key=lambda text: (-len(text), text))
        self.pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


_hidden = _Hidden()


class App(Flask):
    """Flask that reports an unhandled exception by its route, not by a path with a token in it."""

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        """Write the one line about an exception that becomes a 500."""
        self.logger.error("unhandled exception", exc_info=exc_info)


class JsonLines(logging.Formatter):
    """Everything given as `extra=` becomes a member of the object."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": mask(record.getMessage()),
            "logger": record.name,
            **_bound.get({}),
            **_request_fields(),
        }
        extras = {key: value for key, value in vars(record).items() if key not in STANDARD}
        line |= {key: _masked(value) for key, value in extras.items()}
        if record.exc_info and record.exc_info[0]:
            line["exception"] = mask(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=lambda value: mask(str(value)))


class Stdout(logging.Handler):
    """Writes to whatever `sys.stdout` is at the time."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; a failure is handled as `logging` does."""
        try:
            sys.stdout.write(self.format(record) + "\n")
            sys.stdout.flush()
        except (OSError, TypeError, ValueError):
            self.handleError(record)


def configure(level: str) -> None:
    """Send every logger of this process to stdout as JSON; safe to call again."""
    root = logging.getLogger()
    if not any(isinstance(handler, Stdout) for handler in root.handlers):
        root.addHandler(Stdout())
    root.setLevel(level)
    numbers = logging.getLevelNamesMapping()
    for name, lowest in LEVELS.items():
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(max(numbers[level], numbers[lowest]))


def gunicorn_config(level: str) -> dict[str, Any]:
    """`logconfig_dict` for gunicorn, whose master logs before it has loaded the app."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"stdout": {"()": "app.logs.Stdout"}},
        "root": {"level": level, "handlers": ["stdout"]},
        "loggers": {
            name: {"level": lowest, "handlers": [], "propagate": True} for name, lowest in LEVELS.items()
        },
    }


def hide(secrets: Iterable[str]) -> None:
    """Mask these texts, and those before, in whatever this process logs from now on."""
    _hidden.add(secrets)


@contextmanager
def bound(**fields: Any) -> Iterator[None]:
    """Put these members (`job=…`, `request_id=…`) on every line logged inside."""
    token = _bound.set({**_bound.get({}), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


def about(logger: logging.Logger, event: str, request_ids: Iterable[str | None], **fields: Any) -> None:
    """Log what was done for many at once, with the ids of the requests that began it (`request_ids`).

    So one id finds the request, the call to the provider and its receipt. More ids than one line holds go on
    in further lines, which are the same but for `part`.
    """
    ids = sorted({each for each in request_ids if each})
    for part, start in enumerate(range(0, max(len(ids), 1), IDS_A_LINE), 1):
        more = {"part": part} if part > 1 else {}
        logger.info(event, extra=fields | {"request_ids": ids[start : start + IDS_A_LINE]} | more)


def mask(text: str) -> str:
    """The text without what must not be in a log; ids survive."""
    if _hidden.pattern:
        text = _hidden.pattern.sub("***", text)
    for pattern, replacement in SECRETS:
        text = re.sub(pattern, replacement, text)
    text = NUMBERS.sub(lambda found: found["id"] or "***", text)
    return text if len(text) <= MAX_TEXT else f"{text[:1000]} … {text[1000 - MAX_TEXT :]}"


def _masked(value: Any) -> Any:
    """The same value with every text in it masked, however deep."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {mask(str(key)): _masked(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(inner) for inner in value]
    return value


def _request_fields() -> dict[str, Any]:
    if not has_request_context():
        return {}
    rule = request.url_rule.rule if request.url_rule else None
    return {"request_id": mask(g.get("request_id", "")) or None, "route": rule, "method": request.method}
