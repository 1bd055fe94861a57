"""An application whose LLM is a sandbox on a real port."""

from collections.abc import Iterator
from typing import Any

import pytest
from factories import GYM, make_user
from flask import Flask
from openapi_client import SpecClient

from app.extensions import llm
from dev.sandbox.client import Sandbox, running_sandbox

TIMEOUT_S = 1.5


@pytest.fixture(scope="session")
def model() -> Iterator[Sandbox]:
    """One sandbox for the whole run."""
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(model: Sandbox, app: Flask) -> Iterator[Sandbox]:
    """The model, without scripts, as the application's; it agrees with the rules unless told otherwise."""
    model.reset()
    before = dict(app.config)
    app.config |= {
        "LLM_API_KEY": "key-of-the-tests",
        "LLM_BASE_URL": f"{model.base_url}/v1",
        "LLM_MODEL": "sandbox",
        "LLM_TIMEOUT_S": TIMEOUT_S,
    }
    llm.init_app(app)
    yield model
    model.release()
    app.config.clear()
    app.config |= before
    llm.init_app(app)


@pytest.fixture
def beginner(client: SpecClient) -> dict[str, Any]:
    """Somebody new, with a whole gym."""
    profile = {"sex": "M", "age": 28, "weight_kg": 75, "max_daily_minutes": 60, "equipment": GYM}
    return make_user(client, name="비밀이름", phone_number="01000000099", profile=profile)
