"""The signals of `flask ops rollback-check`: each trips on rows that ask for it, and on no others."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from rollback_builders import (
    MIDDLES,
    MINUTE,
    add_attempts,
    add_history,
    change,
    check,
    figures,
    open_before,
    open_reviews,
    reasons,
)
from sqlalchemy import Engine
from sqlalchemy.orm import Session

NO_ANSWER = {"captured_at": None, "outcome": None}


# Summaries


def test_summaries_that_say_what_their_sets_say_are_kept(app: Flask, db_session: Session) -> None:
    for _ in range(25):
        add_history(db_session, days=4)

    assert reasons(app) == []
    found = figures(app, "summary-error")
    assert (found["wrong"], found["compared"], found["written"]) == (0, 100, 100)
    assert (found["share"], found["limit"], found["is_enough"]) == (0, 0.01, True)


@pytest.mark.parametrize(("broken", "trips"), [(1, False), (2, True), (25, True)])
def test_more_than_one_wrong_summary_of_a_hundred_asks_for_it(
    app: Flask, db_session: Session, engine: Engine, broken: int, trips: bool
) -> None:
    who = [add_history(db_session, days=4) for _ in range(25)]
    change(
        engine,
        "UPDATE daily_summaries SET volume_kg = volume_kg + 0.25 WHERE user_id = ANY(:ids)"
        " AND on_date = current_date - 2",
        ids=who[:broken],
    )

    assert reasons(app) == (["summary-error"] if trips else [])
    assert figures(app, "summary-error")["wrong"] == broken


@pytest.mark.parametrize(
    "fault",
    [
        "planned_sets = planned_sets + 1",
        "done_sets = done_sets - 1",
        "skipped_sets = 1",
        "failed_sets = 0",
        "volume_kg = volume_kg - 1",
        "minutes = minutes + 1",
        "streak = streak + 1",
        "one_rep_maxes = '{}'",
    ],
)
def test_every_figure_of_a_summary_is_compared(
    app: Flask, db_session: Session, engine: Engine, fault: str
) -> None:
    add_history(db_session)
    assert reasons(app) == []

    change(engine, f"UPDATE daily_summaries SET {fault}")

    assert reasons(app) == ["summary-error"]
    assert figures(app, "summary-error")["wrong"] == 5


def test_streaks_are_compared_with_all_days_before(app: Flask, db_session: Session, engine: Engine) -> None:
    add_history(db_session, days=60)
    change(engine, "UPDATE daily_summaries SET computed_at = now() - interval '8 days'")
    change(engine, "UPDATE daily_summaries SET computed_at = now() WHERE on_date >= current_date - 3")
    assert reasons(app) == []

    change(engine, "UPDATE daily_summaries SET streak = streak + 1")

    found = figures(app, "summary-error")
    assert (found["wrong"], found["compared"], found["written"]) == (3, 3, 3)


def test_what_older_releases_wrote_is_not_held_against_this_one(
    app: Flask, db_session: Session, engine: Engine
) -> None:
    add_history(db_session, first=datetime.now(UTC).date() - timedelta(days=300))
    wrong_and_old = "UPDATE daily_summaries SET minutes = 1, computed_at = now() - interval '{}'"

    change(engine, wrong_and_old.format("7 days 1 minute"))
    assert reasons(app) == []
    assert figures(app, "summary-error")["is_enough"] is False
    assert "not enough data" in check(app).stdout.splitlines()[0]

    change(engine, wrong_and_old.format("6 days 23 hours"))
    assert reasons(app) == ["summary-error"]


def test_a_summary_without_a_day_is_wrong(app: Flask, db_session: Session, engine: Engine) -> None:
    add_history(db_session)

    change(engine, "UPDATE exercise_plans SET status = 'CANCELED' WHERE target_date = current_date - 1")

    found = figures(app, "summary-error")
    assert (found["wrong"], found["compared"]) == (1, 5)


def test_a_day_without_a_summary_is_wrong(app: Flask, db_session: Session, engine: Engine) -> None:
    add_history(db_session, days=10)
    change(engine, "DELETE FROM daily_summaries WHERE on_date < current_date - 7")
    assert figures(app, "summary-error")["wrong"] == 0

    change(engine, "DELETE FROM daily_summaries WHERE on_date IN (current_date - 7, current_date - 1)")

    found = figures(app, "summary-error")
    assert (found["wrong"], found["compared"], found["written"]) == (2, 7, 5)


def test_a_sample_is_as_large_as_it_is_asked_for_and_random(app: Flask, db_session: Session) -> None:
    for _ in range(42):
        add_history(db_session)

    usual, small = figures(app, "summary-error"), figures(app, "summary-error", "--sample", "30")

    assert (usual["compared"], usual["written"]) == (200, 210)
    assert (small["compared"], small["written"]) == (30, 210)


def test_one_wrong_summary_is_not_drawn_every_time(app: Flask, db_session: Session, engine: Engine) -> None:
    add_history(db_session, days=4)
    change(engine, "UPDATE daily_summaries SET minutes = 1 WHERE on_date = current_date - 1")

    drawn = {figures(app, "summary-error", "--sample", "2")["wrong"] for _ in range(40)}

    assert drawn == {0, 1}


# Reviews


@pytest.mark.parametrize(("opened", "trips"), [(9, False), (10, True)])
def test_a_surge_is_of_ten_reviews_at_least(
    app: Flask, db_session: Session, opened: int, trips: bool
) -> None:
    open_reviews(db_session, opened)

    assert reasons(app) == (["review-surge"] if trips else [])
    found = figures(app, "review-surge")
    assert (found["opened"], found["before"], found["is_enough"]) == (opened, [0] * 7, trips)


@pytest.mark.parametrize(("opened", "trips"), [(12, False), (13, True)])
def test_a_surge_is_more_than_three_times_the_median(
    app: Flask, db_session: Session, opened: int, trips: bool
) -> None:
    open_before(db_session, [4, 0, 20, 5, 3, 4, 30])
    open_reviews(db_session, opened)

    assert reasons(app) == (["review-surge"] if trips else [])
    assert figures(app, "review-surge")["median"] == 4


def test_only_that_hour_counts_on_all_days(app: Flask, db_session: Session) -> None:
    open_reviews(db_session, 9, 59 * MINUTE)
    open_reviews(db_session, 9, 61 * MINUTE)
    for days_ago in range(1, 8):
        open_reviews(db_session, days_ago, timedelta(days=days_ago, minutes=59))
        open_reviews(db_session, 9, timedelta(days=days_ago, minutes=61))
        open_reviews(db_session, 9, timedelta(days=days_ago, minutes=-1))
    open_reviews(db_session, 9, timedelta(days=8, minutes=30))

    found = figures(app, "review-surge")

    assert (found["opened"], found["before"]) == (9, [1, 2, 3, 4, 5, 6, 7])


def test_reviews_are_counted_when_they_are_opened_and_not_when_seen_again(
    app: Flask, db_session: Session
) -> None:
    now = datetime.now(UTC)
    open_reviews(db_session, 9, state="resolved", resolved_at=now, action="discard", memo="m", actor="kim")
    open_reviews(db_session, 20, timedelta(hours=2), last_seen_at=now, count=500)
    assert figures(app, "review-surge")["opened"] == 9

    open_reviews(db_session, 1, MINUTE, count=500)

    assert figures(app, "review-surge")["opened"] == 10


# Attempts


def windows(app: Flask) -> list[tuple[int, int]]:
    """Failed and all attempts of each window, newest first."""
    return [(each["failed"], each["attempts"]) for each in figures(app, "failure-rate")["windows"]]


@pytest.mark.parametrize(("failed", "trips"), [(3, False), (4, True)])
def test_a_fifth_of_failures_in_three_windows_asks_for_it(
    app: Flask, db_session: Session, failed: int, trips: bool
) -> None:
    add_attempts(db_session, MIDDLES[0], 20 - failed, failed)
    add_attempts(db_session, MIDDLES[1], 20, 20)
    add_attempts(db_session, MIDDLES[2], 16, 4)

    assert reasons(app) == (["failure-rate"] if trips else [])
    assert windows(app) == [(failed, 20), (20, 40), (4, 20)]
    assert figures(app, "failure-rate")["limit"] == 0.2


@pytest.mark.parametrize("other", [0, 1, 2])
@pytest.mark.parametrize(("attempts", "trips"), [(19, False), (20, True)])
def test_every_window_needs_twenty_attempts(
    app: Flask, db_session: Session, other: int, attempts: int, trips: bool
) -> None:
    for number, middle in enumerate(MIDDLES):
        add_attempts(db_session, middle, 0, attempts if number == other else 20)

    assert reasons(app) == (["failure-rate"] if trips else [])
    assert figures(app, "failure-rate")["is_enough"] is trips
    assert ("not enough data" in check(app).stdout.splitlines()[2]) is not trips


@pytest.mark.parametrize("healthy", [0, 1, 2])
def test_two_of_three_windows_are_not_sustained(app: Flask, db_session: Session, healthy: int) -> None:
    for number, middle in enumerate(MIDDLES):
        add_attempts(db_session, middle, *((20, 0) if number == healthy else (0, 20)))

    assert reasons(app) == []


def test_windows_are_five_minutes_long(app: Flask, db_session: Session) -> None:
    for minutes in (1, 4.9, 5.1, 9.9, 10.1, 14.9, 15.1):
        add_attempts(db_session, minutes * MINUTE, 0, 1)

    assert windows(app) == [(2, 2)] * 3


@pytest.mark.parametrize(
    ("fields", "failed", "counted"),
    [
        ({"outcome": "ok", "delivery_outcome": "ok"}, 0, 1),
        ({"outcome": "ok", "delivery_outcome": "recipient"}, 0, 1),
        ({"outcome": "ok", "delivery_outcome": "unknown"}, 0, 1),
        *(
            ({"outcome": "ok", "delivery_outcome": each}, 1, 1)
            for each in ("retry", "quota", "request", "alert")
        ),
        *(({"outcome": each}, 1, 1) for each in ("retry", "request", "alert", "unknown")),
        *(({"outcome": each}, 0, 0) for each in ("recipient", "quota", "duplicate")),
        ({"outcome": "request", "is_counted": False}, 0, 0),
        ({"outcome": "unknown", "is_counted": False, "provider_status_code": "WORKER_LOST"}, 1, 1),
        (NO_ANSWER, 1, 1),
    ],
)
def test_what_counts_as_a_failure(
    app: Flask, db_session: Session, fields: dict[str, Any], failed: int, counted: int
) -> None:
    add_attempts(db_session, MIDDLES[1], 1)
    add_attempts(db_session, MIDDLES[1], 0, 1, **fields)

    assert windows(app)[1] == (failed, 1 + counted)


def test_what_may_still_be_under_way_does_not_count(app: Flask, db_session: Session) -> None:
    add_attempts(db_session, 1.9 * MINUTE, 0, 1, **NO_ANSWER)
    assert windows(app)[0] == (0, 0)

    add_attempts(db_session, 2.1 * MINUTE, 0, 1, **NO_ANSWER)

    assert windows(app)[0] == (1, 1)
