"""Whose chat it is: a code typed once, or the Kakao account; and what a stranger can't do."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import AS_CLIENT, at_once, delete_user, make_lifter, make_plan, make_user, overlapping
from openapi_client import SpecClient
from skill_builders import Chat, joined, link_code, post, turn
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from app.domain import link_codes
from app.errors import Unavailable
from app.models import KakaoChat, LinkCode, WebhookEvent


def owner(session: Session, who: str = "bot-user-1") -> UUID | None:
    session.rollback()
    return session.scalars(select(KakaoChat.user_id).where(KakaoChat.bot_user_key == who)).one_or_none()


def test_a_stranger_is_greeted_and_told_how(client: SpecClient) -> None:
    assert "6자리 코드" in Chat(client).say("오늘 운동")


def test_a_strangers_emergency_is_one(client: SpecClient) -> None:
    assert "119" in Chat(client).say("가슴이 조여요")


def test_a_stranger_is_told_what_stops_messages(client: SpecClient) -> None:
    assert "알림톡 차단" in Chat(client).say("알림 꺼")


def test_a_code_typed_in_chat_joins_the_trainee(client: SpecClient, db_session: Session) -> None:
    user = make_user(client)

    text = Chat(client).say(link_code(client, user["id"]))

    assert "김하나님, 연결됐어요" in text
    assert str(owner(db_session)) == user["id"]


def test_a_code_is_good_once(client: SpecClient, db_session: Session) -> None:
    code = link_code(client, make_user(client)["id"])
    Chat(client, "one").say(code)

    assert "맞는 코드를 찾지 못했어요" in Chat(client, "other").say(code)
    assert owner(db_session, "other") is None


def test_of_two_who_type_a_code_at_once_one_gets_in(client: SpecClient, db_session: Session) -> None:
    code = link_code(client, make_user(client)["id"])

    texts = at_once(4, lambda number: Chat(client.application.test_client(), f"w{number}").say(code))

    assert sorted("연결됐어요" in each for each in texts) == [False, False, False, True]


def test_a_code_and_the_account_join_a_chat_at_once_without_a_deadlock(
    client: SpecClient, engine: Engine, db_session: Session
) -> None:
    user = make_user(client, kakao_user_id="77")
    body = turn(link_code(client, user["id"]))
    with_account = turn("오늘 운동", app_user_id="77")

    answers = overlapping(
        engine,
        "SELECT FROM users FOR UPDATE",
        [lambda each=each: post(client.application.test_client(), each) for each in (with_account, body)],
    )

    assert [each.status_code for each in answers] == [200, 200]
    assert str(owner(db_session)) == user["id"]


def test_a_new_code_voids_the_one_before(client: SpecClient) -> None:
    user = make_user(client)
    old, new = link_code(client, user["id"]), link_code(client, user["id"])

    assert "찾지 못했어요" in Chat(client).say(old)
    assert "연결됐어요" in Chat(client).say(new)


def test_a_code_ends_after_ten_minutes(client: SpecClient, db_session: Session) -> None:
    code = link_code(client, make_user(client)["id"])
    left = db_session.scalars(select(LinkCode.expires_at)).one() - datetime.now(UTC)
    db_session.execute(text("UPDATE link_codes SET expires_at = now()"))
    db_session.commit()

    assert timedelta(minutes=9, seconds=50) < left <= timedelta(minutes=10)
    assert "찾지 못했어요" in Chat(client).say(code)


def test_after_five_wrong_codes_the_right_one_is_refused_for_ten_minutes(
    client: SpecClient, db_session: Session
) -> None:
    code = link_code(client, make_user(client)["id"])
    chat = Chat(client)
    wrong = [each for each in ("000000", "111111", "222222", "333333", "444444", "555555") if each != code]
    for each in wrong[:5]:
        chat.say(each)

    assert "10분 뒤" in chat.say(code)
    assert owner(db_session) is None
    db_session.execute(
        text("UPDATE kakao_chats SET wrong_codes_since = wrong_codes_since - interval '10 minutes'")
    )
    db_session.commit()
    assert "연결됐어요" in chat.say(code + " ")


def test_wrong_codes_of_one_chat_do_not_count_for_another(client: SpecClient) -> None:
    code = link_code(client, make_user(client)["id"])
    for each in ("000001", "000002", "000003", "000004", "000005"):
        Chat(client, "guesser").say(each)

    assert "연결됐어요" in Chat(client, "honest").say(code)


def test_the_code_itself_is_not_kept(client: SpecClient, db_session: Session) -> None:
    code = link_code(client, make_user(client)["id"])

    stored = db_session.scalars(select(LinkCode.code_hash)).one()

    assert code not in stored
    assert len(stored) == 64


def test_a_code_that_somebody_else_holds_is_drawn_again(client: SpecClient, db_session: Session) -> None:
    users = [make_user(client)["id"] for _ in range(2)]
    now = datetime.now(UTC)
    taken = link_codes.issue(db_session, ["key"], UUID(users[0]), now)[0]
    drawn = iter([int(taken)] * link_codes.DRAWS)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(link_codes.secrets, "randbelow", lambda _: next(drawn))
        with pytest.raises(Unavailable):
            link_codes.issue(db_session, ["key"], UUID(users[1]), now)


def test_a_code_for_nobody_is_not_made(client: SpecClient) -> None:
    user_id = make_user(client)["id"]
    delete_user(client, user_id)

    response = client.post(f"/users/{user_id}/link-code", headers=AS_CLIENT)

    assert response.status_code == 404


def test_the_kakao_account_joins_without_a_code(client: SpecClient, db_session: Session) -> None:
    user = make_lifter(client, weekdays=[1, 2, 3, 4, 5, 6, 7])
    client.patch(f"/users/{user['id']}", json={"kakao_user_id": "77"}, headers=AS_CLIENT)
    make_plan(client, user["id"])

    text = Chat(client, app_user_id="77").say("오늘 운동")

    assert "바벨 백스쿼트" in text
    assert str(owner(db_session)) == user["id"]


def test_the_account_of_nobody_stays_a_stranger(client: SpecClient) -> None:
    assert "6자리 코드" in Chat(client, app_user_id="78").say("오늘 운동")


def test_one_who_has_unlinked_is_a_stranger_and_gets_no_code(client: SpecClient, db_session: Session) -> None:
    user = make_user(client, kakao_user_id="77")
    code = link_code(client, user["id"])
    db_session.execute(text("UPDATE users SET unlinked_at = now()"))
    db_session.commit()

    assert "6자리 코드" in Chat(client, app_user_id="77").say("요약")
    assert "찾지 못했어요" in Chat(client, "another").say(code)
    refused = client.post(f"/users/{user['id']}/link-code", headers=AS_CLIENT)
    assert (refused.status_code, refused.json["code"]) == (409, "conflict")
    assert owner(db_session) is owner(db_session, "another") is None


def test_a_chat_of_one_who_has_unlinked_is_a_strangers(client: SpecClient, db_session: Session) -> None:
    chat = joined(client, make_user(client))
    db_session.execute(text("UPDATE users SET unlinked_at = now()"))
    db_session.commit()

    assert "6자리 코드" in chat.say("요약")


def test_a_trainee_has_one_chat_and_a_new_one_takes_its_place(
    client: SpecClient, db_session: Session
) -> None:
    user = make_user(client)
    joined(client, user, "old phone")

    joined(client, user, "new phone")

    assert owner(db_session, "old phone") is None
    assert str(owner(db_session, "new phone")) == user["id"]
    assert "6자리 코드" in Chat(client, "old phone").say("요약")


def test_what_was_said_as_a_stranger_becomes_the_trainees(client: SpecClient, db_session: Session) -> None:
    user = make_user(client)
    Chat(client).say("안녕하세요")

    joined(client, user)

    assert set(db_session.scalars(select(WebhookEvent.user_id))) == {UUID(user["id"])}


def test_a_leavers_chat_is_a_strangers_again(client: SpecClient, db_session: Session) -> None:
    user = make_user(client)
    chat = joined(client, user)

    delete_user(client, user["id"])

    assert "6자리 코드" in chat.say("요약")
    words = db_session.execute(select(WebhookEvent.payload, WebhookEvent.answer).where(_is_of(user)))
    assert set(words) == {(None, None)}


def _is_of(user: dict[str, Any]) -> Any:
    return WebhookEvent.user_id == UUID(user["id"])


def test_a_code_of_somebody_who_is_joined_changes_nothing(client: SpecClient, db_session: Session) -> None:
    user, other = make_user(client), make_user(client)
    chat = joined(client, user)

    assert "이미 연결" in chat.say(link_code(client, other["id"]))
    assert str(owner(db_session)) == user["id"]
