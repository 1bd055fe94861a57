"""What goes into the coach and what comes out: immutable values, no behaviour to speak of.

Units are in the names or here: loads are kg as `Decimal`, durations are seconds as `int`, dates are the
trainee's own calendar days. What `kg` means depends on the exercise's load type: barbell and ez_bar with the
bar, dumbbell one hand, single_dumbbell and kettlebell the one implement, plate_machine the plates added,
stack and cable the pin. Reps and seconds of a one-sided exercise are for one side.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.coach.enums import (
    Area,
    Band,
    Equipment,
    Experience,
    Goal,
    LoadType,
    SetState,
    Severity,
    Sex,
    Status,
    Template,
    Tier,
)

__all__ = [
    "Area",
    "Band",
    "Candidate",
    "CheckIn",
    "Equipment",
    "Experience",
    "Finding",
    "Goal",
    "Health",
    "Injury",
    "KnownLift",
    "LoadType",
    "PastItem",
    "PastSession",
    "PastSet",
    "Plan",
    "PlannedItem",
    "Profile",
    "SetState",
    "Severity",
    "Sex",
    "Status",
    "Template",
    "Tier",
    "Verdict",
]


@dataclass(frozen=True, slots=True)
class Injury:
    """`until` is the last day on which it counts; None is until somebody removes it."""

    area: Area
    severity: Severity
    until: date | None = None


@dataclass(frozen=True, slots=True)
class KnownLift:
    """A set the trainee says they can do, to failure."""

    exercise: str
    weight_kg: Decimal
    reps: int


@dataclass(frozen=True, slots=True)
class Health:
    """Answers of the health questionnaire; `parq_yes` is any yes to PAR-Q+ questions 1 to 5 or 7."""

    emergency_symptom: bool = False
    parq_yes: bool = False
    pregnant: bool = False
    active_3_months: bool = False
    guardian_consent: bool = False
    postpartum_weeks: int | None = None
    clearance_on: date | None = None


@dataclass(frozen=True, slots=True)
class CheckIn:
    """How one day feels; says nothing about any other day. `fatigue` is 1 (fresh) to 5 (worn out)."""

    on: date
    fatigue: int | None = None
    sleep_h: Decimal | int | None = None
    ill: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """The trainee. Every field has the contract's default, so that `Profile()` is a valid trainee.

    `weekdays` are ISO numbers (Monday 1); empty is "by the rules". `loads` maps a load type to the kg its gym
    has, and replaces the default list of that type; an empty tuple is as good as no entry.
    """

    sex: Sex = Sex.X
    age: int = 30
    weight_kg: Decimal = Decimal(60)
    height_cm: Decimal | int = 165
    experience: Experience = Experience.BEGINNER
    goal: Goal = Goal.GENERAL_HEALTH
    days_per_week: int = 3
    weekdays: tuple[int, ...] = ()
    max_daily_minutes: int = 40
    equipment: frozenset[Equipment] = frozenset()
    injuries: tuple[Injury, ...] = ()
    excluded: frozenset[str] = frozenset()
    known_lifts: tuple[KnownLift, ...] = ()
    loads: Mapping[LoadType, tuple[Decimal, ...]] = field(default_factory=dict)
    health: Health = Health()
    checkin: CheckIn | None = None


@dataclass(frozen=True, slots=True)
class PastSet:
    """One set as prescribed and as performed.

    A `DONE` set without numbers was done as prescribed; a `FAILED` set without reps has 0. `rir` None is
    unknown.
    """

    state: SetState
    target_reps: int | None = None
    target_seconds: int | None = None
    target_kg: Decimal | None = None
    target_band: Band | None = None
    performed_reps: int | None = None
    performed_seconds: int | None = None
    performed_kg: Decimal | None = None
    performed_band: Band | None = None
    rir: int | None = None


@dataclass(frozen=True, slots=True)
class PastItem:
    """One exercise of a past session. `caution` says that its load had already been lowered for an injury.

    Without `caution` the next plan would lower the lowered load again; store `PlannedItem.caution` and pass
    it back.
    """

    slot: str
    slug: str
    tier: Tier
    target_rir: int
    sets: tuple[PastSet, ...]
    caution: bool = False


@dataclass(frozen=True, slots=True)
class PastSession:
    """One past plan: what was planned and what became of it. Rest days are not sessions."""

    on: date
    template: Template
    rotation_index: int | None
    deload: bool
    items: tuple[PastItem, ...]


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One exercise to do.

    `reps` or `seconds` is the target of each set (one of them is None); `low` and `high` bound the range it
    moves in. `kg` is None for bands (see `band`) and body-weight work. `slot` names the template's slot, as
    in `horizontal_push/0`, and goes back into history as it is. `priority` 1 is what a session must not
    lose. `rir` of conditioning and mobility is 4: easy. `reasons` are stable codes, `note_ko` is the same
    for people.
    """

    order: int
    slot: str
    priority: int
    slug: str
    tier: Tier
    sets: int
    reps: int | None
    seconds: int | None
    kg: Decimal | None
    band: Band | None
    rest_s: int
    rir: int
    per_side: bool
    low: int
    high: int
    reasons: tuple[str, ...]
    name_ko: str
    note_ko: str
    caution: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A day's plan. `items` is empty unless `status` is OK; then `reasons` say why there is nothing to do.

    `rotation_index` is None for ACT and MOB days. A reason is a code, or a code and what it is about,
    parted by a blank: `INTRO`, `FALLBACK squat>hinge`, `T1-DROP band_curl`. `korean.py` knows them all.
    """

    status: Status
    template: Template | None = None
    rotation_index: int | None = None
    deload: bool = False
    level: Experience | None = None
    items: tuple[PlannedItem, ...] = ()
    seconds: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def minutes(self) -> int:
        """Minutes, rounded up."""
        return -(-self.seconds // 60)

    @property
    def kind(self) -> str:
        """`training`, `active` (easy movement) or `rest`; a plan under review is `rest`."""
        if self.status is not Status.OK:
            return "rest"
        return "active" if self.template in (Template.ACT, Template.MOB) else "training"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An exercise an LLM may put into a slot: `kg` as the rules would load it, `max_kg` at the most."""

    slug: str
    name_ko: str
    tier: Tier
    kg: Decimal | None
    max_kg: Decimal | None
    band: Band | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule: its code (V01 … V19), the item's index (None: the plan), and English words."""

    code: str
    item: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `judge` found. `plan` is the repaired plan, None if there is any error; `note` may be empty."""

    errors: tuple[Finding, ...]
    repairs: tuple[Finding, ...]
    plan: Plan | None
    note: str = ""

    @property
    def ok(self) -> bool:
        return not self.errors

    @property
    def codes(self) -> tuple[str, ...]:
        """The distinct error codes, in order."""
        return tuple(sorted({finding.code for finding in self.errors}))

    @property
    def fallback_reason(self) -> str | None:
        """`llm_unsafe` (wins), `llm_invalid`, or None when the plan may be used."""
        if not self.errors:
            return None
        invalid = {"V01", "V02", "V03", "V08", "V13"}
        return "llm_invalid" if invalid.issuperset(self.codes) else "llm_unsafe"
