"""How many sets a muscle gets in a week and a person in a session."""

from datetime import timedelta

import pytest
from coach_builders import FULL, MONDAY, as_past, day, item, man, session

from app.coach import Experience, PastSession, Profile, Template, Tier, exercises, plan
from app.coach.day import describe
from app.coach.engine import draft_of
from app.coach.history import read
from app.coach.volume import half_sets_before, half_sets_of, limit, session_sets


def test_weekly_sets_count_whole_for_primary_and_half_for_secondary_muscles() -> None:
    bench = item("x/0", "barbell_bench_press", "SEC", [8, 8, None], "60", of=8)
    row = item("y/0", "seated_cable_row", "SEC", [8] * 4, "40")
    stretch = item("z/0", "hamstring_stretch", "MOB", [30, 30])
    history = [session("03-03", "FB_A", 0, bench), session("03-04", "FB_A", 0, bench, row, stretch)]

    counts = half_sets_before(read(history, day("03-10")))

    assert counts == {"chest": 4, "front_delts": 2, "triceps": 2, "back": 8, "biceps": 4, "rear_delts": 4}


def session_of(profile: Profile, *wanted: tuple[str, str, int]) -> tuple[list, Experience]:
    today = describe(profile, MONDAY, read([], MONDAY))
    drafts = [
        draft_of(today, exercises()[slug], Template.U_A, f"{slug}/0", Tier(tier), priority)
        for slug, tier, priority in wanted
    ]
    return drafts, today.level


def test_over_the_weekly_cap_third_priorities_go_first_and_first_ones_keep_two_sets() -> None:
    profile = man(experience="INTERMEDIATE")
    wanted = (
        ("barbell_bench_press", "MAIN", 1),
        ("incline_dumbbell_press", "SEC", 2),
        ("barbell_row", "SEC", 1),
        ("pec_deck_fly", "ISO", 3),
    )
    for before, expected, reason in (
        (
            20,
            {"barbell_bench_press": 4, "incline_dumbbell_press": 3, "barbell_row": 3, "pec_deck_fly": 3},
            None,
        ),
        (
            21,
            {"barbell_bench_press": 4, "incline_dumbbell_press": 3, "barbell_row": 3, "pec_deck_fly": 2},
            None,
        ),
        (24, {"barbell_bench_press": 4, "incline_dumbbell_press": 3, "barbell_row": 3}, None),
        (28, {"barbell_bench_press": 4, "incline_dumbbell_press": 2, "barbell_row": 3}, None),
        (35, {"barbell_bench_press": 2, "barbell_row": 3}, None),
        (40, {"barbell_bench_press": 2, "barbell_row": 3}, "WEEK_OVER chest"),
    ):
        drafts, level = session_of(profile, *wanted)
        kept, said = limit(drafts, level, {"chest": before})
        assert {draft.exercise.slug: draft.sets for draft in kept} == expected
        assert ("WEEK_OVER chest" in said) is (reason is not None)


def test_a_session_has_a_cap_of_its_own() -> None:
    profile = man(experience="ADVANCED")
    wanted = [
        (slug, "ISO", 3)
        for slug in ("leg_curl", "leg_extension", "pec_deck_fly", "face_pull", "dumbbell_curl")
    ]
    drafts, level = session_of(profile, ("barbell_bench_press", "MAIN", 1), *wanted)
    for draft in drafts:
        draft.sets = 6

    kept, said = limit(drafts, level, {})

    assert session_sets(kept) == 28
    assert said == ["CAP-SETS dumbbell_curl"] * 4 + ["CAP-DROP dumbbell_curl"] + ["CAP-SETS face_pull"] * 2
    assert [draft.sets for draft in kept] == [6, 6, 6, 6, 4]


@pytest.mark.parametrize(
    ("fields", "peaks"),
    [
        ({"days_per_week": 3}, {"chest": 8, "back": 13, "quads": 9, "hamstrings": 9.5}),
        (
            {"days_per_week": 4, "experience": "INTERMEDIATE"},
            {"chest": 10, "back": 19, "quads": 18, "hamstrings": 13},
        ),
    ],
)
def test_a_usual_week_stays_below_the_caps(fields: dict[str, object], peaks: dict[str, float]) -> None:
    profile = man(max_daily_minutes=120, equipment=FULL, **fields)
    history: list[PastSession] = []
    week: dict[str, float] = {}
    for number in range(28):
        on = MONDAY + timedelta(days=number)
        made = plan(profile, history, on)
        if made.template is None:
            continue
        if number >= 21:
            today = describe(profile, on, read([], on))
            drafts = [
                draft_of(today, exercises()[one.slug], made.template, one.slot, one.tier, 1)
                for one in made.items
            ]
            for draft, one in zip(drafts, made.items, strict=True):
                draft.sets = one.sets
            for group, halves in half_sets_of(drafts).items():
                week[group] = week.get(group, 0) + halves / 2
        history.append(as_past(made, on))

    assert {group: week[group] for group in peaks} == peaks
