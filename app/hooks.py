"""What happens around every request: its id, the limit on its body, security headers, what is noted of it."""

import logging
import re
from time import perf_counter
from uuid import uuid4

from flask import Flask, Request, Response, current_app, g, request
from flask.sessions import SessionInterface

from app import metrics
from app.errors import NotFound, TooLarge

log = logging.getLogger(__name__)
REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
# A view that serves a page sets its own policy and caching; these are for JSON.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# A year. Not for subdomains, which may be somebody else's; browsers heed it over https only.
STRICT_TRANSPORT = {"Strict-Transport-Security": "max-age=31536000"}


class NoSessions(SessionInterface):
    """Nobody is known by a cookie; Flask's own sessions look for one in every request."""

    def open_session(self, app: Flask, request: Request) -> None:
        """None: a view that wants a session gets an error."""
        return


def init_app(app: Flask) -> None:
    """Flask runs what comes after a request in reverse order: the log line is the last."""
    app.session_interface = NoSessions()
    over_https = app.config["PUBLIC_BASE_URL"].startswith("https://")
    app.extensions["answer_headers"] = HEADERS | (STRICT_TRANSPORT if over_https else {})
    app.before_request(_begin)
    app.before_request(_refuse)
    app.after_request(_log)
    app.after_request(_add_headers)


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.started = perf_counter()
    g.request_id = given if REQUEST_ID.fullmatch(given) else str(uuid4())


def _refuse() -> None:
    """Refuse what no view should see: NUL characters in an address, and a body over its route's limit."""
    if "\x00" in request.path:
        raise NotFound("There is nothing at this address.")
    view = current_app.view_functions.get(request.endpoint or "")
    limit = getattr(view, "max_body", None) or current_app.config["MAX_CONTENT_LENGTH"]
    request.max_content_length = limit + 1
    length = request.content_length
    if length is None:  # sent in chunks: werkzeug would cut it off at the limit without a word
        length = len(request.get_data())
    if length > limit:
        raise TooLarge(f"The body is larger than {limit} bytes.")


def _add_headers(response: Response) -> Response:
    headers = response.headers
    given = {name.lower() for name, _ in headers}
    for name, value in (("X-Request-Id", g.request_id), *current_app.extensions["answer_headers"].items()):
        if name.lower() not in given:  # setdefault goes through all headers twice
            headers.add(name, value)
    return response


def _log(response: Response) -> Response:
    seconds = perf_counter() - g.started
    metrics.observe(response, seconds)
    log.info("request", extra={"status": response.status_code, "ms": round(seconds * 1000, 1)})
    return response
