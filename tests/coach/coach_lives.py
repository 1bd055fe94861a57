"""Any trainee, and a life with the coach, day after day."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from coach_builders import FULL, MONDAY
from hypothesis import strategies as st

from app.coach import (
    Area,
    CheckIn,
    Equipment,
    Experience,
    Goal,
    Health,
    Injury,
    KnownLift,
    LoadType,
    PastItem,
    PastSession,
    PastSet,
    Plan,
    PlannedItem,
    Profile,
    SetState,
    Severity,
    Sex,
    Status,
    exercises,
    plan,
)

injuries = st.builds(
    Injury, st.sampled_from(Area), st.sampled_from([Severity.MILD, Severity.MODERATE]), st.none()
)
profiles = st.builds(
    Profile,
    sex=st.sampled_from(Sex),
    age=st.integers(16, 69),
    weight_kg=st.decimals(38, 140, places=1),
    height_cm=st.integers(145, 200),
    experience=st.sampled_from(Experience),
    goal=st.sampled_from([goal for goal in Goal if goal != Goal.FAT_LOSS]) | st.just(Goal.FAT_LOSS),
    days_per_week=st.integers(1, 7),
    weekdays=st.just(()) | st.sets(st.integers(1, 7), min_size=1).map(lambda days: tuple(sorted(days))),
    max_daily_minutes=st.integers(10, 180),
    equipment=st.just(FULL) | st.frozensets(st.sampled_from(Equipment)),
    injuries=st.just(()) | st.lists(injuries, max_size=2).map(tuple),
    excluded=st.frozensets(st.sampled_from(sorted(exercises())), max_size=5),
    known_lifts=st.just(())
    | st.builds(
        lambda kg, reps: (KnownLift("barbell_bench_press", Decimal(kg), reps),),
        st.integers(10, 150),
        st.integers(1, 15),
    ),
    loads=st.just({})
    | st.just({LoadType.DUMBBELL: tuple(map(Decimal, range(1, 11)))})
    | st.just({LoadType.BARBELL: tuple(map(Decimal, ("16", "21", "26.5", "40", "60")))}),
    health=st.just(Health(guardian_consent=True, active_3_months=True)),
)


def performed(planned: PlannedItem, dice: random.Random) -> PastItem:
    """The item as a person might do it: mostly as told, sometimes short, skipped, lighter or easy."""
    sets = []
    mood = dice.random()
    for _ in range(planned.sets):
        chance = dice.random()
        goal = planned.reps if planned.reps is not None else planned.seconds or 0
        done = goal if mood < 0.7 or chance < 0.6 else max(0, goal - dice.randint(1, 5))
        state = SetState.SKIPPED if chance > 0.95 else SetState.DONE if done >= goal else SetState.FAILED
        ended = state is not SetState.SKIPPED
        lighter = planned.kg is not None and dice.random() < 0.05
        kg = planned.kg * Decimal("0.8") if lighter and planned.kg else planned.kg
        sets.append(
            PastSet(
                state,
                planned.reps,
                planned.seconds,
                planned.kg,
                planned.band,
                done if ended and planned.reps is not None else None,
                done if ended and planned.seconds is not None else None,
                kg if ended else None,
                planned.band if ended else None,
                dice.choice([None, None, 0, 1, 2, 3, 4, 6]) if ended else None,
            )
        )
    return PastItem(planned.slot, planned.slug, planned.tier, planned.rir, tuple(sets), planned.caution)


def lived(profile: Profile, seed: int, days: int) -> Iterator[tuple[Profile, list[PastSession], date, Plan]]:
    """Day after day of a life with the coach: the profile of the day, the past, the day and its plan."""
    dice = random.Random(seed)
    history: list[PastSession] = []
    on = MONDAY
    for _ in range(days):
        on += timedelta(days=1 if dice.random() < 0.97 else dice.choice([6, 12, 20, 40, 70, 130]))
        today = profile
        if dice.random() < 0.1:
            today = replace(profile, checkin=CheckIn(on, dice.randint(1, 5), dice.randint(3, 9)))
        made = plan(today, history, on)
        yield today, list(history), on, made
        if made.status is Status.OK and dice.random() < 0.9:
            assert made.template is not None
            items = tuple(performed(planned, dice) for planned in made.items)
            history.append(PastSession(on, made.template, made.rotation_index, made.deload, items))
