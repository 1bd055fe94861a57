"""The forms of the trainee's page: texts as a browser sends them, turned into a report."""

import re
from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

import marshmallow as ma
from marshmallow import fields

from app.errors import InvalidInput
from app.schemas.plans import SetReportIn

NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
COMMA = re.compile(r"(\d{1,3}),(\d{1,2})", re.ASCII)  # many a phone's keyboard for decimals has no point
NUMBERS = ("performed_reps", "performed_seconds", "performed_weight_kg", "actual_rest_sec", "rir")


class SetForm(ma.Schema):
    """How a set ended, as text; an empty field is as good as none."""

    status = fields.String(metadata={"example": "DONE", "description": "`DONE`, `SKIPPED` or `FAILED`."})
    performed_reps = fields.String()
    performed_seconds = fields.String()
    performed_weight_kg = fields.String()
    performed_band = fields.String()
    actual_rest_sec = fields.String()
    rir = fields.String()
    skip_reason = fields.String()
    pain_area = fields.String(metadata={"description": "With this field, area and score are required."})
    pain_score = fields.String()


class PageQuery(ma.Schema):
    """Which report the page tells about: `<session id>.<set number>`, and the area that hurts."""

    is_lenient = True  # an address that people pass on: what is odd about it says nothing

    set = fields.String(load_default="")
    pain = fields.String(load_default="")


def read_report(form: Mapping[str, str]) -> dict[str, Any]:
    """The report that a form means, as `SetReportIn` loads it.

    Raises InvalidInput with pointers by the names of the report: `#/performed_reps`, `#/pain/area`.
    """
    given = {name: text for name, typed in form.items() if (text := normalize("NFKC", typed).strip())}
    report: dict[str, Any] = {
        name: _value(name, text) for name, text in given.items() if not name.startswith("pain_")
    }
    if "pain_area" in form or report.get("skip_reason") == "pain":
        pain = {"area": given.get("pain_area"), "score": _value("score", given.get("pain_score", ""))}
        report["pain"] = {name: value for name, value in pain.items() if value}
    try:
        loaded: dict[str, Any] = SetReportIn().load(report)
    except ma.ValidationError as error:
        raise InvalidInput("The form is not valid.", _faults(error.messages_dict)) from error
    return loaded


def _value(name: str, text: str) -> str | int | float:
    """A number where one belongs; what is none stays a text, which the schema refuses."""
    if name == "performed_weight_kg":
        text = COMMA.sub(r"\1.\2", text) if COMMA.fullmatch(text) else text
    if name not in (*NUMBERS, "score") or not NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def _faults(found: Mapping[str, Any]) -> list[dict[str, str]]:
    names = [
        f"{name}/{inner}" if isinstance(messages, dict) else name
        for name, messages in found.items()
        for inner in (messages if isinstance(messages, dict) else [""])
    ]
    return [{"pointer": f"#/{name}", "detail": "Not valid."} for name in names]
