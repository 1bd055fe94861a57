"""Which attempts the automatic cap counts, and as what."""

from collections.abc import Callable

import pytest
from flask import Flask
from messages import add_messages, attempts, auto_cap, states
from openapi_client import SpecClient
from receipts import SIGNED, URL, envelope, hook, request_id_of
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import claims, guardrails, outcomes
from app.domain.consequences import Meaning
from app.domain.days import utc_now
from app.domain.outcomes import Answer
from app.extensions import db
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]


@pytest.mark.parametrize("code", [-5000, -1017])
def test_bad_numbers_and_quotas_do_not_count(
    small_batches: int, sandbox: Sandbox, run_delivery: Run, db_session: Session, code: int
) -> None:
    ids = add_messages(db_session, 20)
    sandbox.script("send", codes={str(each): code for each in ids})

    run_delivery()

    assert auto_cap(db_session) is None


def test_tokens_that_are_to_be_refreshed_say_nothing_about_the_sender(
    app: Flask, sandbox: Sandbox, db_session: Session
) -> None:
    ids = add_messages(db_session, 20)
    refused = Answer("-401", Meaning("retry", "token_rejected", "", at_once=True))
    with app.app_context():
        request = claims.claim(db.session(), limit=20, provider="alimtalk")
        outcomes.record(db.session(), request, dict.fromkeys(ids, refused), utc_now())
        db.session.commit()

    assert auto_cap(db_session) is None


@pytest.mark.parametrize(("code", "is_set"), [("9999", True), ("3019", False), ("3005", False)])
def test_failed_deliveries_turn_attempts_that_were_ok(
    client: SpecClient,
    small_batches: int,
    sandbox: Sandbox,
    run_delivery: Run,
    run_webhooks: Run,
    db_session: Session,
    code: str,
    is_set: bool,
) -> None:
    ids = add_messages(db_session, 20)
    run_delivery()
    hooks = [hook(each, code, f"hook-{each}", request_id_of(db_session, each)) for each in ids[:7]]

    again = "2001" if code == "9999" else code  # told of twice, it is turned once
    for number, told in enumerate((code, again)):
        changed = {"resultCode": told}
        more = [each | changed | {"hookId": f"{each['hookId']}-{number}"} for each in hooks]
        client.post(URL, json=envelope(*more), headers=SIGNED)
        run_webhooks()

    assert (auto_cap(db_session) is not None) == is_set
    turned = db_session.scalars(text("SELECT coalesce(sum(ok), 0) FROM delivery_tallies WHERE ok < 0")).one()
    assert turned == (-7 if is_set else 0)


def test_a_request_that_was_split_says_nothing_about_the_sender(
    small_batches: int, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    """18 are ok, 4 are refused together and then ok in halves: of the last 20 that count, all were."""
    guardrails.trip(db_session, 30, "test")
    db_session.commit()
    add_messages(db_session, 18)
    run_delivery()
    add_messages(db_session, 4)
    sandbox.script("send", header_code=-2019)

    run_delivery()

    assert states(db_session) == ["SENT"] * 22
    assert auto_cap(db_session) is None


def test_a_worker_that_is_lost_says_nothing_about_the_sender(
    app: Flask, small_batches: int, sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass
) -> None:
    ids = add_messages(db_session, 20)
    with app.app_context():
        claims.claim(db.session(), limit=20, provider="alimtalk")
        db.session.commit()
    pass_time(61)

    run_delivery()

    assert {attempts(db_session, each)[0].provider_status_code for each in ids} == {"WORKER_LOST"}
    assert {attempts(db_session, each)[0].is_counted for each in ids} == {False}
    assert auto_cap(db_session) is None
