"""A trainee who trains the same session every time, today's plan, and their chat, joined."""

from typing import Any

import pytest
from factories import make_lifter, make_plan
from openapi_client import SpecClient
from skill_builders import Chat, joined


@pytest.fixture
def user(client: SpecClient) -> dict[str, Any]:
    return make_lifter(client)


@pytest.fixture
def plan(client: SpecClient, user: dict[str, Any]) -> dict[str, Any]:
    return make_plan(client, user["id"])


@pytest.fixture
def chat(client: SpecClient, user: dict[str, Any], plan: dict[str, Any]) -> Chat:
    return joined(client, user)
