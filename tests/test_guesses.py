"""Wrong keys and links: after too many an address is told to wait, and who is right is never refused."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import requests
from factories import at_once, make_lifter, make_plan
from flask import Flask
from openapi_client import SpecClient
from real_processes import web
from settings import CLIENT_KEY, SECRET_KEY
from sqlalchemy import event, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.domain.links import token_for
from app.extensions import db
from app.guesses import AN_INSTANCE, FORGERIES_NOTED, WINDOW_S, Forgeries, Windows

ONE, OTHER = "203.0.113.7", "203.0.113.8"
PROCESSES = 30
LIMIT = AN_INSTANCE // PROCESSES
USER = "/users/00000000-0000-4000-8000-000000000000"
RIGHT = f"Bearer {CLIENT_KEY}"


@pytest.fixture
def guarded(app: Flask, another_app: Callable[..., Any]) -> SpecClient:
    """A client of an application that lets an address guess four times a minute."""
    made = another_app(WEB_CONCURRENCY=str(PROCESSES))
    client: SpecClient = made.test_client()
    return client


def ask(client: SpecClient, key: str = "Bearer wrong", came_by: str = ONE, **options: Any) -> TestResponse:
    headers = {"Authorization": key, "X-Forwarded-For": came_by}
    return client.get(USER, headers=headers, **options)


def use_up(client: SpecClient, came_by: str = ONE) -> None:
    assert [ask(client, came_by=came_by).status_code for _ in range(LIMIT)] == [401] * LIMIT


def test_after_too_many_wrong_keys_an_address_must_wait(guarded: SpecClient) -> None:
    use_up(guarded)

    refused = ask(guarded)

    assert (refused.status_code, refused.json["code"]) == (429, "too_many_requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= WINDOW_S


def test_a_valid_key_is_never_refused(guarded: SpecClient) -> None:
    use_up(guarded)
    assert ask(guarded).status_code == 429

    assert ask(guarded, key=RIGHT).status_code == 404
    assert ask(guarded).status_code == 429


def test_another_address_is_not_held_to_it(guarded: SpecClient) -> None:
    use_up(guarded)

    assert ask(guarded, came_by=OTHER).status_code == 401
    assert ask(guarded).status_code == 429


@pytest.mark.parametrize("key", ["", "   "])
def test_no_key_is_no_guess(guarded: SpecClient, key: str) -> None:
    for _ in range(3 * LIMIT):
        assert ask(guarded, key=key).status_code == 401

    assert ask(guarded).status_code == 401


def test_addresses_that_a_client_makes_up_do_not_help(guarded: SpecClient) -> None:
    for number in range(LIMIT):
        assert ask(guarded, came_by=f"198.51.100.{number}, {ONE}").status_code == 401

    assert ask(guarded, came_by=f"198.51.100.99, {ONE}").status_code == 429
    assert ask(guarded, came_by=f"{ONE}, {OTHER}").status_code == 401


@pytest.mark.parametrize(
    ("trusted", "same", "other"),
    [
        ("0", ("1.1.1.1", "2.2.2.2", "x"), ()),
        ("1", ("1.1.1.1", "9.9.9.9, 1.1.1.1", " 9.9.9.9,1.1.1.1 "), ("1.1.1.1, 2.2.2.2",)),
        ("2", ("1.1.1.1, 5.5.5.5", "9.9.9.9, 1.1.1.1, 6.6.6.6"), ("2.2.2.2, 5.5.5.5",)),
        ("2", ("1.1.1.1", "2.2.2.2"), ("1.1.1.1, 5.5.5.5",)),  # went past the first of two proxies
        ("1", ("nonsense", "", "1.1.1.1:80:80", "1.1.1.1, "), ("1.1.1.1",)),
        ("1", ("1.1.1.1", "1.1.1.1:80", "1.1.1.1:4711"), ("1.1.1.2:80",)),
        ("1", ("2001:db8::1", "[2001:db8::1]", "[2001:db8::2]:443"), ("[2001:db8:0:1::1]:443",)),
        ("1", ("2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::"), ("2001:db8:0:1::1",)),
        ("1", ("1.1.1.1", "::ffff:1.1.1.1"), ("1.1.1.2",)),
    ],
)
def test_who_asks_is_whom_the_outermost_trusted_proxy_saw(
    app: Flask, another_app: Callable[..., Any], trusted: str, same: tuple[str, ...], other: tuple[str, ...]
) -> None:
    client = another_app(WEB_CONCURRENCY=str(PROCESSES), TRUSTED_PROXIES=trusted).test_client()

    statuses = [
        ask(client, came_by=same[place % len(same)]).status_code for place in range(LIMIT + len(same))
    ]

    assert statuses == [401] * LIMIT + [429] * len(same)
    assert [ask(client, came_by=each).status_code for each in other] == [401] * len(other)


def test_guessed_links_are_counted_and_a_good_one_opens(guarded: SpecClient) -> None:
    plan_id = UUID(make_plan(guarded, make_lifter(guarded)["id"])["id"])
    address = f"/t/{token_for([SECRET_KEY], plan_id)}"
    headers = {"X-Forwarded-For": ONE}
    guesses = [guarded.get(f"/t/guess-{number}", headers=headers) for number in range(LIMIT + 1)]

    refused = guesses.pop()

    assert {each.status_code for each in guesses} == {404}
    assert (refused.status_code, refused.mimetype) == (429, "text/html")
    assert "잠시 후 다시 열어 주세요" in refused.text and int(refused.headers["Retry-After"]) >= 1
    assert guarded.get(address, headers=headers).status_code == 200


def test_the_limit_of_an_instance_holds_over_its_processes(
    app: Flask, env: dict[str, str], tmp_path: Path
) -> None:
    headers = {"Authorization": "Bearer wrong", "X-Forwarded-For": ONE}
    with web(env, tmp_path / "log", processes=4) as url:

        def guess(_: int) -> list[int]:
            return [requests.get(url + USER, headers=headers, timeout=60).status_code for _ in range(15)]

        answers = at_once(3 * AN_INSTANCE // 15, guess)
        mine = requests.get(url + USER, headers=headers | {"Authorization": RIGHT}, timeout=60)

    counted = Counter(status for each in answers for status in each)
    assert set(counted) <= {401, 429} and counted[429] >= 2 * AN_INSTANCE
    assert mine.status_code == 404
    assert ONE not in (tmp_path / "log").read_text()
    assert "too many wrong guesses" in (tmp_path / "log").read_text()


def test_a_window_ends_and_another_begins() -> None:
    now = [1000.0]
    windows = Windows("tests", limit=2, clock=lambda: now[0])

    assert [windows.add(ONE) for _ in range(3)] == [0, 0, WINDOW_S]
    now[0] += WINDOW_S - 1
    assert windows.add(ONE) == 1
    now[0] += 1
    assert [windows.add(ONE) for _ in range(3)] == [0, 0, WINDOW_S]


def test_what_is_remembered_is_bounded() -> None:
    windows = Windows("tests", limit=1, most=3)
    for number in range(1000):
        windows.add(f"address {number}")

    assert [windows.add(f"address {number}") > 0 for number in (999, 998, 997)] == [True] * 3
    assert windows.add("address 0") == 0


def test_forgeries_that_cost_no_transaction_are_counted_onto_the_next() -> None:
    now = [1000.0]
    forgeries = Forgeries(clock=lambda: now[0])
    counted = [forgeries.to_note("alimtalk") for _ in range(FORGERIES_NOTED + 5)]
    now[0] += WINDOW_S

    assert counted == [1] * FORGERIES_NOTED + [0] * 5
    assert forgeries.to_note("kakao_skill") == 1
    assert [forgeries.to_note("alimtalk") for _ in range(2)] == [6, 1]


def test_a_flood_of_forgeries_is_401_and_costs_a_bounded_number_of_transactions(
    guarded: SpecClient, db_session: Session
) -> None:
    def forge() -> int:
        return guarded.post("/webhooks/alimtalk/results", json={}).status_code

    answers = {forge() for _ in range(FORGERIES_NOTED)}
    statements: list[str] = []
    with guarded.application.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    answers |= {forge() for _ in range(7)}

    assert statements == []
    noted = db_session.execute(text("SELECT count(*), sum(1 + retry_count) FROM webhook_events")).one()
    assert answers == {401}
    assert tuple(noted) == (100, FORGERIES_NOTED)
