"""An empty database of the test's own, to be migrated, broken and thrown away."""

from collections.abc import Iterator

import pytest
from settings import own_database
from sqlalchemy import Engine, create_engine


@pytest.fixture
def own_url(env: dict[str, str]) -> Iterator[str]:
    """It is on the tests' server, and gone afterwards."""
    with own_database(env["DATABASE_URL"]) as url:
        yield url


@pytest.fixture
def own_engine(own_url: str) -> Iterator[Engine]:
    engine = create_engine(own_url)
    yield engine
    engine.dispose()
