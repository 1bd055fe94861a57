"""One request id leads from the HTTP request to the job, the call to the provider and its receipt."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from factories import make_user
from flask import Flask
from raw_server import response, says, serving
from real_processes import system, until
from settings import CLIENT_KEY
from skill_builders import joined
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.days import local_date, utc_now
from app.logs import IDS_A_LINE, about, configure
from app.models import ChatCallback, ExercisePlan, WebhookEvent
from app.workers.chat import answer_later
from dev.sandbox.client import Sandbox

log = logging.getLogger("tests.request_ids")


def told(log: str) -> list[dict[str, Any]]:
    """Every line that was logged, but for what is no JSON."""
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


def naming(path: Path, request_id: str) -> list[str]:
    """The events of a log whose line names this request, in their order."""
    return [
        line["event"]
        for line in told(path.read_text())
        if line.get("request_id") == request_id or request_id in line.get("request_ids", ())
    ]


def test_a_message_is_followed_by_the_id_of_the_request_that_began_it(
    process_env: dict[str, str], sandbox: Sandbox, tmp_path: Path
) -> None:
    with system(process_env, tmp_path, "worker", "scheduler") as address, requests.Session() as api:
        sandbox.configure(webhook_url=f"{address}/webhooks/alimtalk/results", webhooks="auto")
        api.headers["Authorization"] = f"Bearer {CLIENT_KEY}"
        person = {"name": "김하루", "phone_number": "01000000001", "reminder_time": "00:00"}
        user = api.post(f"{address}/users", json=person).json()
        wanted = {
            "user_id": user["id"],
            "target_date": str(local_date("Asia/Seoul", utc_now())),
            "force": True,
        }
        made = api.post(f"{address}/plans/generate", json=wanted, headers={"X-Request-Id": "trace-me-1"})
        message = f"{address}/notifications/{made.json()['notification']['id']}"
        until(lambda: api.get(message).json()["status"] == "DELIVERED")
        until(lambda: "events processed" in naming(tmp_path / "worker.log", "trace-me-1"))

    assert made.headers["X-Request-Id"] == "trace-me-1"
    assert naming(tmp_path / "web.log", "trace-me-1") == ["request"]
    said = naming(tmp_path / "worker.log", "trace-me-1")  # a result may also have been pulled before it came
    assert said[0] == "sent" and set(said[1:]) <= {"events processed", "results applied"}
    for line in told((tmp_path / "worker.log").read_text()):
        assert line["event"] != "sent" or line["job_id"]


def test_an_answer_of_the_chat_that_comes_later_is_found_by_the_id_of_its_request(
    another_app: Callable[..., Flask], db_session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    took = response(json.dumps({"taskId": "t", "status": "SUCCESS", "message": "", "timestamp": 1}).encode())
    with serving(says(took)) as server:
        app = another_app(LLM_API_KEY="key", KAKAO_API_BASE_URL=server.url)
        trainee = make_user(
            app.test_client(), profile={"days_per_week": 6, "weekdays": [1, 2, 3, 4, 5, 6, 7]}
        )
        chat = joined(app.test_client(), trainee)
        chat.say("오늘 운동", callback_url=f"{server.url}/callback/one-time")
        capsys.readouterr()
        with app.app_context():
            answer_later()

    [plan] = db_session.scalars(select(ExercisePlan))
    [ended] = [line for line in told(capsys.readouterr().out) if line["event"] == "callback ended"]
    turn = db_session.get_one(WebhookEvent, db_session.scalars(select(ChatCallback.event_id)).one())
    assert ended["request_id"] == plan.request_id == turn.request_id is not None


def test_many_ids_go_over_several_lines(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO")
    ids = [f"id-{number:03}" for number in range(2 * IDS_A_LINE + 1)]

    about(log, "sent", [*ids, None, ids[0]], request_key="a-key")

    found = told(capsys.readouterr().out)
    assert [(line["request_key"], line.get("part")) for line in found] == [
        ("a-key", part) for part in (None, 2, 3)
    ]
    assert [each for line in found for each in line["request_ids"]] == ids


def test_work_that_no_request_began_is_one_line_without_an_id(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO")

    about(log, "sent", [None])

    [line] = told(capsys.readouterr().out)
    assert line["request_ids"] == []
