"""A guardrail holds in every process, whatever becomes of Redis and of the processes themselves."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from factories import AS_OPERATOR
from openapi_client import SpecClient
from redis import Redis
from sqlalchemy.orm import Session

from app.domain import guardrails

ROOT = Path(__file__).parents[1]
# For each line it reads, another process of the application says what holds for it now.
READER = """
import dataclasses, json, sys
from app import create_app
from app.domain import guardrails
from app.extensions import db
app = create_app({"LOG_LEVEL": "CRITICAL"})
for _ in sys.stdin:
    with app.app_context():
        found = dataclasses.asdict(guardrails.read(db.session(), app.config))
    print(json.dumps(found, default=str), flush=True)
"""


class Other:
    """A process of the application that is asked what holds for it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def ask(self) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))


@contextmanager
def other_process() -> Iterator[Other]:
    command = [sys.executable, "-c", READER]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        yield Other(process)
        assert process.stdin is not None
        process.stdin.close()


def pause(client: SpecClient, value: bool) -> None:
    body = {"value": value, "reason": "r", "actor": "kim"}
    assert client.put("/guardrails/send_paused", json=body, headers=AS_OPERATOR).status_code == 200


def test_a_process_that_runs_already_knows_at_once(client: SpecClient) -> None:
    with other_process() as other:
        assert other.ask()["send_paused"] is False

        pause(client, True)
        began = time.monotonic()
        paused = other.ask()["send_paused"]
        took_s = time.monotonic() - began
        pause(client, False)

        assert paused is True
        assert took_s < 2
        assert other.ask()["send_paused"] is False


def test_guardrails_survive_an_emptied_redis_and_a_restart(
    client: SpecClient, redis: Redis, db_session: Session
) -> None:
    pause(client, True)
    guardrails.trip(db_session, 30, "low")
    db_session.commit()

    redis.flushdb()
    with other_process() as other:
        found = other.ask()

    assert (found["send_paused"], found["auto_cap"]) == (True, 30)
    assert found["auto_cap_since"] is not None
