"""An item while its session is being put together: what trimming may still change."""

from dataclasses import dataclass
from decimal import Decimal

from app.coach.catalogue import Exercise
from app.coach.types import Band, Tier


@dataclass(slots=True)
class Draft:
    """See `PlannedItem`; `target` is the reps or seconds of each set."""

    slot: str
    priority: int
    exercise: Exercise
    tier: Tier
    sets: int
    target: int
    low: int
    high: int
    kg: Decimal | None
    band: Band | None
    rest_s: int
    rir: int
    caution: bool
    reasons: tuple[str, ...]
