"""Delivery to a dealer that takes 100 ms a request, against one job a message and against a bare loop."""

import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

import psycopg2
from flask import Flask
from psycopg2.extras import Json
from rq import Queue
from rq.serializers import JSONSerializer

from app import create_app
from app.domain.templates import TEMPLATES
from app.extensions import connect_redis
from app.workers.bells import ring
from bench.people import VARIABLES
from bench.report import Aim, CannotMeasure, columns, compare, heading
from bench.stage import Stage, app_settings, connected, run, settle
from dev.runner import procfile
from dev.sandbox.client import running_sandbox

LATENCY_MS = 100
BATCH = 500
PATIENCE_S = 240.0
POLL_S = 0.02
STOCK_QUEUE, JOB = "stock", "bench.floor_delivery.send_one"
Loop = AbstractContextManager[Callable[[], None]]
TABLES = ("notifications", "notification_provider_codes")
DEALER = {"app_key": "KAKAO_ALIMTALK_APP_KEY", "secret_key": "KAKAO_TOKEN"}
TEMPLATE_CODES = [template.setting for template in TEMPLATES.values()]
USERS = """
    INSERT INTO users (id, name, phone_number)
    SELECT gen_random_uuid(), '김하루', '010' || lpad(n::text, 8, '0') FROM generate_series(1, %s) AS n
"""
MESSAGES = """
    INSERT INTO notifications (id, user_id, kind, idempotency_key, variables, schedule_at, due_at, expires_at)
    SELECT gen_random_uuid(), id, 'daily_plan', 'bench:' || id, %s, now(), now(), now() + interval '12 hours'
    FROM users LIMIT %s
"""


@dataclass(frozen=True)
class Scene:
    """A database and the application on it, for one side."""

    url: str
    app: Flask

    def fill(self, count: int) -> None:
        """So many messages that are due, and nothing else."""
        with connected(self.url) as connection:
            run(connection, f"TRUNCATE {', '.join(TABLES)}")
            with connection.cursor() as cursor:
                cursor.execute(MESSAGES, (Json(VARIABLES), count))
            settle(connection, TABLES)

    def per_second(self, count: int, start: Callable[[], object]) -> float:
        """Messages a second, from `start` until the last one is SENT."""
        self.fill(count)
        with connected(self.url) as connection:
            begun = time.monotonic()
            start()
            _wait_until_sent(connection, count)
            return count / (time.monotonic() - begun)

    def ring(self) -> None:
        """The service's own bell."""
        with self.app.app_context():
            ring("delivery")

    def enqueue(self) -> None:
        """One job a message for the stock worker, all at once."""
        with connected(self.url) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT id::text FROM notifications")
            ids = [row[0] for row in cursor.fetchall()]
        redis = connect_redis(self.app.config, timeout_s=5)
        queue = Queue(STOCK_QUEUE, connection=redis, serializer=JSONSerializer)
        queue.enqueue_many([Queue.prepare_data(JOB, args=(each,), result_ttl=0) for each in ids])
        redis.close()


def measure(stage: Stage) -> None:
    """Print messages a second of all three, and the two ratios."""
    count, jobs, rounds = (1_000, 5, 1) if stage.quick else (20_000, 40, 3)
    users = max(count, jobs)
    environment = {"KAKAO_SENDER_KEY": "bench", "DELIVERY_BATCH": str(BATCH)}
    options = {name: stage.environment[setting] for name, setting in DEALER.items()}
    codes = {name: stage.environment[name] for name in TEMPLATE_CODES}
    with ExitStack() as stack:
        dealer = stack.enter_context(running_sandbox(env=codes, latency_ms=LATENCY_MS, **options))
        environment["KAKAO_ALIMTALK_BASE_URL"] = dealer.base_url
        ours = scene(stage, "bench_delivery", users, environment)
        floor = scene(stage, "bench_delivery_floor", users, environment)
        with connected(floor.url) as connection:  # the floor need not go through SENDING
            run(connection, "DROP TRIGGER notifications_legal_moves ON notifications")
        worker = stage.process("worker", procfile()["worker"], DATABASE_URL=ours.url, **environment)
        stack.enter_context(worker)
        line = f'rq worker -S json -c bench.floor_delivery --url "$REDIS_URL" {STOCK_QUEUE}'
        stack.enter_context(stage.process("stock", line, DATABASE_URL=floor.url, **environment))
        loop = partial(_waiting_loop, stage, floor.url, environment)
        found = _rounds((ours, floor), loop, (count, jobs), rounds)
    heading(
        f"delivery: a dealer that takes {LATENCY_MS} ms, {rounds} × {count:,} messages, {BATCH} a request",
        f"one `rq worker` of ours from the bell on; stock worker: one job a message ({jobs} a round)",
        "bare loop: the same requests, rows marked and attempts inserted by psycopg2, no claim, no lease",
    )
    columns("service", "floor")
    compare("messages/s, stock worker", found["ours"], found["stock"], Aim("≥", 200))
    compare("messages/s, bare loop", found["ours"], found["loop"], Aim("≥", 0.5))


def scene(stage: Stage, name: str, users: int, environment: dict[str, str]) -> Scene:
    """A database with so many trainees, and the application on it."""
    url = stage.database(name)
    with connected(url) as connection, connection.cursor() as cursor:
        cursor.execute(USERS, (users,))
        cursor.execute("VACUUM (ANALYZE) users")
    return Scene(url, create_app(app_settings({**stage.environment, **environment}, url)))


def _rounds(
    race: tuple[Scene, Scene], loop: Callable[[], Loop], counts: tuple[int, int], rounds: int
) -> dict[str, list[float]]:
    """All three in turn, after a small round of the workers that is not counted."""
    (ours, floor), (count, jobs) = race, counts
    found: dict[str, list[float]] = {"ours": [], "stock": [], "loop": []}
    ours.per_second(BATCH, ours.ring)
    floor.per_second(2, floor.enqueue)
    for _ in range(rounds):
        found["ours"].append(ours.per_second(count, ours.ring))
        found["stock"].append(floor.per_second(jobs, floor.enqueue))
        with loop() as start:
            found["loop"].append(floor.per_second(count, start))
    return found


@contextmanager
def _waiting_loop(stage: Stage, url: str, environment: dict[str, str]) -> Iterator[Callable[[], None]]:
    """The bare loop in a process that has started and waits; yields what lets it go."""
    signal = stage.base / "go"
    ready = signal.with_suffix(".ready")
    for each in (signal, ready):
        each.unlink(missing_ok=True)
    line = f"python -m bench.floor_delivery {BATCH} {shlex.quote(str(signal))}"
    with stage.process("loop", line, DATABASE_URL=url, **environment) as process:
        stage.wait_for("loop", process, ready.exists, "the bare loop to start")
        yield signal.touch


def _wait_until_sent(connection: psycopg2.extensions.connection, count: int) -> None:
    """The question is cheap while anything waits: it is answered from the index of what is due."""
    deadline = time.monotonic() + PATIENCE_S
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM notifications WHERE kind = 'daily_plan' "
                "AND status IN ('SCHEDULED', 'RETRY_SCHEDULED') AND due_at <= now())"
            )
            if not cursor.fetchone()[0]:  # type: ignore[index]
                cursor.execute("SELECT status, count(*) FROM notifications GROUP BY status")
                states = dict(cursor.fetchall())
                if states == {"SENT": count}:
                    return
                if set(states) - {"SENT", "SENDING"}:
                    raise CannotMeasure(f"not all were sent: {states}")
            time.sleep(POLL_S)
    raise CannotMeasure(f"not all were sent within {PATIENCE_S:g} s")
