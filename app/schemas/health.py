"""Health and readiness."""

from marshmallow import Schema, fields, validate


class HealthOut(Schema):
    """The process answers."""

    status = fields.String(required=True, validate=validate.OneOf(["ok"]))
    version = fields.String(required=True)


class CheckOut(Schema):
    """One check; each has those of the optional members that make sense for it."""

    status = fields.String(required=True, validate=validate.OneOf(["ok", "degraded", "failed"]))
    detail = fields.String()
    count = fields.Integer()
    missing = fields.List(fields.String())
    drift = fields.List(fields.String())


class MigrationsOut(CheckOut):
    """The database's revision beside the code's."""

    current = fields.String(required=True, allow_none=True)
    head = fields.String(required=True)
    state = fields.String(validate=validate.OneOf(["current", "behind", "ahead", "unknown"]))


class ChecksOut(Schema):
    """The first three decide; the others only tell."""

    database = fields.Nested(CheckOut, required=True)
    migrations = fields.Nested(MigrationsOut, required=True)
    schema = fields.Nested(CheckOut, required=True)
    redis = fields.Nested(CheckOut, required=True)
    worker = fields.Nested(CheckOut, required=True)
    scheduler = fields.Nested(CheckOut, required=True)


class ReadinessOut(Schema):
    """Whether traffic may come here."""

    status = fields.String(required=True, validate=validate.OneOf(["ready", "not_ready"]))
    checks = fields.Nested(ChecksOut, required=True)
