"""How numbers, measures and places are written for a trainee, in chat and on the page."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

AREAS: Mapping[str, str] = {
    "knee": "무릎",
    "lower_back": "허리",
    "shoulder": "어깨",
    "elbow": "팔꿈치",
    "wrist": "손목",
    "neck": "목",
    "hip": "고관절",
    "ankle": "발목",
}
BANDS: Mapping[str, str] = {"LIGHT": "가벼운 밴드", "MEDIUM": "중간 밴드", "HEAVY": "강한 밴드"}


def number(value: Decimal | int) -> str:
    """As people write it: `42.5`, `1,240`."""
    return f"{Decimal(value).normalize():,f}"


def kilograms(value: Decimal) -> str:
    """`42.5 kg`, which no line break parts."""
    return f"{number(value)}\u00a0kg"


def duration(seconds: int) -> str:
    """`45초`, `2분`, `1분 30초`."""
    minutes, rest = divmod(seconds, 60)
    said = [f"{minutes}분"] if minutes else []
    return " ".join(said + ([f"{rest}초"] if rest or not minutes else []))


def measures(kg: Decimal | None, band: str | None, reps: int | None, seconds: int | None) -> str:
    """`12 kg × 8회`, `가벼운 밴드 × 12회`, `30초`: what there is of them."""
    load = kilograms(kg) if kg is not None else BANDS.get(band or "", "")
    count = f"{reps}회" if reps is not None else duration(seconds) if seconds is not None else ""
    return "\u00a0× ".join(each for each in (load, count) if each)


def target(exercise: Any, kg: Decimal | None = None) -> str:
    """What to do in a set of an exercise's row; `kg` replaces the prescribed load."""
    load = exercise.target_weight_kg if kg is None else kg
    said = measures(load, exercise.target_band, exercise.target_reps, exercise.target_seconds)
    return f"{said} · 좌우 각각" if exercise.per_side else said


def performed(row: Any) -> str:
    """What was done in a set, as `target`; "" for one that was skipped or is pending."""
    if row.status not in ("DONE", "FAILED"):
        return ""
    return measures(row.performed_weight_kg, row.performed_band, row.performed_reps, row.performed_seconds)


def with_object(word: str) -> str:
    """The word with its particle 을 or 를, which its last sound chooses."""
    code = ord(word[-1]) - 0xAC00
    has_final = 0 <= code < 11172 and code % 28 > 0
    return f"{word}{'을' if has_final else '를'}"
