"""Levels, weeks, rotations and days of rest."""

from datetime import date, timedelta

import pytest
from coach_builders import day, item, man, session

from app.coach import (
    CheckIn,
    Experience,
    Goal,
    PastItem,
    PastSession,
    PastSet,
    SetState,
    Status,
    Template,
    Tier,
    plan,
)
from app.coach.day import level_of
from app.coach.history import read
from app.coach.schedule import conflict, days_of, default_weekdays

SQUAT = item("squat/0", "goblet_squat", "MAIN", [8, 8], "12", target_rir=4)


def done(on: str, template: str, index: int | None) -> PastSession:
    return session(on, template, index, SQUAT)


def daily(first: date, count: int, apart: int) -> list[PastSession]:
    return [
        PastSession(first + timedelta(days=apart * number), Template.FB_A, 0, False, (SQUAT,))
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("experience", "sessions", "apart", "gap", "level"),
    [
        ("BEGINNER", 0, 1, 0, "BEGINNER"),
        ("BEGINNER", 47, 4, 1, "BEGINNER"),
        ("BEGINNER", 48, 4, 1, "INTERMEDIATE"),
        ("BEGINNER", 60, 2, 1, "BEGINNER"),
        ("BEGINNER", 48, 4, 112, "BEGINNER"),
        ("INTERMEDIATE", 5, 2, 111, "INTERMEDIATE"),
        ("INTERMEDIATE", 5, 2, 112, "BEGINNER"),
        ("ADVANCED", 5, 2, 200, "INTERMEDIATE"),
        ("BEGINNER", 5, 2, 200, "BEGINNER"),
    ],
)
def test_levels(experience: str, sessions: int, apart: int, gap: int, level: str) -> None:
    history = daily(date(2025, 1, 1), sessions, apart)
    on = history[-1].on + timedelta(days=gap) if history else date(2025, 1, 1)

    assert level_of(man(experience=experience), read(history, on)) == level


def test_the_day_of_graduation_is_the_180th() -> None:
    history = daily(date(2025, 1, 1), 48, 3)
    first = history[0].on

    assert level_of(man(), read(history, first + timedelta(days=179))) == Experience.BEGINNER
    assert level_of(man(), read(history, first + timedelta(days=180))) == Experience.INTERMEDIATE


@pytest.mark.parametrize(
    ("goal", "level", "days", "expected", "weekdays"),
    [
        (Goal.STRENGTH, "BEGINNER", 7, (3, 3), (1, 2, 3, 4, 5, 6)),
        (Goal.STRENGTH, "INTERMEDIATE", 4, (4, 0), (1, 2, 4, 5)),
        (Goal.STRENGTH, "ADVANCED", 5, (5, 0), (1, 2, 3, 5, 6)),
        (Goal.HYPERTROPHY, "INTERMEDIATE", 6, (5, 1), (1, 2, 3, 4, 5, 6)),
        (Goal.HYPERTROPHY, "ADVANCED", 7, (6, 0), (1, 2, 3, 4, 5, 6)),
        (Goal.FAT_LOSS, "BEGINNER", 4, (3, 1), (1, 3, 5, 6)),
        (Goal.FAT_LOSS, "ADVANCED", 6, (4, 2), (1, 2, 3, 4, 5, 6)),
        (Goal.GENERAL_HEALTH, "ADVANCED", 3, (3, 0), (1, 3, 5)),
        (Goal.MOBILITY, "BEGINNER", 2, (2, 0), (1, 4)),
        (Goal.MOBILITY, "ADVANCED", 1, (1, 0), (1,)),
    ],
)
def test_days_a_week(
    goal: Goal, level: str, days: int, expected: tuple[int, int], weekdays: tuple[int, ...]
) -> None:
    found = days_of(man(goal=goal, days_per_week=days), Experience(level))

    assert found == expected
    assert default_weekdays(*found) == weekdays


def test_fewer_chosen_weekdays_make_a_shorter_week() -> None:
    assert days_of(man(days_per_week=4, weekdays=(2, 4)), Experience.INTERMEDIATE) == (2, 0)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("FB_A", "LEGS", True),
        ("PUSH", "FB_C", True),
        ("U_A", "PUSH", True),
        ("U_B", "PULL", True),
        ("U_A", "U_B", True),
        ("L_A", "L_B", True),
        ("L_A", "LEGS", True),
        ("PUSH", "PUSH", True),
        ("PUSH", "PULL", False),
        ("PUSH", "LEGS", False),
        ("U_A", "L_A", False),
        ("U_A", "LEGS", False),
        ("L_B", "PULL", False),
    ],
)
def test_conflicts_go_both_ways(one: str, other: str, expected: bool) -> None:
    assert conflict(Template(one), Template(other)) is expected
    assert conflict(Template(other), Template(one)) is expected


@pytest.mark.parametrize(
    ("days", "history", "on", "expected"),
    [
        (3, [], "03-02", ("FB_A", 0)),
        (3, [done("02-27", "FB_B", 1)], "03-02", ("FB_C", 2)),
        (3, [done("02-27", "FB_C", 2)], "03-02", ("FB_A", 0)),
        (3, [done("02-20", "FB_C", 2), done("02-27", "ACT", None)], "03-02", ("FB_A", 0)),
        (4, [done("02-27", "FB_B", 1)], "03-02", ("U_A", 0)),
        (5, [done("02-27", "L_A", 1)], "03-02", ("PUSH", 2)),
        (5, [done("02-27", "PUSH", 0)], "03-02", ("PULL", 3)),
        (6, [done("02-27", "PUSH", 3)], "03-02", ("PULL", 4)),
        (6, [done("02-27", "LEGS", 5)], "03-02", ("PUSH", 0)),
        (6, [done("02-27", "PUSH", 2)], "03-02", ("PULL", 1)),
    ],
)
def test_the_rotation_goes_on(
    days: int, history: list[PastSession], on: str, expected: tuple[str, int]
) -> None:
    made = plan(man(experience="ADVANCED", days_per_week=days), history, day(on))

    assert (made.template, made.rotation_index) == expected


def states(*names: str) -> tuple[PastSet, ...]:
    return tuple(PastSet(SetState(name), target_reps=8, performed_reps=8) for name in names)


@pytest.mark.parametrize(
    ("names", "following"),
    [
        (("DONE", "FAILED", "SKIPPED", "PENDING"), "FB_B"),
        (("DONE", "SKIPPED", "PENDING"), "FB_A"),
        (("SKIPPED", "SKIPPED"), "FB_A"),
        (("ASSUMED_DONE", "ASSUMED_DONE"), "FB_B"),
        ((), "FB_A"),
    ],
)
def test_a_half_done_session_is_not_made_up_the_rotation_waits(
    names: tuple[str, ...], following: str
) -> None:
    past = PastSession(
        date(2026, 3, 2),
        Template.FB_A,
        0,
        False,
        (PastItem("squat/0", "bodyweight_squat", Tier.MAIN, 3, states(*names)),),
    )

    assert plan(man(), [past], date(2026, 3, 4)).template == following


def test_an_assumed_session_counts_for_the_calendar_only() -> None:
    sets = (PastSet(SetState.ASSUMED_DONE, target_reps=8, target_kg=SQUAT.sets[0].target_kg),) * 3
    past = PastSession(
        day("03-02"), Template.FB_A, 0, False, (PastItem("squat/0", "goblet_squat", Tier.MAIN, 3, sets),)
    )
    read_back = read([past], day("03-03"))

    assert plan(man(), [past], day("03-03"), force=True).reasons == ("RECOVERY",)
    assert (read_back.n, read_back.gap, len(read_back.calendar)) == (0, None, 1)
    assert read_back.exposures("goblet_squat", Tier.MAIN) == ()


FULL_WEEK = [done("03-02", "FB_A", 0), done("03-04", "FB_B", 1), done("03-06", "FB_C", 2)]


@pytest.mark.parametrize(
    ("fields", "history", "on", "force", "expected"),
    [
        ({}, [], "03-03", False, "NOT_A_TRAINING_DAY"),
        ({}, [], "03-03", True, "FB_A"),
        ({"weekdays": (2,)}, [], "03-03", False, "FB_A"),
        ({"weekdays": (1, 2, 3)}, [done("03-02", "FB_A", 0)], "03-03", False, "RECOVERY"),
        ({"weekdays": (1, 2, 3)}, [done("03-02", "FB_A", 0)], "03-03", True, "RECOVERY"),
        ({"weekdays": (1, 3, 5, 7)}, FULL_WEEK, "03-08", False, "WEEK_DONE"),
        ({"weekdays": (1, 3, 5, 7)}, FULL_WEEK, "03-08", True, "FB_A"),
        ({"weekdays": (1, 3, 5, 6)}, FULL_WEEK, "03-07", False, "WEEK_DONE"),
        ({"weekdays": (1, 3, 5, 6)}, FULL_WEEK, "03-07", True, "RECOVERY"),
        ({"days_per_week": 5}, FULL_WEEK, "03-07", False, "ACT"),
        ({"days_per_week": 4, "goal": "MOBILITY"}, [done("03-02", "FB_A", 0)], "03-03", True, "MOB"),
        ({}, FULL_WEEK, "03-09", False, "FB_A"),
        ({"checkin": CheckIn(day("03-02"), ill=True)}, [], "03-02", True, "ILLNESS"),
        ({"checkin": CheckIn(day("03-01"), ill=True)}, [], "03-02", False, "FB_A"),
    ],
)
def test_days_of_rest(
    fields: dict[str, object], history: list[PastSession], on: str, force: bool, expected: str
) -> None:
    made = plan(man(**fields), history, day(on), force=force)

    if made.status is Status.OK:
        assert made.template == expected
    else:
        assert (made.status, made.reasons, made.items) == (Status.REST, (expected,), ())


def test_six_days_are_the_most() -> None:
    profile = man(experience="ADVANCED", days_per_week=7, weekdays=(1, 2, 3, 4, 5, 6, 7))
    names = ["PUSH", "PULL", "LEGS", "PUSH", "PULL", "LEGS"]
    history = [done(f"03-0{number + 2}", name, number) for number, name in enumerate(names)]

    assert plan(profile, history, day("03-08")).reasons == ("WEEK_DONE",)
    assert plan(profile, history[:5], day("03-08")).template == Template.LEGS
