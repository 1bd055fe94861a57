"""A dealer on a real port, and ways to run jobs and to move time for what waits."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from messages import DEADLINE_S
from settings import sandbox_options
from sqlalchemy import Engine, text

from app.extensions import kakao
from app.workers.delivery import deliver
from app.workers.periodic import run_due
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
def process_env(env: dict[str, str], sandbox: Sandbox) -> dict[str, str]:
    """The environment of processes of the application: the sandbox is their dealer."""
    return env | {"KAKAO_ALIMTALK_BASE_URL": sandbox.base_url}


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
def run_periodic(app: Flask) -> Callable[[], None]:
    """Do what comes again and again, as far as it is due."""

    def run() -> None:
        with app.app_context():
            run_due()

    return run


# What of each table says when something happened or will; ids and payloads do not age.
AGING = {
    "notifications": (
        *("due_at", "schedule_at", "expires_at", "leased_until", "request_started_at"),
        *("receipt_due_at", "sent_at"),
    ),
    "notification_provider_codes": ("started_at", "captured_at"),
    "sender_holds": ("until", "started_at"),
    "delivery_tallies": ("at",),
    "guardrails": ("updated_at", "expires_at"),
    "periodic_jobs": ("started_at", "done_until"),
    "users": ("unlinked_at", "heard_at", "paused_at", "plan_due_at", "summary_due_at"),
    "exercise_plans": ("closes_at",),
    "webhook_events": ("due_at",),
    "kakao_chats": ("said_at", "wrong_codes_since"),
    "link_codes": ("expires_at",),
    "chat_callbacks": ("due_at", "expires_at"),
    "kakao_tokens": ("expires_at", "held_until", "refreshing_until"),
}


@pytest.fixture
def pass_time(engine: Engine) -> Callable[[float], None]:
    """Let seconds pass: leases, back-offs, holds, windows and expiry move towards the past."""

    def move(seconds: float) -> None:
        with engine.begin() as connection:
            for table, columns in AGING.items():
                moved = ", ".join(f"{each} = {each} - make_interval(secs => :s)" for each in columns)
                connection.execute(text(f"UPDATE {table} SET {moved}"), {"s": seconds})

    return move
