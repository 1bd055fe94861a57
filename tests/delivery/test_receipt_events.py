"""Events: proved, stored once, worked on from the row, and in the end in front of a human."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask
from messages import look, open_reviews
from openapi_client import SpecClient
from receipts import SIGNED, URL, envelope, events, hook, request_id_of
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import events as domain_events
from app.domain.events import Incoming
from app.extensions import db

Run = Callable[[], None]


def test_the_same_hook_twice_is_one_event_with_the_same_answer(
    client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session
) -> None:
    body = envelope(hook(sent))

    answers = [client.post(URL, json=body, headers=SIGNED) for _ in range(3)]
    run_webhooks()

    assert {(each.status_code, each.get_data()) for each in answers} == {(200, answers[0].get_data())}
    assert len(events(db_session)) == 1


def test_the_same_hook_with_another_body_has_no_effect_and_opens_a_review(
    client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session
) -> None:
    client.post(URL, json=envelope(hook(sent, "3005")), headers=SIGNED)
    answer = client.post(URL, json=envelope(hook(sent, "1000")), headers=SIGNED)
    run_webhooks()

    assert answer.status_code == 200
    assert look(db_session, sent).status == "SENT"
    assert open_reviews(db_session) == [("webhook_event", "alimtalk", "event_id_reused", 1)]


@pytest.mark.parametrize("is_known", [False, True])
def test_the_same_hook_with_another_body_in_one_request_opens_a_review(
    client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session, is_known: bool
) -> None:
    first, other = hook(sent, "3005"), hook(sent, "1000")
    if is_known:
        client.post(URL, json=envelope(first), headers=SIGNED)

    client.post(URL, json=envelope(first, other, first), headers=SIGNED)
    run_webhooks()

    assert (look(db_session, sent).status, len(events(db_session))) == ("SENT", 1)
    assert open_reviews(db_session) == [("webhook_event", "alimtalk", "event_id_reused", 1)]


@pytest.mark.parametrize(
    ("headers", "state"), [({}, "missing"), ({"X-Toast-Webhook-Signature": "guess"}, "invalid")]
)
def test_a_forged_result_leaves_a_row_without_a_body_and_no_effect(
    client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session, headers: dict[str, str], state: str
) -> None:
    answer = client.post(URL, json=envelope(hook(sent)), headers=headers)
    run_webhooks()

    [event] = events(db_session)
    assert answer.status_code == 401
    assert (event.status, event.signature_state, event.payload) == ("REJECTED", state, None)
    assert event.event_id != "hook-1"
    assert look(db_session, sent).status == "SENT"


def test_at_most_a_hundred_forged_rows_an_hour_are_kept(client: SpecClient, db_session: Session) -> None:
    for _ in range(103):
        assert client.post(URL, json={}).status_code == 401

    assert len(events(db_session)) == 100
    assert sum(1 + each.retry_count for each in events(db_session)) == 103


def test_two_signatures_are_good_while_one_replaces_the_other(app: Flask, another_app: Any) -> None:
    client = another_app(KAKAO_RESULT_SIGNATURES="new-signature,old-signature").test_client()

    answers = {
        value: client.post(
            URL, json=envelope(hook("x")), headers={"X-Toast-Webhook-Signature": value}
        ).status_code
        for value in ("new-signature", "old-signature", "sandbox-result-signature")
    }

    assert answers == {"new-signature": 200, "old-signature": 200, "sandbox-result-signature": 401}


@pytest.mark.parametrize("hours", [26, 70])
def test_a_result_told_again_days_later_has_no_effect(
    client: SpecClient,
    sent: Any,
    run_delivery: Run,
    run_webhooks: Run,
    run_periodic: Run,
    db_session: Session,
    pass_time: Callable[[float], None],
    hours: int,
) -> None:
    body = envelope(hook(sent, "9999", request_id=request_id_of(db_session, sent)))
    first = client.post(URL, json=body, headers=SIGNED)
    run_webhooks()
    assert look(db_session, sent).status == "RETRY_SCHEDULED"
    pass_time(900)
    run_delivery()
    before, [known] = look(db_session, sent).status, [event.id for event in events(db_session)]

    pass_time(hours * 3600)
    db_session.execute(
        text("UPDATE webhook_events SET received_at = received_at - make_interval(hours => :h)"),
        {"h": hours},
    )
    db_session.commit()
    run_periodic()
    again = client.post(URL, json=body, headers=SIGNED)
    run_webhooks()

    assert (again.status_code, again.get_data()) == (first.status_code, first.get_data())
    assert (before, look(db_session, sent).status) == ("SENT", "SENT")
    assert [(event.id, event.status) for event in events(db_session)] == [(known, "PROCESSED")]
    assert open_reviews(db_session) == []


def test_a_proved_event_of_an_unknown_shape_is_kept_for_a_human(
    client: SpecClient, run_webhooks: Run, db_session: Session
) -> None:
    answer = client.post(URL, json={"event": "SOMETHING_NEW", "hooks": [{"a": 1}]}, headers=SIGNED)
    run_webhooks()

    [event] = events(db_session)
    assert answer.status_code == 200
    assert (event.status, event.schema_version) == ("MANUAL_REVIEW", None)
    assert open_reviews(db_session) == [("webhook_event", "alimtalk", "unknown_schema", 1)]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"hooks": "\\u0000"}'])
def test_malformed_bodies_are_refused(client: SpecClient, db_session: Session, body: bytes) -> None:
    answer = client.post(URL, data=body, content_type="application/json", headers=SIGNED)

    assert answer.status_code == 400
    assert events(db_session) == []


def test_an_event_whose_handler_dies_is_tried_five_times_and_goes_to_a_human(
    app: Flask, client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session
) -> None:
    client.post(URL, json=envelope(hook(sent)), headers=SIGNED)
    tries = 0
    while any(event.status == "RECEIVED" for event in events(db_session)) and tries < 10:
        db_session.execute(text("UPDATE webhook_events SET due_at = now()"))
        db_session.commit()
        with app.app_context():
            tries += len(domain_events.claim(db.session(), 10))
            db.session.commit()

    assert tries == 6
    assert [event.status for event in events(db_session)] == ["MANUAL_REVIEW"]
    assert open_reviews(db_session) == [("webhook_event", "alimtalk", "handler_failed", 1)]


def test_a_thousand_results_come_in_one_body(
    client: SpecClient, run_webhooks: Run, db_session: Session
) -> None:
    hooks = [hook("not-an-id", hook_id=f"hook-{n}") for n in range(1500)]

    answer = client.post(URL, json=envelope(*hooks, hooks[0]), headers=SIGNED)

    assert answer.status_code == 200
    assert len(events(db_session)) == 1500


@pytest.mark.parametrize("odd", [{"hookId": ["hook-1"]}, {"hookId": "hook-1"}, {"hookId": {}}, 7, None])
def test_an_odd_hook_does_not_take_the_others_with_it(
    client: SpecClient, sent: Any, run_webhooks: Run, db_session: Session, odd: object
) -> None:
    request_id = request_id_of(db_session, sent)
    body = {"hooks": [hook(sent, request_id=request_id), odd]}

    answer = client.post(URL, json=body, headers=SIGNED)
    run_webhooks()

    assert answer.status_code == 200
    assert look(db_session, sent).status == "DELIVERED"


def test_an_event_that_failed_once_does_not_wait_for_fresh_ones_to_end(db_session: Session) -> None:
    store = partial(domain_events.store, db_session, "alimtalk", request_id=None)
    store([Incoming("old", {"x": 1}, "alimtalk-2.3")])
    db_session.execute(text("UPDATE webhook_events SET retry_count = 1"))

    seen: set[str] = set()
    for number in range(30):  # by lot: one chance in a thousand million that it never comes
        store([Incoming(f"fresh-{number}", {"x": 1}, "alimtalk-2.3")])
        seen |= {each.event_id for each in domain_events.claim(db_session, 500)}

    assert "old" in seen
