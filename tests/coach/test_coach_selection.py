"""Who may train, what they are given, and how much of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from coach_builders import FULL, day, gear, hurt, item, man, reasons, session

from app.coach import (
    Area,
    Experience,
    Goal,
    Health,
    PastItem,
    PastSession,
    Profile,
    Severity,
    Status,
    Template,
    Tier,
    exercises,
    plan,
    with_pain,
)
from app.coach.catalogue import GROUPS, pool
from app.coach.day import describe
from app.coach.engine import draft_of
from app.coach.history import read
from app.coach.prescription import prescribe
from app.coach.safety import review_reasons
from app.coach.selection import possible
from app.coach.templates import SLOTS, slots
from app.coach.timing import ramp_sets, total_s
from app.coach.volume import half_sets_before, half_sets_of, limit, session_sets

MONDAY = date(2026, 3, 2)


def test_the_catalogue_is_whole() -> None:
    found = exercises()
    assert len(found) == 101
    for exercise in found.values():
        assert all(slug in found for slug in (*exercise.easier, *exercise.harder))
        assert exercise.loaded is (exercise.ratio_m is not None) is (exercise.ratio_f is not None)
        assert exercise.tiers
    groups = {muscle for muscles in GROUPS.values() for muscle in muscles}
    assert len(GROUPS) == 12
    assert "forearms" not in groups


def test_every_slot_has_exercises() -> None:
    for template in SLOTS:
        for goal in Goal:
            for slot in slots(template, goal, False):
                assert pool(slot.key, slot.tier, True), slot


@pytest.mark.parametrize("template", [name for name in Template if name not in (Template.ACT, Template.MOB)])
def test_the_first_priorities_hold_the_main_lift(template: Template) -> None:
    found = slots(template, Goal.HYPERTROPHY, False)
    assert (found[0].tier, found[0].priority) == (Tier.MAIN, 1)
    assert len({slot.name for slot in found}) == len(found)


@pytest.mark.parametrize(
    ("goal", "over_65", "last"),
    [
        (Goal.STRENGTH, False, ["side_delts", "biceps"]),
        (Goal.FAT_LOSS, False, ["core", "conditioning"]),
        (Goal.GENERAL_HEALTH, False, ["core", "carry"]),
        (Goal.GENERAL_HEALTH, True, ["core", "mobility"]),
        (Goal.MOBILITY, False, ["core", "mobility", "mobility", "mobility"]),
    ],
)
def test_goals_edit_the_templates(goal: Goal, over_65: bool, last: list[str]) -> None:
    assert [slot.key for slot in slots(Template.FB_A, goal, over_65)][-len(last) :] == last


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({}, ()),
        ({"age": 15}, ("AGE_UNDER_16",)),
        ({"age": 16}, ("GUARDIAN_CONSENT",)),
        ({"age": 17, "health": Health(guardian_consent=True)}, ()),
        ({"age": 18}, ()),
        ({"age": 69}, ()),
        ({"age": 70}, ("AGE_OVER_LIMIT",)),
        ({"age": 79, "health": Health(active_3_months=True)}, ()),
        ({"age": 80, "health": Health(active_3_months=True)}, ("AGE_OVER_LIMIT",)),
        ({"health": Health(postpartum_weeks=11)}, ("POSTPARTUM",)),
        ({"health": Health(postpartum_weeks=12)}, ()),
        ({"health": Health(parq_yes=True)}, ("PARQ_YES",)),
        ({"health": Health(parq_yes=True, clearance_on=day("2025-03-02"))}, ()),
        ({"health": Health(parq_yes=True, clearance_on=day("2025-03-01"))}, ("PARQ_YES",)),
        ({"health": Health(parq_yes=True, clearance_on=day("03-03"))}, ("PARQ_YES",)),
        ({"health": Health(pregnant=True, clearance_on=MONDAY)}, ("PREGNANT",)),
        ({"goal": "FAT_LOSS", "height_cm": 200, "weight_kg": Decimal("73.9")}, ("LOW_BMI_FAT_LOSS",)),
        ({"goal": "FAT_LOSS", "height_cm": 200, "weight_kg": Decimal(74)}, ()),
        ({"goal": "STRENGTH", "height_cm": 200, "weight_kg": Decimal(60)}, ()),
        ({"injuries": (hurt("knee", "SEVERE", "03-01"),)}, ()),
        ({"injuries": (hurt("knee", "SEVERE", "03-02"),)}, ("INJURY_SEVERE",)),
    ],
)
def test_the_gate(fields: dict[str, object], codes: tuple[str, ...]) -> None:
    assert review_reasons(man(**fields), MONDAY) == codes
    assert (plan(man(**fields), [], MONDAY).status is Status.REVIEW_REQUIRED) is bool(codes)


@pytest.mark.parametrize(
    ("score", "severity", "days"),
    [(1, "MILD", 14), (3, "MILD", 14), (4, "MODERATE", 14), (6, "MODERATE", 14), (7, "SEVERE", None)],
)
def test_pain_becomes_an_injury(score: int, severity: str, days: int | None) -> None:
    profile = with_pain(man(), Area.KNEE, score, MONDAY)

    (injury,) = profile.injuries
    assert (injury.area, injury.severity) == (Area.KNEE, Severity(severity))
    assert injury.until == (days and MONDAY + timedelta(days=days))
    assert with_pain(profile, "knee", score, MONDAY) == profile
    for wrong in (0, 11):
        with pytest.raises(ValueError, match="scored"):
            with_pain(man(), Area.KNEE, wrong, MONDAY)


def allowed(profile: Profile, slug: str, on: date = MONDAY) -> bool:
    return possible(describe(profile, on, read([], on)), exercises()[slug])


@pytest.mark.parametrize(
    ("fields", "slug", "expected"),
    [
        ({}, "goblet_squat", True),
        ({"injuries": (hurt("knee", "MILD"),)}, "goblet_squat", False),
        ({"injuries": (hurt("knee", "MILD"),)}, "leg_press", True),
        ({"injuries": (hurt("knee", "MODERATE"),)}, "leg_press", False),
        ({"injuries": (hurt("knee", "MODERATE", "03-01"),)}, "leg_press", True),
        ({"injuries": (hurt("knee", "MODERATE"),)}, "hip_thrust", True),
        ({"injuries": (hurt("shoulder", "MILD"),)}, "overhead_press", False),
        ({"injuries": (hurt("shoulder", "MODERATE"),)}, "band_row", True),
        ({"injuries": (hurt("elbow", "MILD"),)}, "hammer_curl", True),
        ({"injuries": (hurt("wrist", "MILD"),)}, "push_up", False),
        ({"excluded": frozenset({"goblet_squat"})}, "goblet_squat", False),
        ({"equipment": gear("bench")}, "dumbbell_bench_press", False),
        ({"equipment": gear("bench dumbbell")}, "dumbbell_bench_press", True),
        ({"equipment": frozenset()}, "push_up", True),
        ({}, "running", False),
        ({"experience": "INTERMEDIATE"}, "running", True),
        ({"experience": "INTERMEDIATE", "age": 65}, "running", False),
        ({"experience": "INTERMEDIATE", "height_cm": 200, "weight_kg": Decimal(120)}, "running", False),
        ({"experience": "INTERMEDIATE", "height_cm": 200, "weight_kg": Decimal("119.9")}, "running", True),
        ({}, "single_leg_balance", False),
    ],
)
def test_what_is_possible(fields: dict[str, object], slug: str, expected: bool) -> None:
    assert allowed(man(**fields), slug) is expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"equipment": gear("barbell ez_bar rack bench")}, "hip_thrust"),
        ({"equipment": gear("kettlebell")}, "kettlebell_deadlift"),
        ({"equipment": frozenset()}, "glute_bridge"),
        ({"experience": "INTERMEDIATE"}, "conventional_deadlift"),
        ({"experience": "INTERMEDIATE", "age": 17, "health": Health(guardian_consent=True)}, "hip_thrust"),
        ({"experience": "ADVANCED"}, "conventional_deadlift"),
    ],
)
def test_the_best_that_fits_is_chosen(fields: dict[str, object], expected: str) -> None:
    made = plan(man(max_daily_minutes=120, **fields), [], MONDAY)
    found = [one for one in made.items if one.slot == "hinge/0"]
    assert [one.slug for one in found] == [expected]


def test_the_chosen_exercise_stays_for_a_block_and_then_changes_with_the_level() -> None:
    past = session("03-02", "FB_A", 0, item("squat/0", "smith_squat", "MAIN", [8] * 3, "20"))
    closer = [session(f"{on}", "FB_C", 2, item("x/0", "plank", "CORE", [30])) for on in ("03-06", "04-24")]
    profile = man(max_daily_minutes=90)

    assert plan(profile, [past, closer[0]], day("03-09")).items[0].slug == "smith_squat"
    assert plan(profile, [past, *closer], day("04-27")).items[0].slug == "goblet_squat"
    without = man(max_daily_minutes=90, excluded=frozenset({"smith_squat"}))
    assert plan(without, [past, closer[0]], day("03-09")).items[0].slug == "goblet_squat"


def test_a_fallback_stays_only_while_the_pattern_has_nothing() -> None:
    bridge = item("squat/0", "glute_bridge", "MAIN", [10] * 3)
    history = [session("02-23", "FB_A", 0, bridge), session("02-27", "FB_C", 2, bridge)]
    sore = man(equipment=frozenset(), injuries=(hurt("knee", "MODERATE"),))

    made = plan(sore, history, MONDAY)
    assert (made.items[0].slug, made.items[0].slot, made.items[0].reasons[0]) == (
        "glute_bridge",
        "squat/0",
        "FALLBACK",
    )
    assert plan(man(equipment=frozenset()), history, MONDAY).items[0].slug == "bodyweight_squat"


def pushes(slug: str, *results: list[int], of: int) -> list[PastSession]:
    return [
        session(on, "FB_A", 0, item("horizontal_push/0", slug, "SEC", done, of=of, target_rir=3))
        for on, done in zip(("02-16", "02-23"), results, strict=False)
    ] + [session("02-27", "FB_C", 2, item("x/0", "plank", "CORE", [30]))]


@pytest.mark.parametrize(
    ("slug", "results", "of", "fields", "expected", "reason"),
    [
        ("knee_push_up", [[12] * 3, [12] * 3], 12, {}, "push_up", "LADDER_UP"),
        ("knee_push_up", [[12] * 3, [14] * 3], 12, {}, "push_up", "LADDER_UP"),
        ("knee_push_up", [[11] * 3, [11] * 3], 11, {}, "knee_push_up", "REPS_UP"),
        ("knee_push_up", [[12] * 3, [12, 12, 11]], 12, {}, "knee_push_up", "MISS:REPEAT"),
        ("push_up", [[4] * 3, [4] * 3], 10, {}, "knee_push_up", "LADDER_DOWN"),
        ("wall_push_up", [[4] * 3, [4] * 3], 10, {}, "wall_push_up", "BIG_MISS"),
        ("push_up", [[12] * 3, [12] * 3], 12, {"equipment": gear("dip_bar")}, "dips", "LADDER_UP"),
        (
            "push_up",
            [[12] * 3, [12] * 3],
            12,
            {"equipment": gear("dip_bar"), "age": 17, "health": Health(guardian_consent=True)},
            "push_up",
            "REPS_PAST_TOP",
        ),
    ],
)
def test_the_ladder(
    slug: str, results: list[list[int]], of: int, fields: dict[str, object], expected: str, reason: str
) -> None:
    made = plan(man(**{"equipment": frozenset(), **fields}), pushes(slug, *results, of=of), MONDAY)

    assert made.items[1].slug == expected
    assert reasons(made, expected)[0] == reason


def test_after_a_swap_the_exercise_that_was_trained_stays() -> None:
    pained = item("squat/0", "goblet_squat", "MAIN", [None, None], "12", of=8)
    swapped = item("squat/0", "leg_press", "MAIN", [8, 8], "40")
    history = [session("02-23", "FB_A", 0, pained, swapped), session("02-27", "FB_C", 2, swapped)]

    assert plan(man(), history, MONDAY).items[0].slug == "leg_press"


@pytest.mark.parametrize(
    ("fields", "slug", "tier", "expected"),
    [
        # sets, low, high, RIR, rest
        ({"goal": "STRENGTH", "experience": "ADVANCED"}, "barbell_back_squat", "MAIN", (4, 3, 5, 2, 240)),
        ({"goal": "HYPERTROPHY", "experience": "ADVANCED"}, "leg_curl", "ISO", (3, 10, 15, 1, 75)),
        ({"goal": "FAT_LOSS", "experience": "INTERMEDIATE"}, "barbell_row", "SEC", (3, 10, 15, 2, 75)),
        ({"goal": "GENERAL_HEALTH", "experience": "ADVANCED"}, "barbell_row", "SEC", (3, 8, 12, 2, 90)),
        ({"goal": "MOBILITY", "experience": "ADVANCED"}, "barbell_row", "MAIN", (2, 10, 15, 4, 60)),
        ({"goal": "MOBILITY", "experience": "ADVANCED"}, "plank", "CORE", (2, 20, 40, 3, 45)),
        ({"goal": "STRENGTH", "experience": "ADVANCED"}, "dead_bug", "CORE", (3, 8, 12, 3, 45)),
        ({"goal": "STRENGTH", "experience": "ADVANCED"}, "hanging_knee_raise", "CORE", (3, 10, 15, 3, 45)),
        ({"experience": "INTERMEDIATE"}, "farmers_carry", "SEC", (3, 20, 40, 3, 75)),
        (
            {"goal": "STRENGTH", "experience": "INTERMEDIATE", "age": 65},
            "leg_press",
            "MAIN",
            (4, 10, 15, 3, 210),
        ),
        (
            {"goal": "STRENGTH", "experience": "INTERMEDIATE", "age": 65},
            "leg_curl",
            "ISO",
            (2, 10, 15, 3, 75),
        ),
        (
            {"goal": "STRENGTH", "experience": "INTERMEDIATE", "age": 17},
            "leg_press",
            "MAIN",
            (4, 8, 12, 3, 180),
        ),
        ({"experience": "INTERMEDIATE", "age": 17}, "leg_curl", "ISO", (3, 10, 15, 3, 75)),
        ({}, "goblet_squat", "MAIN", (2, 8, 12, 4, 120)),
        ({"experience": "INTERMEDIATE"}, "brisk_walk", "COND", (1, 720, 720, 4, 0)),
        ({"age": 66}, "cat_cow", "MOB", (2, 45, 45, 4, 15)),
        (
            {"experience": "INTERMEDIATE", "injuries": (hurt("knee", "MILD"),)},
            "leg_press",
            "MAIN",
            (4, 6, 10, 3, 150),
        ),
    ],
)
def test_doses(fields: dict[str, object], slug: str, tier: str, expected: tuple[int, ...]) -> None:
    today = describe(man(**fields), MONDAY, read([], MONDAY))
    dose = prescribe(today, exercises()[slug], Tier(tier), Template.FB_A)
    assert (dose.sets, dose.low, dose.high, dose.rir, dose.rest_s) == expected


def test_states_of_the_day_come_one_after_the_other() -> None:
    today = describe(
        man(experience="INTERMEDIATE", injuries=(hurt("knee", "MILD"),)), MONDAY, read([], MONDAY)
    )
    today.comeback = today.deload = today.light = True

    dose = prescribe(today, exercises()["leg_press"], Tier.MAIN, Template.FB_A)

    # 4 -> 3 -> 2 -> 1 sets; RIR 2 -> 3 -> 5 -> 6; loads still with 2.
    assert (dose.sets, dose.rir, dose.load_rir) == (1, 6, 2)


@pytest.mark.parametrize(
    ("goal", "minutes", "expected"),
    [("STRENGTH", 30, 3), ("STRENGTH", 29, 1), ("FAT_LOSS", 30, 2), ("FAT_LOSS", 10, 1)],
)
def test_ramp_sets(goal: str, minutes: int, expected: int) -> None:
    assert ramp_sets(man(goal=goal, max_daily_minutes=minutes)) == expected


@pytest.mark.parametrize(("minutes", "frame"), [(29, 120), (30, 300), (44, 300), (45, 480), (180, 480)])
def test_warm_up_and_cool_down(minutes: int, frame: int) -> None:
    assert total_s(man(max_daily_minutes=minutes), []) == frame


def test_ten_minutes_are_enough_for_something() -> None:
    for fields in (
        {},
        {"goal": "MOBILITY"},
        {"goal": "STRENGTH", "experience": "ADVANCED"},
        {"goal": "FAT_LOSS"},
    ):
        made = plan(man(max_daily_minutes=10, **fields), [], MONDAY)
        assert made.status is Status.OK
        assert made.seconds <= 600

    walk = [session("03-02", "FB_A", 0, item("x/0", "plank", "CORE", [30]))]
    active = plan(man(max_daily_minutes=10, days_per_week=5), walk, day("03-03"))
    assert [(one.slug, one.seconds) for one in active.items] == [("stationary_bike", 420)]
    assert active.reasons[-2] == "T7-TIME stationary_bike"


def test_nothing_possible_is_rest_with_reasons() -> None:
    nothing = man(equipment=frozenset(), excluded=frozenset(exercises()))

    made = plan(nothing, [], MONDAY)

    assert (made.status, made.items) == (Status.REST, ())
    assert all(reason.startswith("NO_ELIGIBLE") for reason in made.reasons)


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
        history.append(as_done(made.template, made.rotation_index, on, made.items))

    assert {group: week[group] for group in peaks} == peaks


def as_done(template: Template, index: int | None, on: date, items: tuple) -> PastSession:
    return PastSession(
        on,
        template,
        index,
        False,
        tuple(
            PastItem(
                one.slot,
                one.slug,
                one.tier,
                one.rir,
                item(
                    one.slot,
                    one.slug,
                    one.tier,
                    [one.reps or one.seconds] * one.sets,
                    str(one.kg) if one.kg is not None else None,
                    seconds=one.seconds is not None,
                ).sets,
            )
            for one in items
        ),
    )
