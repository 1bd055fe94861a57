"""An application whose LLM is a sandbox on a real port."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from factories import GYM, make_user
from flask import Flask
from openapi_client import SpecClient

from app.extensions import llm
from dev.sandbox.client import Sandbox, running_sandbox

TIMEOUT_S = 1.5
LlmAt = Callable[[str], AbstractContextManager[None]]


@pytest.fixture(scope="session")
def model() -> Iterator[Sandbox]:
    """One sandbox for the whole run."""
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def llm_at(app: Flask) -> LlmAt:
    """`with llm_at(address):` until its end the application asks the LLM there."""

    @contextmanager
    def asked(address: str) -> Iterator[None]:
        before = dict(app.config)
        app.config |= {
            "LLM_API_KEY": "key-of-the-tests",
            "LLM_BASE_URL": f"{address}/v1",
            "LLM_MODEL": "sandbox",
            "LLM_TIMEOUT_S": TIMEOUT_S,
        }
        llm.init_app(app)
        try:
            yield
        finally:
            app.config.clear()
            app.config |= before
            llm.init_app(app)

    return asked


@pytest.fixture
def sandbox(model: Sandbox, llm_at: LlmAt) -> Iterator[Sandbox]:
    """The model, without scripts, as the application's; it agrees with the rules unless told otherwise."""
    model.reset()
    with llm_at(model.base_url):
        yield model
        model.release()


@pytest.fixture
def beginner(client: SpecClient) -> dict[str, Any]:
    """Somebody new, with a whole gym."""
    profile = {"sex": "M", "age": 28, "weight_kg": 75, "max_daily_minutes": 60, "equipment": GYM}
    return make_user(client, name="비밀이름", phone_number="01000000099", profile=profile)
