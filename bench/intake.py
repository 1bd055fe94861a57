"""Webhooks coming in through gunicorn, against a bare view that commits one row."""

import json
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from redis import Redis

from app.extensions import connect_redis
from bench.generate import Side, show
from bench.load import Clients
from bench.report import Aim, CannotMeasure, columns, heading, line
from bench.stage import Stage, connected, run, settle

QUEUE = "rq:queue:webhooks"
MOST_BELLS = 8  # as many as there are threads: each may find the queue empty at the same moment
TABLE = ("webhook_events",)


@dataclass(frozen=True)
class Hook:
    """A kind of webhook: where it goes, how it is proved, what has the id of its event, what it says."""

    path: str
    headers: dict[str, str]
    named_in: str
    bodies: list[bytes]


def measure(stage: Stage) -> None:
    """Print throughput, latency and processor time of both sides for both kinds of webhooks."""
    requests, rounds, clients = (40, 1, 2) if stage.quick else (800, 5, 8)
    urls = [stage.database(f"bench_intake_{name}") for name in ("web", "floor")]
    with ExitStack() as stack:
        enter = stack.enter_context
        ours = enter(stage.web("intake", "wsgi:app", DATABASE_URL=urls[0]))
        floor = enter(stage.web("intake_floor", "bench.floor_intake:app", DATABASE_URL=urls[1]))
        redis = enter(closing(_redis(stage)))
        crowd = enter(closing(Clients(clients)))
        heading(
            f"intake: webhooks through gunicorn, {clients} clients, {rounds} × {requests} requests a side",
            "one event a request, each with an id of its own; no worker runs, so bells pile up if they do",
            "floor: a bare Flask view, under the same gunicorn, that parses the body and commits one row",
        )
        for hook in (changes(stage, requests), _results(stage, requests)):
            sides = Side(ours), Side(floor)
            bells = []
            for number in range(rounds + 1):
                redis.delete(QUEUE)
                for side, url in zip(sides, urls, strict=True):
                    _round(stage, side, crowd, hook, url, counts=number > 0)  # the first only warms up
                bells.append(_bells(redis))
            print(f"  POST {hook.path}")
            columns("service", "floor")
            show(*sides, Aim("≥", 0.5))
            line("bells left in Redis by a round", max(bells), f"for {requests} events", Aim("≤", MOST_BELLS))


def _round(stage: Stage, side: Side, crowd: Clients, hook: Hook, url: str, *, counts: bool) -> None:
    """A round on an empty table; each request must have left its row."""
    with connected(url) as connection:
        run(connection, "DELETE FROM webhook_events")
        settle(connection, TABLE)
    send = partial(crowd.round, side.served.port, hook.path, hook.headers, hook.bodies, 200)
    side.take(stage, len(hook.bodies), partial(send, named_in=hook.named_in), counts=counts)
    with connected(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM webhook_events")
        (stored,) = cursor.fetchone() or (0,)
    if stored != len(hook.bodies):
        raise CannotMeasure(f"{hook.path}: {stored} rows of {len(hook.bodies)} requests")


def _redis(stage: Stage) -> Redis:
    return connect_redis({"REDIS_URL": stage.environment["REDIS_URL"], "REDIS_TLS_VERIFY": True}, timeout_s=5)


def _bells(redis: Redis) -> int:
    """Jobs that wait."""
    left = redis.llen(QUEUE)
    if not isinstance(left, int) or left == 0:
        raise CannotMeasure("no bell was rung")
    return left


def changes(stage: Stage, count: int) -> Hook:
    """People who add the channel or block it, a new one each time."""
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    bodies = [
        {
            "event": ("added", "blocked")[number % 2],
            "id": f"{4_000_000_000 + number}",
            "id_type": "app_user_id",
            "channel_public_id": "_bench",
            "channel_uuid": "@bench",
            "updated_at": at,
        }
        for number in range(count)
    ]
    headers = {"Authorization": f"KakaoAK {stage.environment['KAKAO_ADMIN_KEYS']}"}
    return _hook("/webhooks/kakao/channel", headers, "X-Kakao-Resource-ID", bodies)


def _results(stage: Stage, count: int) -> Hook:
    """Delivery results, one a request."""
    bodies = [
        {
            "hooks": [
                {
                    "hookId": uuid4().hex,
                    "requestId": "20261125000000bench",
                    "recipientSeq": 1,
                    "resultCode": "1000",
                    "recipientGroupingKey": str(uuid4()),
                    "receiveDate": "2026-11-25 09:00:00",
                }
            ]
        }
        for _ in range(count)
    ]
    headers = {"X-Toast-Webhook-Signature": stage.environment["KAKAO_RESULT_SIGNATURES"]}
    return _hook("/webhooks/alimtalk/results", headers, "X-Request-Id", bodies)


def _hook(path: str, headers: dict[str, str], named_in: str, bodies: Sequence[object]) -> Hook:
    sent = [json.dumps(body, ensure_ascii=False).encode() for body in bodies]
    return Hook(path, headers | {"Content-Type": "application/json"}, named_in, sent)
