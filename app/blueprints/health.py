"""Is the process alive, and may traffic come to it."""

from typing import Any

from flask import current_app

from app.config import VERSION
from app.openapi import Blueprint
from app.schemas.health import HealthOut, ReadinessOut

blp = Blueprint("health", __name__, description="For load balancers and people")


@blp.get("/healthz", auth="public")
@blp.response(200, HealthOut)
def healthz() -> dict[str, Any]:
    """Say that the process answers; touches nothing else"""
    return {"status": "ok", "version": VERSION}


@blp.get("/readyz", auth="public")
@blp.response(200, ReadinessOut)
@blp.alt_response(503, schema=ReadinessOut)
def readyz() -> tuple[dict[str, Any], int]:
    """Say whether traffic may come here, within 2 seconds"""
    ready, checks = current_app.extensions["readiness"].report()
    return {"status": "ready" if ready else "not_ready", "checks": checks}, 200 if ready else 503
