"""Secrets of the environment: in no output of a real process and in no answer, whatever fails."""

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from factories import make_lifter, make_user, today
from flask import Flask
from openapi_client import SpecClient
from own_servers import connect, own_redis
from raw_server import RawServer, read_request, response, serving
from real_processes import BIN, CLOCK, ROOT, WORKER, running, until, web, worker
from settings import environment
from sqlalchemy import text
from sqlalchemy.orm import Session

VARIABLES = {"안내드리는제목": "휴관 안내", "안내드리는자세한내용": "30일은 쉽니다."}
PASSWORDS = {"DATABASE": "pw/of:the@base-5c1f02", "REDIS": "pw/of:the@redis-88e1aa"}
# As long as real ones, each unlike all others.
KEYS = {
    name: f"leak-{name.lower().replace('_', '-')}-5f2c7f3a9e"
    for name in (
        *("SECRET_KEY", "CLIENT_API_KEYS", "OPERATOR_API_KEYS", "KAKAO_TOKEN", "KAKAO_ALIMTALK_APP_KEY"),
        *("KAKAO_SENDER_KEY", "KAKAO_REST_API_KEY", "KAKAO_CLIENT_SECRET", "KAKAO_ADMIN_KEYS"),
        *("KAKAO_SKILL_TOKENS", "KAKAO_RESULT_SIGNATURES", "LLM_API_KEY"),
    )
}
# As they are, and as they stand in an address.
SECRETS = {*KEYS.values(), *PASSWORDS.values(), *(quote(each, safe="") for each in PASSWORDS.values())}
AWAY = {
    **environment(
        f"postgresql://coach:{quote(PASSWORDS['DATABASE'], safe='')}@127.0.0.1:9/coach",
        f"redis://:{quote(PASSWORDS['REDIS'], safe='')}@127.0.0.1:9/0",
    ),
    **KEYS,
    "APP_ENV": "production",
    "LOG_LEVEL": "DEBUG",
}
SIGNATURE = "X-Toast-Webhook-Signature"
AS_CLIENT = {"Authorization": f"Bearer {KEYS['CLIENT_API_KEYS']}"}
AS_OPERATOR = {"Authorization": f"Bearer {KEYS['OPERATOR_API_KEYS']}"}


def run(name: str, *args: str, env: dict[str, str]) -> tuple[int, str]:
    """Exit code and whole output of a command."""
    ended = subprocess.run(
        (str(BIN / name), *args),
        cwd=ROOT,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    return ended.returncode, ended.stdout


def shown(output: str) -> list[str]:
    """The secrets that stand in it."""
    return sorted(each for each in SECRETS if each in output)


def ask_everything(url: str) -> str:
    """The answers to requests that need what is away, and to some that are refused, with their headers."""
    asks: list[tuple[str, str, dict[str, str]]] = [
        ("GET", "/healthz", {}),
        ("GET", "/readyz", {}),
        ("GET", "/openapi.json", {}),
        ("GET", "/metrics", AS_OPERATOR),
        ("GET", "/ops/status", AS_OPERATOR),
        ("GET", "/guardrails", AS_CLIENT),
        ("GET", "/plans?user_id=x", AS_CLIENT),
        ("POST", "/users", AS_CLIENT),
        ("POST", "/webhooks/kakao/skill", {"X-Skill-Token": KEYS["KAKAO_SKILL_TOKENS"]}),
        ("POST", "/webhooks/kakao/channel", {"Authorization": f"KakaoAK {KEYS['KAKAO_ADMIN_KEYS']}"}),
        ("POST", "/webhooks/kakao/unlink", {"Authorization": f"KakaoAK {KEYS['KAKAO_ADMIN_KEYS']}x"}),
        (
            "POST",
            "/webhooks/alimtalk/results",
            {"X-Toast-Webhook-Signature": KEYS["KAKAO_RESULT_SIGNATURES"]},
        ),
        ("GET", f"/{KEYS['CLIENT_API_KEYS']}", {"Authorization": KEYS["CLIENT_API_KEYS"]}),
    ]
    answers = [
        requests.request(how, url + path, headers=given, json={}, timeout=60) for how, path, given in asks
    ]
    return "\n".join(f"{each.status_code} {each.headers} {each.text}" for each in answers)


def test_web_without_its_servers_shows_none(tmp_path: Path) -> None:
    with web(AWAY | {"APP_ENV": "test"}, tmp_path / "log") as url:
        answers = ask_everything(url)

    output = (tmp_path / "log").read_text()
    assert "503" in answers and "database unavailable" in output
    assert shown(answers) == shown(output) == []


def test_an_exception_or_a_line_that_mentions_them_shows_none(tmp_path: Path) -> None:
    log = tmp_path / "log"
    own = AWAY | {"APP_ENV": "test", "PYTHONPATH": str(ROOT / "tests")}
    with web(own, log, application="leaky_wsgi:app") as url:
        answers = [requests.get(f"{url}/leaky/{name}", timeout=60) for name in ("exception", "line")]

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [each.status_code for each in answers] == [500, 200]
    assert any(line["event"] == "unhandled exception" for line in lines)
    assert sum(line["logger"] == "leaky" for line in lines) >= len(KEYS)
    assert shown(log.read_text()) == shown("".join(each.text for each in answers)) == []


@pytest.mark.parametrize(
    "command",
    [
        ("db", "upgrade"),
        ("ops", "preflight"),
        ("ops", "preflight", "--json"),
        ("ops", "verify-schema"),
        ("ops", "daily"),
        ("ops", "webhook-check", "--base-url", "http://127.0.0.1:9"),
        ("ops", "smoke", "--base-url", "http://127.0.0.1:9"),
        ("ops", "log", "record", "--kind", "deploy", "--actor", "x", "--message", KEYS["LLM_API_KEY"][:4]),
    ],
    ids=" ".join,
)
def test_commands_without_their_servers_show_none(command: tuple[str, ...]) -> None:
    code, output = run("flask", *command, env=AWAY)

    assert code != 0 and output and "environment is not complete" not in output
    assert shown(output) == []


@pytest.mark.parametrize("process", ["clock", "worker"])
def test_the_other_processes_without_their_servers_show_none(process: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = CLOCK if process == "clock" else (*WORKER, "--url", AWAY["REDIS_URL"])
    with running(command, AWAY, log):
        until(lambda: '"level": "warning"' in log.read_text())

    assert shown(log.read_text()) == []


@pytest.mark.parametrize("name", [*KEYS, "DATABASE_URL", "REDIS_URL", "PUBLIC_BASE_URL", "LLM_BASE_URL"])
def test_a_malformed_value_is_not_shown(name: str) -> None:
    malformed = AWAY | {name: f"{KEYS.get(name, 'nonsense://' + PASSWORDS['DATABASE'])} \x7f한"}

    code, output = run("gunicorn", "wsgi:app", env=malformed)

    assert code == 1 and name in output
    assert shown(output) == []


def echoes(connection: socket.socket, server: RawServer) -> None:
    """Refuses, and quotes the whole request with its secrets, as talkative servers do."""
    asked = read_request(connection, server).decode("latin-1")
    quoted = {"error": {"message": f"Incorrect key: {asked}"}, "header": {"resultMessage": asked}}
    connection.sendall(response(json.dumps(quoted).encode(), "401 Unauthorized"))


def test_a_dealer_that_quotes_them_makes_nobody_show_them(
    app: Flask, client: SpecClient, db_session: Session, env: dict[str, str], tmp_path: Path
) -> None:
    user = make_user(client, phone_number="01000000077")
    notice = {"user_id": user["id"], "kind": "notice", "variables": VARIABLES, "idempotency_key": "quoted"}
    log = tmp_path / "log"
    with serving(echoes) as dealer:
        own = env | KEYS | {"KAKAO_ALIMTALK_BASE_URL": dealer.url, "LOG_LEVEL": "DEBUG"}
        with worker(own, log), web(own, tmp_path / "web") as url:
            made = requests.post(f"{url}/notifications", json=notice, headers=AS_CLIENT, timeout=60).json()
            where = f"{url}/notifications/{made['id']}"
            until(lambda: ended_attempts(where))
            answers = [
                requests.get(url + path, headers=AS_OPERATOR, timeout=60).text
                for path in (f"/notifications/{made['id']}", "/manual-reviews", "/ops/status", "/guardrails")
            ]

    assert any(KEYS["KAKAO_TOKEN"].encode() in each for each in dealer.requests)
    kept = db_session.scalars(text("SELECT provider_response::text FROM notification_provider_codes")).all()
    assert shown(log.read_text() + (tmp_path / "web").read_text()) == shown("".join(answers)) == []
    assert kept and shown(str(kept)) == []


def ended_attempts(address: str) -> list[Any]:
    """The attempts of a notification that have an answer."""
    found = requests.get(address, headers=AS_CLIENT, timeout=60).json()
    return [each for each in found["provider_codes"] if each["captured_at"]]


def test_an_llm_that_quotes_its_key_makes_nobody_show_it(
    app: Flask, client: SpecClient, db_session: Session, env: dict[str, str], tmp_path: Path
) -> None:
    user = make_lifter(client)
    wish = {"user_id": user["id"], "target_date": str(today()), "source": "llm", "force": True}
    with serving(echoes) as llm:
        own = env | KEYS | {"LLM_BASE_URL": llm.url, "LOG_LEVEL": "DEBUG"}
        with web(own, tmp_path / "log") as url:
            answer = requests.post(f"{url}/plans/generate", json=wish, headers=AS_CLIENT, timeout=60)

    assert (answer.status_code, answer.json()["fallback_reason"]) == (201, "llm_error")
    assert any(KEYS["LLM_API_KEY"].encode() in each for each in llm.requests)
    kept = [*db_session.scalars(text("SELECT advice::text FROM exercise_plans"))]
    kept += db_session.scalars(text("SELECT llm_texts::text FROM llm_texts"))
    assert shown((tmp_path / "log").read_text()) == shown(answer.text) == shown(str(kept)) == []


def test_a_redis_that_refuses_the_password_makes_nobody_show_it(
    app: Flask, client: SpecClient, env: dict[str, str], tmp_path: Path
) -> None:
    user = make_user(client)
    notice = {"user_id": user["id"], "kind": "notice", "variables": VARIABLES, "idempotency_key": "refused"}
    logs = [tmp_path / "web", tmp_path / "worker"]
    with own_redis(tmp_path) as server:
        connect(server).config_set("requirepass", "another")
        mark = "&" if "?" in server.url else "?"
        address = f"{server.url}{mark}password={quote(PASSWORDS['REDIS'], safe='')}"
        own = env | KEYS | {"REDIS_URL": address, "LOG_LEVEL": "DEBUG"}
        with worker(own, logs[1]), web(own, logs[0]) as url:
            ready = requests.get(f"{url}/readyz", timeout=60).json()
            made = requests.post(f"{url}/notifications", json=notice, headers=AS_CLIENT, timeout=60)
            until(lambda: logs[1].read_text())

    assert made.status_code == 201 and ready["checks"]["redis"]["status"] == "degraded"
    assert shown("".join(log.read_text() for log in logs) + made.text + str(ready)) == []
