"""The worked examples with a past: what each result leads to, number for number."""

from datetime import date
from decimal import Decimal

import pytest
from coach_builders import MONDAY, hurt, item, lines, man, reasons, session, slugs

from app.coach import Health, PastSession, Severity, Status, Template, plan


def g3_history() -> list[PastSession]:
    bench = item("horizontal_push/0", "barbell_bench_press", "MAIN", [5] * 4, "80")
    press = item("vertical_push/0", "overhead_press", "MAIN", [5] * 4, "45")
    deadlift = item("hinge/0", "conventional_deadlift", "MAIN", [5] * 4, "120")
    return [
        session("02-24", "L_A", 1, item("hinge/1", "romanian_deadlift", "SEC", [7] * 3, "80")),
        session("02-26", "U_B", 2, press),
        session("02-27", "L_B", 3, deadlift),
        session("03-02", "U_A", 0, bench),
        session(
            "03-03",
            "L_A",
            1,
            item("squat/0", "barbell_back_squat", "MAIN", [6] * 4, "100", rir=2),
            item("hinge/1", "romanian_deadlift", "SEC", [7, 7, 6], "80", of=7),
            item("lunge/0", "bulgarian_split_squat", "SEC", [7, 7, None], "14", of=7),
            item("hamstrings/0", "leg_curl", "ISO", [12, 12], "35"),
            item("core/0", "pallof_press", "CORE", [10] * 3, "15", target_rir=3),
            item("calves/0", "seated_calf_raise", "ISO", [10, 10], "40", rir=4),
        ),
        session("03-05", "U_B", 2, press),
        session("03-06", "L_B", 3, deadlift),
        session("03-09", "U_A", 0, bench),
    ]


def test_g3_each_result_has_its_own_next_step() -> None:
    trainee = man(
        age=32,
        weight_kg=Decimal(80),
        experience="INTERMEDIATE",
        goal="STRENGTH",
        days_per_week=4,
        max_daily_minutes=75,
    )

    made = plan(trainee, g3_history(), date(2026, 3, 10))

    assert (made.template, made.rotation_index, made.seconds, made.minutes) == (Template.L_A, 1, 3651, 61)
    assert lines(made) == [
        "barbell_back_squat 4x4 @102.5 r180 R2",
        "romanian_deadlift 3x7 @80 r150 R2",
        "bulgarian_split_squat 3x7 a side @14 r150 R2",
        "leg_curl 2x14 @35 r75 R2",
        "pallof_press 3x12 a side @15 r45 R3",
        "seated_calf_raise 2x8 @45 r75 R2",
    ]
    assert [planned.reasons for planned in made.items] == [
        ("LOAD_UP",),
        ("MISS:REPEAT",),
        ("HOLD",),
        ("REPS_PAST_TOP",),
        ("REPS_UP",),
        ("CALIBRATE_UP",),
    ]


def g4_history() -> list[PastSession]:
    squat = item("squat/0", "goblet_squat", "MAIN", [8] * 3, "16", target_rir=3)
    bench = item("horizontal_push/0", "dumbbell_bench_press", "MAIN", [8] * 3, "14", target_rir=3)

    def fb_b(
        on: str, rdl: list[int], press: list[int], of: int, pull: int, lunge: int, rir: int | None, fly: bool
    ):
        items = [
            item("hinge/0", "dumbbell_rdl", "MAIN", rdl, "16", of=10, target_rir=3),
            item("vertical_push/0", "dumbbell_shoulder_press", "SEC", press, "12", of=of, target_rir=3),
            item("vertical_pull/0", "lat_pulldown", "SEC", [pull] * 3, "40", rir=rir, target_rir=3),
            item("lunge/0", "dumbbell_lunge", "SEC", [lunge] * 3, "8", target_rir=3),
            item("core/1", "plank", "CORE", [25, 25], target_rir=3, seconds=True),
        ]
        if fly:
            items.append(item("chest/0", "pec_deck_fly", "ISO", [15, 15], "20", target_rir=3))
        return session(on, "FB_B", 1, *items)

    return [
        session("03-02", "FB_A", 0, squat),
        fb_b("03-04", [10, 10, 9], [8, 8, 8], 8, 10, 10, None, False),
        session("03-06", "FB_C", 2, bench),
        session("03-09", "FB_A", 0, squat),
        fb_b("03-11", [10, 9, 9], [8, 6, 4], 10, 12, 12, 0, True),
        session("03-13", "FB_C", 2, bench),
        session("03-16", "FB_A", 0, squat),
    ]


def test_g4_misses_and_hard_sets() -> None:
    made = plan(man(), g4_history(), date(2026, 3, 18))

    assert (made.template, made.seconds, made.minutes) == (Template.FB_B, 3575, 60)
    assert lines(made) == [
        "dumbbell_rdl 3x8 @14 r120 R3",
        "dumbbell_shoulder_press 3x8 @10 r90 R3",
        "lat_pulldown 3x12 @40 r90 R3",
        "dumbbell_lunge 3x14 a side @8 r90 R3",
        "plank 2x30s r45 R3",
        "pec_deck_fly 2x17 @20 r60 R3",
        "triceps_pushdown 2x10 @10 r60 R3",
        "seated_calf_raise 2x10 @15 r60 R3",
    ]
    assert [planned.reasons for planned in made.items] == [
        ("MISS:RESET",),
        ("BIG_MISS",),
        ("HARD",),
        ("REPS_PAST_TOP",),
        ("REPS_UP",),
        ("REPS_PAST_TOP",),
        ("START",),
        ("START",),
    ]


def test_g8_a_comeback_after_five_weeks() -> None:
    trainee = man(age=30, weight_kg=Decimal(78), experience="INTERMEDIATE")
    history = [
        session(
            "01-21",
            "FB_A",
            0,
            item("squat/0", "barbell_back_squat", "MAIN", [8] * 4, "90"),
            item("horizontal_push/0", "barbell_bench_press", "SEC", [10] * 3, "65"),
            item("horizontal_pull/0", "barbell_row", "SEC", [10] * 3, "60"),
            item("hinge/0", "conventional_deadlift", "SEC", [8] * 3, "100"),
            item("core/0", "pallof_press", "CORE", [10] * 3, "15", target_rir=3),
        ),
        session("01-23", "FB_B", 1, item("hinge/0", "conventional_deadlift", "MAIN", [8] * 4, "110")),
        session("01-26", "FB_C", 2, item("horizontal_push/0", "barbell_bench_press", "MAIN", [9] * 4, "70")),
    ]

    made = plan(trainee, history, MONDAY)

    assert lines(made) == [
        "barbell_back_squat 3x6 @70 r150 R3",
        "barbell_bench_press 2x8 @50 r120 R3",
        "barbell_row 2x8 @47.5 r120 R3",
        "conventional_deadlift 2x8 @80 r120 R3",
        "pallof_press 2x6 a side @15 r45 R4",
        "dumbbell_lateral_raise 2x10 @4 r75 R3",
        "ez_bar_curl 2x10 @15 r75 R3",
    ]
    assert (made.template, made.reasons) == (Template.FB_A, ("COMEBACK",))
    assert (made.seconds, made.minutes) == (3152, 53)
    assert reasons(made, "barbell_back_squat") == ("GAP:0.80",)
    assert reasons(made, "pallof_press") == ("GAP:0.80", "COARSE")
    assert reasons(made, "ez_bar_curl") == ("START",)


def g9_history() -> list[PastSession]:
    sessions = []
    for monday, tuesday, thursday, friday in (
        ("02-16", "02-17", "02-19", "02-20"),
        ("02-23", "02-24", "02-26", "02-27"),
    ):
        sessions += [
            session(
                monday,
                "U_A",
                0,
                item("horizontal_push/0", "barbell_bench_press", "MAIN", [4, 4, 4, 3], "110", of=4),
                item("horizontal_pull/0", "barbell_row", "SEC", [7] * 3, "90"),
                item("vertical_pull/0", "pull_up", "SEC", [7] * 3),
                item("vertical_push/0", "overhead_press", "SEC", [7] * 3, "55"),
            ),
            session(tuesday, "L_A", 1, item("squat/0", "barbell_back_squat", "MAIN", [4] * 4, "150")),
            session(
                thursday,
                "U_B",
                2,
                item("vertical_push/0", "overhead_press", "MAIN", [4, 4, 4, 3], "65", of=4),
            ),
            session(friday, "L_B", 3, item("hinge/0", "conventional_deadlift", "MAIN", [4] * 4, "180")),
        ]
    return sessions


def test_g9_two_stuck_main_lifts_start_a_deload() -> None:
    trainee = man(
        age=34,
        weight_kg=Decimal(84),
        experience="ADVANCED",
        goal="STRENGTH",
        days_per_week=4,
        max_daily_minutes=90,
    )

    made = plan(trainee, g9_history(), MONDAY)

    assert lines(made) == [
        "barbell_bench_press 2x3 @97.5 r240 R4",
        "barbell_row 2x6 @80 r150 R4",
        "pull_up 2x6 r150 R4",
        "overhead_press 2x6 @47.5 r150 R4",
        "pec_deck_fly 2x8 @30 r75 R4",
        "dumbbell_lateral_raise 2x8 @5 r75 R4",
        "ez_bar_curl 2x8 @20 r75 R4",
    ]
    assert (made.template, made.deload, made.reasons) == (Template.U_A, True, ("DELOAD", "DELOAD_MISSES"))
    assert (made.seconds, made.minutes) == (2863, 48)
    assert [planned.reasons for planned in made.items] == [("DELOAD",)] * 4 + [("START",)] * 3


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"health": Health(pregnant=True)}, ("PREGNANT",)),
        ({"health": Health(emergency_symptom=True, parq_yes=True)}, ("EMERGENCY_STOP", "PARQ_YES")),
        ({"injuries": (hurt("lower_back", Severity.SEVERE),)}, ("INJURY_SEVERE",)),
    ],
)
@pytest.mark.parametrize(
    "rest", [{}, {"age": 35, "goal": "MOBILITY", "equipment": frozenset(), "days_per_week": 7}]
)
def test_g10_a_person_looks_first(fields: dict, codes: tuple[str, ...], rest: dict) -> None:
    for day, force in ((MONDAY, False), (date(2026, 3, 3), True)):
        made = plan(man(**rest, **fields), g4_history(), day, force=force)

        assert (made.status, made.reasons, made.items) == (Status.REVIEW_REQUIRED, codes, ())


def test_a_free_day_between_two_whole_body_days_is_active() -> None:
    trainee = man(days_per_week=5)
    done = [session("03-02", "FB_A", 0, item("squat/0", "goblet_squat", "MAIN", [8, 8], "12", target_rir=4))]

    tuesday = plan(trainee, done, date(2026, 3, 3))

    assert (tuesday.template, tuesday.rotation_index, tuesday.kind) == (Template.ACT, None, "active")
    assert slugs(tuesday)[0] == "stationary_bike"
    assert [planned.seconds for planned in tuesday.items] == [1200, 30, 30, 30, 30]
    assert (tuesday.seconds, tuesday.minutes) == (2380, 40)

    wednesday = plan(trainee, done, date(2026, 3, 4))
    assert (wednesday.template, wednesday.rotation_index) == (Template.FB_B, 1)
