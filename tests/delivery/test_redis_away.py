"""Redis goes away: what is accepted meanwhile leaves when it is back, with the workers that were there."""

import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import requests
from flask import Flask
from invariants import check, check_log, legal_moves
from messages import TEXTS, add_messages, look, states
from own_servers import connect, own_redis
from real_processes import clock, measured, until, web, worker
from sqlalchemy.orm import Session

from app.workers.bells import ring
from dev.processes import is_running
from dev.sandbox.client import Sandbox

ACCEPT_S = 1.0
RING_S = 0.1
ALL_GONE_S = 60.0


def post_notice(address: str, headers: dict[str, str], user_id: object) -> tuple[int, float]:
    """Register a notice over HTTP; the status and the seconds it took."""
    body = {
        "user_id": str(user_id),
        "kind": "notice",
        "variables": TEXTS["notice"],
        "idempotency_key": str(uuid4()),
    }
    started = time.monotonic()
    answer = requests.post(f"{address}/notifications", json=body, headers=headers, timeout=30)
    return answer.status_code, time.monotonic() - started


def cost_of_a_ring_s(app: Flask) -> float:
    """Seconds that a ring takes, the median of five."""
    costs = []
    with app.app_context():
        for _ in range(5):
            started = time.monotonic()
            ring("delivery")
            costs.append(time.monotonic() - started)
    return sorted(costs)[2]


def test_without_redis_messages_are_accepted_and_leave_once_it_is_back(
    env: dict[str, str],
    sandbox: Sandbox,
    db_session: Session,
    as_client: dict[str, str],
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    [first] = add_messages(db_session)
    user_id = look(db_session, first).user_id
    sandbox.script("send", action="hang")
    with legal_moves(db_session), own_redis(tmp_path / "redis") as redis:
        ours = env | {"KAKAO_ALIMTALK_BASE_URL": sandbox.base_url, "REDIS_URL": redis.url}
        with (
            web(ours, log) as address,
            clock(ours, log),
            worker(ours, log) as one,
            worker(ours, log) as other,
        ):
            until(lambda: log.read_text().count("Listening on") == 2)
            sandbox.until_hanging()  # one is in the middle of a job, the other idle

            redis.stop()
            sandbox.release()
            until(lambda: look(db_session, first).status in ("SENT", "DELIVERED"))
            until(lambda: "Redis went away during a job" in log.read_text())
            taken = [post_notice(address, as_client, user_id) for _ in range(20)]
            ready = requests.get(f"{address}/readyz", timeout=5)
            redis.start()
            back_at = time.monotonic()
            until(lambda: set(states(db_session)) <= {"SENT", "DELIVERED"}, ALL_GONE_S)
            gone_s = time.monotonic() - back_at
            until(lambda: connect(redis).scard("rq:workers") == 2)

            assert (is_running(one.pid), is_running(other.pid)) == (True, True)

    assert {status for status, _ in taken} == {201}
    assert max(took_s for _, took_s in taken) < ACCEPT_S
    assert (ready.status_code, ready.json()["checks"]["redis"]["status"]) == (200, "degraded")
    assert gone_s < ALL_GONE_S
    measured("slowest accept without Redis, s", max(took_s for _, took_s in taken))
    measured("all gone after Redis' return, s", gone_s)
    check(db_session, sandbox, worker_died=False)
    check_log(log, ours)


def test_a_worker_that_starts_while_redis_is_away_waits_for_it(
    env: dict[str, str], sandbox: Sandbox, db_session: Session, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    [message_id] = add_messages(db_session)
    with own_redis(tmp_path / "redis") as redis:
        ours = env | {"KAKAO_ALIMTALK_BASE_URL": sandbox.base_url, "REDIS_URL": redis.url}
        redis.stop()
        with clock(ours, log), worker(ours, log) as early:
            until(lambda: "waiting for Redis" in log.read_text())
            redis.start()
            until(lambda: set(states(db_session)) <= {"SENT", "DELIVERED"})
            assert is_running(early.pid)

    assert sandbox.effects() == {str(message_id): 1}


def test_ringing_costs_little_when_redis_is_gone_or_says_nothing(
    another_app: Callable[..., Flask], tmp_path: Path
) -> None:
    with own_redis(tmp_path / "redis") as redis:
        app = another_app(REDIS_URL=redis.url)
        redis.stop()
        gone_s = cost_of_a_ring_s(app)
        redis.start()
        redis.pause()
        silent_s = cost_of_a_ring_s(app)
        redis.resume()

    assert max(gone_s, silent_s) < RING_S
    measured("a ring without Redis, s", gone_s)
    measured("a ring while Redis says nothing, s", silent_s)
