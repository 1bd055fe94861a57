"""The service's state out."""

import marshmallow as ma
from marshmallow import fields

from app.schemas.common import AwareTime
from app.schemas.guardrails import GuardrailOut
from app.schemas.health import ChecksOut

AGE = {"description": "Seconds since the oldest was due; null when nothing waits."}


class HoldOut(ma.Schema):
    """A sender, or a kind of its messages, that is held back."""

    scope = fields.String(required=True)
    until = AwareTime(required=True, allow_none=True)
    reason_code = fields.String(required=True)
    code = fields.String(required=True)
    started_at = AwareTime(required=True)


class YieldOut(ma.Schema):
    """Attempts of the last 15 minutes, as the automatic cap counts them."""

    ended = fields.Integer(required=True)
    ok = fields.Integer(required=True)
    share = fields.Float(required=True, allow_none=True)


class QueueOut(ma.Schema):
    """What is due and waits; more than 10,000 rows are not counted."""

    name = fields.String(required=True)
    waiting = fields.Integer(required=True)
    oldest_s = fields.Float(required=True, allow_none=True, metadata=AGE)


class OpenReviewsOut(ma.Schema):
    """Open reviews of a subject."""

    subject = fields.String(required=True)
    open = fields.Integer(required=True)
    oldest_s = fields.Float(required=True)


class CollectionOut(ma.Schema):
    """Attempts of the last 24 hours, and how many of them have their answer."""

    started = fields.Integer(required=True)
    completed = fields.Integer(required=True)
    rate = fields.Float(required=True, allow_none=True)


class StatusOut(ma.Schema):
    """What an operator looks at first. `checks` are those of `/readyz`: revision, workers, scheduler."""

    guardrails = fields.List(fields.Nested(GuardrailOut), required=True)
    holds = fields.List(fields.Nested(HoldOut), required=True)
    yield_ = fields.Nested(YieldOut, required=True, data_key="yield", attribute="yield")
    queues = fields.List(fields.Nested(QueueOut), required=True)
    reviews = fields.List(fields.Nested(OpenReviewsOut), required=True)
    collection = fields.Nested(CollectionOut, required=True)
    checks = fields.Nested(ChecksOut, required=True)
