"""A quota holds by the database's clock, however far behind it the worker's is."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from messages import add_messages, answer, look, receipt
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import claims, outcomes, receipts, tokens
from app.domain.consequences import Meaning
from app.domain.days import utc_now
from app.extensions import db

BEHIND = timedelta(hours=1)


def quota(holds: str) -> Meaning:
    return Meaning("quota", "quota", "한도를 초과했습니다.", holds=holds)


def claim() -> claims.Request | None:
    request = claims.claim(db.session(), limit=10, provider="alimtalk")
    db.session.commit()
    return request


@pytest.mark.parametrize("holds", ["sender", "row"])
def test_a_quota_that_a_slow_worker_was_told_of_holds_all_the_same(
    app: Flask, db_session: Session, holds: str
) -> None:
    [message_id] = add_messages(db_session)
    with app.app_context():
        request = claim()
        assert request is not None
        told = outcomes.Answer("-1", quota(holds), retry_after_s=60.0)

        outcomes.record(db.session(), request, {message_id: told}, utc_now() - BEHIND)
        db.session.commit()

        assert look(db_session, message_id).status == "RETRY_SCHEDULED"
        assert claim() is None


def test_so_does_one_that_came_as_a_result(app: Flask, db_session: Session) -> None:
    [message_id] = add_messages(db_session)
    with app.app_context():
        request = claim()
        assert request is not None
        outcomes.record(db.session(), request, {message_id: answer("ok")}, utc_now())
        came: Any = receipt(message_id, "quota")

        receipts.apply(db.session(), [came], utc_now() - BEHIND)
        db.session.commit()
        db.session.execute(text("DELETE FROM sender_holds"))
        db.session.commit()

        assert look(db_session, message_id).status == "RETRY_SCHEDULED"
        assert claim() is None


def test_so_does_a_trainees_own(app: Flask, db_session: Session) -> None:
    [message_id] = add_messages(db_session)
    user_id = look(db_session, message_id).user_id
    with app.app_context():
        cipher = tokens.cipher(("s" * 32,))
        tokens.store(db.session(), cipher, user_id, {"access_token": "a", "expires_in": 3600}, utc_now())

        tokens.hold_owner(db.session(), user_id, utc_now() - BEHIND)
        db.session.commit()

        assert claims.claim(db.session(), limit=10, provider="memo") is None
