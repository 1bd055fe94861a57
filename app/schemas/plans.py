"""Plans, their exercises and sets, in and out."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from app import coach
from app.schemas.common import AwareTime, Day, Flag, Id, Kilograms, PageArgs, Whole, page_of

SOURCES = ("rule", "llm")
PLAN_STATUSES = ("ACTIVE", "DONE", "CANCELED")
SET_STATUSES = ("PENDING", "DONE", "SKIPPED", "FAILED")
SKIP_REASONS = ("pain", "time", "busy", "other")
BANDS = [band.value for band in coach.Band]


class Source(fields.String):
    """`rule` or `llm`; case and outer blanks do not matter."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip().lower()
        if text not in SOURCES:
            raise ma.ValidationError(f"Must be one of: {', '.join(SOURCES)}.")
        return text


class GenerateIn(ma.Schema):
    """Which day of whose calendar, and who makes the plan; `source` and `plan_source` mean the same."""

    user_id = Id(required=True)
    target_date = Day(required=True)
    source = Source(metadata={"example": "rule", "description": "`rule` (default) or `llm`, any case."})
    plan_source = Source(metadata={"example": "rule", "description": "Another name for `source`."})
    force = Flag(load_default=False, metadata={"description": "Train although the calendar says rest."})

    @ma.post_load
    def one_source(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Both names become `source`; two different values are an error."""
        given = {name: data.pop(name) for name in ("source", "plan_source") if name in data}
        if len(set(given.values())) > 1:
            raise ma.ValidationError({"plan_source": ["Differs from source."]})
        return data | {"source": next(iter(given.values()), "rule")}


class SetOut(ma.Schema):
    """One set and how it ended."""

    set_no = Whole(1, 100, required=True)
    status = fields.String(required=True, validate=validate.OneOf(SET_STATUSES))
    performed_reps = fields.Integer(required=True, allow_none=True)
    performed_seconds = fields.Integer(required=True, allow_none=True)
    performed_weight_kg = Kilograms(required=True, allow_none=True)
    performed_band = fields.String(required=True, allow_none=True)
    actual_rest_sec = fields.Integer(required=True, allow_none=True)
    rir = fields.Integer(required=True, allow_none=True)
    skip_reason = fields.String(required=True, allow_none=True)


class SessionOut(ma.Schema):
    """One exercise of the day. Reps and seconds of `per_side` are for one side."""

    id = Id(required=True)
    order_no = fields.Integer(required=True)
    exercise = fields.String(required=True)
    exercise_name = fields.String(required=True)
    body_part = fields.String(required=True)
    target_sets = fields.Integer(required=True)
    target_reps = fields.Integer(required=True, allow_none=True)
    target_seconds = fields.Integer(required=True, allow_none=True)
    target_weight_kg = Kilograms(required=True, allow_none=True)
    target_rest_sec = fields.Integer(required=True)
    target_band = fields.String(required=True, allow_none=True)
    per_side = fields.Boolean(required=True)
    target_rir = fields.Integer(required=True)
    tier = fields.String(required=True, validate=validate.OneOf([tier.value for tier in coach.Tier]))
    notes = fields.String(required=True)
    sets = fields.List(fields.Nested(SetOut), required=True)


class PlanNotificationOut(ma.Schema):
    """The message that announces the plan, in the trainee's own time."""

    id = Id(required=True)
    status = fields.String(required=True)
    schedule_at = AwareTime(required=True)


class PlanOut(ma.Schema):
    """One day's plan."""

    id = Id(required=True)
    user_id = Id(required=True)
    target_date = Day(required=True)
    source = fields.String(required=True, validate=validate.OneOf(SOURCES))
    requested_source = fields.String(required=True, validate=validate.OneOf(SOURCES))
    fallback_reason = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(PLAN_STATUSES))
    kind = fields.String(required=True, validate=validate.OneOf(("training", "active", "rest")))
    summary = fields.String(required=True)
    estimated_minutes = fields.Integer(required=True)
    sessions = fields.List(fields.Nested(SessionOut), required=True)
    notification = fields.Nested(PlanNotificationOut, required=True, allow_none=True)


class PlanFilter(PageArgs):
    """Whose plans, and of which days."""

    user_id = Id(required=True, metadata={"example": "0198f0a0-0000-7000-8000-000000000001"})
    from_date = Day(data_key="from", metadata={"example": "2026-11-16"})
    to_date = Day(data_key="to", metadata={"example": "2026-11-23"})


class Pain(ma.Schema):
    """Where it hurt and how much, 1 to 10."""

    area = fields.String(required=True, validate=validate.OneOf([area.value for area in coach.Area]))
    score = Whole(1, 10, required=True)


class SetReportIn(ma.Schema):
    """How a set ended. `DONE` without numbers is as prescribed, `FAILED` without reps is none."""

    status = fields.String(required=True, validate=validate.OneOf(SET_STATUSES[1:]))
    performed_reps = Whole(0, 100, allow_none=True)
    performed_seconds = Whole(0, 7200, allow_none=True)
    performed_weight_kg = Kilograms(500, allow_none=True)
    performed_band = fields.String(validate=validate.OneOf(BANDS), allow_none=True)
    actual_rest_sec = Whole(0, 3600, allow_none=True)
    rir = Whole(0, 10, allow_none=True)
    skip_reason = fields.String(validate=validate.OneOf(SKIP_REASONS), allow_none=True)
    pain = fields.Nested(Pain)


class NextSetOut(ma.Schema):
    """The next pending set; `offered_weight_kg` is below the target after a set that fell far short."""

    session_id = Id(required=True)
    set_no = fields.Integer(required=True)
    status = fields.String(required=True)
    exercise = fields.String(required=True)
    exercise_name = fields.String(required=True)
    target_reps = fields.Integer(required=True, allow_none=True)
    target_seconds = fields.Integer(required=True, allow_none=True)
    target_weight_kg = Kilograms(required=True, allow_none=True)
    target_band = fields.String(required=True, allow_none=True)
    target_rest_sec = fields.Integer(required=True)
    offered_weight_kg = Kilograms(required=True, allow_none=True)


class SetReportOut(ma.Schema):
    """The set as recorded, what comes next, and whether the plan changed (pain may add exercises)."""

    set = fields.Nested(SetOut, required=True)
    next = fields.Nested(NextSetOut, required=True, allow_none=True)
    plan_status = fields.String(required=True, validate=validate.OneOf(PLAN_STATUSES))
    plan_changed = fields.Boolean(required=True)


class SummaryFilter(ma.Schema):
    """Which days: a week up to today on the trainee's calendar, unless said."""

    from_date = Day(data_key="from", metadata={"example": "2026-11-16"})
    to_date = Day(data_key="to", metadata={"example": "2026-11-23"})


class DaySummaryOut(ma.Schema):
    """One day in figures. Volume is kg × reps, both sides, of done and failed sets.

    `one_rep_maxes`: by exercise, the best estimate of the day in kg (Epley, of sets of 1 to 12 reps).
    """

    date = Day(required=True)
    planned_sets = fields.Integer(required=True)
    done_sets = fields.Integer(required=True)
    skipped_sets = fields.Integer(required=True)
    failed_sets = fields.Integer(required=True)
    volume_kg = Kilograms(10_000_000, required=True)
    minutes = fields.Integer(required=True)
    streak = fields.Integer(required=True)
    one_rep_maxes = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)


PlanPage = page_of(PlanOut)
DaySummaryPage = page_of(DaySummaryOut)
