"""Messages in and out."""

import marshmallow as ma
from marshmallow import fields, validate

from app.schemas.common import AwareTime, Id, PageArgs, Table, page_of

KINDS = ("daily_plan", "summary", "notice")
STATUSES = (
    "SCHEDULED",
    "SENDING",
    "SENT",
    "DELIVERED",
    "RETRY_SCHEDULED",
    "FAILED",
    "MANUAL_REVIEW",
    "CANCELED",
    "EXPIRED",
)


class NotificationIn(ma.Schema):
    """A notice to one trainee; the same key and body again is the same message."""

    user_id = Id(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["notice"]))
    variables = Table(
        keys=fields.String(validate=validate.Length(1, 50)),
        values=fields.String(validate=validate.Length(max=200)),
        required=True,
        metadata={"example": {"안내드리는제목": "휴관 안내", "안내드리는자세한내용": "11월 30일은 쉽니다."}},
    )
    schedule_at = AwareTime(metadata={"description": "When to send it; now, if not said."})
    idempotency_key = fields.String(required=True, validate=validate.Length(1, 200))


class ProviderCodeOut(ma.Schema):
    """One attempt: what was asked of the provider and what it answered."""

    provider = fields.String(required=True)
    attempt_no = fields.Integer(required=True)
    request_key = fields.String(required=True)
    outcome = fields.String(required=True, allow_none=True)
    provider_status_code = fields.String(required=True, allow_none=True)
    http_status = fields.Integer(required=True, allow_none=True)
    latency_ms = fields.Integer(required=True, allow_none=True)
    started_at = AwareTime(required=True)
    captured_at = AwareTime(required=True, allow_none=True)
    delivery_code = fields.String(required=True, allow_none=True)
    delivery_at = AwareTime(required=True, allow_none=True)


class NotificationOut(ma.Schema):
    """A message and its attempts, newest last."""

    id = Id(required=True)
    user_id = Id(required=True)
    plan_id = Id(required=True, allow_none=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    idempotency_key = fields.String(required=True)
    variables = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    schedule_at = AwareTime(required=True)
    expires_at = AwareTime(required=True)
    sent_at = AwareTime(required=True, allow_none=True)
    delivered_at = AwareTime(required=True, allow_none=True)
    reason_code = fields.String(required=True, allow_none=True)
    provider_response_code = fields.String(required=True, allow_none=True)
    failure_reason = fields.String(required=True, allow_none=True)
    last_error_at = AwareTime(required=True, allow_none=True)
    attempt_count = fields.Integer(required=True)
    created_at = AwareTime(required=True)
    provider_codes = fields.List(fields.Nested(ProviderCodeOut), required=True)


class NotificationFilter(PageArgs):
    """Which messages."""

    status = fields.String(validate=validate.OneOf(STATUSES))
    kind = fields.String(validate=validate.OneOf(KINDS))
    user_id = Id()


NotificationPage = page_of(NotificationOut)
