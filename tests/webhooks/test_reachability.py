"""A channel that is blocked: nothing is sent; and added again: what is still in time goes out, once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from factories import (
    AS_CLIENT,
    add_user,
    ask_notice,
    at_once,
    get_plan,
    make_notification,
    make_plan,
    overlapping,
    patch_user,
    read_user,
)
from flask import Flask
from kakao import PERSON, START, change, ends, events, make_due, messages, stored, tell, told
from messages import TEXTS
from openapi_client import SpecClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.domain import reachability
from app.domain.scheduling import RESUMED
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
LATER = timedelta(hours=2)
CHANGES = [("added", 1), ("blocked", 2), ("added", 3), ("blocked", 4)]


def waiting(session: Session, trainee: dict[str, Any], **fields: Any) -> UUID:
    """A message of the trainee whose time is in two hours."""
    at = {"schedule_at": datetime.now(UTC) + LATER} | fields
    return make_notification(session, UUID(trainee["id"]), **at).id


@pytest.mark.parametrize("order", list(permutations(CHANGES)))
def test_the_newest_change_holds_in_whatever_order_they_come(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session, order: Any
) -> None:
    for each in order:
        told(client, each)
        run_webhooks()

    user = stored(db_session, trainee["id"])
    assert (user.channel_state, user.channel_changed_at) == ("blocked", START + timedelta(minutes=4))
    assert {each.status for each in events(db_session)} == {"PROCESSED"}
    assert {each.user_id for each in events(db_session)} == {user.id}
    assert read_user(client, trainee["id"]).json["channel_state"] == "blocked"


def test_of_two_changes_at_the_same_moment_the_first_holds(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    tell(client, change("blocked"), "first")
    run_webhooks()
    tell(client, change("added"), "second")
    run_webhooks()

    assert stored(db_session, trainee["id"]).channel_state == "blocked"


def test_a_block_cancels_what_waits_and_leaves_alone_what_has_left(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    for status in ("SCHEDULED", "RETRY_SCHEDULED", "SENDING", "SENT", "DELIVERED", "FAILED"):
        waiting(db_session, trainee, status=status)

    told(client, ("blocked", 1))
    run_webhooks()

    blocked = ("CANCELED", "channel_blocked")
    left = [(status, None) for status in ("SENDING", "SENT", "DELIVERED", "FAILED")]
    assert ends(db_session) == [blocked, blocked, *left]
    assert not any(each.cancel_requested for each in messages(db_session))


def test_a_block_that_is_older_than_what_is_known_cancels_nothing(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    waiting(db_session, trainee)
    told(client, ("added", 2))
    run_webhooks()
    told(client, ("blocked", 1))
    run_webhooks()

    assert ends(db_session) == [("SCHEDULED", None)]


def test_others_are_not_concerned(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    other = add_user(db_session, kakao_user_id="another")
    make_notification(db_session, other.id)

    told(client, ("blocked", 1), ("added", 2))
    run_webhooks()

    assert ends(db_session) == [("SCHEDULED", None)]
    assert stored(db_session, other.id).channel_state is None


def test_what_is_registered_while_blocked_ends_canceled_and_goes_out_once_added(
    client: SpecClient,
    trainee: dict[str, Any],
    sandbox: Sandbox,
    run_webhooks: Run,
    run_delivery: Run,
    db_session: Session,
) -> None:
    told(client, ("blocked", 1))
    run_webhooks()

    assert ask_notice(client, trainee["id"]).status_code == 201
    texts = TEXTS["notice"]
    make_notification(db_session, UUID(trainee["id"]), status="RETRY_SCHEDULED", variables=texts)
    run_delivery()
    assert ends(db_session) == [("CANCELED", "channel_blocked")] * 2
    assert sandbox.effects() == {}

    told(client, ("added", 2))
    run_webhooks()
    run_delivery()

    [*old, one, two] = messages(db_session)
    assert [each.status for each in old] == ["CANCELED"] * 2
    assert sandbox.effects() == {str(one.id): 1, str(two.id): 1}


def test_what_was_blocked_is_resumed_as_it_was(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    plan = make_plan(client, trainee["id"], days=1)
    told(client, ("blocked", 1))
    run_webhooks()
    told(client, ("added", 2))
    before = datetime.now(UTC)
    run_webhooks()

    old, new = messages(db_session)
    assert (old.status, old.plan_id) == ("CANCELED", None)
    assert (new.status, new.plan_id) == ("SCHEDULED", UUID(plan["id"]))
    assert (new.kind, new.variables, new.expires_at) == (old.kind, old.variables, old.expires_at)
    assert (new.schedule_at, new.due_at) == (old.schedule_at, old.schedule_at)
    assert old.schedule_at > before
    assert new.idempotency_key == f"{RESUMED}{old.id}"
    assert new.id.version == 7
    assert new.id > old.id
    shown = get_plan(client, plan["id"])["notification"]
    assert (shown["id"], shown["status"]) == (str(new.id), "SCHEDULED")


def test_a_resumed_plan_still_moves_and_is_still_canceled(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    plan = make_plan(client, trainee["id"], days=1)
    told(client, ("blocked", 1), ("added", 2))
    run_webhooks()

    patch_user(client, trainee["id"], reminder_time="09:30")
    moved = messages(db_session)[-1]
    assert "T09:30" in get_plan(client, plan["id"])["notification"]["schedule_at"]
    client.post(f"/plans/{plan['id']}/cancel", headers=AS_CLIENT)

    assert moved.status == "SCHEDULED"
    assert ends(db_session)[-1] == ("CANCELED", "plan_canceled")


def test_a_time_that_passed_meanwhile_is_now(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    waiting(db_session, trainee, schedule_at=datetime.now(UTC) - LATER)
    told(client, ("blocked", 1), ("added", 2))
    before = datetime.now(UTC)
    run_webhooks()

    old, new = messages(db_session)
    assert before < new.schedule_at == new.due_at < before + timedelta(minutes=1)
    assert new.expires_at == old.expires_at


def test_what_is_over_or_was_canceled_otherwise_stays_so(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    plan = make_plan(client, trainee["id"], days=1)
    waiting(db_session, trainee, schedule_at=datetime.now(UTC) - timedelta(days=2))
    waiting(db_session, trainee, status="CANCELED", reason_code="plan_canceled")
    told(client, ("blocked", 1))
    run_webhooks()
    client.post(f"/plans/{plan['id']}/cancel", headers=AS_CLIENT)

    told(client, ("added", 2))
    run_webhooks()

    assert [status for status, _ in ends(db_session)] == ["CANCELED"] * 3
    assert {each.status for each in events(db_session)} == {"PROCESSED"}


def test_what_was_blocked_is_resumed_once_however_often_it_is_said(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    waiting(db_session, trainee)
    told(client, ("blocked", 1))
    run_webhooks()

    for minute in (2, 2, 3, 4):
        told(client, ("added", minute))
        run_webhooks()

    assert [status for status, _ in ends(db_session)] == ["CANCELED", "SCHEDULED"]
    assert {each.status for each in events(db_session)} == {"PROCESSED"}


def test_what_is_blocked_again_and_again_is_there_once(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    make_plan(client, trainee["id"], days=1)
    waiting(db_session, trainee)
    for minute in range(1, 7):
        told(client, ("blocked" if minute % 2 else "added", minute))
        run_webhooks()

    assert sorted(status for status, _ in ends(db_session)) == ["CANCELED"] * 6 + ["SCHEDULED"] * 2


def test_two_who_hear_at_once_that_the_channel_was_added_resume_once(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session, engine: Engine
) -> None:
    for _ in range(5):
        waiting(db_session, trainee)
    told(client, ("blocked", 1))
    run_webhooks()
    now = datetime.now(UTC)

    def add(number: int) -> None:
        with Session(engine) as session:
            reachability.change_channel(session, PERSON, "added", START + timedelta(minutes=2 + number), now)
            session.commit()

    at_once(4, add)

    assert [status for status, _ in ends(db_session)] == ["CANCELED"] * 5 + ["SCHEDULED"] * 5


def test_an_older_change_that_comes_while_a_newer_one_is_at_work_waits_and_has_no_effect(
    client: SpecClient, trainee: dict[str, Any], db_session: Session, engine: Engine
) -> None:
    waiting(db_session, trainee)

    def change_to(state: str, minute: int) -> None:
        at = START + timedelta(minutes=minute)
        with Session(engine) as session:
            reachability.change_channel(session, PERSON, state, at, datetime.now(UTC))
            session.commit()

    calls = [lambda: change_to("blocked", 4), lambda: change_to("added", 3)]
    overlapping(engine, "SELECT FROM notifications FOR UPDATE", calls)

    assert stored(db_session, trainee["id"]).channel_state == "blocked"
    assert ends(db_session) == [("CANCELED", "channel_blocked")]


def test_two_jobs_that_take_the_same_events_do_each_once(
    app: Flask, client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    for _ in range(3):
        waiting(db_session, trainee)
    told(client, ("blocked", 1))
    run_webhooks()
    told(client, ("added", 2), ("added", 3))

    def run(_: int) -> None:
        run_webhooks()

    at_once(2, run)
    make_due(db_session)
    run_webhooks()

    assert [status for status, _ in ends(db_session)] == ["CANCELED"] * 3 + ["SCHEDULED"] * 3
    assert {each.status for each in events(db_session)} == {"PROCESSED"}


def test_another_account_has_another_channel(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    told(client, ("blocked", 1))
    run_webhooks()

    patch_user(client, trainee["id"], kakao_user_id="another")

    assert read_user(client, trainee["id"]).json["channel_state"] is None
