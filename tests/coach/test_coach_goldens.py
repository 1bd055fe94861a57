"""The worked examples without a past: first plans, number for number."""

from datetime import date
from decimal import Decimal

from coach_builders import FULL, MONDAY, gear, hurt, lines, man, weights

from app.coach import Status, Template, plan


def test_g1_a_beginner_starts_light_with_the_whole_body() -> None:
    made = plan(man(), [], MONDAY)

    assert (made.status, made.template, made.rotation_index) == (Status.OK, Template.FB_A, 0)
    assert lines(made) == [
        "goblet_squat 2x8 @12 r120 R4",
        "dumbbell_bench_press 2x8 @9 r90 R4",
        "seated_cable_row 2x8 @25 r90 R4",
        "dumbbell_rdl 2x8 @9 r90 R4",
        "dead_bug 2x8 a side r45 R4",
        "dumbbell_lateral_raise 2x10 @3 r60 R4",
        "dumbbell_curl 2x10 @5 r60 R4",
    ]
    assert (made.seconds, made.minutes, made.reasons) == (2483, 42, ("INTRO",))
    assert all(planned.reasons == ("START",) for planned in made.items)
    assert [planned.order for planned in made.items] == [1, 2, 3, 4, 5, 6, 7]
    assert made.items[2].kg == Decimal(25)

    tuesday = plan(man(), [], date(2026, 3, 3))
    assert (tuesday.status, tuesday.reasons, tuesday.items) == (Status.REST, ("NOT_A_TRAINING_DAY",), ())


def test_g2_short_time_and_small_dumbbells() -> None:
    trainee = man(
        sex="F",
        age=24,
        weight_kg=Decimal(52),
        height_cm=160,
        goal="FAT_LOSS",
        max_daily_minutes=40,
        equipment=gear("dumbbell band"),
        loads={"dumbbell": weights(range(1, 11))},
    )

    made = plan(trainee, [], MONDAY)

    assert lines(made) == [
        "goblet_squat 2x8 @6 r90 R4",
        "dumbbell_floor_press 2x10 @3 r60 R4",
        "dumbbell_row 2x10 a side @5 r60 R4",
        "dumbbell_rdl 2x10 @4 r60 R4",
        "dead_bug 2x8 a side r45 R4",
        "brisk_walk 1x420s r0 R4",
    ]
    assert (made.template, made.reasons) == (Template.FB_A, ("T2-REST", "INTRO"))
    assert (made.seconds, made.minutes) == (2395, 40)


def test_g5_twenty_minutes_are_trimmed_in_order() -> None:
    made = plan(man(experience="INTERMEDIATE", max_daily_minutes=20), [], MONDAY)

    assert lines(made) == [
        "barbell_back_squat 2x6 @30 r150 R2",
        "barbell_bench_press 2x8 @32.5 r90 R2",
        "barbell_row 1x8 @27.5 r90 R2",
    ]
    assert (made.template, made.seconds, made.minutes) == (Template.FB_A, 1079, 18)
    assert made.reasons == (
        "T1-DROP ez_bar_curl",
        "T1-DROP dumbbell_lateral_raise",
        "T2-REST",
        "T3-SETS pallof_press",
        "T3-SETS conventional_deadlift",
        "T3-SETS barbell_row",
        "T3-SETS barbell_bench_press",
        "T4-DROP pallof_press",
        "T4-DROP conventional_deadlift",
        "T5-SETS barbell_back_squat",
        "T5-SETS barbell_back_squat",
        "T6-SETS barbell_row",
    )


def test_g6_a_moderate_knee_gets_no_squat() -> None:
    trainee = man(
        sex="F",
        age=41,
        weight_kg=Decimal(60),
        height_cm=163,
        experience="INTERMEDIATE",
        goal="GENERAL_HEALTH",
        days_per_week=2,
        max_daily_minutes=45,
        injuries=(hurt("knee", "MODERATE"),),
    )

    made = plan(trainee, [], MONDAY)

    assert lines(made) == [
        "hip_thrust 3x8 @20 r90 R3",
        "dumbbell_bench_press 2x8 @5 r90 R3",
        "seated_cable_row 2x8 @15 r90 R3",
        "dumbbell_rdl 2x8 @6 r90 R3",
        "pallof_press 2x8 a side @2.5 r45 R3",
        "farmers_carry 3x20s @9 r75 R3",
    ]
    assert (made.template, made.reasons) == (Template.FB_A, ("FALLBACK squat>hinge",))
    assert (made.seconds, made.minutes) == (2591, 44)


def test_g7_a_band_and_a_sore_back() -> None:
    trainee = man(
        age=35,
        weight_kg=Decimal(82),
        max_daily_minutes=30,
        equipment=gear("band"),
        injuries=(hurt("lower_back", "MILD"),),
    )

    made = plan(trainee, [], MONDAY)

    assert lines(made) == [
        "bodyweight_squat 2x8 r120 R4",
        "band_chest_press 2x8 LIGHT r90 R4",
        "band_row 2x8 LIGHT r90 R4",
        "glute_bridge 2x8 r90 R4",
        "dead_bug 2x8 a side r45 R4",
    ]
    assert made.reasons == ("NO_ELIGIBLE side_delts", "T1-DROP band_curl", "INTRO")
    assert (made.template, made.seconds, made.minutes) == (Template.FB_A, 1613, 27)


def test_g11_an_older_beginner_on_machines() -> None:
    trainee = man(
        sex="F",
        age=68,
        weight_kg=Decimal(58),
        height_cm=158,
        goal="GENERAL_HEALTH",
        days_per_week=2,
        max_daily_minutes=40,
        equipment=gear("machine cable cardio_machine"),
    )

    made = plan(trainee, [], MONDAY)

    assert lines(made) == [
        "leg_press 2x10 @15 r120 R4",
        "chest_press_machine 2x10 @5 r120 R4",
        "seated_cable_row 2x10 @5 r120 R4",
        "back_extension 2x10 r120 R4",
        "dead_bug 2x8 a side r45 R4",
        "single_leg_balance 2x45s a side r15 R4",
    ]
    assert (made.template, made.reasons) == (Template.FB_A, ("INTRO",))
    assert (made.seconds, made.minutes) == (2259, 38)


def test_full_equipment_is_fourteen_values() -> None:
    assert len(FULL) == 14
