"""What an LLM may answer: its schema, and the answer read strictly."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from app.coach.types import Band

MOST_ITEMS = 10

PROPOSAL_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["items", "note"],
    "properties": {
        "items": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_ITEMS,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["slug", "sets", "reps", "seconds", "kg", "band", "rest_s", "rir"],
                "properties": {
                    "slug": {"type": "string", "description": "an exercise from the candidates"},
                    "sets": {"type": "integer"},
                    "reps": {"type": ["integer", "null"], "description": "a set; for one side if one-sided"},
                    "seconds": {
                        "type": ["integer", "null"],
                        "description": "instead of reps, for timed work",
                    },
                    "kg": {"type": ["number", "null"], "description": "null for bands and body weight"},
                    "band": {"type": ["string", "null"], "enum": ["LIGHT", "MEDIUM", "HEAVY", None]},
                    "rest_s": {"type": "integer", "description": "seconds between sets"},
                    "rir": {"type": "integer", "description": "repetitions in reserve"},
                },
            },
        },
        "note": {"type": "string", "description": "Korean, for the trainee, at most 200 characters"},
    },
}
"""Strict JSON Schema of a proposal: items in the order in which they are to be done, and a note."""

FIELDS = frozenset({"slug", "sets", "reps", "seconds", "kg", "band", "rest_s", "rir"})


@dataclass(frozen=True, slots=True)
class Proposed:
    """One proposed item; see the schema."""

    slug: str
    sets: int
    reps: int | None
    seconds: int | None
    kg: Decimal | None
    band: Band | None
    rest_s: int
    rir: int


class BrokenProposal(ValueError):
    """The proposal is not of the schema; the text says where."""


def parse(proposal: object) -> tuple[list[Proposed], str]:
    """The items and the note. Raises `BrokenProposal`.

    Numbers may be int, float or Decimal: a float is taken at its shortest decimal spelling, `8.0` is an
    integer.
    """
    if not isinstance(proposal, Mapping) or set(proposal) != {"items", "note"}:
        raise BrokenProposal("the proposal must be an object of items and note")
    items, note = proposal["items"], proposal["note"]
    if not isinstance(note, str):
        raise BrokenProposal("note must be a string")
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_ITEMS:
        raise BrokenProposal(f"items must be a list of 1 to {MOST_ITEMS}")
    return [_item(entry, number) for number, entry in enumerate(items)], note


def _item(entry: object, number: int) -> Proposed:
    if not isinstance(entry, Mapping) or set(entry) != FIELDS:
        raise BrokenProposal(f"items/{number} must have exactly {', '.join(sorted(FIELDS))}")
    slug, band = entry["slug"], entry["band"]
    if not isinstance(slug, str):
        raise BrokenProposal(f"items/{number}/slug must be a string")
    if band is not None and (not isinstance(band, str) or band not in list(Band)):
        raise BrokenProposal(f"items/{number}/band must be LIGHT, MEDIUM, HEAVY or null")
    return Proposed(
        slug=slug,
        sets=_whole(entry, "sets", number),
        reps=None if entry["reps"] is None else _whole(entry, "reps", number),
        seconds=None if entry["seconds"] is None else _whole(entry, "seconds", number),
        kg=None if entry["kg"] is None else _number(entry, "kg", number),
        band=None if band is None else Band(band),
        rest_s=_whole(entry, "rest_s", number),
        rir=_whole(entry, "rir", number),
    )


def _number(entry: Mapping[str, Any], name: str, number: int) -> Decimal:
    value = entry[name]
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise BrokenProposal(f"items/{number}/{name} must be a number")
    try:
        found = Decimal(str(value))
    except (InvalidOperation, ValueError) as error:
        raise BrokenProposal(f"items/{number}/{name} is too long a number") from error
    if not found.is_finite() or abs(found) >= 1_000_000:
        raise BrokenProposal(f"items/{number}/{name} is out of this world")
    return found


def _whole(entry: Mapping[str, Any], name: str, number: int) -> int:
    found = _number(entry, name, number)
    if found != int(found):
        raise BrokenProposal(f"items/{number}/{name} must be an integer")
    return int(found)
