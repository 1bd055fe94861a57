"""A trainee's own Kakao token over HTTP: taken, kept encrypted, never shown, forgotten."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from factories import AS_CLIENT, delete_user, make_user, overlapping, pointers
from flask import Flask
from openapi_client import SpecClient
from redis import Redis
from sqlalchemy import Engine, text, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.domain import tokens
from app.models import KakaoToken

ACCESS, REFRESH = "kQ7vAccessTokenOfNobody01", "kQ7vRefreshTokenOfNobody2"
GIVEN = {"access_token": ACCESS, "expires_in": 21599}
BOTH = GIVEN | {"refresh_token": REFRESH, "refresh_token_expires_in": 5184000}


def put(client: SpecClient, user_id: object, body: Any) -> TestResponse:
    return client.put(f"/users/{user_id}/kakao-token", json=body, headers=AS_CLIENT)


def forget(client: SpecClient, user_id: object) -> TestResponse:
    return client.delete(f"/users/{user_id}/kakao-token", headers=AS_CLIENT)


def stored(session: Session, user_id: str) -> KakaoToken | None:
    session.rollback()
    session.expire_all()
    return session.get(KakaoToken, UUID(user_id))


def dump(engine: Engine) -> bytes:
    """Everything the table holds, as text and as the bytes behind hexadecimal digits."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT kakao_tokens::text FROM kakao_tokens")).scalars().all()
        kept = connection.execute(text("SELECT access_token, refresh_token FROM kakao_tokens")).all()
    columns = [bytes(each) for row in kept for each in row if each is not None]
    return b"".join([*(row.encode() for row in rows), *columns])


def test_a_token_is_kept_and_its_ends_are_told(client: SpecClient, db_session: Session) -> None:
    user = make_user(client)

    response = put(client, user["id"], BOTH)

    assert response.status_code == 200
    assert response.json.keys() == {"user_id", "expires_at", "refresh_expires_at", "can_refresh"}
    assert (response.json["user_id"], response.json["can_refresh"]) == (user["id"], True)
    row, now = stored(db_session, user["id"]), datetime.now(UTC)
    assert row is not None and row.refresh_expires_at is not None
    assert timedelta(seconds=21580) < row.expires_at - now < timedelta(seconds=21600)
    assert timedelta(days=59) < row.refresh_expires_at - now < timedelta(days=60)


@pytest.mark.parametrize(
    ("given", "can_refresh"),
    [
        (GIVEN, False),
        (GIVEN | {"refresh_token": REFRESH}, True),
        (GIVEN | {"refresh_token_expires_in": 9}, False),
    ],
)
def test_what_belongs_to_the_refresh_token_may_be_left_out(
    client: SpecClient, given: dict[str, Any], can_refresh: bool
) -> None:
    user = make_user(client)

    response = put(client, user["id"], GIVEN | given)

    assert response.status_code == 200
    assert (response.json["can_refresh"], response.json["refresh_expires_at"]) == (can_refresh, None)


def test_the_database_never_sees_a_token(
    client: SpecClient, app: Flask, db_session: Session, engine: Engine
) -> None:
    user = make_user(client)
    put(client, user["id"], BOTH)

    kept = dump(engine)

    for secret in (ACCESS, REFRESH):
        assert secret.encode() not in kept
        assert secret.encode().hex().encode() not in kept
    row, cipher = stored(db_session, user["id"]), tokens.cipher(tuple(app.config["SECRET_KEYS"]))
    assert row is not None
    assert (cipher.open(row.access_token), cipher.open(row.refresh_token)) == (ACCESS, REFRESH)


def test_a_token_is_nowhere_but_in_the_database(
    client: SpecClient, redis: Redis, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    user = make_user(client)

    answers = [put(client, user["id"], BOTH), put(client, uuid4(), BOTH), put(client, user["id"], [BOTH])]
    answers += [put(client, user["id"], BOTH | {"odd": 1}), put(client, user["id"], BOTH | {"expires_in": 0})]
    answers += [client.get(f"/users/{user['id']}", headers=AS_CLIENT), forget(client, user["id"])]

    out = capsys.readouterr()
    seen = [out.out, out.err, caplog.text, *(each.text for each in answers), *map(repr, redis.keys("*"))]
    assert [each for each in seen if ACCESS in each or REFRESH in each] == []
    assert out.out


def test_no_exception_and_no_representation_shows_a_token(app: Flask, db_session: Session) -> None:
    cipher = tokens.cipher(tuple(app.config["SECRET_KEYS"]))
    token = tokens.Token(uuid4(), 1, b"sealed", ACCESS, REFRESH, expires_soon=False, is_refused=False)

    shown = f"{token!r} {cipher!r} {KakaoToken(access_token=ACCESS.encode(), key_id='k')!r}"

    assert ACCESS not in shown and REFRESH not in shown
    assert app.config["SECRET_KEYS"][0] not in shown


def test_a_new_token_takes_the_place_of_the_old_one_with_all_that_spoke_against_it(
    client: SpecClient, db_session: Session
) -> None:
    user = make_user(client)
    put(client, user["id"], BOTH)
    first = stored(db_session, user["id"])
    assert first is not None
    now = datetime.now(UTC)
    faults = {"fault": "login_expired", "is_refused": True, "held_until": now, "refreshing_until": now}
    db_session.execute(update(KakaoToken).values(**faults))
    db_session.commit()
    version = first.version

    response = put(client, user["id"], GIVEN)

    row = stored(db_session, user["id"])
    assert row is not None and response.status_code == 200
    assert (row.fault, row.is_refused, row.held_until, row.refreshing_until) == (None, False, None, None)
    assert (row.refresh_token, row.refresh_expires_at) == (None, None)
    assert row.version == version + 1
    assert response.json["can_refresh"] is False


def test_forgetting_twice_is_as_good_as_once(client: SpecClient, db_session: Session) -> None:
    user = make_user(client)
    put(client, user["id"], BOTH)

    answers = [forget(client, user["id"]).status_code for _ in range(2)]

    assert answers == [204, 204]
    assert stored(db_session, user["id"]) is None


def test_a_token_given_anew_has_another_version_than_the_forgotten_one(
    client: SpecClient, db_session: Session
) -> None:
    user = make_user(client)
    versions = []

    for _ in range(3):
        put(client, user["id"], GIVEN)
        row = stored(db_session, user["id"])
        versions.append(row and row.version)
        forget(client, user["id"])

    assert len(set(versions)) == 3


def test_a_trainee_who_leaves_takes_the_token_along(client: SpecClient, db_session: Session) -> None:
    user = make_user(client)
    put(client, user["id"], BOTH)

    delete_user(client, user["id"])

    assert stored(db_session, user["id"]) is None


@pytest.mark.parametrize("who", ["nobody", "left"])
def test_who_is_not_there_has_no_token(client: SpecClient, db_session: Session, who: str) -> None:
    user_id = uuid4() if who == "nobody" else make_user(client)["id"]
    if who == "left":
        delete_user(client, user_id)

    answers = [put(client, user_id, BOTH), forget(client, user_id)]

    assert [(each.status_code, each.json["code"]) for each in answers] == [(404, "not_found")] * 2
    assert stored(db_session, str(user_id)) is None


def test_a_token_that_comes_while_the_trainee_leaves_does_not_stay(
    client: SpecClient, app: Flask, db_session: Session, engine: Engine
) -> None:
    user = make_user(client)
    lock = f"SELECT FROM users WHERE id = '{user['id']}' FOR UPDATE"

    gone, given = overlapping(
        engine,
        lock,
        [lambda: delete_user(client, user["id"]), lambda: put(app.test_client(), user["id"], BOTH)],
    )

    assert (gone.status_code, given.status_code) == (204, 404)
    assert stored(db_session, user["id"]) is None


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"access_token": None}, "#/access_token"),
        ({"access_token": ""}, "#/access_token"),
        ({"access_token": "with blank"}, "#/access_token"),
        ({"access_token": "line\n"}, "#/access_token"),
        ({"access_token": "토큰"}, "#/access_token"),
        ({"access_token": "x" * 2049}, "#/access_token"),
        ({"access_token": 7}, "#/access_token"),
        ({"expires_in": None}, "#/expires_in"),
        ({"expires_in": 0}, "#/expires_in"),
        ({"expires_in": -1}, "#/expires_in"),
        ({"expires_in": 2592001}, "#/expires_in"),
        ({"expires_in": 1.5}, "#/expires_in"),
        ({"expires_in": True}, "#/expires_in"),
        ({"expires_in": "soon"}, "#/expires_in"),
        ({"refresh_token": ""}, "#/refresh_token"),
        ({"refresh_token": None}, "#/refresh_token"),
        ({"refresh_token": "a b"}, "#/refresh_token"),
        ({"refresh_token_expires_in": 0}, "#/refresh_token_expires_in"),
        ({"refresh_token_expires_in": 10**12}, "#/refresh_token_expires_in"),
        ({"token_type": "bearer"}, "#/token_type"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(
    client: SpecClient, db_session: Session, change: dict[str, Any], pointer: str
) -> None:
    user = make_user(client)

    response = put(client, user["id"], BOTH | change)

    assert pointers(response) == {pointer}
    assert stored(db_session, user["id"]) is None


@pytest.mark.parametrize("name", ["access_token", "expires_in"])
def test_a_missing_field_is_named(client: SpecClient, name: str) -> None:
    user = make_user(client)

    response = put(client, user["id"], {key: value for key, value in BOTH.items() if key != name})

    assert pointers(response) == {f"#/{name}"}
