"""A trainee whom Kakao knows."""

from typing import Any

import pytest
from factories import make_user
from flask import Flask
from kakao import PERSON
from openapi_client import SpecClient


@pytest.fixture
def trainee(client: SpecClient) -> dict[str, Any]:
    """A trainee with an account at Kakao and a phone, as the API answers it."""
    return make_user(client, kakao_user_id=PERSON, phone_number="01000000001")


@pytest.fixture
def keeps_days(app: Flask) -> Any:
    """Trainees are erased three days after their unlink."""
    before = app.config["ERASE_AFTER_DAYS"]
    app.config["ERASE_AFTER_DAYS"] = 3
    yield 3
    app.config["ERASE_AFTER_DAYS"] = before
