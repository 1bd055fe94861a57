"""The rules' supervision of an LLM: every broken rule is named, small ones are repaired.

The rules make their own plan first, the base; an LLM may rearrange it within these limits, and never decides
about status, date, deload or level. Seconds and sets are judged after the repairs.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

from app.coach.catalogue import Exercise, exercises
from app.coach.court import Court, easy_phase, heaviest_kg
from app.coach.day import Day
from app.coach.draft import Draft
from app.coach.engine import day_of, draft_of, finish
from app.coach.proposal import BrokenProposal, parse
from app.coach.selection import eligible
from app.coach.timing import total_s
from app.coach.types import Candidate, Finding, PastSession, Plan, PlannedItem, Profile, Template, Verdict

MOST_CANDIDATES = 6
STATES = frozenset(
    {"INTRO", "COMEBACK", "DELOAD", "LIGHT_DAY", "DELOAD_MISSES", "DELOAD_WEEKS", "DELOAD_CONTINUES"}
)


def judge(
    base: Plan, profile: Profile, history: Sequence[PastSession], on: date, proposal: object
) -> Verdict:
    """The verdict on a proposal (see `PROPOSAL_SCHEMA`) for the day of an OK plan of the rules.

    A proposed exercise takes the slot and tier it has in the base; else those of a base exercise of its
    pattern that was left out; else it is a third-priority extra. Raises `ValueError` when the base has no
    session.
    """
    if base.template is None:
        raise ValueError("only a plan with a session can be judged")
    try:
        items, note = parse(proposal)
    except BrokenProposal as error:
        return Verdict((Finding("V01", None, str(error)),), (), None)
    court = Court(day_of(profile, history, on, base), base, base.template)
    drafts = court.hear(items)
    court.check_session(drafts)
    drafts = court.in_order(drafts)
    note = court.fit_note(note)
    if court.errors:
        return Verdict(tuple(court.errors), tuple(court.repairs), None)
    return Verdict((), tuple(court.repairs), _plan(base, profile, drafts), note)


def candidates(
    profile: Profile, history: Sequence[PastSession], on: date, base: Plan
) -> dict[str, tuple[Candidate, ...]]:
    """At most six possible exercises for each slot of the base, its own first; never one of another slot."""
    if base.template is None:
        return {}
    day = day_of(profile, history, on, base)
    taken = {item.slug for item in base.items}
    found = {}
    for item in base.items:
        own = exercises()[item.slug]
        others = islice(eligible(day, own.key, item.tier, taken), MOST_CANDIDATES - 1)
        found[item.slot] = tuple(_candidate(day, base.template, item, one) for one in (own, *others))
    return found


def _candidate(day: Day, template: Template, item: PlannedItem, exercise: Exercise) -> Candidate:
    kg, band = item.kg, item.band
    if exercise.slug != item.slug:
        draft = draft_of(day, exercise, template, item.slot, item.tier, item.priority)
        kg, band = draft.kg, draft.band
    most = kg
    if kg is not None and not easy_phase(day):
        most = heaviest_kg(day, exercise, item.tier, kg)
    return Candidate(exercise.slug, exercise.name_ko, item.tier, kg, most, band)


def _plan(base: Plan, profile: Profile, drafts: list[Draft]) -> Plan:
    return replace(
        base,
        items=finish(profile, drafts),
        seconds=total_s(profile, drafts),
        reasons=tuple(reason for reason in base.reasons if reason in STATES),
    )
