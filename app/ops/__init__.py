"""`flask ops`: what operators do and check from a shell; one module a family of commands."""

from flask import Flask
from flask.cli import AppGroup

from app.ops import (
    daily,
    guardrail,
    log,
    preflight,
    provider_codes,
    review,
    rollback_check,
    smoke,
    verify_schema,
    webhook_check,
)

ops = AppGroup(
    "ops",
    help="""Look after the running service.

    Each command prints one line a check or row: ok or FAIL, its name, and what there is to say. It ends with
    0 when all is well, with 1 when a check failed or something was refused, and with 2 when it was called
    wrongly. With --json it prints one JSON document instead:
    {"ok": …, "lines": [{"ok", "name", "detail", "data"}, …]}. Secrets are never printed.""",
)
ops.add_command(guardrail.group)
ops.add_command(review.group)
ops.add_command(provider_codes.provider_codes)
ops.add_command(preflight.preflight)
ops.add_command(smoke.smoke)
ops.add_command(webhook_check.webhook_check)
ops.add_command(daily.daily)
ops.add_command(verify_schema.verify_schema)
ops.add_command(rollback_check.rollback_check)
ops.add_command(log.group)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(ops)
