"""What providers get as an answer; only the status counts for them."""

from marshmallow import Schema, fields, validate


class AckOut(Schema):
    """Taken."""

    status = fields.String(required=True, validate=validate.OneOf(["ok"]))


class SkillAnswerOut(Schema):
    """An answer of the chatbot's skill server, version 2.0: a template, or that it comes by callback."""

    version = fields.String(required=True, validate=validate.OneOf(["2.0"]))
    template = fields.Dict(keys=fields.String())
    useCallback = fields.Boolean()  # noqa: N815 - Kakao's name
    data = fields.Dict(keys=fields.String())
