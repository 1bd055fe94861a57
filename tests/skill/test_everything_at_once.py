"""Everything that can happen to a trainee, all at the same moment: nobody gets a fault or a deadlock."""

import random
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from factories import (
    AS_CLIENT,
    AS_OPERATOR,
    ask_notice,
    ask_plan,
    at_once,
    delete_user,
    make_lifter,
    patch_user,
    report,
)
from flask import Flask
from flask.testing import FlaskClient
from openapi_client import SpecClient
from real_processes import measured
from skill_builders import post, turn
from sqlalchemy import Engine, text
from test_queries import SAID

from dev.sandbox.client import Sandbox

Run = Callable[[], None]
ROUNDS, ROUND_S, ACTORS = 4, 1.5, 5
ADMIN = {"Authorization": "KakaoAK sandbox-admin-key"}


class Trainee:
    """Whose row everybody wants."""

    def __init__(self, client: FlaskClient) -> None:
        self.account = str(random.randrange(10**18))
        self.id = make_lifter(client, weekdays=[1, 2, 3, 4, 5, 6, 7])["id"]
        patch_user(
            client, self.id, kakao_user_id=self.account, phone_number=f"010{random.randrange(10**8):08}"
        )
        self.chat = f"chat-{self.account}"


Act = Callable[[SpecClient, Trainee], Any]


def says(client: SpecClient, one: Trainee) -> Any:
    said = random.choice(SAID) + " " * random.randrange(4)
    event_id = random.choice([None, f"event-{random.randrange(20)}"])
    return post(client, turn(said, one.chat, app_user_id=random.choice([None, one.account])), event_id)


def taps(client: SpecClient, one: Trainee) -> Any:
    first = post(client, turn(random.choice(["시작", "다음", "오늘 운동"]), one.chat, block=str(uuid4())))
    offered = first.json.get("template", {}).get("quickReplies", [])
    extras = [each["extra"] for each in offered if "extra" in each]
    return post(client, turn("완료", one.chat, extra=random.choice(extras))) if extras else first


def joins_elsewhere(client: SpecClient, one: Trainee) -> Any:
    """The code of the trainee in one of two chats, at times by two at once."""
    code = client.post(f"/users/{one.id}/link-code", headers=AS_CLIENT)
    said = code.json["code"] if code.status_code == 201 else "000000"
    who = random.choice([one.chat, f"other-{one.account}"])
    return post(client, turn(said, who, app_user_id=random.choice([None, one.account])))


def is_changed(client: SpecClient, one: Trainee) -> Any:
    fields: dict[str, Any] = random.choice(
        [
            {"reminder_time": f"{random.randrange(24):02}:00"},
            {"timezone": random.choice(["Asia/Seoul", "Pacific/Kiritimati", "America/New_York"])},
            {"notifications_enabled": random.choice([True, False])},
            {"kakao_user_id": random.choice([one.account, None])},
            {"profile": {"age": random.randrange(20, 60), "health": {"emergency_symptom": False}}},
        ]
    )
    return patch_user(client, one.id, **fields)


def reports_in_app(client: SpecClient, one: Trainee) -> Any:
    plans = client.get(f"/plans?user_id={one.id}", headers=AS_CLIENT).json["items"]
    full = [client.get(f"/plans/{each['id']}", headers=AS_CLIENT).json for each in plans[-2:]]
    full = [each for each in full if each["sessions"]]
    if not full:
        return ask_plan(client, one.id)
    pain = random.choice([{}, {}, {"pain": {"area": "knee", "score": random.randrange(1, 8)}}])
    plan = random.choice(full)
    return report(client, plan, 1, random.randrange(1, 3), random.choice(["DONE", "FAILED"]), **pain)


def plans_anew(client: SpecClient, one: Trainee) -> Any:
    made = ask_plan(client, one.id, days=random.randrange(2))
    plan_id = made.json.get("id") or made.json.get("plan_id")
    if plan_id and random.random() < 0.7:
        return client.post(f"/plans/{plan_id}/cancel", headers=AS_CLIENT)
    return made


def is_told(client: SpecClient, one: Trainee) -> Any:
    return ask_notice(client, one.id)


def kakao_tells(client: SpecClient, one: Trainee) -> Any:
    body = {
        "event": random.choice(["added", "blocked"]),
        "id": one.account,
        "id_type": "app_user_id",
        "updated_at": f"2026-07-21T01:00:{random.randrange(60):02}Z",
    }
    return client.post("/webhooks/kakao/channel", json=body, headers=ADMIN)


def unlinks(client: SpecClient, one: Trainee) -> Any:
    return client.post("/webhooks/kakao/unlink", data={"app_id": "1", "user_id": one.account}, headers=ADMIN)


def is_reviewed(client: SpecClient, _one: Trainee) -> Any:
    found = client.get("/manual-reviews?state=open", headers=AS_OPERATOR)
    for each in found.json["items"][:3]:
        body = {"action": random.choice(["retry", "discard"]), "memo": "m", "actor": "kim"}
        found = client.post(f"/manual-reviews/{each['id']}/resolve", json=body, headers=AS_OPERATOR)
    return found


def leaves(client: SpecClient, one: Trainee) -> Any:
    return delete_user(client, one.id)


ACTS: list[Act] = [
    *(says, says, taps, taps, joins_elsewhere, is_changed, reports_in_app, reports_in_app, plans_anew),
    *(is_told, kakao_tells, is_reviewed),
]


def keep_doing(app: Flask, one: Trainee, end: float) -> Counter[tuple[str, int]]:
    """What each kind of act was answered, until `end`."""
    client, seen = app.test_client(), Counter[tuple[str, int]]()
    while time.monotonic() < end:
        act = random.choice(ACTS)
        seen[act.__name__, act(client, one).status_code] += 1
    return seen


def keep_running(job: Run, end: float) -> Counter[tuple[str, int]]:
    while time.monotonic() < end:
        job()
    return Counter()


def deadlocks(engine: Engine) -> int:
    """How many PostgreSQL has seen; connections report what they know when they close."""
    engine.dispose()
    with engine.connect() as connection:
        found = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(connection.scalar(found) or 0)


def leave_late(app: Flask, one: Trainee, end: float, leave: Act) -> Counter[tuple[str, int]]:
    """Some of what the others do comes after they have left."""
    Event().wait(end - time.monotonic() - ROUND_S / 4)
    return Counter({(leave.__name__, leave(app.test_client(), one).status_code): 1})


@pytest.mark.parametrize("leave", [leaves, unlinks])
def test_all_at_once_is_answered_without_a_deadlock(
    app: Flask,
    client: SpecClient,
    sandbox: Sandbox,
    engine: Engine,
    run_webhooks: Run,
    run_delivery: Run,
    run_periodic: Run,
    caplog: pytest.LogCaptureFixture,
    leave: Act,
) -> None:
    before, seen = deadlocks(engine), Counter[tuple[str, int]]()

    for _ in range(ROUNDS):
        one, end = Trainee(client), time.monotonic() + ROUND_S
        jobs = [partial(keep_running, job, end) for job in (run_webhooks, run_delivery, run_periodic)]
        acts = [partial(keep_doing, app, one, end)] * ACTORS
        work = [*acts, *jobs, partial(leave_late, app, one, end, leave)]
        for counted in at_once(len(work), lambda place, work=work: work[place]()):
            seen.update(counted)

    measured("requests at once", sum(seen.values()))
    faults = [each.message for each in caplog.records if each.levelname == "ERROR"]
    assert {key: number for key, number in seen.items() if key[1] >= 500} == {}
    assert faults == []
    assert deadlocks(engine) == before
    answered = {name for name, status in seen if status < 300}
    assert answered >= {each.__name__ for each in (*ACTS, leave)}
