"""A day's plan, from the gate to the last second."""

from collections.abc import Iterable, Sequence
from datetime import date

from app.coach.catalogue import Exercise
from app.coach.day import Day, describe
from app.coach.deload import deload_reason
from app.coach.draft import Draft
from app.coach.history import read
from app.coach.korean import item_note
from app.coach.prescription import prescribe
from app.coach.progression import target
from app.coach.safety import ill, review_reasons
from app.coach.schedule import Session, days_of, session_of
from app.coach.selection import choose
from app.coach.templates import slots
from app.coach.timing import ramp_sets, total_s, trim
from app.coach.types import PastSession, Plan, PlannedItem, Profile, Status, Template, Tier
from app.coach.volume import half_sets_before, limit


def plan(profile: Profile, history: Sequence[PastSession], on: date, force: bool = False) -> Plan:
    """The plan of a day: the same for the same arguments, always and everywhere.

    `history` may come in any order; sessions on or after `on` do not count. Plans whose day is not over yet
    go in with sets `ASSUMED_DONE`. `force` lifts `NOT_A_TRAINING_DAY` and `WEEK_DONE`, nothing else. A plan
    without a single possible exercise is REST with the `NO_ELIGIBLE` reasons.
    """
    codes = review_reasons(profile, on)
    if codes:
        return Plan(Status.REVIEW_REQUIRED, reasons=codes)
    if ill(profile, on):
        return Plan(Status.REST, reasons=("ILLNESS",))
    day = describe(profile, on, read(history, on))
    session = session_of(day, force)
    if isinstance(session, str):
        return Plan(Status.REST, level=day.level, reasons=(session,))
    return _plan(day, session)


def day_of(profile: Profile, history: Sequence[PastSession], on: date, base: Plan) -> Day:
    """The day a plan was made for, with that plan's deload."""
    day = describe(profile, on, read(history, on))
    day.deload = base.deload
    return day


def draft_of(
    day: Day,
    exercise: Exercise,
    template: Template,
    slot: str,
    tier: Tier,
    priority: int,
    why: Iterable[str] = (),
) -> Draft:
    """The exercise as the rules would dose and load it on that day."""
    dose = prescribe(day, exercise, tier, template)
    goal = target(day, exercise, tier, dose)
    return Draft(
        slot=slot,
        priority=priority,
        exercise=exercise,
        tier=tier,
        sets=dose.sets,
        target=goal.reps,
        low=dose.low,
        high=dose.high,
        kg=goal.kg,
        band=goal.band,
        rest_s=dose.rest_s,
        rir=dose.rir,
        caution=day.cautious(exercise) and tier not in (Tier.COND, Tier.MOB),
        reasons=(*why, *goal.reasons),
    )


def planned(draft: Draft, order: int, ramp_sets: int) -> PlannedItem:
    """The finished item; `ramp_sets` are for its note."""
    exercise = draft.exercise
    return PlannedItem(
        order=order,
        slot=draft.slot,
        priority=draft.priority,
        slug=exercise.slug,
        tier=draft.tier,
        sets=draft.sets,
        reps=None if exercise.seconds else draft.target,
        seconds=draft.target if exercise.seconds else None,
        kg=draft.kg,
        band=draft.band,
        rest_s=draft.rest_s,
        rir=draft.rir,
        per_side=exercise.per_side,
        low=draft.low,
        high=draft.high,
        reasons=draft.reasons,
        name_ko=exercise.name_ko,
        note_ko=item_note(draft, ramp_sets),
        caution=draft.caution,
    )


def finish(profile: Profile, drafts: Iterable[Draft]) -> tuple[PlannedItem, ...]:
    """The finished items, numbered from 1."""
    ramps = ramp_sets(profile)
    return tuple(planned(draft, order, ramps) for order, draft in enumerate(drafts, start=1))


def _plan(day: Day, session: Session) -> Plan:
    why = None
    if session.rotation_index is not None:
        why = deload_reason(day, days_of(day.profile, day.level)[0])
        day.deload = why is not None
    drafts, reasons = _fill(day, session)
    drafts, over = limit(drafts, day.level, half_sets_before(day.past))
    drafts, cuts = trim(day.profile, drafts) if drafts else ([], [])
    if not drafts:
        return Plan(Status.REST, level=day.level, reasons=(*reasons, *over))
    states = {"INTRO": day.intro, "COMEBACK": day.comeback, "DELOAD": day.deload, "LIGHT_DAY": day.light}
    phases = [code for code, holds in states.items() if holds]
    return Plan(
        status=Status.OK,
        template=session.template,
        rotation_index=session.rotation_index,
        deload=day.deload,
        level=day.level,
        items=finish(day.profile, drafts),
        seconds=total_s(day.profile, drafts),
        reasons=(*reasons, *over, *cuts, *phases, *([why] if why else [])),
    )


def _fill(day: Day, session: Session) -> tuple[list[Draft], list[str]]:
    """The slots of the session with their exercises, and what had to be done without."""
    drafts: list[Draft] = []
    reasons: list[str] = []
    used: set[str] = set()
    for slot in slots(session.template, day.profile.goal, day.over_65):
        choice = choose(day, slot, session.template, session.rotation_index, used)
        if choice is None:
            reasons.append(f"NO_ELIGIBLE {slot.key}")
            continue
        why = choice.reasons
        if choice.fallback is not None:
            reasons.append(f"FALLBACK {slot.key}>{choice.fallback}")
            why = ("FALLBACK", *why)
        used.add(choice.exercise.slug)
        drafts.append(
            draft_of(day, choice.exercise, session.template, slot.name, slot.tier, slot.priority, why)
        )
    return drafts, reasons
