"""The service's state, for operators."""

from typing import Any

from flask import current_app

from app.domain import status
from app.errors import Unavailable
from app.extensions import db
from app.openapi import Blueprint
from app.schemas.status import StatusOut

blp = Blueprint("ops", __name__, url_prefix="/ops", description="The state of the whole service")


@blp.get("/status", auth="operator")
@blp.response(200, StatusOut)
def get_status() -> dict[str, Any]:
    """See what holds the service back, what waits, and what needs a human"""
    _, checks = current_app.extensions["readiness"].report()
    if checks["database"]["status"] != "ok":  # one that is stopped would answer never, not late
        raise Unavailable("The database does not answer; try again.")
    return status.load(db.session(), current_app.config) | {"checks": checks}
