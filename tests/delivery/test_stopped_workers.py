"""A worker that is stopped between its last look at the lease and the socket."""

from time import monotonic

from flask import Flask
from messages import add_messages
from sqlalchemy.orm import Session

from app.domain import claims
from app.extensions import db
from app.workers import delivery
from dev.sandbox.client import Sandbox


def test_past_the_end_of_its_lease_a_call_opens_no_socket(
    app: Flask, sandbox: Sandbox, db_session: Session
) -> None:
    """Ten minutes later the dealer has forgotten the key, and somebody else has sent long ago."""
    [message_id] = add_messages(db_session)
    with app.app_context():
        request = claims.claim(db.session(), limit=10, provider="alimtalk")
        db.session.commit()

        answers = delivery._call(request, monotonic() - 61)

    assert (answers[message_id].outcome, answers[message_id].code) == ("retry", "CONNECTION_ERROR")
    assert sandbox.requests("send") == []
