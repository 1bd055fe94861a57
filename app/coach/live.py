"""Inside a session: a set that went wrong, a sore joint, a machine that is taken."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.coach.catalogue import exercises
from app.coach.engine import day_of, draft_of, planned
from app.coach.exposures import ATTEMPTED, performed, performed_kg, target_of
from app.coach.korean import ITEMS
from app.coach.loads import down, loadable
from app.coach.progression import CAUTION_FACTOR
from app.coach.safety import ill, review_reasons
from app.coach.selection import best, safe
from app.coach.templates import Slot
from app.coach.types import Equipment, PastSession, PastSet, Plan, PlannedItem, Profile, Tier

DROP = Decimal("0.9")
CAUTION_RIR = 3


@dataclass(frozen=True, slots=True)
class Spared:
    """What a pain makes of a plan: items that must not be done any more, and lighter versions of others."""

    out: tuple[PlannedItem, ...]
    eased: tuple[PlannedItem, ...]


def offered_kg(profile: Profile, slug: str, sets: Sequence[PastSet]) -> Decimal | None:
    """The load to offer for the sets of an item that are still pending; None for work without kg.

    `sets` are all sets of the item, in order. It is the prescribed load until a set stays under 85 % of its
    target; then nine tenths of the least that was lifted, or that itself when there is nothing lighter. The
    session is judged against the prescription all the same.
    """
    exercise = exercises()[slug]
    if not exercise.loaded or not sets:
        return None
    steps = loadable(profile.loads, exercise.load_type)
    offered, least = sets[0].target_kg, None
    for one in sets:
        kg = performed_kg(one)
        if one.state not in ATTEMPTED or kg is None:
            continue
        least = kg if least is None else min(least, kg)
        if 100 * performed(one) < 85 * target_of(one):
            lighter = down(steps, DROP * least)
            kg = lighter if lighter is not None else down(steps, least) or steps[0]
            offered = kg if offered is None else min(offered, kg)
    return offered


def spare(profile: Profile, history: Sequence[PastSession], on: date, plan: Plan) -> Spared:
    """What of `plan` the profile rules out, and what it allows with less load only.

    Put a reported pain into the profile first (`with_pain`); one that asks for a person ends everything. As
    in a new plan, caution means ×0.8 kg and a RIR of 3 or more; an item under caution already stays as it is.
    """
    if review_reasons(profile, on) or ill(profile, on):
        return Spared(plan.items, ())
    day = day_of(profile, history, on, plan)
    out = tuple([item for item in plan.items if not safe(day, exercises()[item.slug])])
    cautious = [
        item
        for item in plan.items
        if item not in out
        and not item.caution
        and item.tier not in (Tier.COND, Tier.MOB)
        and day.cautious(exercises()[item.slug])
    ]
    return Spared(out, tuple([_eased(profile, item) for item in cautious]))


def _eased(profile: Profile, item: PlannedItem) -> PlannedItem:
    kg = item.kg
    if kg is not None:
        steps = loadable(profile.loads, exercises()[item.slug].load_type)
        kg = min(kg, down(steps, CAUTION_FACTOR * kg) or steps[0])
    return replace(
        item,
        kg=kg,
        rir=max(item.rir, CAUTION_RIR),
        caution=True,
        reasons=(*item.reasons, "CAUTION"),
        note_ko=ITEMS["CAUTION"],
    )


def replacement(
    profile: Profile,
    history: Sequence[PastSession],
    on: date,
    plan: Plan,
    item: PlannedItem,
    busy_equipment: frozenset[Equipment] = frozenset(),
) -> PlannedItem | None:
    """The next exercise for the slot of `item`, which hurts or whose equipment is taken; None without one.

    Never one of `plan`, nor one of a session in `history` of the same day. Put a reported pain into the
    profile first (`with_pain`); a pain that asks for a person ends the session, so it gets None. The
    replacement has at most the sets, the rest and the seconds of `item`: pass an item with the sets that
    are left. It keeps the order and slot of `item`.
    """
    if plan.template is None or review_reasons(profile, on) or ill(profile, on):
        return None
    day = day_of(profile, history, on, plan)
    used = {one.slug for one in plan.items} | {item.slug}
    used |= {one.slug for session in history if session.on == on for one in session.items}
    slot = Slot(item.slot, item.slot.split("/")[0], item.tier, 0, item.priority)
    choice = best(day, slot, used, busy_equipment)
    if choice is None:
        return None
    draft = draft_of(day, choice.exercise, plan.template, item.slot, item.tier, item.priority, ("SWAP",))
    draft.sets = min(draft.sets, item.sets)
    draft.rest_s = min(draft.rest_s, item.rest_s)
    if item.tier == Tier.COND and item.seconds is not None:
        draft.target = min(draft.target, item.seconds)
    return planned(draft, item.order, ramp_sets=0)


def volume_kg(kg: Decimal | None, reps: int | None, per_side: bool) -> Decimal:
    """kg moved in one performed set: kg × reps, twice that for one-sided work; 0 without either."""
    if kg is None or reps is None:
        return Decimal(0)
    return kg * reps * (2 if per_side else 1)
