"""The application with routes that let out every secret, as a careless exception or log line would."""

import logging
import os

from app import create_app, extensions
from app.openapi import Blueprint

app = create_app()
blp = Blueprint("leaky", __name__, url_prefix="/leaky")
ALL = dict(os.environ)


@blp.get("/exception", auth="public")
def exception() -> None:
    """An unhandled exception that mentions the whole environment."""
    raise ValueError(f"cannot work with {ALL}")


@blp.get("/line", auth="public")
def line() -> dict[str, str]:
    """Log lines with it: in the sentence, as a value, and nested."""
    log = logging.getLogger("leaky")
    for value in ALL.values():
        log.error("cannot work with %s", value, extra={"setting": value, "all": [value, {"x": value}]})
    return {}


extensions.api.register_blueprint(blp)
