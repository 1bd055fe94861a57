"""The page at `/`: what the trainees received, as chat bubbles.

Its script reads `/_sandbox/messages`; the page itself holds no data.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app

blueprint = Blueprint("page", __name__)


@blueprint.get("/")
def show() -> Response:
    response = current_app.send_static_file("page.html")
    response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
