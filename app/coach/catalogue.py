"""The exercises: read once, on first use, from `data/exercises.json`.

The file is a list of objects with the fields of `Exercise`. `rank_*` orders an exercise among its like,
lower first; `ratio_*` is the first load as a share of (capped) body weight, about half of published
untrained standards (Cooper bench norms; Kilgore strength standards, scribd.com/doc/88721457). Both are
settings of ours, not facts.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.coach.types import Area, Equipment, LoadType, Tier

BALANCE = "single_leg_balance"
"""Never chosen from the mobility exercises, only by name."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "chest": ("chest",),
    "back": ("lats", "upper_back"),
    "front_delts": ("front_delts",),
    "side_delts": ("side_delts",),
    "rear_delts": ("rear_delts",),
    "triceps": ("triceps",),
    "biceps": ("biceps",),
    "quads": ("quads",),
    "hamstrings": ("hamstrings",),
    "glutes": ("glutes", "abductors"),
    "calves": ("calves",),
    "core": ("abs", "obliques"),
}
"""Muscles by the group whose weekly sets are counted together."""

SETUP_S: Mapping[LoadType, int] = {
    LoadType.BARBELL: 120,
    LoadType.EZ_BAR: 120,
    LoadType.PLATE_MACHINE: 120,
    LoadType.DUMBBELL: 60,
    LoadType.SINGLE_DUMBBELL: 60,
    LoadType.KETTLEBELL: 60,
    LoadType.STACK: 60,
    LoadType.CABLE: 60,
    LoadType.BAND: 45,
    LoadType.BODYWEIGHT: 30,
    LoadType.NONE: 30,
}
UNLOADED = frozenset({LoadType.BAND, LoadType.BODYWEIGHT, LoadType.NONE})


@dataclass(frozen=True, slots=True, eq=False)
class Exercise:
    """One exercise; there is one object a slug, so identity is equality.

    `easier` and `harder` are slugs, the first fitting one is used. `half_sets` is what one set counts for
    each muscle group in halves of a set: 2 for a primary, 1 for a secondary muscle.
    """

    slug: str
    name_ko: str
    name_en: str
    pattern: str
    kind: str
    primary: tuple[str, ...]
    secondary: tuple[str, ...]
    equipment: frozenset[Equipment]
    load_type: LoadType
    seconds: bool
    per_side: bool
    difficulty: int
    high_impact: bool
    avoid: frozenset[Area]
    caution: frozenset[Area]
    easier: tuple[str, ...]
    harder: tuple[str, ...]
    tiers: tuple[Tier, ...]
    rank_beginner: int
    rank_trained: int
    ratio_m: Decimal | None
    ratio_f: Decimal | None
    loaded: bool
    setup_s: int
    half_sets: Mapping[str, int]

    @property
    def key(self) -> str:
        """What a slot asks for: the pattern, or the first primary muscle of an isolation exercise."""
        return self.primary[0] if self.pattern == "isolation" else self.pattern


@cache
def exercises() -> Mapping[str, Exercise]:
    """Every exercise by its slug."""
    text = Path(__file__).with_name("data").joinpath("exercises.json").read_text(encoding="utf-8")
    return MappingProxyType({entry["slug"]: _exercise(entry) for entry in json.loads(text)})


@cache
def pool(key: str, tier: Tier, trained: bool) -> tuple[Exercise, ...]:
    """The exercises of a pattern (or isolated muscle) that may play this part, best first."""
    found = [exercise for exercise in exercises().values() if exercise.key == key and tier in exercise.tiers]
    found.sort(key=lambda one: (one.rank_trained if trained else one.rank_beginner, one.slug))
    return tuple(found)


def _exercise(entry: dict[str, Any]) -> Exercise:
    load_type = LoadType(entry["load_type"])
    primary, secondary = tuple(entry["primary"]), tuple(entry["secondary"])
    return Exercise(
        slug=entry["slug"],
        name_ko=entry["name_ko"],
        name_en=entry["name_en"],
        pattern=entry["pattern"],
        kind=entry["kind"],
        primary=primary,
        secondary=secondary,
        equipment=frozenset(map(Equipment, entry["equipment"])) - {Equipment.BODYWEIGHT},
        load_type=load_type,
        seconds=entry["measure"] == "seconds",
        per_side=entry["per_side"],
        difficulty=entry["difficulty"],
        high_impact=entry["high_impact"],
        avoid=frozenset(map(Area, entry["avoid"])),
        caution=frozenset(map(Area, entry["caution"])),
        easier=tuple(entry["easier"]),
        harder=tuple(entry["harder"]),
        tiers=tuple(map(Tier, entry["tiers"])),
        rank_beginner=entry["rank_beginner"],
        rank_trained=entry["rank_trained"],
        ratio_m=None if entry["ratio_m"] is None else Decimal(entry["ratio_m"]),
        ratio_f=None if entry["ratio_f"] is None else Decimal(entry["ratio_f"]),
        loaded=load_type not in UNLOADED,
        setup_s=SETUP_S[load_type],
        half_sets=MappingProxyType(_half_sets(entry["kind"], primary, secondary)),
    )


def _half_sets(kind: str, primary: tuple[str, ...], secondary: tuple[str, ...]) -> dict[str, int]:
    if kind in ("conditioning", "mobility"):
        return {}
    counts = {}
    for group, muscles in GROUPS.items():
        if any(muscle in primary for muscle in muscles):
            counts[group] = 2
        elif any(muscle in secondary for muscle in muscles):
            counts[group] = 1
    return counts
