"""Guardrails in and out."""

import marshmallow as ma
from marshmallow import fields

from app.schemas.common import AwareTime, PageArgs, Words, page_of

ANY_VALUE = {"description": "`true` or `false`, a number, or `null`: what fits this guardrail."}


class GuardrailIn(ma.Schema):
    """What a guardrail is to say, and who says so and why."""

    value = fields.Raw(required=True, allow_none=True, metadata=ANY_VALUE)
    reason = Words(required=True)
    actor = Words(required=True)
    expires_at = AwareTime(
        allow_none=True, metadata={"description": "When the default holds again; never, if not said."}
    )


class GuardrailOut(ma.Schema):
    """What holds now, and the last change, also when it has ended."""

    name = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True, metadata={"description": "What holds now."})
    default = fields.Raw(
        required=True, allow_none=True, metadata={"description": "What the environment says."}
    )
    is_set = fields.Boolean(
        required=True, metadata={"description": "False while the default holds: never set, ended or lifted."}
    )
    reason = fields.String(required=True, allow_none=True)
    actor = fields.String(required=True, allow_none=True)
    expires_at = AwareTime(required=True, allow_none=True)
    updated_at = AwareTime(required=True, allow_none=True)


class GuardrailFilter(PageArgs):
    """Which page."""


GuardrailPage = page_of(GuardrailOut)
