"""A worker that is stopped between its last look at the lease and the socket."""

from time import monotonic

import pytest
from flask import Flask
from messages import add_messages, states
from sqlalchemy.orm import Session

from app.domain import claims
from app.extensions import db, kakao
from app.workers import delivery
from dev.sandbox.client import Sandbox


def test_a_worker_that_was_stopped_after_its_last_look_at_the_lease_opens_no_socket(
    app: Flask, sandbox: Sandbox, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten minutes later the dealer has forgotten the key, and somebody else has sent long ago."""
    add_messages(db_session)
    send, clock = kakao.send, monotonic

    def wake_up_late(*args: object) -> object:
        # From here on the clock of the HTTP client shows ten minutes more, as after a SIGCONT.
        monkeypatch.setattr("app.clients.http.time.monotonic", lambda: clock() + 600)
        return send(*args)

    monkeypatch.setattr(kakao, "send", wake_up_late)
    with app.app_context():
        began = monotonic()
        request = claims.claim(db.session(), limit=10, provider="alimtalk")
        db.session.commit()
        assert request is not None
        delivery._send(request, began)

    monkeypatch.undo()
    assert sandbox.requests("send") == []
    assert sandbox.effects() == {}
    assert states(db_session) == ["RETRY_SCHEDULED"]
