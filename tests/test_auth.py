"""API keys, and routes that must say who may call."""

from collections.abc import Callable

import pytest
from flask import Flask
from openapi_client import SpecClient
from probe import make_blueprint

from app.extensions import api
from app.openapi import Blueprint


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic {client}", "{client}", "Bearer {client}x"],
)
def test_no_or_a_wrong_key_is_401(probe: SpecClient, as_client: dict[str, str], header: str | None) -> None:
    key = as_client["Authorization"].removeprefix("Bearer ")
    headers = {} if header is None else {"Authorization": header.format(client=key)}

    response = probe.post("/probe/client", headers=headers, data=b"not even json")

    assert (response.status_code, response.json["code"]) == (401, "unauthorized")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_that_is_not_ascii_is_401(probe: SpecClient) -> None:
    assert probe.get("/probe/operator", headers={"Authorization": "Bearer \xe9\xff"}).status_code == 401


def test_clients_may_not_do_what_operators_do(
    probe: SpecClient, as_client: dict[str, str], as_operator: dict[str, str]
) -> None:
    assert probe.post("/probe/client", headers=as_client).status_code == 200
    assert probe.post("/probe/client", headers=as_operator).status_code == 200
    assert probe.get("/probe/operator", headers=as_operator).status_code == 200
    refused = probe.get("/probe/operator", headers=as_client)

    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")


def test_every_key_of_a_rotation_works(another_app: Callable[..., Flask], env: dict[str, str]) -> None:
    client = another_app(CLIENT_API_KEYS=f"{'a' * 24},{'b' * 24}").test_client()
    api.register_blueprint(make_blueprint())

    for letter in "ab":
        headers = {"Authorization": f"bearer {letter * 24}"}
        assert client.post("/probe/client", headers=headers).status_code == 200


def test_a_route_must_declare_its_callers() -> None:
    blp = Blueprint("careless", __name__)

    with pytest.raises(ValueError, match="must declare auth="):
        blp.get("/careless")(dict)
    with pytest.raises(ValueError, match="must declare auth="):
        blp.get("/careless", auth="everyone")(dict)


def test_the_document_says_who_may_call_and_what_may_go_wrong(probe: SpecClient) -> None:
    paths = probe.get("/openapi.json").json["paths"]

    operator, client = paths["/probe/operator"]["get"], paths["/probe/client"]["post"]
    assert operator["security"] == [{"apiKey": ["operator"]}]
    assert set(operator["responses"]) == {"200", "400", "401", "403", "429", "503"}
    assert client["security"] == [{"apiKey": ["client"]}, {"apiKey": ["operator"]}]
    assert set(client["responses"]) == {"200", "400", "401", "413", "415", "429", "503"}
    assert "security" not in paths["/probe/echo"]["post"]
