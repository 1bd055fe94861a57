"""A dealer on a real port, and ways to run jobs and to move time for messages."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from messages import DEADLINE_S
from settings import sandbox_options
from sqlalchemy import Engine, text

from app.extensions import kakao
from app.workers.delivery import deliver
from app.workers.webhooks import process_events
from dev.sandbox.client import Sandbox, running_sandbox


@pytest.fixture(scope="session")
def dealer(env: dict[str, str]) -> Iterator[Sandbox]:
    """One sandbox for the whole run."""
    with running_sandbox(**sandbox_options(env)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(dealer: Sandbox, app: Flask) -> Iterator[Sandbox]:
    """The dealer, empty, as the application's; a call may take half a second. Results are held back."""
    dealer.reset()
    dealer.configure(webhooks="held")
    before = dict(app.config)
    app.config |= {"KAKAO_ALIMTALK_BASE_URL": dealer.base_url, "KAKAO_DEADLINE_S": DEADLINE_S}
    kakao.init_app(app)
    yield dealer
    dealer.release()
    app.config.clear()
    app.config |= before
    kakao.init_app(app)


@pytest.fixture
def run_delivery(app: Flask) -> Callable[[], None]:
    """Run the delivery job here and now."""

    def run() -> None:
        with app.app_context():
            deliver()

    return run


@pytest.fixture
def run_webhooks(app: Flask) -> Callable[[], None]:
    """Run the webhook job here and now."""

    def run() -> None:
        with app.app_context():
            process_events()

    return run


@pytest.fixture
def pass_time(engine: Engine) -> Callable[[float], None]:
    """Let seconds pass for every message: leases, back-offs, key ages and expiry move towards the past."""

    def move(seconds: float) -> None:
        with engine.begin() as connection:
            connection.execute(
                text("""
                    UPDATE notifications SET
                        due_at = due_at - make_interval(secs => :s),
                        schedule_at = schedule_at - make_interval(secs => :s),
                        expires_at = expires_at - make_interval(secs => :s),
                        leased_until = leased_until - make_interval(secs => :s),
                        request_started_at = request_started_at - make_interval(secs => :s)
                """),
                {"s": seconds},
            )

    return move
