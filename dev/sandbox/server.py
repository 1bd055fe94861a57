"""The Flask app, and a threaded server for it that can drop a connection with a RST."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Any

from flask import Flask, Response
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from dev.sandbox import chat, control, dealer, llm, memo, page
from dev.sandbox.faults import RESET, arm_reset, as_json, dealer_header
from dev.sandbox.state import Settings, State
from dev.sandbox.webhooks import Webhooks

HANDLER = "sandbox.handler"


def create_app(settings: Settings | None = None) -> Flask:
    """The whole sandbox as one app, with its state and its webhook threads."""
    app = Flask("dev.sandbox", static_folder="static")
    state = State(settings or Settings())
    webhooks = Webhooks(state)
    webhooks.start()
    app.extensions.update({"sandbox": state, "sandbox-webhooks": webhooks})
    for module in (chat, control, dealer, llm, memo, page):
        app.register_blueprint(module.blueprint)
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "ok"})
    app.register_error_handler(404, _no_such_path)
    app.wsgi_app = DroppingApp(app.wsgi_app)  # type: ignore[method-assign]
    return app


def _no_such_path(error: Any) -> Response:
    """The dealer's answer for a call it does not have (NHN Cloud, error-code)."""
    return as_json({"header": dealer_header(-9998)}, 404)


class DroppingApp:
    """Turns the mark that a view left in the environ into a dropped connection."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer: Iterable[bytes] = self.app(environ, start_response)
        if environ.get(RESET):
            environ[HANDLER].reset_connection()
        return answer


class Handler(WSGIRequestHandler):
    """Quiet, and able to end its connection with a RST."""

    def make_environ(self) -> dict[str, Any]:
        return {**super().make_environ(), HANDLER: self}

    def reset_connection(self) -> None:
        self.close_connection = True
        arm_reset(self.connection)
        raise ConnectionAbortedError("scripted reset")  # werkzeug then writes nothing and closes

    def log_request(self, *args: Any) -> None:
        pass


class Server(ThreadedWSGIServer):
    """One thread a connection."""

    request_queue_size = 512

    def shutdown_request(self, request: Any) -> None:
        """As in socketserver, but an armed socket is closed without the FIN of an orderly shutdown."""
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER):
            request.close()
        else:
            super().shutdown_request(request)


def make_server(app: Flask, host: str, port: int) -> Server:
    return Server(host, port, app, Handler)
