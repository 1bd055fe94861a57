"""Between the socket and a provider's view: log the request, then do what the rules say to it."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from flask import Response, current_app, request

from dev.sandbox.rules import Rule
from dev.sandbox.state import Received, State

RESET = "sandbox.reset"  # set in the WSGI environ: the server drops the connection with a RST


class Refused(Exception):
    """A provider says no: the JSON body and the HTTP status of its answer."""

    def __init__(self, body: dict[str, Any], status: int = 200) -> None:
        super().__init__(body)
        self.body, self.status = body, status


def the_state() -> State:
    state: State = current_app.extensions["sandbox"]
    return state


def as_json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/json")


def provider(endpoint: str) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Make a view scriptable; it takes the rule first and returns a JSON body, or raises Refused."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Response]:
        @wraps(view)
        def run(**path: Any) -> Response:
            state = the_state()
            received = _log(state, endpoint)
            rule = state.rules.take(endpoint)
            time.sleep(state.settings.latency_ms / 1000 + rule.delay_before_s)
            if rule.action == "reset_before":
                return _reset()
            if rule.action == "hang_before":
                state.hangs.wait()
            response = _answer(view, rule, path)
            if rule.action == "reset_after":
                return _reset()
            if rule.action == "hang":
                state.hangs.wait()
            time.sleep(rule.delay_after_s)
            received.status = response.status_code
            return response

        return run

    return decorate


def _log(state: State, endpoint: str) -> Received:
    received = Received(
        id=next(state.serial),
        endpoint=endpoint,
        method=request.method,
        path=request.path,
        query=request.query_string.decode(),
        headers=dict(request.headers),
        body=request.get_data(cache=True).decode(errors="replace"),
        at=state.clock.now(),
    )
    state.log(received)
    return received


def _answer(view: Callable[..., Any], rule: Rule, path: dict[str, Any]) -> Response:
    """The view's answer or the rule's; the view, and so the effect, only if the rule lets the request in."""
    response = None
    if rule.lets_in:
        try:
            response = as_json(view(rule, **path))
        except Refused as refused:
            response = as_json(refused.body, refused.status)
    if rule.replaces_answer or response is None:
        response = _scripted(rule)
    response.headers.update(rule.headers)
    return response


def _scripted(rule: Rule) -> Response:
    if rule.garbage:
        return _garbage(rule)
    if rule.header_code is not None:
        return as_json({"header": dealer_header(rule.header_code, rule.header_message)}, rule.status or 200)
    if isinstance(rule.body, str):
        return Response(rule.body, rule.status or 200, mimetype="text/plain")
    if rule.body is None:
        return Response(b"", rule.status or 200, mimetype="text/plain")
    return as_json(rule.body, rule.status or 200)


def _garbage(rule: Rule) -> Response:
    status = rule.status or 200
    if rule.garbage == "html":
        page = "<!doctype html><title>점검 중</title><h1>서비스 점검 중입니다</h1>"
        return Response(page, status, mimetype="text/html")
    if rule.garbage == "drip":
        return Response(_drip(), status, mimetype="application/json")
    bodies = {
        "truncated": b'{"header": {"resultCode": 0, "resultMess',
        "huge": b'{"filler": "' + b"x" * 5 * 1024 * 1024 + b'"}',
        "empty": b"",
    }
    return Response(bodies[rule.garbage or "empty"], status, mimetype="application/json")


def _drip() -> Iterator[bytes]:
    """A byte every tenth of a second until released, and never a complete answer."""
    hangs = the_state().hangs

    def drops() -> Iterator[bytes]:
        yield b"{"
        while not hangs.wait(0.1):
            yield b" "

    return drops()


def _reset() -> Response:
    request.environ[RESET] = True
    return Response(b"", 500)


def arm_reset(connection: socket.socket) -> None:
    """Make the next close() of the socket send a RST in place of a FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


MESSAGES = {
    0: "SUCCESS",
    -1000: "Invalid appKey.",
    -1001: "Invalid secretKey.",
    -1005: "The same 'X-NC-API-IDEMPOTENCY-KEY' was used within the last 10 minute.",
    -1028: "Blacklist can't use more than 14 characters in template value.",
    -1031: "All of receivers are failed to send.",
    -2017: "Not exist plus friend.",
    -2027: "The 'requestDate' has invalid format.",
    -3003: "Not exist template.",
    -3004: "Please check template parameter.",
    -3005: "Please check template status.",
    -5000: "RecipientNo is invalid.",
    -7000: "Vender request API is failed.",
    -9996: "Only application/json Content-type is supported.",
    -9997: "Client Error.",
    -9998: "Not exist API",
    -9999: "System error. Please inquire at support@toast.com.",
}


def dealer_header(code: int, message: str | None = None) -> dict[str, Any]:
    """The `header` of every answer of the dealer (NHN Cloud, alimtalk-api-guide and error-code)."""
    text = message or MESSAGES.get(code, f"Scripted failure {code}.")
    return {"resultCode": code, "resultMessage": text, "isSuccessful": code == 0}
