"""What is too much for one job, one transaction or one statement costs nobody else their morning."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from morning_builders import messages, plans, user
from rq.timeouts import JobTimeoutException
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session
from test_mornings_at_once import crowd, run

LONG = """
    INSERT INTO exercise_plans (id, user_id, target_date, source, requested_source, kind, summary,
        estimated_seconds, closes_at, closed_at, status)
    SELECT gen_random_uuid(), id, CURRENT_DATE - day, 'rule', 'rule', 'rest', '', 0, now(), now(), 'DONE'
    FROM users, generate_series(2, 1901) AS day
"""


@pytest.fixture
def slow(engine: Engine, db_session: Session) -> Iterator[None]:
    """Whoever is called 느림보 has plans that take longer to write than a statement may."""
    function = """
        CREATE FUNCTION crawl() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF (SELECT name FROM users WHERE id = NEW.user_id) = '느림보' THEN PERFORM pg_sleep(5); END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER crawl BEFORE INSERT ON exercise_plans FOR EACH ROW EXECUTE FUNCTION crawl()
    """
    db_session.execute(text(function))
    db_session.commit()
    hurry = event.listens_for(engine, "begin")
    hurry(_hurry)
    yield
    event.remove(engine, "begin", _hurry)
    db_session.rollback()
    db_session.execute(text("DROP FUNCTION crawl CASCADE"))
    db_session.commit()


def _hurry(connection: object) -> None:
    connection.exec_driver_sql("SET LOCAL statement_timeout = 300")  # type: ignore[attr-defined]


def wait(session: Session, user_id: UUID) -> timedelta:
    """How long until they are looked at."""
    return user(session, user_id).plan_due_at - datetime.now(UTC)


def test_one_who_takes_longer_than_a_statement_may_is_left_out(
    app: Flask, db_session: Session, slow: None
) -> None:
    (first,) = crowd(db_session, 1, name="느림보")
    others = crowd(db_session, 5)

    run(app)

    assert [len(plans(db_session, who)) for who in (first, *others)] == [0, 1, 1, 1, 1, 1]
    assert timedelta(minutes=58) < wait(db_session, first) <= timedelta(hours=1)


def test_a_job_whose_time_is_over_ends_and_is_nobodys_fault(
    app: Flask, db_session: Session, engine: Engine
) -> None:
    ids = crowd(db_session, 3)

    def time_is_over(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "NULL::exercise_plans" in statement:
            raise JobTimeoutException

    event.listen(engine, "before_cursor_execute", time_is_over)
    with pytest.raises(JobTimeoutException):
        run(app)
    event.remove(engine, "before_cursor_execute", time_is_over)

    assert all(wait(db_session, who) < timedelta(0) for who in ids)
    run(app)
    assert [len(plans(db_session, who)) for who in ids] == [1, 1, 1]


def test_long_histories_are_read_by_a_few_trainees_at_once(
    app: Flask, db_session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    ids = crowd(db_session, 3)
    db_session.execute(text(LONG))
    db_session.commit()

    with caplog.at_level(logging.INFO, "app.workers.daily"):
        run(app)

    assert [each.__dict__["training"] for each in caplog.records if each.message == "mornings"] == [1, 1, 1]
    assert [len(messages(db_session, who)) for who in ids] == [1, 1, 1]
