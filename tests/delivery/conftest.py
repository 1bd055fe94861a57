"""What messages need to be sent; the dealer, the jobs and the time that passes are in `job_fixtures`."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask
from memos import OWNERS
from messages import add_messages
from sqlalchemy.orm import Session

from app.extensions import kakao_api
from dev.sandbox.client import Sandbox


@pytest.fixture
def memo_sandbox(sandbox: Sandbox, app: Flask) -> Iterator[Sandbox]:
    """The same as Kakao's own APIs, for an application that sends memos; it knows whose each token is."""
    sandbox.configure(memo_owners=OWNERS)
    before = dict(app.config)
    address = sandbox.base_url
    app.config |= {"KAKAO_SENDER": "memo", "KAKAO_API_BASE_URL": address, "KAKAO_AUTH_BASE_URL": address}
    kakao_api.init_app(app)
    yield sandbox
    app.config.clear()
    app.config |= before
    kakao_api.init_app(app)


@pytest.fixture
def sent(sandbox: Sandbox, run_delivery: Callable[[], None], db_session: Session) -> UUID:
    """A message that the dealer took."""
    [message_id] = add_messages(db_session)
    run_delivery()
    return message_id


@pytest.fixture
def lost(sandbox: Sandbox) -> Sandbox:
    """Every webhook is lost."""
    sandbox.configure(webhooks="off", delivery_delay_s=0)
    return sandbox


@pytest.fixture
def small_batches(app: Flask, sandbox: Sandbox) -> int:
    """The dealer gets 20 messages a request."""
    app.config["DELIVERY_BATCH"] = 20
    return 20
