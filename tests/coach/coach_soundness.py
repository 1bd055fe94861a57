"""What every plan must hold to, written down a second time."""

from datetime import date

from app.coach import (
    Goal,
    LoadType,
    Plan,
    PlannedItem,
    Profile,
    Severity,
    Status,
    Tier,
    exercises,
    explain,
    summary,
)
from app.coach.catalogue import Exercise
from app.coach.loads import default_list

SETUP_S = {
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
}


def seconds_of(profile: Profile, made: Plan) -> int:
    """The time model, written down a second time."""
    minutes = profile.max_daily_minutes
    total = (120 if minutes < 30 else 300) + (180 if minutes >= 45 else 0)
    ramp = 1 if minutes < 30 else 3 if profile.goal == Goal.STRENGTH else 2
    for one in made.items:
        sides = 2 if one.per_side else 1
        if one.tier is Tier.COND:
            total += 60 + (one.seconds or 0)
            continue
        if one.tier is Tier.MOB:
            total += 15 + one.sets * (5 + (one.seconds or 0) * sides) + (one.sets - 1) * 15
            continue
        if one.reps is not None:
            work = max(one.high, one.reps) * (4 if one.tier in (Tier.MAIN, Tier.SEC) else 3)
        else:
            work = max(one.high, one.seconds or 0)
        each = 15 + work * sides + (10 if one.per_side else 0)
        total += SETUP_S[exercises()[one.slug].load_type] + one.sets * each + (one.sets - 1) * one.rest_s
        if one.tier is Tier.MAIN and one.kg is not None:
            total += 60 * ramp
    return total


def check(profile: Profile, on: date, made: Plan) -> None:
    if made.status is not Status.OK:
        assert made.items == ()
        assert made.reasons
        assert summary(made)
        assert all(explain(made))
        return
    assert made.items
    assert made.seconds == seconds_of(profile, made) <= 60 * profile.max_daily_minutes
    assert len({one.slug for one in made.items}) == len(made.items)
    assert len({one.slot for one in made.items}) == len(made.items)
    assert [one.order for one in made.items] == list(range(1, len(made.items) + 1))
    for one in made.items:
        check_item(profile, on, one)


def check_item(profile: Profile, on: date, one: PlannedItem) -> None:
    exercise = exercises()[one.slug]
    assert exercise.equipment <= profile.equipment
    assert one.slug not in profile.excluded
    assert one.tier in exercise.tiers
    check_safety(profile, exercise, one)
    assert 1 <= one.sets <= 4
    assert 0 <= one.rir <= 9
    assert (one.reps is None) is exercise.seconds
    assert (one.reps is None) is not (one.seconds is None)
    assert 3 <= (one.reps or one.seconds or 0) <= 1800
    assert one.reasons
    check_load(profile, exercise, one)


def check_safety(profile: Profile, exercise: Exercise, one: PlannedItem) -> None:
    for injury in profile.injuries:
        assert injury.area not in exercise.avoid
        if injury.severity is Severity.MODERATE:
            assert injury.area not in exercise.caution
        elif injury.area in exercise.caution and one.tier not in (Tier.COND, Tier.MOB):
            assert one.rir >= 3
            assert one.caution
    if profile.age >= 65 or profile.weight_kg * 10000 >= 30 * profile.height_cm**2:
        assert not exercise.high_impact
    if profile.age >= 65 or profile.age < 18:
        assert exercise.difficulty <= 2
        assert one.rir >= 3


def check_load(profile: Profile, exercise: Exercise, one: PlannedItem) -> None:
    if not exercise.loaded:
        assert one.kg is None
        assert (one.band is None) is (exercise.load_type is not LoadType.BAND)
        return
    own = profile.loads.get(exercise.load_type)
    if own is None and exercise.load_type is LoadType.SINGLE_DUMBBELL:
        own = profile.loads.get(LoadType.DUMBBELL)
    assert one.kg in (own or default_list(exercise.load_type))
