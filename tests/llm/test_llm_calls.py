"""How many ask at once, and the breaker: in PostgreSQL, for all processes together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from factories import ask_plan, at_once, make_lifter
from flask import Flask
from openapi_client import SpecClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import llm_calls
from app.extensions import db
from dev.sandbox.client import Sandbox

MOVE_WORDS = text(
    "UPDATE llm_texts SET created_at = created_at - make_interval(days => :days) WHERE plan_id = :id"
)


def begin(session: Session, most: int = 2) -> int | None:
    found = llm_calls.begin(session, most, 10)
    session.commit()
    return found


def end(session: Session, call_id: int | None, *, is_ok: bool) -> None:
    assert call_id is not None
    llm_calls.end(session, call_id, is_ok=is_ok)
    session.commit()


def fail(session: Session, times: int = 1) -> None:
    for _ in range(times):
        end(session, begin(session), is_ok=False)


def later(session: Session, seconds: float) -> None:
    moved = ", ".join(
        f"{each} = {each} - make_interval(secs => :s)" for each in ("started_at", "leased_until", "ended_at")
    )
    session.execute(text(f"UPDATE llm_calls SET {moved}"), {"s": seconds})
    session.commit()


def test_only_so_many_ask_at_once(db_session: Session) -> None:
    first, second, third = begin(db_session), begin(db_session), begin(db_session)
    end(db_session, first, is_ok=True)

    assert None not in (first, second)
    assert third is None
    assert begin(db_session) is not None


def test_of_many_at_once_two_get_a_place(app: Flask) -> None:
    def take(_: int) -> int | None:
        with app.app_context():
            found = llm_calls.begin(db.session(), 2, 10)
            db.session.commit()
            return found

    assert sum(each is not None for each in at_once(12, take)) == 2


def test_the_place_of_a_process_that_died_is_free_after_its_lease(db_session: Session) -> None:
    begin(db_session, 1)
    assert begin(db_session, 1) is None

    later(db_session, 16)

    assert begin(db_session, 1) is not None


def test_the_breaker_opens_on_five_failures_in_a_minute(db_session: Session) -> None:
    fail(db_session, 4)
    assert begin(db_session) is not None
    later(db_session, 16)

    fail(db_session)

    assert begin(db_session) is None


def test_failures_that_lie_apart_or_are_followed_by_a_success_do_not_open_it(db_session: Session) -> None:
    fail(db_session, 4)
    later(db_session, 61)
    fail(db_session, 4)
    end(db_session, begin(db_session), is_ok=True)
    fail(db_session, 4)

    assert begin(db_session) is not None


def test_half_open_lets_one_try_and_its_end_decides(db_session: Session) -> None:
    fail(db_session, 5)
    later(db_session, 31)
    probe = begin(db_session)
    assert probe is not None
    assert begin(db_session) is None

    end(db_session, probe, is_ok=False)
    assert begin(db_session) is None
    later(db_session, 31)
    probe = begin(db_session)
    end(db_session, probe, is_ok=False)
    later(db_session, 29)
    assert begin(db_session) is None
    later(db_session, 2)
    end(db_session, begin(db_session), is_ok=True)

    assert None not in (begin(db_session), begin(db_session))


def test_the_end_of_a_call_is_written_once(db_session: Session) -> None:
    call = begin(db_session)
    end(db_session, call, is_ok=True)
    end(db_session, call, is_ok=False)

    assert db_session.scalar(text("SELECT is_ok FROM llm_calls")) is True


def test_old_calls_are_forgotten(db_session: Session) -> None:
    fail(db_session)
    later(db_session, 86_401)
    fail(db_session)

    llm_calls.forget(db_session)

    assert db_session.scalar(text("SELECT count(*) FROM llm_calls")) == 1


def test_what_was_said_is_kept_for_thirty_days(
    client: SpecClient, sandbox: Sandbox, db_session: Session, run_periodic: Callable[[], None]
) -> None:
    for days in (29, 31):
        plan = ask_plan(client, make_lifter(client)["id"], source="llm").json
        db_session.execute(MOVE_WORDS, {"days": days, "id": plan["id"]})
    db_session.commit()

    run_periodic()

    assert db_session.scalar(text("SELECT count(*) FROM llm_texts")) == 1


def test_whoever_finds_no_place_gets_the_rules_plan_at_once(
    app: Flask, client: SpecClient, sandbox: Sandbox
) -> None:
    users = [make_lifter(client)["id"] for _ in range(3)]
    sandbox.always("llm", action="hang")
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(ask_plan, app.test_client(), each, source="llm") for each in users[:2]]
        sandbox.until_hanging(2)
        third: Any = ask_plan(client, users[2], source="llm").json
        sandbox.release()
        reasons = [each.result().json["fallback_reason"] for each in waiting]

    assert third["fallback_reason"] == "llm_busy"
    assert set(reasons) <= {None, "llm_timeout", "llm_invalid"}


def test_an_open_breaker_gives_the_rules_plan_at_once(
    client: SpecClient, sandbox: Sandbox, db_session: Session
) -> None:
    fail(db_session, 5)

    assert ask_plan(client, make_lifter(client)["id"], source="llm").json["fallback_reason"] == "llm_busy"
    assert sandbox.requests("llm") == []


@pytest.mark.parametrize("status", [500, 429])
def test_an_endpoint_that_fails_trips_it_and_one_that_talks_nonsense_does_not(
    client: SpecClient, sandbox: Sandbox, db_session: Session, status: int
) -> None:
    sandbox.always("llm", content="nonsense")
    for _ in range(6):
        assert (
            ask_plan(client, make_lifter(client)["id"], source="llm").json["fallback_reason"] == "llm_invalid"
        )

    sandbox.always("llm", status=status, body={"error": {}})
    reasons = [
        ask_plan(client, make_lifter(client)["id"], source="llm").json["fallback_reason"] for _ in range(7)
    ]

    assert reasons == ["llm_error"] * 5 + ["llm_busy"] * 2
