"""`flask ops rollback-check`: verdict, exit code, thresholds, and a database that does not answer."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from rollback_builders import (
    MIDDLES,
    SIGNALS,
    add_attempts,
    add_history,
    change,
    check,
    lines,
    open_before,
    open_reviews,
    reasons,
)
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session


def test_an_empty_system_is_kept_and_says_that_there_is_not_enough_data(app: Flask) -> None:
    result = check(app)

    assert reasons(app) == []
    assert [line.split()[:2] for line in result.stdout.splitlines()] == [
        *(["ok", name] for name in SIGNALS),
        ["ok", "verdict"],
    ]
    assert result.stdout.count("not enough data") == 3


def test_a_healthy_system_is_kept(app: Flask, db_session: Session) -> None:
    for _ in range(5):
        add_history(db_session)
    open_before(db_session, [3, 4, 5, 4, 3, 4, 5])
    open_reviews(db_session, 11)
    for middle in MIDDLES:
        add_attempts(db_session, middle, 24, 1)

    assert reasons(app) == []
    assert "not enough data" not in check(app).stdout
    assert all(lines(app)[name]["data"]["is_enough"] for name in SIGNALS)


def test_all_reasons_are_named(app: Flask, db_session: Session, engine: Engine) -> None:
    add_history(db_session)
    change(engine, "UPDATE daily_summaries SET minutes = 1")
    open_reviews(db_session, 10)
    for middle in MIDDLES:
        add_attempts(db_session, middle, 0, 20)

    assert reasons(app) == list(SIGNALS)
    assert check(app).stdout.splitlines()[-1].split(maxsplit=2) == [
        "FAIL",
        "verdict",
        "roll back: summary-error, review-surge, failure-rate",
    ]


def test_thresholds_are_those_of_the_environment(
    another_app: Callable[..., Flask], app: Flask, db_session: Session, engine: Engine
) -> None:
    add_history(db_session, days=4)
    change(engine, "UPDATE daily_summaries SET minutes = 1 WHERE on_date > current_date - 3")
    open_before(db_session, [2] * 7)
    open_reviews(db_session, 10)
    for middle in MIDDLES:
        add_attempts(db_session, middle, 15, 15)
    names = ("ROLLBACK_SUMMARY_ERROR", "ROLLBACK_REVIEW_FACTOR", "ROLLBACK_FAILURE_RATE")

    strict = another_app(**dict(zip(names, ("0.49", "4.9", "0.5"), strict=True)))
    assert reasons(strict) == list(SIGNALS)
    lenient = another_app(**dict(zip(names, ("0.5", "5", "0.51"), strict=True)))
    assert reasons(lenient) == []
    assert [lines(lenient)[name]["data"]["limit"] for name in SIGNALS] == [0.5, 5, 0.51]
    told = check(lenient).stdout.splitlines()
    assert ["limit 0.5" in told[0], "limit 5×" in told[1], "limit 0.51" in told[2]] == [True] * 3


def test_where_no_failure_is_allowed_no_failure_is_no_reason(
    another_app: Callable[..., Flask], app: Flask, db_session: Session
) -> None:
    for middle in MIDDLES:
        add_attempts(db_session, middle, 20)

    assert reasons(another_app(ROLLBACK_FAILURE_RATE="0")) == []


def test_a_database_that_is_away_is_no_reason_to_roll_back(
    another_app: Callable[..., Flask], env: dict[str, str]
) -> None:
    away = another_app(DATABASE_URL="postgresql://nobody:hunter2@127.0.0.1:9/none")

    result, found = check(away), lines(away)

    assert result.exit_code == 1
    assert [line.split()[:2] for line in result.stdout.splitlines()] == [
        *(["FAIL", name] for name in SIGNALS),
        ["FAIL", "verdict"],
    ]
    assert "nothing can be judged" in result.stdout.splitlines()[-1]
    assert "roll back" not in result.output
    assert "hunter2" not in result.output
    assert found["verdict"]["data"] == {"verdict": None, "reasons": [], "not_judged": list(SIGNALS)}


def test_a_signal_that_takes_too_long_is_not_judged_and_spoils_no_other(
    app: Flask, db_session: Session, engine: Engine
) -> None:
    with engine.begin() as holder:
        holder.execute(text("LOCK TABLE daily_summaries IN ACCESS EXCLUSIVE MODE"))
        found, result = lines(app, "--timeout", "0.2"), check(app, "--timeout", "0.2")
        open_reviews(db_session, 10)
        worse = lines(app, "--timeout", "0.2")

    assert [found[name]["ok"] for name in SIGNALS] == [False, True, True]
    assert found["verdict"]["data"] == {"verdict": None, "reasons": [], "not_judged": ["summary-error"]}
    assert result.exit_code == 1
    assert "roll back" not in result.output
    assert worse["verdict"]["data"]["verdict"] == "roll back"
    assert worse["verdict"]["data"]["reasons"] == ["review-surge"]


def test_it_cannot_write_and_reads_one_moment(app: Flask, db_session: Session, engine: Engine) -> None:
    add_history(db_session)
    seen: list[tuple[str, str]] = []

    def note(connection: Any, *_: Any) -> None:
        settings = "current_setting('transaction_isolation'), current_setting('transaction_read_only')"
        cursor = connection.connection.cursor()
        cursor.execute(f"SELECT {settings}")
        seen.append(tuple(cursor.fetchone()))

    event.listen(engine, "before_cursor_execute", note)
    check(app)
    event.remove(engine, "before_cursor_execute", note)

    assert len(seen) > 5
    assert set(seen) == {("repeatable read", "on")}
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW transaction_read_only")) == "off"


@pytest.mark.parametrize(
    "args",
    [("--sample", "0"), ("--sample", "many"), ("--timeout", "0"), ("--timeout", "nan"), ("--days", "1")],
)
def test_wrong_use_is_2(app: Flask, args: tuple[str, ...]) -> None:
    result = check(app, *args)

    assert result.exit_code == 2
    assert args[0] in result.output


def test_help_explains_it_to_a_stranger(app: Flask) -> None:
    told = check(app, "--help").stdout

    for word in (*SIGNALS, "keep", "roll back", "none", "exit code 0", "ROLLBACK_SUMMARY_ERROR", "--sample"):
        assert word in told
    assert "rollback-check" in app.test_cli_runner().invoke(args=["ops", "--help"]).stdout
