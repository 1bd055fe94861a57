"""Trainees who are not heard from: the last message, and what resumes their plans."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import AS_CLIENT, at_once, make_plan, make_user, patch_user, report
from morning_builders import EVERY_DAY, MONDAY, call, local, messages, morning, plans, trainee, user
from openapi_client import SpecClient
from skill_builders import joined
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.domain import pauses

DAY = timedelta(days=1)
LONG_AGO = local(MONDAY) - timedelta(days=28)


def test_after_28_days_one_last_message_says_that_plans_pause(db_session: Session, engine: Engine) -> None:
    who = trainee(db_session, local(MONDAY), EVERY_DAY, heard_at=LONG_AGO, reminder_time="07:30")

    found = [dict(morning(engine, local(MONDAY + n * DAY))) for n in range(3)]

    assert found == [{"paused": 1}, {}, {}]
    (message,) = messages(db_session, who)
    assert (message.kind, message.status, message.plan_id) == ("notice", "SCHEDULED", None)
    assert message.schedule_at == local(MONDAY, "07:30")
    assert "4주 동안" in message.variables["안내드리는제목"]
    assert plans(db_session, who) == []
    assert user(db_session, who).paused_at == local(MONDAY)


def test_a_moment_less_is_a_plan(db_session: Session, engine: Engine) -> None:
    trainee(db_session, local(MONDAY), EVERY_DAY, heard_at=LONG_AGO + timedelta(seconds=1))

    assert dict(morning(engine, local(MONDAY))) == {"training": 1}


def test_a_pause_that_is_told_by_two_at_once_is_told_once(db_session: Session, engine: Engine) -> None:
    who = trainee(db_session, local(MONDAY), heard_at=LONG_AGO)

    at_once(2, lambda _: call(engine, who, now=local(MONDAY)))

    assert len(messages(db_session, who)) == 1


def test_the_next_silence_is_told_as_well(db_session: Session, engine: Engine) -> None:
    who = trainee(db_session, local(MONDAY), heard_at=LONG_AGO)
    call(engine, who, now=local(MONDAY))

    again = "UPDATE users SET heard_at = :at, paused_at = NULL, plan_due_at = :at"
    db_session.execute(text(again), {"at": local(MONDAY + DAY)})
    db_session.commit()
    call(engine, who, now=local(MONDAY + 40 * DAY))

    assert len(messages(db_session, who)) == 2


def silence(session: Session, user_id: str) -> None:
    """They were not heard from for long, and know it."""
    session.execute(
        text("UPDATE users SET heard_at = now() - interval '30 days', paused_at = now() WHERE id = :id"),
        {"id": user_id},
    )
    session.commit()


def is_back(session: Session, user_id: str) -> bool:
    found = user(session, UUID(user_id))
    now = datetime.now(UTC)
    return (
        found.paused_at is None and found.plan_due_at <= now and now - found.heard_at < timedelta(minutes=1)
    )


def says(client: SpecClient, found: dict[str, Any]) -> None:
    joined(client, found)


def reports(client: SpecClient, found: dict[str, Any]) -> None:
    assert report(client, make_plan(client, found["id"]), 1, 1).status_code == 200


def wants_messages(client: SpecClient, found: dict[str, Any]) -> None:
    for wish in (False, True):
        assert patch_user(client, found["id"], notifications_enabled=wish).status_code == 200


@pytest.mark.parametrize("comes_back", [says, reports, wants_messages])
def test_a_sign_of_life_resumes_the_plans(
    client: SpecClient, db_session: Session, comes_back: Callable[[SpecClient, dict[str, Any]], None]
) -> None:
    found = make_user(client)
    silence(db_session, found["id"])

    comes_back(client, found)

    assert is_back(db_session, found["id"])


def links_again(client: SpecClient, found: dict[str, Any]) -> None:
    assert patch_user(client, found["id"], kakao_user_id="4242").status_code == 200


def test_linking_the_account_again_is_a_sign_of_life(client: SpecClient, db_session: Session) -> None:
    found = make_user(client, kakao_user_id="4242")
    silence(db_session, found["id"])
    db_session.execute(text("UPDATE users SET unlinked_at = now()"))
    db_session.commit()

    links_again(client, found)

    assert is_back(db_session, found["id"])


@pytest.mark.parametrize("comes_back", [says, reports, wants_messages])
@pytest.mark.parametrize("status", ["SCHEDULED", "CANCELED"])
def test_who_is_back_before_the_last_message_has_left_does_not_get_it(
    client: SpecClient,
    db_session: Session,
    comes_back: Callable[[SpecClient, dict[str, Any]], None],
    status: str,
) -> None:
    found = make_user(client)
    silence(db_session, found["id"])
    pauses.tell(db_session, [user(db_session, UUID(found["id"]))], datetime.now(UTC))
    db_session.execute(
        text("UPDATE notifications SET status = :status, reason_code = 'x'"), {"status": status}
    )
    db_session.commit()

    comes_back(client, found)

    notice = next(each for each in messages(db_session, UUID(found["id"])) if each.kind == "notice")
    assert (notice.status, notice.reason_code) == ("CANCELED", "heard_from")


def test_any_word_resumes_them_even_one_that_is_not_understood(
    client: SpecClient, db_session: Session
) -> None:
    found = make_user(client)
    chat = joined(client, found)
    silence(db_session, found["id"])

    chat.say("ㅁㄴㅇㄹ")

    assert is_back(db_session, found["id"])


def test_what_somebody_else_does_to_a_trainee_is_no_sign_of_life(
    client: SpecClient, db_session: Session
) -> None:
    found = make_user(client)
    silence(db_session, found["id"])

    make_plan(client, found["id"])
    patch_user(client, found["id"], reminder_time="08:00", notifications_enabled=True)
    client.get(f"/users/{found['id']}", headers=AS_CLIENT)

    assert user(db_session, UUID(found["id"])).paused_at is not None


def test_it_is_kept_to_the_hour(client: SpecClient, db_session: Session) -> None:
    found = make_user(client)
    chat = joined(client, found)
    before = user(db_session, UUID(found["id"])).heard_at

    chat.say("도움말")
    soon = user(db_session, UUID(found["id"])).heard_at
    db_session.execute(text("UPDATE users SET heard_at = heard_at - interval '61 minutes'"))
    db_session.commit()
    chat.say("고마워")

    assert soon == before
    assert user(db_session, UUID(found["id"])).heard_at > before
