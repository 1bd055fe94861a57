"""HTTP in, HTTP out: one module a noun."""

from app.blueprints import (
    docs,
    guardrails,
    health,
    metrics,
    notifications,
    plans,
    reviews,
    skill,
    status,
    trainee,
    users,
    webhooks,
)
from app.openapi import Api

BLUEPRINTS = (
    health.blp,
    docs.blp,
    users.blp,
    plans.blp,
    trainee.blp,
    notifications.blp,
    webhooks.blp,
    skill.blp,
    guardrails.blp,
    reviews.blp,
    status.blp,
    metrics.blp,
)


def register(api: Api) -> None:
    """Add every route to the application and to its OpenAPI document."""
    for blp in BLUEPRINTS:
        api.register_blueprint(blp)  # type: ignore[no-untyped-call]
