"""What holds for every trainee when an LLM proposes, or an exercise is replaced."""

from dataclasses import replace

from coach_builders import MONDAY
from coach_lives import lived, profiles
from coach_proposals import proposal
from coach_soundness import check_item, seconds_of
from hypothesis import given, settings
from hypothesis import strategies as st

from app.coach import Equipment, Profile, Status, candidates, exercises, judge, plan, replacement


@settings(max_examples=60, deadline=None)
@given(profiles, st.integers(0, 10**6))
def test_the_base_passes_its_own_judge(profile: Profile, seed: int) -> None:
    for today, history, on, made in lived(profile, seed, 20):
        if made.status is not Status.OK:
            continue
        verdict = judge(made, today, history, on, proposal(made))

        assert verdict.errors == ()
        assert verdict.repairs == ()
        assert verdict.plan is not None
        assert [replace(one, note_ko="") for one in verdict.plan.items] == [
            replace(one, note_ko="") for one in made.items
        ]
        assert verdict.plan.seconds == made.seconds


numbers = st.integers(-5, 400) | st.floats(-10, 500) | st.none() | st.text(max_size=3) | st.booleans()
wild_items = st.fixed_dictionaries(
    {
        "slug": st.sampled_from(sorted(exercises())) | st.text(max_size=5),
        "sets": st.integers(1, 6) | numbers,
        "reps": st.integers(1, 20) | st.none() | numbers,
        "seconds": st.none() | st.integers(5, 90) | numbers,
        "kg": st.none() | st.integers(0, 150) | numbers,
        "band": st.sampled_from(["LIGHT", "MEDIUM", "HEAVY", None, "PINK"]),
        "rest_s": st.integers(0, 400) | numbers,
        "rir": st.integers(0, 5) | numbers,
    }
)


@settings(max_examples=300, deadline=None)
@given(profiles, st.lists(wild_items, max_size=11), st.text(max_size=300))
def test_no_proposal_breaks_the_judge_and_what_it_lets_through_is_sound(
    profile: Profile, items: list[dict[str, object]], note: str
) -> None:
    made = plan(profile, [], MONDAY, force=True)
    if made.status is not Status.OK:
        return
    kept = proposal(made)["items"]

    for wild in ({"items": items, "note": note}, {"items": [*kept, *items][:10], "note": note}):
        verdict = judge(made, profile, [], MONDAY, wild)

        assert verdict.ok is (verdict.plan is not None)
        assert verdict.ok is (verdict.fallback_reason is None)
        if verdict.plan is not None:
            assert verdict.plan.seconds == seconds_of(profile, verdict.plan) <= 60 * profile.max_daily_minutes
            for one in verdict.plan.items:
                exercise = exercises()[one.slug]
                assert exercise.equipment <= profile.equipment
                assert one.slug not in profile.excluded


@settings(max_examples=60, deadline=None)
@given(profiles, st.integers(0, 10**6), st.frozensets(st.sampled_from(Equipment), max_size=2))
def test_a_replacement_is_new_possible_and_no_longer(
    profile: Profile, seed: int, busy: frozenset[Equipment]
) -> None:
    for today, history, on, made in lived(profile, seed, 12):
        for item in made.items:
            found = replacement(today, history, on, made, item, busy)
            if found is None:
                continue
            check_item(today, on, found)
            assert found.slug not in {one.slug for one in made.items}
            assert exercises()[found.slug].equipment.isdisjoint(busy)
            assert (found.slot, found.order, found.tier) == (item.slot, item.order, item.tier)
            assert found.sets <= item.sets
            assert found.rest_s <= item.rest_s


@settings(max_examples=40, deadline=None)
@given(profiles, st.integers(0, 10**6))
def test_candidates_can_be_taken(profile: Profile, seed: int) -> None:
    for today, history, on, made in lived(profile, seed, 10):
        offered = candidates(today, history, on, made)
        assert list(offered) == [one.slot for one in made.items]
        for item, each in zip(made.items, offered.values(), strict=True):
            assert each[0].slug == item.slug
            assert 1 <= len(each) <= 6
            for one in each:
                exercise = exercises()[one.slug]
                if one.slug != item.slug and exercise.seconds is (item.seconds is not None):
                    change = {"slug": one.slug, "kg": one.max_kg, "band": one.band}
                    changed = proposal(made, (item.order - 1, change))
                    codes = set(judge(made, today, history, on, changed).codes)
                    assert codes <= {"V08", "V14", "V15", "V17", "V18"}, (codes, item, one)
