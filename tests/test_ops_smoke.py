"""`flask ops smoke` and `flask ops webhook-check` against a whole system, and against broken ones."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from raw_server import hangs, says, serving
from real_processes import system, until
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.domain.holds import hold
from dev.sandbox.client import Sandbox
from dev.services import Services, services

STEPS = (
    *("healthz", "readyz", "without a key", "user", "plan", "source", "conflict", "blank source"),
    *("notification", "webhook", "clean-up"),
)
PARTS = ("web", "worker", "scheduler")


def ops(app: Flask, command: str, address: str, *more: str) -> tuple[int, dict[str, Any], str]:
    """The exit code, the lines by name, and all that was printed."""
    result = app.test_cli_runner().invoke(args=["ops", command, "--base-url", address, "--json", *more])
    found = json.loads(result.stdout)["lines"] if result.stdout else []
    return result.exit_code, {each["name"]: each for each in found}, result.output


def until_seen(app: Flask, *names: str) -> None:
    """Until `/readyz` has seen these parts."""
    until(
        lambda: all(app.test_client().get("/readyz").json["checks"][each]["status"] == "ok" for each in names)
    )


def scalar(engine: Engine, query: str) -> Any:
    with engine.connect() as connection:
        return connection.scalar(text(query))


def test_a_whole_system_passes_and_is_left_as_it_was(
    app: Flask, engine: Engine, process_env: dict[str, str], sandbox: Sandbox, tmp_path: Path
) -> None:
    with system(process_env, tmp_path, "worker", "scheduler") as address:
        until_seen(app, "worker", "scheduler")
        began = time.monotonic()
        code, lines, printed = ops(app, "smoke", address)
        took_s = time.monotonic() - began

    assert [name for name, line in lines.items() if not line["ok"]] == [], lines
    assert (code, tuple(lines)) == (0, STEPS)
    assert took_s < 60
    assert sandbox.state()["messages"] == 0
    assert scalar(engine, "SELECT count(*) FROM users WHERE deleted_at IS NULL") == 0
    assert scalar(engine, "SELECT count(*) FROM notifications WHERE status <> 'CANCELED'") == 0
    assert scalar(engine, "SELECT count(*) FROM manual_reviews") == 0
    for secret in (process_env["OPERATOR_API_KEYS"], process_env["KAKAO_ADMIN_KEYS"]):
        assert secret not in printed


@pytest.mark.parametrize("missing", ["worker", "scheduler"])
def test_a_part_that_is_down_is_named(
    app: Flask, engine: Engine, process_env: dict[str, str], sandbox: Sandbox, tmp_path: Path, missing: str
) -> None:
    there = {"worker", "scheduler"} - {missing}
    with system(process_env, tmp_path, *there) as address:
        until_seen(app, *there)
        code, lines, _ = ops(app, "smoke", address)

    assert code == 1
    assert f"{missing}: " in lines["readyz"]["detail"]
    assert lines["clean-up"]["ok"] is True
    assert scalar(engine, "SELECT count(*) FROM users WHERE deleted_at IS NULL") == 0


@pytest.fixture
def own_servers(tmp_path: Path) -> Iterator[Services]:
    """Servers that the test may stop."""
    with services(tmp_path / "servers", durable=False) as running:
        yield running


@pytest.mark.parametrize(("stopped", "named"), [("redis", "redis"), ("postgres", "database")])
def test_a_server_that_is_down_is_named(
    another_app: Callable[..., Flask],
    process_env: dict[str, str],
    own_servers: Services,
    tmp_path: Path,
    stopped: str,
    named: str,
) -> None:
    own = {"DATABASE_URL": own_servers.database_url, "REDIS_URL": own_servers.redis_url}
    app = another_app(**own)
    assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    with system(process_env | own, tmp_path) as address:
        getattr(own_servers, stopped).stop()
        began = time.monotonic()
        code, lines, _ = ops(app, "smoke", address)

    assert code == 1
    assert f"{named}: " in lines["readyz"]["detail"]
    assert lines["healthz"]["ok"] is True
    assert time.monotonic() - began < 60


def test_while_sending_is_paused_smoke_says_so(
    app: Flask, process_env: dict[str, str], tmp_path: Path
) -> None:
    with system(process_env | {"SEND_PAUSED": "1"}, tmp_path, "worker", "scheduler") as address:
        until_seen(app, "worker", "scheduler")
        _, lines, _ = ops(app, "smoke", address)

    assert [name for name, line in lines.items() if not line["ok"]] == ["notification"]
    assert "while sending is paused" in lines["notification"]["detail"]


def test_while_the_sender_is_held_back_smoke_says_so(
    app: Flask, process_env: dict[str, str], tmp_path: Path, db_session: Session
) -> None:
    hold(db_session, "alimtalk", None, reason_code="sender_paused", code="-1002")
    db_session.commit()

    with system(process_env, tmp_path, "worker", "scheduler") as address:
        until_seen(app, "worker", "scheduler")
        _, lines, _ = ops(app, "smoke", address)

    assert [name for name, line in lines.items() if not line["ok"]] == ["notification"]
    assert lines["notification"]["detail"].endswith(": SCHEDULED; alimtalk is held back: sender_paused")


def test_all_steps_together_have_a_limit(app: Flask) -> None:
    with serving(hangs) as server:
        began = time.monotonic()
        code, lines, _ = ops(app, "smoke", server.url, "--timeout", "3")
        took_s = time.monotonic() - began

    assert (code, took_s < 4.5) == (1, True)
    assert lines["healthz"]["detail"].startswith("no answer")
    assert lines["webhook"]["detail"] == "not tried: the time for the whole check is over"


def test_nobody_there_is_a_failure_of_every_step(app: Flask) -> None:
    code, lines, _ = ops(app, "smoke", "http://127.0.0.1:9")

    assert code == 1
    assert not any(line["ok"] for line in lines.values())
    assert lines["plan"]["detail"] == "not tried: there is no user"


@pytest.mark.parametrize("command", ["smoke", "webhook-check"])
@pytest.mark.parametrize(
    "address", ["coach.example.com", "ftp://x", "https://", "https://u:p@x", "https://x?a"]
)
def test_what_is_no_address_is_wrong_use(app: Flask, command: str, address: str) -> None:
    result = app.test_cli_runner().invoke(args=["ops", command, "--base-url", address])

    assert (result.exit_code, "is no address" in result.output) == (2, True)


def test_every_webhook_address_of_a_system_is_right(
    app: Flask,
    db_session: Session,
    process_env: dict[str, str],
    run_webhooks: Callable[[], None],
    tmp_path: Path,
) -> None:
    with system(process_env, tmp_path) as address:
        code, lines, printed = ops(app, "webhook-check", address)
    run_webhooks()

    assert [name for name, line in lines.items() if not line["ok"]] == [], lines
    assert (code, len(lines)) == (0, 11)
    assert db_session.scalar(text("SELECT count(*) FROM manual_reviews")) == 0
    waiting = "SELECT DISTINCT provider FROM webhook_events WHERE status = 'RECEIVED'"
    assert db_session.scalars(text(waiting)).all() == ["alimtalk"]  # its message may still turn up
    for name in ("KAKAO_ADMIN_KEYS", "KAKAO_SKILL_TOKENS", "KAKAO_RESULT_SIGNATURES"):
        assert process_env[name] not in printed


def test_a_secret_that_differs_from_the_deployments_is_named(
    app: Flask, process_env: dict[str, str], tmp_path: Path
) -> None:
    with system(process_env | {"KAKAO_SKILL_TOKENS": "another-token"}, tmp_path) as address:
        code, lines, _ = ops(app, "webhook-check", address)

    assert code == 1
    assert [name for name, line in lines.items() if not line["ok"]] == ["skill"]
    assert lines["skill"]["detail"].startswith("expected 200, got 401")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", "redirects (302)"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "expected 401, got 200"),
    ],
)
def test_an_address_that_is_not_ours_is_told(app: Flask, answer: bytes, said: str) -> None:
    with serving(says(*[answer] * 20)) as server:
        code, lines, _ = ops(app, "webhook-check", server.url)

    assert code == 1
    assert said in lines["channel, wrong secret"]["detail"]


@pytest.mark.parametrize("body", [b'{"checks": []}', b'{"checks": {"database": 1}}', b"[]", b"no JSON"])
def test_another_service_fails_smoke_and_does_not_break_it(app: Flask, body: bytes) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)

    with serving(says(answer)) as server:
        code, lines, _ = ops(app, "smoke", server.url)

    assert (code, lines["readyz"]["ok"]) == (1, False)
    assert "JSON" in lines["readyz"]["detail"]


def test_only_https_is_called_from_outside(app: Flask) -> None:
    code, lines, _ = ops(app, "webhook-check", "http://coach.invalid")

    assert (code, lines["https"]["ok"]) == (1, False)
