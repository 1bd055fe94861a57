"""The whole document against the service as the Procfile's `web` starts it: schemathesis makes up requests.

Some fit the schemas of their operation and some do not; whatever comes, the answer is one of the document.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any
from zlib import crc32

import pytest
import requests
import schemathesis
from example_rows import add_example_rows, example_token
from factories import today
from flask import Flask
from hypothesis import settings
from openapi_client import ANYWHERE
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks
from sqlalchemy.orm import Session
from test_examples import ALL, Operation
from test_fuzz import FAST
from test_plans_concurrency import gunicorn

from app.examples.shape import USER_ID
from dev.check import COMMITTED

CHECKS = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
    checks.allow_header_conformance,
    checks.negative_data_rejection,
)
# What a provider has proved is taken whatever its shape, and kept for a human.
TAKES_ALL = "/webhooks/"
CONFIG = schemathesis.Config.from_dict({"seed": 1, "generation": {"with-security-parameters": False}})
DOCUMENT = schemathesis.openapi.from_path(COMMITTED, config=CONFIG)
OPERATIONS = {str(each): each for each in ALL}
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
LONGEST_ADDRESS = 4000
DAYS = ("target_date", "from", "to")


@pytest.fixture(scope="module")
def service(migrated_app: Flask) -> Iterator[str]:
    """The address of a real server with two processes."""
    with gunicorn(processes=2) as url:
        assert requests.get(f"{url}/healthz", timeout=60).status_code == 200
        yield url


@pytest.fixture(scope="module")
def answers() -> dict[str, list[int]]:
    """All statuses so far, by operation."""
    return defaultdict(list)


@pytest.fixture
def rows(app: Flask, db_session: Session) -> None:
    """What the ids of the document's examples are of."""
    add_example_rows(db_session)


def make_real(case: schemathesis.Case, operation: Operation) -> None:
    """Let most ids, names and days be of rows that exist; what is no id stays as it is made up."""
    known = {each["name"]: each["example"] for each in operation.shared}
    known |= {"token": example_token()} if "token" in known else {}
    for name, value in case.path_parameters.items():
        if is_well_formed(name, value) and is_lucky(value):
            case.path_parameters[name] = known[name]
    for given in (case.query, case.body):
        if isinstance(given, dict):
            given.update(real_members(given))


def is_well_formed(name: str, value: Any) -> bool:
    """Whether it is a parameter as the address wants it, though likely of nothing that exists."""
    if name == "set_no":
        return isinstance(value, int) and value >= 0
    return isinstance(value, str) and (not name.endswith("_id") or bool(UUID_TEXT.fullmatch(value)))


def real_members(given: dict[str, Any]) -> dict[str, str]:
    """The members of a body or a query that are well-formed ids or days, as real ones."""
    lucky = {name: value for name, value in given.items() if isinstance(value, str) and is_lucky(value)}
    days = {name: lucky[name] for name in DAYS if is_day(lucky.get(name, ""))}
    found = {name: str(today(days=crc32(day.encode()) % 5)) for name, day in days.items()}
    return found | ({"user_id": USER_ID} if UUID_TEXT.fullmatch(lucky.get("user_id", "")) else {})


def is_day(text: str) -> bool:
    """Whether the calendar has it: 2024-13-01 is wrong, and must stay so."""
    try:
        return bool(DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def is_lucky(value: object) -> bool:
    """Three of four, always the same."""
    return crc32(repr(value).encode()) % 4 > 0


@DOCUMENT.parametrize()
@settings(FAST, max_examples=60)
def test_every_answer_is_one_of_the_document(
    case: schemathesis.Case, service: str, rows: None, answers: dict[str, list[int]]
) -> None:
    operation = OPERATIONS[case.operation.label]
    make_real(case, operation)

    response = case.call(service, headers=operation.proof, allow_redirects=False, timeout=20)

    if response.status_code == 414:  # by the server: no address of ours is so long
        assert len(response.request.path_url) > LONGEST_ADDRESS
        return
    if response.request.method == operation.method:
        answers[str(operation)].append(response.status_code)
        assert response.status_code in operation.statuses | ANYWHERE
    excluded = [checks.negative_data_rejection] if operation.path.startswith(TAKES_ALL) else []
    case.validate_response(response, [each for each in CHECKS if each not in excluded])


def test_every_operation_has_succeeded_too(answers: dict[str, list[int]]) -> None:
    never = {each for each, statuses in answers.items() if min(statuses) >= 400}

    assert never == set()
