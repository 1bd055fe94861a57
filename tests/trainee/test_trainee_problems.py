"""The trainee's page to programs that ask for JSON: problems, as everywhere; to all others, pages."""

from typing import Any
from uuid import uuid4

import pytest
from factories import pointers
from flask import Flask
from openapi_client import SpecClient
from sqlalchemy import Engine, text
from trainee_pages import lifter_plan, session_id, token_of
from werkzeug.test import TestResponse

PROGRAMS = ["application/json", "application/problem+json", "application/json, text/html;q=0.5, */*;q=0.1"]
PEOPLE = [
    None,
    "*/*",
    "",
    "image/png",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "text/html, application/json",
]


@pytest.fixture
def client(app: Flask) -> SpecClient:
    """One that asks for JSON."""
    client: SpecClient = app.test_client()
    client.environ_base["HTTP_ACCEPT"] = PROGRAMS[0]
    return client


def address(plan: dict[str, Any], set_no: int = 1) -> str:
    return f"/t/{token_of(plan)}/sessions/{session_id(plan, 0)}/sets/{set_no}"


def told(response: TestResponse) -> tuple[int, str]:
    """Status and code of a problem."""
    assert response.mimetype == "application/problem+json", response.text
    assert response.json["status"] == response.status_code
    return response.status_code, response.json["code"]


@pytest.mark.parametrize("accept", PROGRAMS)
def test_a_dead_link_is_a_problem(client: SpecClient, accept: str) -> None:
    unknown = {"id": str(uuid4())}

    answers = [client.get(f"/t/{token}", headers={"Accept": accept}) for token in ("x", token_of(unknown))]

    assert [told(each) for each in answers] == [(404, "not_found")] * 2


def test_a_plan_that_was_canceled_is_gone(client: SpecClient, engine: Engine) -> None:
    plan = lifter_plan(client)
    with engine.begin() as connection:
        connection.execute(text("UPDATE exercise_plans SET status = 'CANCELED'"))

    answers = [client.get(f"/t/{token_of(plan)}"), client.post(address(plan), data={"status": "DONE"})]

    assert [told(each) for each in answers] == [(410, "gone")] * 2


def test_a_report_that_is_refused_says_why(client: SpecClient) -> None:
    plan = lifter_plan(client)

    wrong = client.post(address(plan), data={"status": "DONE", "performed_reps": "101"})
    early = client.post(address(plan, 2), data={"status": "DONE"})
    other = client.post(address(plan, 99), data={"status": "DONE"})
    foreign = client.post(address(plan), data={"status": "DONE"}, headers={"Origin": "https://evil.test"})
    as_json = client.post(address(plan), json={"status": "DONE"})
    large = client.post(address(plan), data={"status": "x" * 9000})

    assert [told(each) for each in (wrong, early, other, foreign, as_json, large)] == [
        (400, "validation"),
        (409, "set_order"),
        (404, "not_found"),
        (403, "forbidden"),
        (415, "unsupported_media_type"),
        (413, "too_large"),
    ]
    assert pointers(wrong) == {"#/performed_reps"}


@pytest.mark.parametrize("accept", PEOPLE)
def test_who_does_not_ask_for_json_reads_a_page(client: SpecClient, accept: str | None) -> None:
    headers = {} if accept is None else {"Accept": accept}
    client.environ_base.pop("HTTP_ACCEPT")

    answer = client.get("/t/x", headers=headers)

    assert (answer.status_code, answer.mimetype) == (404, "text/html")


@pytest.mark.parametrize("accept", [*PROGRAMS, "*/*"])
def test_a_plan_is_a_page_for_everybody(client: SpecClient, accept: str) -> None:
    plan = lifter_plan(client)

    answer = client.get(f"/t/{token_of(plan)}", headers={"Accept": accept})

    assert (answer.status_code, answer.mimetype) == (200, "text/html")
