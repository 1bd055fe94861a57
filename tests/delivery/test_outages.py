"""A dealer that is down for a quarter of an hour and does not say so: what leaves may have arrived."""

from collections.abc import Callable

import pytest
from invariants import legal_moves
from messages import add_messages, auto_cap, open_reviews, states
from openapi_client import SpecClient
from review_builders import decided
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ManualReview
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]
MINUTES = 15


def half_minutes(count: int, run: Run, pass_time: Pass) -> None:
    for _ in range(count):
        run()
        pass_time(30)


@pytest.mark.parametrize("down", [{"status": 503, "garbage": "html"}, {"action": "reset_before"}])
@pytest.mark.parametrize("can_be_asked", [True, False])
def test_few_go_to_a_human_and_everybody_gets_the_message(
    client: SpecClient,
    small_batches: int,
    sandbox: Sandbox,
    run_delivery: Run,
    db_session: Session,
    pass_time: Pass,
    down: dict[str, object],
    can_be_asked: bool,
) -> None:
    ids = add_messages(db_session, 100, kind="daily_plan")
    sandbox.always("send", **down)
    if not can_be_asked:
        sandbox.always("messages", **down)
    with legal_moves(db_session):
        half_minutes(2 * MINUTES, run_delivery, pass_time)
        assert auto_cap(db_session) == 30
        sandbox.clear_rules()
        half_minutes(30, run_delivery, pass_time)

        in_review = states(db_session).count("MANUAL_REVIEW")
        assert states(db_session).count("SENT") == 100 - in_review
        assert in_review <= small_batches + MINUTES + 1  # the batch that met it, and one a minute
        assert auto_cap(db_session) is None
        [(subject, _, reason, count)] = open_reviews(db_session)
        assert (subject, reason, count) == ("notification", "outcome_unknown", in_review)
        decided(client, db_session.scalars(select(ManualReview.id)).one(), "retry")
        run_delivery()

    assert states(db_session) == ["SENT"] * 100
    assert sandbox.effects() == {str(each): 1 for each in ids}
