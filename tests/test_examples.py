"""The document's examples: each is sent to the service, and each answer looks like the service's own."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from example_rows import add_example_rows, as_of_today, example_token
from factories import AS_CLIENT, AS_OPERATOR
from flask import Flask
from jsonschema import Draft202012Validator
from openapi_client import SpecClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import examples
from dev.check import COMMITTED

DOCUMENT: dict[str, Any] = json.loads(COMMITTED.read_text())
PROOFS = {
    "apiKey": {"client": AS_CLIENT, "operator": AS_OPERATOR},
    "skillToken": {"X-Skill-Token": "sandbox-skill-token"},
    "kakaoAdminKey": {"Authorization": "KakaoAK sandbox-admin-key"},
    "alimtalkSignature": {"X-Toast-Webhook-Signature": "sandbox-result-signature"},
}
JSON = "application/json"
# Its answer is the document; an example would be the document in itself.
NO_ANSWER = {"GET /openapi.json"}


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    method: str
    path: str
    shared: list[dict[str, Any]]
    said: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def body(self) -> tuple[str, dict[str, Any]]:
        """The media type of the body and what is said of it; empty without one."""
        content = self.said.get("requestBody", {}).get("content", {"": {}})
        return next(iter(content.items()))

    @property
    def statuses(self) -> set[int]:
        """All statuses that it may answer with."""
        return {int(status) for status in self.said["responses"]}

    @property
    def success(self) -> tuple[int, dict[str, Any]]:
        """The main status that is no refusal, and what is said of its JSON: the one with an example."""
        found = [
            (int(status), each.get("content", {}).get(JSON, {}))
            for status, each in self.said["responses"].items()
            if int(status) < 400 and int(status) != 304
        ]
        return next((each for each in found if "example" in each[1]), found[0])

    @property
    def address(self) -> str:
        """Where it is, with the examples of its parameters."""
        parameters = self.shared + self.said.get("parameters", [])
        given = {
            (each["in"], each["name"]): each.get("example", each["schema"].get("example"))
            for each in parameters
        }
        path = {name: value for (place, name), value in given.items() if place == "path"}
        query = {name: value for (place, name), value in given.items() if place == "query" and value}
        path |= {"token": example_token()} if "token" in path else {}
        return self.path.format(**path) + "?" + urlencode(as_of_today(query))

    @property
    def proof(self) -> dict[str, str]:
        """The headers of somebody who may call."""
        if "security" not in self.said:
            return {}
        ((scheme, roles),) = self.said["security"][0].items()
        return PROOFS[scheme][roles[0]] if roles else PROOFS[scheme]


def operations() -> Iterator[Operation]:
    for path, item in DOCUMENT["paths"].items():
        for method, said in item.items():
            if method != "parameters":
                yield Operation(method.upper(), path, item.get("parameters", []), said)


ALL = list(operations())
REQUESTS = [
    (each, title, sample["value"])
    for each in ALL
    for title, sample in each.body[1].get("examples", {"-": {"value": None}}).items()
]
ANSWERS = [each for each in ALL if "example" in each.success[1]]


def send(client: SpecClient, operation: Operation, body: Any) -> TestResponse:
    """Send what an example says, as somebody who may."""
    media_type, _ = operation.body
    sent = as_of_today(body)
    data = urlencode(sent) if "form" in media_type else json.dumps(sent) if body is not None else None
    return client.open(
        operation.address,
        method=operation.method,
        data=data,
        content_type=media_type or None,
        headers=operation.proof,
    )


def names(value: Any, schema: dict[str, Any]) -> Iterator[str]:
    """The places of members that must be there: not of optional ones, nor of a table with any keys."""
    schema = resolved(schema)
    known, required = schema.get("properties", {}), schema.get("required", ())
    for name, inner in value.items() if isinstance(value, dict) else ():
        if name in required or (name not in known and "additionalProperties" not in schema):
            yield name
            yield from (f"{name}/{each}" for each in names(inner, known.get(name, {})))
    for each in value if isinstance(value, list) else ():
        yield from (f"[]/{name}" for name in names(each, schema.get("items", {})))


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference, which may be one of two with null."""
    for each in schema.get("anyOf", ()):
        if "$ref" in each:
            schema = each
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return found


@pytest.mark.parametrize(
    ("operation", "body"),
    [(each, body) for each, _, body in REQUESTS],
    ids=[f"{each} {title}" for each, title, _ in REQUESTS],
)
def test_every_example_is_taken(
    client: SpecClient, db_session: Session, operation: Operation, body: Any
) -> None:
    add_example_rows(db_session)

    response = send(client, operation, body)

    assert response.status_code == operation.success[0], response.text[:500]


@pytest.mark.parametrize("operation", ANSWERS, ids=str)
def test_an_answers_example_has_the_members_of_the_real_one(
    client: SpecClient, db_session: Session, operation: Operation
) -> None:
    add_example_rows(db_session)
    first = next((body for each, _, body in REQUESTS if each == operation), None)

    real = send(client, operation, first).json

    media = operation.success[1]
    assert set(names(media["example"], media["schema"])) == set(names(real, media["schema"]))


@pytest.mark.parametrize("operation", ANSWERS, ids=str)
def test_an_answers_example_fits_its_schema(operation: Operation) -> None:
    media = operation.success[1]
    whole = media["schema"] | {"components": DOCUMENT["components"]}

    validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)

    assert [each.message for each in validator.iter_errors(media["example"])] == []


def test_every_body_has_an_example() -> None:
    without = [str(each) for each in ALL if each.body[0] and not each.body[1].get("examples")]

    assert without == []


def test_every_answer_in_json_has_an_example() -> None:
    without = {str(each) for each in ALL if each.success[1] and "example" not in each.success[1]}

    assert without == NO_ANSWER


def test_examples_are_of_views_that_exist(app: Flask) -> None:
    views = {endpoint.rpartition(".")[2] for endpoint in app.view_functions}

    assert set(examples.ALL) - views == set()
