"""The upgrade to the daily rhythm, on trainees and plans that are there already."""

from collections.abc import Callable, Iterator

import pytest
from filled_rows import fill
from flask import Flask
from settings import own_database
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

BEFORE = "005_add_llm_plans"


@pytest.fixture
def upgraded(env: dict[str, str], another_app: Callable[..., Flask]) -> Iterator[Engine]:
    """A database with rows in every table, a moment after the upgrade."""
    with own_database(env["DATABASE_URL"]) as url:
        engine, run = create_engine(url), another_app(DATABASE_URL=url).test_cli_runner().invoke
        assert run(args=["db", "upgrade"]).exit_code == 0
        with Session(engine) as session:
            fill(session)
        for step in (["downgrade", BEFORE], ["upgrade"]):
            assert run(args=["db", *step]).exit_code == 0
        yield engine
        engine.dispose()


def test_nobody_is_due_at_the_moment_of_the_upgrade(upgraded: Engine) -> None:
    with upgraded.connect() as connection:
        due = "SELECT count(*) FROM users WHERE least(plan_due_at, summary_due_at) <= now()"
        local = "SELECT DISTINCT to_char(plan_due_at AT TIME ZONE 'Asia/Seoul', 'HH24:MI') FROM users"

        assert connection.scalar(text(due)) == 0
        assert connection.scalars(text(local)).all() == ["04:00"]


def test_the_planner_knows_the_new_columns_at_once(upgraded: Engine) -> None:
    with upgraded.connect() as connection:
        known = "SELECT tablename, attname FROM pg_stats WHERE attname IN ('closes_at', 'plan_due_at')"

        assert sorted(map(tuple, connection.execute(text(known)))) == [
            ("exercise_plans", "closes_at"),
            ("users", "plan_due_at"),
        ]
