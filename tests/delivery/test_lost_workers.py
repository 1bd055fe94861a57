"""What a human reads about a message whose worker died."""

from collections.abc import Callable

from flask import Flask
from messages import add_messages, look, open_reviews
from sqlalchemy.orm import Session

from app.domain import claims
from app.extensions import db
from dev.sandbox.client import Sandbox


def test_a_review_names_the_lost_worker_and_not_an_older_failure(
    app: Flask,
    sandbox: Sandbox,
    run_delivery: Callable[[], None],
    db_session: Session,
    pass_time: Callable[[float], None],
) -> None:
    sandbox.script("send", header_code=-9999)
    [message_id] = add_messages(db_session)
    run_delivery()
    pass_time(20)
    with app.app_context():
        claims.claim(db.session(), limit=1, provider="alimtalk")
        db.session.commit()
    pass_time(601)
    for _ in range(4):
        run_delivery()
        pass_time(61)

    message = look(db_session, message_id)
    assert (message.status, message.provider_response_code) == ("MANUAL_REVIEW", "WORKER_LOST")
    assert open_reviews(db_session) == [("notification", "notice:WORKER_LOST", "outcome_unknown", 1)]
