"""What holds for every trainee, week after week."""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from coach_builders import as_past
from coach_lives import lived, profiles
from coach_soundness import check
from hypothesis import given, settings
from hypothesis import strategies as st

from app.coach import LoadType, PastSession, Profile, Status, exercises, plan
from app.coach.loads import default_list


@settings(max_examples=80, deadline=None)
@given(profiles, st.integers(0, 10**6))
def test_every_day_of_a_life_with_the_coach_is_sound(profile: Profile, seed: int) -> None:
    for today, _, on, made in lived(profile, seed, 45):
        check(today, on, made)


@settings(max_examples=15, deadline=None)
@given(profiles, st.integers(0, 10**6))
def test_half_a_year_is_sound(profile: Profile, seed: int) -> None:
    for today, _, on, made in lived(replace(profile, days_per_week=6, weekdays=()), seed, 150):
        check(today, on, made)


@settings(max_examples=40, deadline=None)
@given(profiles, st.integers(0, 10**6))
def test_the_same_question_has_the_same_answer_in_any_order(profile: Profile, seed: int) -> None:
    for today, history, on, made in lived(profile, seed, 25):
        shuffled = history[:]
        random.Random(seed).shuffle(shuffled)
        if made.status is Status.OK:
            later = [as_past(made, on), as_past(made, on + timedelta(days=2))]
            assert plan(today, [*later, *shuffled], on) == made
        else:
            assert plan(today, shuffled, on) == made


def heaviest(history: list[PastSession], slug: str) -> Decimal | None:
    """The most kg the exercise was ever prescribed or done with."""
    found = [
        max(one.target_kg or Decimal(0), one.performed_kg or Decimal(0))
        for session in history
        for item in session.items
        if item.slug == slug
        for one in item.sets
    ]
    return max(found, default=None)


@settings(max_examples=60, deadline=None)
@given(profiles, st.integers(0, 10**6))
def test_loads_climb_by_one_step_or_a_quarter_at_most(profile: Profile, seed: int) -> None:
    for today, history, on, made in lived(replace(profile, known_lifts=()), seed, 45):
        for one in made.items:
            most = heaviest(history, one.slug)
            if one.kg is None or most is None or {"START", "E1RM", "RANGE_SHIFT"} & set(one.reasons):
                continue
            exercise = exercises()[one.slug]
            steps = today.loads.get(exercise.load_type) or default_list(exercise.load_type)
            if exercise.load_type is LoadType.SINGLE_DUMBBELL and LoadType.DUMBBELL in today.loads:
                steps = today.loads[LoadType.DUMBBELL]
            following = next((kg for kg in steps if kg > most), most)
            bound = max(
                following, most * Decimal("1.25"), most + 5 if exercise.load_type == "barbell" else most
            )
            assert one.kg <= bound, (on, one, most)
