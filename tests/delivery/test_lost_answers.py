"""The dealer takes a batch and its answer is lost: it is asked, and nothing leaves twice."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from invariants import check, legal_moves
from messages import add_messages, ask_until_decided, attempts, look, open_reviews, phone, states
from sqlalchemy.orm import Session

from app.clients.alimtalk import Recipient
from app.domain.days import utc_now
from app.domain.templates import TEMPLATES
from app.extensions import kakao
from app.workers.alimtalk import CLOCKS_DIFFER
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
LOST = {
    "it hangs": ({"action": "hang"}, "TIMEOUT"),
    "it resets": ({"action": "reset_after"}, "CONNECTION_ERROR"),
    "half a JSON": ({"garbage": "truncated", "accept": True}, "BAD_RESPONSE"),
    "HTML": ({"garbage": "html", "accept": True, "status": 502}, "BAD_RESPONSE"),
    "5 MB": ({"garbage": "huge", "accept": True}, "BAD_RESPONSE"),
    "nothing": ({"garbage": "empty", "accept": True}, "BAD_RESPONSE"),
    "a drip": ({"garbage": "drip", "accept": True}, "TIMEOUT"),
}


@pytest.mark.parametrize(("rule", "code"), LOST.values(), ids=LOST)
def test_a_batch_whose_answer_is_lost_is_asked_for_found_and_sent_once(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, rule: dict[str, object], code: str
) -> None:
    sandbox.script("send", **rule)
    ids = add_messages(db_session, 50)

    with legal_moves(db_session):
        run_delivery()

    assert set(states(db_session)) <= {"SENT", "DELIVERED"}
    assert sandbox.effects() == {str(each): 1 for each in ids}
    assert (len(sandbox.requests("send")), len(sandbox.requests("messages"))) == (1, 1)
    for each in ids[:5]:
        [attempt] = attempts(db_session, each)
        assert (attempt.outcome, attempt.provider_status_code) == ("unknown", code)
        assert look(db_session, each).reason_code is None
    assert open_reviews(db_session) == []
    check(db_session, sandbox, worker_died=False)


def test_of_a_batch_that_was_taken_in_part_the_rest_is_refused_as_a_duplicate_and_goes_to_a_human(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Callable[[float], None]
) -> None:
    ids = add_messages(db_session, 10)
    taken, refused = ids[:6], ids[6:]
    sandbox.script("send", action="reset_after", codes={str(each): -9999 for each in refused})

    with legal_moves(db_session):
        run_delivery()
        assert states(db_session).count("SENDING") == len(refused)
        ask_until_decided(run_delivery, pass_time)
        ask_until_decided(run_delivery, pass_time)

    assert {look(db_session, each).status for each in taken} <= {"SENT", "DELIVERED"}
    assert sandbox.effects() == {str(each): 1 for each in taken}
    assert {look(db_session, each).status for each in refused} == {"MANUAL_REVIEW"}
    assert {each.outcome for each in attempts(db_session, refused[0])} == {"unknown", "duplicate"}
    check(db_session, sandbox, worker_died=False)


def test_the_largest_batch_is_found_although_every_row_holds_its_text(app: Flask, sandbox: Sandbox) -> None:
    template = TEMPLATES["daily_plan"]
    texts = {name: "가" * template.limit(name) for name in template.variables}
    ids = [str(uuid4()) for _ in range(1000)]
    people = [Recipient(each, phone(number), texts) for number, each in enumerate(ids)]
    kakao.send(app.config[template.setting], people, "a-key")

    found = kakao.find("a-key", utc_now() - CLOCKS_DIFFER, utc_now() + CLOCKS_DIFFER)

    assert found.keys() == set(ids)
