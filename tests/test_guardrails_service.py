"""Guardrails: changes at once, and what the service itself sets."""

from datetime import UTC, datetime, timedelta

from factories import at_once, overlapping
from flask import Flask
from guardrail_builders import DEFAULTS, OTHERS, logged, put, rails, store
from openapi_client import SpecClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.domain import guardrails
from app.models import Guardrail


def test_of_two_changes_at_once_each_log_row_tells_the_truth(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    def change(value: int) -> None:
        with Session(engine) as session:
            guardrails.change(session, "send_cap_per_minute", value, reason="r", actor=f"a{value}")
            session.commit()

    # Both wait here, before either has written; there is no row yet that could be locked.
    overlapping(engine, "LOCK TABLE guardrails IN SHARE MODE", [lambda: change(1), lambda: change(2)])

    first, second = logged(db_session)
    assert first.detail["before"] is None
    assert second.detail["before"] == first.detail["after"]
    assert rails(db_session).send_cap_per_minute == second.detail["after"]["value"]


def test_of_many_trips_at_once_one_wins(app: Flask, engine: Engine, db_session: Session) -> None:
    def trip(number: int) -> bool:
        with Session(engine) as session:
            won = guardrails.trip(session, 30, f"yield {number}")
            session.commit()
            return won

    won = at_once(6, trip)

    assert sorted(won) == [False] * 5 + [True]
    assert rails(db_session).auto_cap == 30
    [row] = logged(db_session)
    assert (row.actor, row.message) == ("coach", "auto_cap: default → 30")
    assert row.detail["reason"] == f"yield {won.index(True)}"


def test_a_cap_is_lifted_once_and_says_since_when(db_session: Session) -> None:
    assert guardrails.lift(db_session, "nothing to lift") is False
    guardrails.trip(db_session, 30, "low")
    db_session.commit()
    tripped = rails(db_session).auto_cap_since

    lifted = [guardrails.lift(db_session, "good again") for _ in range(2)]
    db_session.commit()

    found = rails(db_session)
    assert lifted == [True, False]
    assert found.auto_cap is None
    assert tripped is not None
    assert found.auto_cap_since is not None
    assert found.auto_cap_since > tripped
    assert [row.message for row in logged(db_session)] == ["auto_cap: default → 30", "auto_cap: 30 → null"]


def test_an_operator_lifts_the_cap_and_it_may_trip_again(client: SpecClient, db_session: Session) -> None:
    guardrails.trip(db_session, 30, "low")
    db_session.commit()

    response = put(client, "auto_cap", value=None)

    assert (response.json["value"], response.json["is_set"]) == (None, False)
    assert rails(db_session).auto_cap is None
    assert guardrails.trip(db_session, 20, "low again") is True
    db_session.commit()
    assert rails(db_session).auto_cap == 20


def test_an_unreadable_cap_is_not_tripped_over_but_can_be_lifted(db_session: Session) -> None:
    store(db_session, "auto_cap", "low")

    assert guardrails.trip(db_session, 20, "low") is False
    assert guardrails.lift(db_session, "good") is True


def test_the_service_stops_sending_once(db_session: Session) -> None:
    stopped = [guardrails.stop_sending(db_session, "-1001") for _ in range(2)]
    db_session.commit()

    assert stopped == [True, False]
    assert rails(db_session).send_paused is True
    [row] = logged(db_session)
    assert (row.actor, row.message) == ("coach", "send_paused: default → true")


def test_an_operators_pause_stays_the_operators(client: SpecClient, db_session: Session) -> None:
    put(client, "send_paused", value=True)

    assert guardrails.stop_sending(db_session, "-1001") is False
    assert guardrails.resume_sending(db_session, reason="r", actor="lee") is False
    db_session.commit()

    assert rails(db_session).send_paused is True
    assert db_session.scalars(select(Guardrail.actor)).one() == "kim"


def test_a_pause_that_has_ended_does_not_keep_the_service_from_stopping(db_session: Session) -> None:
    store(db_session, "send_paused", True, expires_at=datetime.now(UTC) - timedelta(seconds=1))

    assert guardrails.stop_sending(db_session, "-1001") is True


def test_a_pause_by_the_environment_is_not_made_the_services(db_session: Session) -> None:
    assert guardrails.stop_sending(db_session, "-1001", OTHERS) is False
    assert guardrails.stop_sending(db_session, "-1001", DEFAULTS) is True


def test_sending_that_the_service_stopped_goes_on_in_the_operators_name(db_session: Session) -> None:
    guardrails.stop_sending(db_session, "-1001")

    resumed = [guardrails.resume_sending(db_session, reason="key renewed", actor="lee") for _ in range(2)]
    db_session.commit()

    assert resumed == [True, False]
    assert rails(db_session).send_paused is False
    assert [row.actor for row in logged(db_session)] == ["coach", "lee"]


def test_nothing_is_kept_of_a_change_that_is_not_committed(db_session: Session) -> None:
    guardrails.change(db_session, "send_paused", True, reason="r", actor="kim")
    assert guardrails.read(db_session, DEFAULTS).send_paused is True

    db_session.rollback()

    assert rails(db_session).send_paused is False
    assert logged(db_session) == []
