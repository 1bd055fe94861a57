"""A trainee's days with the coach: ask for the plan, do it as well as one does, write it down."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from app.coach import (
    Area,
    CheckIn,
    LoadType,
    PastItem,
    PastSession,
    PastSet,
    Plan,
    PlannedItem,
    Profile,
    SetState,
    Severity,
    Status,
    Tier,
    exercises,
    offered_kg,
    plan,
    replacement,
    spare,
    with_pain,
)
from dev.simulation.body import Body
from dev.simulation.people import MONDAY, Habits, Trainee

CLEARED_AFTER_DAYS = 7
"""A person looks at a severe pain, and takes it away after a week."""
CUT_SHORT = 0.02


@dataclass
class Diary:
    """One day: the profile of its morning, the plan, what was done of it, and what was offered on the way.

    `swaps` are exercises offered instead of painful ones, with the profile at that moment.
    """

    on: date
    profile: Profile
    plan: Plan
    session: PastSession | None = None
    pains: list[tuple[Area, int]] = field(default_factory=list)
    swaps: list[tuple[Profile, PlannedItem]] = field(default_factory=list)


def live(trainee: Trainee, weeks: int) -> Iterator[Diary]:
    """The days of `weeks` weeks, in order; the diary of a day is whole when it is handed out."""
    profile = trainee.profile
    history: list[PastSession] = []
    severe_since: date | None = None
    for number in range(7 * weeks):
        on = MONDAY + timedelta(days=number)
        if severe_since is not None and (on - severe_since).days >= CLEARED_AFTER_DAYS:
            profile, severe_since = _cleared(profile), None
        profile = replace(profile, checkin=_checkin(on, trainee.habits, trainee.dice))
        day = Diary(on, profile, plan(profile, history, on))
        if day.plan.status is Status.OK:
            profile = _train(trainee, day, history)
        if day.session is not None:
            history.append(day.session)
        if severe_since is None and any(score >= 7 for _, score in day.pains):
            severe_since = on
        yield day


def _cleared(profile: Profile) -> Profile:
    kept = tuple(one for one in profile.injuries if one.severity is not Severity.SEVERE)
    return replace(profile, injuries=kept)


def _checkin(on: date, habits: Habits, dice: random.Random) -> CheckIn | None:
    chance = dice.random()
    if chance < habits.tired / 2:
        return CheckIn(on, dice.randint(2, 4), Decimal(dice.choice(("3", "4", "4.5"))))
    if chance < habits.tired:
        return CheckIn(on, 5, 6)
    if chance < habits.tired + 0.005:
        return CheckIn(on, ill=True)
    return CheckIn(on, dice.randint(1, 4), dice.randint(5, 9)) if chance > 0.9 else None


def _train(trainee: Trainee, day: Diary, history: list[PastSession]) -> Profile:
    """Do the day's plan, or do not; returns the profile, to which a pain may have been added."""
    dice, habits = trainee.dice, trainee.habits
    if habits.is_away(day.on) or dice.random() > habits.attendance:
        if dice.random() < 0.5:  # the plan was made and left open; else nobody asked for it
            day.session = _session(day, [_undone(item, SetState.PENDING) for item in day.plan.items])
        return day.profile
    tired = day.profile.checkin is not None and (day.profile.checkin.fatigue or 0) >= 5
    trainee.body.wake(day.on, tired)
    workout = _Workout(trainee, day, history)
    items = workout.run()
    day.session = _session(day, items)
    done = [item.slug for item in items if any(one.state is SetState.DONE for one in item.sets)]
    trainee.body.trained(day.on, done)
    return workout.profile


def _session(day: Diary, items: list[PastItem]) -> PastSession:
    made = day.plan
    assert made.template is not None
    return PastSession(day.on, made.template, made.rotation_index, made.deload, tuple(items))


def _undone(item: PlannedItem, state: SetState) -> PastItem:
    return _past(item, [_set(item, state)] * item.sets)


def _past(item: PlannedItem, sets: list[PastSet]) -> PastItem:
    return PastItem(item.slot, item.slug, item.tier, item.rir, tuple(sets), item.caution)


def _set(item: PlannedItem, state: SetState) -> PastSet:
    return PastSet(state, item.reps, item.seconds, item.kg, item.band)


class _Workout:
    """One session from its first set to its last."""

    def __init__(self, trainee: Trainee, day: Diary, history: list[PastSession]) -> None:
        self.trainee, self.day, self.history = trainee, day, history
        self.body: Body = trainee.body
        self.dice = trainee.dice
        self.profile = day.profile
        self.leaves_at = self.dice.randrange(1, 8) if self.dice.random() < CUT_SHORT else 99
        self.gone: set[str] = set()
        self.hurts_at = self.dice.randrange(1, 6) if self.dice.random() < trainee.habits.pain else 99

    def run(self) -> list[PastItem]:
        todo = list(self.day.plan.items)
        done: list[PastItem] = []
        while todo:
            item = todo.pop(0)
            if len(done) >= self.leaves_at or self._over() or item.slug in self.gone:
                done.append(_undone(item, SetState.SKIPPED))
            elif len(done) == self.hurts_at:
                done.append(self._painful(item, todo))
            else:
                done.append(self._item(item, item.sets))
        return done

    def _over(self) -> bool:
        return any(score >= 7 for _, score in self.day.pains)

    def _item(self, item: PlannedItem, stop_after: int) -> PastItem:
        sets = [_set(item, SetState.PENDING)] * item.sets
        for place in range(item.sets):
            skips = place >= stop_after or self.dice.random() < self.trainee.habits.skips_set
            sets[place] = _set(item, SetState.SKIPPED) if skips else self._one(item, sets, place)
        return _past(item, sets)

    def _one(self, item: PlannedItem, sets: list[PastSet], place: int) -> PastSet:
        """One set: at the load on offer, with the reps the body has, reported the way the person reports."""
        exercise = exercises()[item.slug]
        if item.tier in (Tier.COND, Tier.MOB):
            return _set(item, SetState.DONE)
        kg = offered_kg(self.profile, item.slug, sets) if exercise.loaded else None
        there = self.body.reps_to_failure(exercise, kg, item.band, place)
        goal = item.reps if item.reps is not None else item.seconds or 0
        extra = self.dice.randint(1, 2) if self.dice.random() < 0.04 else 0
        done = max(0, min(goal + extra, int(there)))
        state = SetState.DONE if done >= goal else SetState.FAILED
        reports = self.trainee.habits.reports
        if reports == "taps" and state is SetState.DONE:
            return _set(item, state)
        reserve = max(0, min(10, round(there - done + self.dice.gauss(0, 0.6))))
        return replace(
            _set(item, state),
            performed_reps=None if item.reps is None else done,
            performed_seconds=None if item.seconds is None else done,
            performed_kg=kg,
            performed_band=item.band if exercise.load_type is LoadType.BAND else None,
            rir=reserve if reports == "rir" and item.reps is not None and self.dice.random() < 0.9 else None,
        )

    def _painful(self, item: PlannedItem, todo: list[PlannedItem]) -> PastItem:
        """A pain after the first set: the exercise ends, and what the area forbids goes or gets lighter."""
        exercise = exercises()[item.slug]
        areas = sorted(exercise.avoid | exercise.caution) or sorted(Area)
        area, score = self.dice.choice(areas), self.dice.choice((1, 2, 3, 4, 5, 6, 8))
        self.profile = with_pain(self.profile, area, score, self.day.on)
        self.day.pains.append((area, score))
        done = self._item(item, 1)
        spared = spare(self.profile, self.history, self.day.on, self.day.plan)
        eased = {one.slug: one for one in spared.eased}
        self.gone = {one.slug for one in spared.out}
        todo[:] = [eased.get(one.slug, one) for one in todo]
        self._swap(item, todo)
        return done

    def _swap(self, item: PlannedItem, todo: list[PlannedItem]) -> None:
        left = replace(item, sets=max(1, item.sets - 1))
        found = replacement(self.profile, self.history, self.day.on, self.day.plan, left)
        if found is not None:
            self.day.swaps.append((self.profile, found))
            if self.dice.random() < 0.7:
                todo.insert(0, found)
