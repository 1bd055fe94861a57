"""Short ways to write trainees, histories and plans down."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from app.coach import (
    Area,
    Equipment,
    Injury,
    PastItem,
    PastSession,
    PastSet,
    Plan,
    PlannedItem,
    Profile,
    SetState,
    Severity,
    Template,
    Tier,
)

FULL = frozenset(Equipment) - {Equipment.BODYWEIGHT}
MONDAY = date(2026, 3, 2)
SKIPPED = None


def day(text: str) -> date:
    """`03-02` is that day of 2026."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def gear(names: str) -> frozenset[Equipment]:
    return frozenset(Equipment(name) for name in names.split())


def hurt(area: str, severity: str, until: str | None = None) -> Injury:
    return Injury(Area(area), Severity(severity), day(until) if until else None)


def weights(numbers: Iterable[int | str]) -> tuple[Decimal, ...]:
    return tuple(Decimal(number) for number in numbers)


def one_set(
    done: int | None, of: int, kg: str | None, rir: int | None, seconds: bool, lifted: str | None = None
) -> PastSet:
    """A set of target `of`; `done` None is a skipped one, fewer than the target a failed one."""
    load = Decimal(kg) if kg else None
    if done is None:
        return PastSet(
            SetState.SKIPPED,
            target_reps=None if seconds else of,
            target_seconds=of if seconds else None,
            target_kg=load,
        )
    return PastSet(
        SetState.DONE if done >= of else SetState.FAILED,
        target_reps=None if seconds else of,
        target_seconds=of if seconds else None,
        target_kg=load,
        performed_reps=None if seconds else done,
        performed_seconds=done if seconds else None,
        performed_kg=Decimal(lifted) if lifted else load,
        rir=rir,
    )


def item(
    slot: str,
    slug: str,
    tier: str,
    done: Sequence[int | None],
    kg: str | None = None,
    of: int | None = None,
    rir: int | None = None,
    target_rir: int = 2,
    seconds: bool = False,
    caution: bool = False,
    lifted: str | None = None,
) -> PastItem:
    """`done` are the reps (or seconds) of each set; without `of` they were the target as well."""
    sets = tuple(
        one_set(reps, of if of is not None else (reps or 0), kg, rir, seconds, lifted) for reps in done
    )
    return PastItem(slot, slug, Tier(tier), target_rir, sets, caution)


def session(on: str, template: str, index: int | None, *items: PastItem, deload: bool = False) -> PastSession:
    return PastSession(day(on), Template(template), index, deload, items)


def as_past(plan: Plan, on: date, state: SetState = SetState.DONE, shortfall: int = 0) -> PastSession:
    """The plan as a past session whose every set ended in `state`, `shortfall` reps under its target."""
    assert plan.template is not None

    def one(planned: PlannedItem) -> PastItem:
        reps = None if planned.reps is None else max(0, planned.reps - shortfall)
        done = PastSet(
            state, planned.reps, planned.seconds, planned.kg, planned.band, reps, planned.seconds, planned.kg
        )
        return PastItem(
            planned.slot, planned.slug, planned.tier, planned.rir, (done,) * planned.sets, planned.caution
        )

    return PastSession(
        on, plan.template, plan.rotation_index, plan.deload, tuple(one(planned) for planned in plan.items)
    )


def line(planned: PlannedItem) -> str:
    """One item in the notation of the worked examples: `dead_bug 2x8 a side @15 r45 R4`."""
    target = planned.reps if planned.reps is not None else f"{planned.seconds}s"
    load = (
        f" @{planned.kg.normalize():f}"
        if planned.kg is not None
        else f" {planned.band}"
        if planned.band
        else ""
    )
    side = " a side" if planned.per_side else ""
    return f"{planned.slug} {planned.sets}x{target}{side}{load} r{planned.rest_s} R{planned.rir}"


def lines(plan: Plan) -> list[str]:
    return [line(planned) for planned in plan.items]


def reasons(plan: Plan, slug: str) -> tuple[str, ...]:
    return next(planned.reasons for planned in plan.items if planned.slug == slug)


def slugs(plan: Plan) -> list[str]:
    return [planned.slug for planned in plan.items]


def man(**changes: object) -> Profile:
    """28 years, 75 kg, a beginner who wants to grow, three days of an hour, with everything there is."""
    values: dict[str, object] = {
        "sex": "M",
        "age": 28,
        "weight_kg": Decimal(75),
        "height_cm": 175,
        "experience": "BEGINNER",
        "goal": "HYPERTROPHY",
        "days_per_week": 3,
        "max_daily_minutes": 60,
        "equipment": FULL,
    }
    return Profile(**{**values, **changes})  # type: ignore[arg-type]


TRAINED = man(experience="INTERMEDIATE", max_daily_minutes=120)
"""FB_A: squat 4x6 @30, bench 3x8 @32.5, row 3x8 @27.5, deadlift 3x8 @37.5, pallof, lateral raise, curl."""
