"""Trainees in and out."""

import re
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import marshmallow as ma
from marshmallow import fields, validate

from app import coach
from app.schemas.common import AwareTime, Day, Flag, Id, Kilograms, Table, Whole

# Korean mobile numbers as people write them: 010-1234-5678, +82 10 1234 5678, 010.1234.5678, …
_SEPARATORS = re.compile(r"[\s().\-\u2010-\u2015]")
_MOBILE = re.compile(r"01[016789][0-9]{7,8}")


class Phone(fields.String):
    """A Korean mobile number in any usual spelling; loaded as its digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = _SEPARATORS.sub("", super()._deserialize(value, attr, data, **kwargs))
        digits = re.sub(r"^\+?82(?=0?1)0?", "0", text)
        if not _MOBILE.fullmatch(digits):
            raise ma.ValidationError("Not a Korean mobile number.")
        return digits


class ClockTime(fields.Time):
    """A time of day, `HH:MM`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
            raise self.make_error("invalid", input=value, obj_type="time (HH:MM)")
        return super()._deserialize(value, attr, data, **kwargs)


@cache
def _zone_names() -> frozenset[str]:
    """Zones of the world: a machine's own `localtime` is another one elsewhere, or none."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


def _known_zone(value: str) -> None:
    if value not in _zone_names():
        raise ma.ValidationError("Not an IANA time zone name.")


def _known_exercise(value: str) -> None:
    if value not in coach.exercises():
        raise ma.ValidationError("No such exercise in the catalogue.")


def _distinct(values: list[Any]) -> None:
    if len(set(values)) < len(values):
        raise ma.ValidationError("Must not repeat.")


def _word(kind: type[StrEnum], **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.OneOf([each.value for each in kind]), **kwargs)


def _exercise(**kwargs: Any) -> fields.String:
    return fields.String(validate=_known_exercise, **kwargs)


class StoredDay(Day):
    """A date inside a JSON column: loaded as its text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return super()._deserialize(value, attr, data, **kwargs).isoformat()

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value


class StoredKilograms(Kilograms):
    """A weight inside a JSON column: checked as a weight, loaded as a JSON number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        super()._deserialize(value, attr, data, **kwargs)
        return value

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value


class Injury(ma.Schema):
    """Where it hurts, how much, and the last day on which it counts (null: until it is removed)."""

    area = _word(coach.Area, required=True)
    severity = _word(coach.Severity, required=True)
    until = StoredDay(allow_none=True, load_default=None)


class KnownLift(ma.Schema):
    """A set the trainee says they can do."""

    exercise = _exercise(required=True)
    weight_kg = StoredKilograms(required=True)
    reps = Whole(1, 100, required=True)


class Health(ma.Schema):
    """The health questionnaire (PAR-Q+ and what bears on safety)."""

    emergency_symptom = Flag(dump_default=False)
    parq_yes = Flag(dump_default=False)
    pregnant = Flag(dump_default=False)
    active_3_months = Flag(dump_default=False)
    guardian_consent = Flag(dump_default=False)
    postpartum_weeks = Whole(0, 520, allow_none=True, dump_default=None)
    clearance_on = StoredDay(allow_none=True, dump_default=None)


class CheckIn(ma.Schema):
    """How one day feels; valid on that day only. `fatigue` is 1 (fresh) to 5 (worn out)."""

    on = StoredDay(required=True)
    fatigue = Whole(1, 5, allow_none=True)
    sleep_h = StoredKilograms(24, allow_none=True)
    ill = Flag()


class ProfileIn(ma.Schema):
    """What the coach plans from. What is not named keeps its value, at first its default."""

    sex = _word(coach.Sex)
    age = Whole(10, 100)
    weight_kg = Kilograms(300, 30)
    height_cm = Kilograms(250, 100)
    experience = _word(coach.Experience)
    goal = _word(coach.Goal)
    days_per_week = Whole(1, 7)
    weekdays = fields.List(Whole(1, 7), validate=[validate.Length(max=7), _distinct])
    max_daily_minutes = Whole(10, 180)
    equipment = fields.List(_word(coach.Equipment), validate=_distinct)
    injuries = fields.List(fields.Nested(Injury), validate=validate.Length(max=20))
    excluded = fields.List(_exercise(), validate=_distinct)
    known_lifts = fields.List(fields.Nested(KnownLift), validate=validate.Length(max=100))
    loads = Table(  # type: ignore[assignment]
        keys=_word(coach.LoadType),
        values=fields.List(StoredKilograms(), validate=[validate.Length(max=200), _distinct]),
    )
    health = fields.Nested(Health)
    checkin = fields.Nested(CheckIn, allow_none=True)
    notes = fields.String(validate=validate.Length(max=500))


class ProfileOut(ProfileIn):
    """The whole profile, defaults included."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Nothing is left out of an answer."""
        field_obj.required = True


class UserPatch(ma.Schema):
    """What to change of a trainee."""

    name = fields.String(
        validate=[validate.Length(1, 50), validate.Regexp(r".*\S", error="Must not be blank.")]
    )
    kakao_user_id = fields.String(allow_none=True, validate=validate.Length(1, 70))
    phone_number = Phone(allow_none=True)
    timezone = fields.String(validate=_known_zone)
    reminder_time = ClockTime()
    notifications_enabled = Flag()
    summary_enabled = Flag()
    profile = fields.Nested(ProfileIn)


class UserIn(UserPatch):
    """A new trainee. `is_sandbox` (operators only): nothing is ever sent to them."""

    name = fields.String(
        required=True,
        validate=[validate.Length(1, 50), validate.Regexp(r".*\S", error="Must not be blank.")],
    )
    is_sandbox = Flag()


class UserOut(ma.Schema):
    """A trainee."""

    id = Id(required=True)
    name = fields.String(required=True)
    kakao_user_id = fields.String(required=True, allow_none=True)
    phone_number = fields.String(required=True, allow_none=True)
    phone_fault = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Why messages to this number fail, by the provider's word; null: they do not."
        },
    )
    timezone = fields.String(required=True)
    reminder_time = ClockTime(required=True)
    notifications_enabled = Flag(required=True)
    summary_enabled = Flag(required=True)
    is_sandbox = Flag(required=True)
    channel_state = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(["added", "blocked"]),
        metadata={"description": "What they did with the channel last; blocked: nothing is sent to them."},
    )
    unlinked_at = AwareTime(
        required=True,
        allow_none=True,
        metadata={"description": "Since when their Kakao account is unlinked: nothing is sent to them."},
    )
    profile = fields.Nested(ProfileOut, required=True)
    created_at = AwareTime(required=True)
    updated_at = AwareTime(required=True)


class Secret(fields.String):
    """A provider's token: visible ASCII; taken, never given."""

    def __init__(self, **kwargs: Any) -> None:
        visible = validate.Regexp(r"\A[!-~]{1,2048}\Z", error="Must be 1 to 2048 visible ASCII characters.")
        super().__init__(validate=visible, **kwargs)


class KakaoTokenIn(ma.Schema):
    """What Kakao Login gave for a trainee: the members of its token answer that matter, lives in seconds."""

    access_token = Secret(required=True)
    expires_in = Whole(1, 30 * 86400, required=True)
    refresh_token = Secret()
    refresh_token_expires_in = Whole(1, 366 * 86400)


class KakaoTokenOut(ma.Schema):
    """What is known of a stored token, without it."""

    user_id = Id(required=True)
    expires_at = AwareTime(required=True)
    refresh_expires_at = AwareTime(required=True, allow_none=True)
    can_refresh = Flag(required=True)


class LinkCodeOut(ma.Schema):
    """A code to type in KakaoTalk; it is shown this once."""

    code = fields.String(required=True, validate=validate.Regexp(r"^[0-9]{6}$"))
    expires_at = AwareTime(required=True)
