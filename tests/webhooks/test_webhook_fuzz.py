"""Whatever is sent to a provider's route: an answer of the document, and no effect without a proof."""

from collections.abc import Callable
from typing import Any

import pytest
from factories import make_lifter, make_plan, row_count
from fuzz_sizes import ALL, ANY, PROVED, UNPROVED
from hypothesis import given, settings
from hypothesis import strategies as st
from odd_requests import (
    ROUTES,
    Odd,
    Route,
    is_proved,
    odd_requests,
    secrets_of,
    unproved,
)
from openapi_client import SpecClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from test_fuzz import FAST

from app.models import ExerciseSetState, KakaoChat, WebhookEvent

Run = Callable[[], None]
_WITHOUT_PROOF = text(
    "SELECT count(*) FROM webhook_events"
    " WHERE signature_state <> 'valid' AND num_nonnulls(payload, answer, sender_id, body_hash) > 0"
)
# A delivery result that comes before its message's own record waits; nothing else does.
_UNWORKED = text(
    "SELECT count(*) FROM webhook_events"
    " WHERE status = 'RECEIVED' AND (due_at <= now() OR provider <> 'alimtalk' OR retry_count > 0)"
)


@pytest.fixture
def trainee(client: SpecClient) -> dict[str, Any]:
    """A trainee with a plan for today, whom Kakao knows."""
    user = make_lifter(client, weekdays=[1, 2, 3, 4, 5, 6, 7])
    make_plan(client, user["id"])
    return user


def send(client: SpecClient, route: Route, odd: Odd, secrets: list[str]) -> None:
    """An odd request; its answer is one that this route gives, with or without that proof."""
    answer = client.open(
        f"{route.path}?{odd.query}",
        method=route.method,
        data=odd.body,
        headers=[*odd.headers, *((route.header, each) for each in secrets)],
        content_type=odd.media_type,
    )
    expected = route.statuses if is_proved(route, secrets) else {401}
    assert answer.status_code in expected, (route.path, secrets, odd)


def counts(session: Session) -> tuple[int, int, int]:
    """Events with a body that nobody proved, chats, and sets that have an end."""
    session.rollback()
    ended = select(func.count()).where(ExerciseSetState.status != "PENDING")
    return session.scalar(_WITHOUT_PROOF), row_count(session, KakaoChat), session.scalar(ended)


def left_undone(session: Session, caplog: pytest.LogCaptureFixture) -> tuple[int, list[str]]:
    """How many events the job has not worked on, and what went wrong: an unlink is 200 even if not stored.

    That hundreds a minute are forged here is no fault.
    """
    said = [each.message for each in caplog.records if each.levelname in ("WARNING", "ERROR")]
    faults = [each for each in said if each != "too many wrong guesses"]
    return session.scalar(_UNWORKED), faults


def drawn(data: st.DataObject) -> Odd:
    """A request that was made for one of the routes."""
    return data.draw(st.sampled_from(ROUTES).flatmap(odd_requests))


@settings(FAST, max_examples=ANY[0])
@given(data=st.data())
def test_any_request_to_any_route_gets_an_answer_of_the_document(
    client: SpecClient,
    db_session: Session,
    run_webhooks: Run,
    caplog: pytest.LogCaptureFixture,
    data: st.DataObject,
) -> None:
    caplog.clear()
    odd = drawn(data)

    for route in ROUTES:
        for secrets in ([route.secret], data.draw(secrets_of(route))):
            send(client, route, odd, secrets)
    run_webhooks()

    assert counts(db_session)[0] == 0
    assert left_undone(db_session, caplog) == (0, [])


@settings(FAST, max_examples=PROVED[0])
@given(data=st.data())
def test_what_is_proved_is_taken_or_refused_and_worked_on(
    client: SpecClient,
    db_session: Session,
    run_webhooks: Run,
    caplog: pytest.LogCaptureFixture,
    data: st.DataObject,
) -> None:
    caplog.clear()
    for route in ROUTES:
        send(client, route, data.draw(odd_requests(route)), [route.secret])
    run_webhooks()

    assert counts(db_session)[0] == 0
    assert left_undone(db_session, caplog) == (0, [])


@settings(FAST, max_examples=UNPROVED[0])
@given(data=st.data())
def test_what_is_not_proved_changes_nothing(
    client: SpecClient, trainee: dict[str, Any], db_session: Session, run_webhooks: Run, data: st.DataObject
) -> None:
    odd = drawn(data)

    for route in ROUTES:
        send(client, route, odd, data.draw(unproved(route)))
    run_webhooks()

    assert counts(db_session) == (0, 0, 0)
    assert set(db_session.scalars(select(WebhookEvent.status))) <= {"REJECTED"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
@pytest.mark.parametrize("is_one_too_many", [False, True])
def test_a_body_at_its_limit_is_taken_and_one_over_it_is_refused(
    client: SpecClient, db_session: Session, route: Route, is_one_too_many: bool
) -> None:
    body = b"x" * (route.limit + is_one_too_many)

    answers = {
        client.open(route.path, method=route.method, data=body, headers=headers).status_code
        for headers in ({route.header: route.secret}, {})
    }

    assert answers == ({413} if is_one_too_many else {401, min({400} & route.statuses, default=200)})
    if is_one_too_many:
        assert row_count(db_session, WebhookEvent) == 0


def test_with_those_of_the_chat_these_are_five_thousand_requests() -> None:
    assert sum(examples * requests for examples, requests in ALL) >= 5000
