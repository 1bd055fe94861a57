"""`GET /metrics`: requests of all processes of an instance, figures of the service; and its alert rules."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from factories import AS_OPERATOR, add_user, make_notification, make_plan, make_user
from flask import Flask
from openapi_client import SpecClient
from prometheus_client.parser import text_string_to_metric_families
from real_processes import web
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain import reviews
from app.models import NotificationProviderCode

ROOT = Path(__file__).parents[1]
RULES = ROOT / "docs" / "ops" / "alerts.yml"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parsed(body: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
    }


def metrics(client: SpecClient) -> Samples:
    response = client.get("/metrics", headers=AS_OPERATOR)
    assert response.status_code == 200, response.text
    return parsed(response.text)


def of(found: Samples, metric: str, **labels: str) -> float | None:
    return found.get((metric, frozenset(labels.items())))


def count(found: Samples, **labels: str) -> float:
    return of(found, "http_request_duration_seconds_count", **labels) or 0


def test_requests_are_counted_by_route_and_status(client: SpecClient) -> None:
    labels = {"method": "GET", "route": "/healthz", "status": "200"}
    before = count(metrics(client), **labels)

    client.get("/healthz")

    assert count(metrics(client), **labels) == before + 1


def test_an_address_that_is_none_of_ours_makes_no_label(client: SpecClient) -> None:
    client.get("/nothing/here")

    found = metrics(client)

    assert count(found, method="GET", route="none", status="404") >= 1
    assert not any("nothing" in str(labels) for _, labels in found)


def test_what_waits_what_was_tried_and_what_holds(client: SpecClient, db_session: Session) -> None:
    user = add_user(db_session)
    at = datetime.now(UTC) - timedelta(minutes=10)
    tried = make_notification(db_session, user.id, schedule_at=at, due_at=at, created_at=at)
    codes = {"ok": "0", "duplicate": "-1027", "unknown": "WORKER_LOST"}
    for number, (outcome, code) in enumerate(codes.items(), start=1):
        row = {"provider": "alimtalk", "attempt_no": number, "request_key": "k", "outcome": outcome}
        times = {"started_at": at + timedelta(seconds=4), "captured_at": at + timedelta(seconds=5)}
        db_session.add(
            NotificationProviderCode(notification_id=tried.id, provider_status_code=code, **row, **times)
        )
    reviews.open_review(db_session, subject="sender", cause="c", reason_code="alert")
    db_session.execute(text("INSERT INTO delivery_tallies (ended, ok) VALUES (10, 4)"))
    db_session.commit()

    found = metrics(client)

    assert of(found, "coach_attempts", provider="alimtalk", code="0", outcome="ok") == 1
    assert (of(found, "coach_lease_takeovers"), of(found, "coach_duplicates_prevented")) == (1, 1)
    assert 3.9 < (of(found, "coach_send_age_seconds", quantile="0.99") or 0) < 4.1
    assert (of(found, "coach_yield_attempts"), of(found, "coach_yield_ratio")) == (10, 0.4)
    assert of(found, "coach_queue_waiting", queue="delivery") == 1
    assert 600 <= (of(found, "coach_queue_oldest_seconds", queue="delivery") or 0) < 630
    assert of(found, "coach_reviews_open", subject="sender") == 1
    assert of(found, "coach_guardrail", name="send_paused") == 0
    assert of(found, "coach_heartbeats", process="worker") == 0
    assert of(found, "coach_database_up") == 1


def test_verdicts_on_the_llm_are_counted(client: SpecClient) -> None:
    make_plan(client, make_user(client)["id"], source="llm")
    make_plan(client, make_user(client)["id"])

    assert of(metrics(client), "coach_llm_plans", verdict="llm_disabled") == 1


def test_it_is_for_operators(client: SpecClient, as_client: dict[str, str]) -> None:
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers=as_client).status_code == 403


def test_a_database_that_is_away_leaves_the_rest(
    another_app: Callable[..., Flask], env: dict[str, str]
) -> None:
    app = another_app(DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")

    found = metrics(app.test_client())

    assert of(found, "coach_database_up") == 0
    assert any(name == "http_request_duration_seconds_count" for name, _ in found)


def test_all_processes_of_gunicorn_are_added_up(app: Flask, env: dict[str, str], tmp_path: Path) -> None:
    labels = {"method": "GET", "route": "/healthz", "status": "200"}

    with web(env | {"WEB_CONCURRENCY": "2"}, tmp_path / "log") as address:

        def asked() -> float:
            body = requests.get(f"{address}/metrics", headers=AS_OPERATOR, timeout=10).text
            return count(parsed(body), **labels)

        before = asked()
        for _ in range(40):
            requests.get(f"{address}/healthz", timeout=10)
        found = {asked() for _ in range(10)}

    assert found == {before + 40}


def test_what_a_killed_master_left_is_removed_by_the_next(env: dict[str, str], tmp_path: Path) -> None:
    base = Path("/dev/shm") if Path("/dev/shm").is_dir() else tmp_path
    dead, alive = (base / f"godlife-metrics-{pid}-of-a-test" for pid in (2**22 + 1, os.getpid()))
    for each in (dead, alive):
        each.mkdir()
    start = (
        "import os, runpy; runpy.run_path('gunicorn.conf.py'); print(os.environ['PROMETHEUS_MULTIPROC_DIR'])"
    )
    command = [sys.executable, "-c", start]
    own = os.environ | env | {"TMPDIR": str(tmp_path)}

    done = subprocess.run(command, check=True, cwd=ROOT, env=own, capture_output=True, text=True)

    made = Path(done.stdout.strip())
    assert (dead.exists(), alive.exists(), made.is_dir()) == (False, True, True)
    alive.rmdir()
    made.rmdir()


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_every_alert_asks_for_metrics_that_there_are(rule: dict[str, Any], app: Flask) -> None:
    text_of_code = "".join(
        ROOT.joinpath("app", name).read_text()
        for name in ("metrics.py", "domain/measures.py", "blueprints/metrics.py")
    )

    asked = set(re.findall(r"\b((?:coach|http)_\w+)", rule["expr"]))

    assert asked or "up{" in rule["expr"]
    for name in asked:
        assert f'"{re.sub("_(count|bucket|sum)$", "", name)}"' in text_of_code, name
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["expr"].count("(") == rule["expr"].count(")")
