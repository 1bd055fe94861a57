"""Who unlinked and links again is back: what was said before says nothing any more, what comes does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from factories import AS_CLIENT, make_user, patch_user, read_user
from kakao import PERSON, events, stored, unlink
from openapi_client import SpecClient
from sqlalchemy import text
from sqlalchemy.orm import Session

Run = Callable[[], None]
TOKEN = {"access_token": "token-of-nobody", "expires_in": 21599}


def put_token(client: SpecClient, trainee: dict[str, Any]) -> None:
    path = f"/users/{trainee['id']}/kakao-token"
    assert client.put(path, json=TOKEN, headers=AS_CLIENT).status_code == 200


def name_account(client: SpecClient, trainee: dict[str, Any]) -> None:
    assert patch_user(client, trainee["id"], kakao_user_id=PERSON).status_code == 200


@pytest.mark.parametrize("link_again", [put_token, name_account])
def test_who_links_again_is_back_and_may_unlink_again(
    client: SpecClient,
    trainee: dict[str, Any],
    keeps_days: int,
    run_webhooks: Run,
    db_session: Session,
    link_again: Callable[[SpecClient, dict[str, Any]], None],
) -> None:
    unlink(client)
    run_webhooks()

    link_again(client, trainee)
    assert read_user(client, trainee["id"]).json["unlinked_at"] is None
    unlink(client)
    run_webhooks()

    assert read_user(client, trainee["id"]).json["unlinked_at"] is not None
    assert [each.status for each in events(db_session)] == ["PROCESSED"] * 2


@pytest.mark.parametrize("link_again", [put_token, name_account])
def test_an_unlink_worked_on_after_a_new_link_has_no_effect_and_the_next_one_has(
    client: SpecClient,
    trainee: dict[str, Any],
    keeps_days: int,
    run_webhooks: Run,
    db_session: Session,
    link_again: Callable[[SpecClient, dict[str, Any]], None],
) -> None:
    unlink(client)
    run_webhooks()
    db_session.execute(text("UPDATE webhook_events SET status = 'RECEIVED', retry_count = 0, due_at = now()"))
    db_session.commit()
    link_again(client, trainee)

    run_webhooks()
    assert read_user(client, trainee["id"]).json["unlinked_at"] is None
    assert [each.status for each in events(db_session)] == ["PROCESSED"]
    unlink(client)
    run_webhooks()

    assert read_user(client, trainee["id"]).json["unlinked_at"] is not None


def test_naming_the_same_account_while_it_is_linked_changes_nothing(
    client: SpecClient, trainee: dict[str, Any], db_session: Session
) -> None:
    since = stored(db_session, trainee["id"]).linked_at
    assert since is not None

    name_account(client, trainee)
    put_token(client, trainee)

    assert stored(db_session, trainee["id"]).linked_at == since


def test_an_account_that_is_named_later_is_linked_from_then(client: SpecClient, db_session: Session) -> None:
    user = make_user(client)
    assert stored(db_session, user["id"]).linked_at is None

    patch_user(client, user["id"], kakao_user_id=PERSON)

    linked_at = stored(db_session, user["id"]).linked_at
    assert linked_at is not None
    assert abs(linked_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_strangers_are_nobodys_also_when_they_join_later(
    client: SpecClient, run_webhooks: Run, db_session: Session
) -> None:
    assert [unlink(client).status_code, unlink(client).status_code] == [200, 200]
    run_webhooks()
    assert [(each.status, each.user_id) for each in events(db_session)] == [("ORPHAN", None)]

    user = make_user(client, kakao_user_id=PERSON)
    unlink(client)
    run_webhooks()

    assert [each.status for each in events(db_session)] == ["ORPHAN", "PROCESSED"]
    assert stored(db_session, user["id"]).deleted_at is not None
