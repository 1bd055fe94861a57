"""Manual reviews in and out."""

import marshmallow as ma
from marshmallow import fields, validate

from app.schemas.common import AwareTime, Id, PageArgs, Words, page_of

SUBJECTS = ("notification", "webhook_event", "sender", "health")
STATES = ("open", "resolved")
ACTIONS = ("retry", "confirm_sent", "discard")


class ReviewDecision(ma.Schema):
    """What a human decides, why, and who it is; the action is done to all rows of the review."""

    action = fields.String(required=True, validate=validate.OneOf(ACTIONS))
    memo = Words(1000, required=True)
    actor = Words(required=True)


class ReviewOut(ma.Schema):
    """One question for a human."""

    id = Id(required=True)
    subject = fields.String(required=True, validate=validate.OneOf(SUBJECTS))
    cause = fields.String(
        required=True, metadata={"description": "What its rows have in common: kind and code, sender, user."}
    )
    reason_code = fields.String(required=True)
    detail = fields.String(required=True)
    count = fields.Integer(required=True, metadata={"description": "How often it came up."})
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    opened_at = AwareTime(required=True)
    last_seen_at = AwareTime(required=True)
    resolved_at = AwareTime(required=True, allow_none=True)
    action = fields.String(required=True, allow_none=True)
    memo = fields.String(required=True, allow_none=True)
    actor = fields.String(required=True, allow_none=True)
    subject_ids = fields.List(
        Id(), required=True, metadata={"description": "Up to 10 ids of its messages or events."}
    )


class ReviewResolved(ReviewOut):
    """The review as it is now."""

    applied = fields.Integer(required=True, metadata={"description": "How many rows the action changed."})


class ReviewFilter(PageArgs):
    """Which reviews."""

    state = fields.String(validate=validate.OneOf(STATES))
    subject = fields.String(validate=validate.OneOf(SUBJECTS))


ReviewPage = page_of(ReviewOut)
