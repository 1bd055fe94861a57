"""Health and readiness."""

from typing import Any

from app.examples.shape import Examples

READY: dict[str, Any] = {
    "database": {"status": "ok"},
    "migrations": {
        "status": "ok",
        "current": "002_add_operability_fields",
        "head": "002_add_operability_fields",
        "state": "current",
    },
    "schema": {"status": "ok", "missing": [], "drift": []},
    "redis": {"status": "ok"},
    "worker": {"status": "ok", "count": 2},
    "scheduler": {"status": "degraded", "detail": "no clock has been seen lately"},
}

EXAMPLES = {
    "healthz": Examples(answers={200: {"status": "ok", "version": "1.0.0"}}),
    "readyz": Examples(answers={200: {"status": "ready", "checks": READY}}),
    "docs_asset": Examples(parameters={"name": "swagger-ui.css"}),
}
