"""How numbers are written for a trainee."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

BANDS: Mapping[str, str] = {"LIGHT": "가벼운 밴드", "MEDIUM": "중간 밴드", "HEAVY": "강한 밴드"}
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


def kg(value: Decimal) -> str:
    """`42.5kg`, without zeros that say nothing."""
    return f"{value.normalize():f}kg"


def volume(value: Decimal) -> str:
    """`1,234kg`."""
    return f"{round(value):,}kg"


def duration(seconds: int) -> str:
    """`45초`, `2분`, `1분 30초`."""
    minutes, rest = divmod(seconds, 60)
    parts = [f"{minutes}분"] if minutes else []
    return " ".join(parts + ([f"{rest}초"] if rest or not minutes else []))


def dose(reps: int | None, seconds: int | None, weight_kg: Decimal | None, band: str | None) -> str:
    """`8회 × 12kg`, `30초`, `12회 · 가벼운 밴드`."""
    amount = duration(seconds) if seconds is not None else f"{reps or 0}회"
    if weight_kg is not None:
        return f"{amount} × {kg(weight_kg)}"
    return f"{amount} · {BANDS[band]}" if band else amount


def target(exercise: Any, offered_kg: Decimal | None = None) -> str:
    """What to do in each set of an exercise: `한쪽 10회 × 8kg`."""
    weight = exercise.target_weight_kg if offered_kg is None else offered_kg
    said = dose(exercise.target_reps, exercise.target_seconds, weight, exercise.target_band)
    return f"한쪽 {said}" if exercise.per_side else said


def performed(row: Any) -> str:
    """How a set ended: `8회 × 12kg`, `건너뜀`."""
    if row.status == "SKIPPED":
        return "건너뜀"
    said = dose(row.performed_reps, row.performed_seconds, row.performed_weight_kg, row.performed_band)
    return f"실패 {said}" if row.status == "FAILED" else said


def has_batchim(word: str) -> bool:
    """Whether a Korean word ends in a consonant, which chooses its particle."""
    last = word[-1:]
    return "가" <= last <= "힣" and (ord(last) - ord("가")) % 28 != 0


def with_particle(word: str, pair: str) -> str:
    """`무릎을`, `허리를`: `pair` is `을를`, `이가`, `은는` or `과와`, after a consonant and after a vowel."""
    return word + (pair[0] if has_batchim(word) else pair[1])
