"""The forms of the trainee's page: which fields a set has, and what stands in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.domain.sets import NUMBERS
from app.domain.trainee_page import ATTEMPTED, Exercise
from app.domain.trainee_words import FAULTS, NOT_UNDERSTOOD
from app.errors import DomainError
from app.models import ExerciseSetState

EASY_TIERS = ("COND", "MOB")  # nobody counts a reserve there
# Name, label, unit, kind of keyboard and the column with its target: without one an empty field is unknown.
FIELDS = (
    ("performed_weight_kg", "무게", "kg", "decimal", "target_weight_kg"),
    ("performed_band", "밴드", "", "band", "target_band"),
    ("performed_reps", "횟수", "회", "numeric", "target_reps"),
    ("performed_seconds", "시간", "초", "numeric", "target_seconds"),
    ("rir", "여유", "RIR", "numeric", ""),
)


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that was refused: whose, what was typed, and what is wrong with each field, in Korean.

    `first_no` is the set that comes first, if that is what is wrong.
    """

    session_id: UUID
    set_no: int
    values: Mapping[str, str]
    faults: Mapping[str, str]
    first_no: int | None

    @property
    def is_pain(self) -> bool:
        return "pain_area" in self.values


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `mode` is the keyboard (`decimal`, `numeric`) or the list to choose from.

    `target` is what an empty field means, "" for nothing.
    """

    name: str
    label: str
    unit: str
    mode: str
    value: str
    target: str
    fault: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form about one set. `key` starts the ids of its fields, `path` follows the page's own address.

    `is_refused` says that it was sent and came back.
    """

    key: str
    path: str
    fields: tuple[Field, ...]
    hidden: Mapping[str, str]
    is_refused: bool

    @property
    def first_fault(self) -> str:
        """The field to correct first, "" for none."""
        return next((each.name for each in self.fields if each.fault), "")


def typed(session_id: UUID, set_no: int, values: Mapping[str, str], refusal: DomainError) -> Typed:
    """What to show again after InvalidInput or SetOrder."""
    names = [each["pointer"].removeprefix("#/") for each in refusal.extra.get("errors", [])]
    faults = {name: FAULTS.get(name, NOT_UNDERSTOOD) for name in names}
    return Typed(session_id, set_no, values, faults, refusal.extra.get("set_no"))


def set_form(exercise: Exercise, row: ExerciseSetState, sent: Typed | None) -> Form:
    """The numbers of one set: as typed, else as reported, else empty for "as prescribed".

    A load that is offered below the target stands in its field, as an empty one would mean the target.
    """
    mine = sent if sent and _is_about(sent, row) and not sent.is_pain else None
    fields = [_field(exercise, row, mine, *each) for each in FIELDS if _has(exercise, each[4])]
    names = {each.name for each in fields}
    recorded = {name: text for name, text in _recorded(row).items() if name not in names}
    return Form(f"s{exercise.row.order_no}-{row.set_no}", _path(row), tuple(fields), recorded, bool(mine))


def pain_form(exercise: Exercise, sent: Typed | None) -> Form:
    """Tell of pain in an exercise: with its next set, which is skipped, else with its last as it is."""
    row = exercise.pending or exercise.sets[-1]
    mine = sent if sent and _is_about(sent, row) and sent.is_pain else None
    fields = [_pain_field(mine, name, label) for name, label in (("area", "부위"), ("score", "정도"))]
    hidden = _recorded(row) | {"status": row.status if row.status in ATTEMPTED else "SKIPPED"}
    if hidden["status"] == "SKIPPED":
        hidden["skip_reason"] = row.skip_reason or "pain"
    return Form(f"p{exercise.row.order_no}", _path(row), tuple(fields), hidden, bool(mine))


def field_id(exercise: Exercise, sent: Typed, name: str) -> str:
    """The id of the field on the page whose fault has this name."""
    key = f"p{exercise.row.order_no}" if sent.is_pain else f"s{exercise.row.order_no}-{sent.set_no}"
    return f"{key}-{name.replace('/', '_')}"


def _is_about(sent: Typed, row: ExerciseSetState) -> bool:
    return (sent.session_id, sent.set_no) == (row.session_id, row.set_no)


def _path(row: ExerciseSetState) -> str:
    return f"sessions/{row.session_id}/sets/{row.set_no}"


def _has(exercise: Exercise, target: str) -> bool:
    if not target:
        return exercise.row.tier not in EASY_TIERS
    return getattr(exercise.row, target) is not None


def _field(
    exercise: Exercise,
    row: ExerciseSetState,
    sent: Typed | None,
    name: str,
    label: str,
    unit: str,
    mode: str,
    target: str,
) -> Field:
    value = _recorded(row).get(name, "")
    if name == "performed_weight_kg" and row.status == "PENDING" and exercise.is_lowered:
        value = _text(exercise.offered_kg)
    if sent:
        value = sent.values.get(name, "")
    fault = sent.faults.get(name, "") if sent else ""
    return Field(name, label, unit, mode, value, _text(getattr(exercise.row, target, None)), fault)


def _pain_field(sent: Typed | None, name: str, label: str) -> Field:
    value = sent.values.get(f"pain_{name}", "") if sent else ""
    fault = sent.faults.get(f"pain/{name}", "") if sent else ""
    return Field(f"pain_{name}", label, "", name, value, "", fault)


def _recorded(row: ExerciseSetState) -> dict[str, str]:
    """The numbers of a reported set as a form has them."""
    values = {name: getattr(row, name) for name in NUMBERS}
    return {name: _text(value) for name, value in values.items() if value is not None}


def _text(value: Any) -> str:
    """A number without an exponent and without zeros at its end; a word as it is."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)
