"""What providers get as an answer; only the status counts for them."""

from marshmallow import Schema, fields, validate


class AckOut(Schema):
    """Taken."""

    status = fields.String(required=True, validate=validate.OneOf(["ok"]))
