"""Metrics for Prometheus."""

import logging

from flask import Response, current_app
from sqlalchemy.exc import SQLAlchemyError

from app import metrics
from app.domain import measures
from app.domain.days import utc_now
from app.domain.measures import Measure
from app.extensions import db
from app.openapi import Blueprint

log = logging.getLogger(__name__)

blp = Blueprint("metrics", __name__, description="Metrics for Prometheus")


@blp.get("/metrics", auth="operator")
@blp.response(200, {"type": "string"}, content_type="text/plain")
def get_metrics() -> Response:
    """Read the metrics; without the database, those that need none"""
    return Response(metrics.render(_measures()), content_type=metrics.MEDIA_TYPE)


def _measures() -> list[Measure]:
    checks = current_app.extensions["readiness"].report()[1]
    found = [_seen(name, checks[name].get("count", 0)) for name in ("worker", "scheduler")]
    is_up = checks["database"]["status"] == "ok"  # one that is stopped would answer never, not late
    try:
        found += measures.measure(db.session(), current_app.config, utc_now()) if is_up else ()
    except SQLAlchemyError as error:
        log.warning("no figures of the database", extra={"error": type(error).__name__})
        is_up = False
    return [*found, Measure("coach_database_up", "Whether the database answered", {}, float(is_up))]


def _seen(name: str, count: int) -> Measure:
    return Measure("coach_heartbeats", "Processes of a kind seen lately", {"process": name}, count)
