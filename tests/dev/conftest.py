"""A sandbox for each file of tests, reset before each test."""

from collections.abc import Iterator

import pytest

from dev.sandbox.client import Sandbox, running_sandbox


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    """Overridden by a file whose sandbox has settings of its own."""
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(server: Sandbox) -> Sandbox:
    """The one of the file, with nothing left of the test before."""
    server.reset()
    return server
