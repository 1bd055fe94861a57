"""What an unlink erases: at once, or when its days are over, once, unless the person comes back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from factories import at_once, delete_user, make_notification, make_user, patch_user, read_user
from flask import Flask
from kakao import PERSON, change, ends, events, give_chat, stored, tell, told, unlink
from openapi_client import SpecClient
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from app.domain import withdrawals
from app.domain.days import utc_now
from app.models import ChatCallback, KakaoChat, KakaoToken, LinkCode, User

Run = Callable[[], None]
Pass = Callable[[float], None]
HOUR_S, DAY_S = 3600.0, 86400.0


def is_erased(session: Session, user_id: object) -> bool:
    user = stored(session, user_id)
    gone = (user.name, user.phone_number, user.kakao_user_id, user.linked_at, user.channel_state)
    return user.deleted_at is not None and set(gone) == {None}


def test_without_days_an_unlink_erases_at_once(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    give_chat(db_session, UUID(trainee["id"]))
    make_notification(db_session, UUID(trainee["id"]))
    told(client, ("added", 1))
    unlink(client)

    run_webhooks()

    assert is_erased(db_session, trainee["id"])
    assert stored(db_session, trainee["id"]).unlinked_at is not None
    assert read_user(client, trainee["id"]).status_code == 404
    assert ends(db_session) == [("CANCELED", "unlinked")]
    for model in (KakaoToken, KakaoChat, LinkCode, ChatCallback):
        assert db_session.scalars(select(model)).all() == []
    kept = [(each.payload, each.answer, each.sender_id) for each in events(db_session)]
    assert kept == [(None, None, None)] * 3
    assert {each.status for each in events(db_session)} == {"PROCESSED"}


@pytest.mark.parametrize("hours", [0, 26, 70])
def test_an_unlink_told_again_after_the_erasure_has_no_effect(
    client: SpecClient,
    trainee: dict[str, Any],
    run_webhooks: Run,
    db_session: Session,
    pass_time: Pass,
    hours: int,
) -> None:
    unlink(client)
    run_webhooks()
    pass_time(hours * HOUR_S)
    deleted_at = stored(db_session, trainee["id"]).deleted_at

    assert unlink(client).status_code == 200
    run_webhooks()

    assert [each.status for each in events(db_session)] == ["PROCESSED", "ORPHAN"]
    assert stored(db_session, trainee["id"]).deleted_at == deleted_at


def test_the_phone_and_the_account_are_free_after_an_unlink_that_erases(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run
) -> None:
    unlink(client)
    run_webhooks()

    again = make_user(client, kakao_user_id=PERSON, phone_number="01000000001")

    assert again["id"] != trainee["id"]


def test_after_three_days_who_unlinked_is_erased_and_not_before(
    client: SpecClient,
    trainee: dict[str, Any],
    keeps_days: int,
    run_webhooks: Run,
    run_periodic: Run,
    db_session: Session,
    pass_time: Pass,
) -> None:
    other = make_user(client)
    unlink(client)
    run_webhooks()

    pass_time(3 * DAY_S - 60)
    run_periodic()
    assert read_user(client, trainee["id"]).status_code == 200
    pass_time(HOUR_S)
    run_periodic()

    assert is_erased(db_session, trainee["id"])
    assert {(each.payload, each.sender_id) for each in events(db_session)} == {(None, None)}
    assert read_user(client, other["id"]).status_code == 200


def test_who_links_again_in_time_is_not_erased(
    client: SpecClient,
    trainee: dict[str, Any],
    keeps_days: int,
    run_webhooks: Run,
    run_periodic: Run,
    pass_time: Pass,
) -> None:
    unlink(client)
    run_webhooks()
    pass_time(2 * DAY_S)
    patch_user(client, trainee["id"], kakao_user_id=PERSON)

    pass_time(2 * DAY_S)
    run_periodic()

    assert read_user(client, trainee["id"]).json["name"] == trainee["name"]


def unlinked(session: Session, client: SpecClient, count: int) -> list[str]:
    """Trainees who unlinked four days ago."""
    ids = [make_user(client)["id"] for _ in range(count)]
    session.execute(text("UPDATE users SET unlinked_at = now() - interval '4 days'"))
    session.commit()
    return ids


def test_each_is_erased_once_by_however_many(client: SpecClient, db_session: Session, engine: Engine) -> None:
    ids = unlinked(db_session, client, 12)

    def erase(_: int) -> list[UUID]:
        erased = []
        with Session(engine) as session:
            while user_id := withdrawals.erase_due(session, 3, utc_now()):
                session.commit()
                erased.append(user_id)
        return erased

    found = at_once(4, erase)

    assert sorted(str(each) for those in found for each in those) == sorted(ids)
    assert all(is_erased(db_session, each) for each in ids)


def test_who_is_being_erased_is_not_waited_for(
    client: SpecClient, db_session: Session, engine: Engine
) -> None:
    unlinked(db_session, client, 2)
    with Session(engine) as first, Session(engine) as second:
        second.execute(text("SET lock_timeout = '2s'"))
        one = withdrawals.erase_due(first, 3, utc_now())
        other = withdrawals.erase_due(second, 3, utc_now())
        none = withdrawals.erase_due(second, 3, utc_now())

    assert one is not None and other is not None
    assert one != other
    assert none is None


def test_the_job_erases_all_who_are_due_and_finds_none_the_next_time(
    client: SpecClient, keeps_days: int, run_periodic: Run, db_session: Session, pass_time: Pass
) -> None:
    ids = unlinked(db_session, client, 7)

    run_periodic()
    first = [stored(db_session, each).deleted_at for each in ids]
    pass_time(2 * HOUR_S)
    run_periodic()

    assert None not in first
    assert [stored(db_session, each).deleted_at for each in ids] == first
    assert db_session.scalars(select(User).where(User.deleted_at.is_(None))).all() == []


def test_an_event_that_came_before_the_trainee_goes_with_them(
    app: Flask, client: SpecClient, run_webhooks: Run, db_session: Session
) -> None:
    told(client, ("added", 1))
    run_webhooks()
    make_user(client, kakao_user_id=PERSON)
    told(client, ("added", 2))  # and nobody has worked on it when they leave
    unlink(client)
    db_session.execute(text("UPDATE webhook_events SET due_at = 'infinity' WHERE event_id = 'added-2'"))
    db_session.commit()

    run_webhooks()
    db_session.execute(text("UPDATE webhook_events SET due_at = now()"))
    db_session.commit()
    run_webhooks()

    assert [(each.payload, each.sender_id) for each in events(db_session)] == [(None, None)] * 3
    assert {each.status for each in events(db_session)} == {"ORPHAN", "PROCESSED"}


def test_who_leaves_without_an_account_takes_nobodys_events_along(
    client: SpecClient, db_session: Session
) -> None:
    user = make_user(client)
    tell(client, change("added", id_type="open_id"))  # Kakao names nobody whom we could know

    assert delete_user(client, user["id"]).status_code == 204

    (event,) = events(db_session)
    assert (event.user_id, event.payload is None) == (None, False)
