"""`POST /plans/generate` through gunicorn, against a bare view that writes the same rows."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app import create_app
from app.extensions import db
from bench.load import Clients, Round
from bench.people import KINDS, today, trainees
from bench.report import Aim, CannotMeasure, columns, compare, heading, line
from bench.stage import Served, Stage, app_settings, connected, run, settle

PATH = "/plans/generate"
INSERT = re.compile(r"INSERT INTO (\w+) \(([^)]*)\)")
# The rows of today's plans in each table that a plan is written to, children first.
SESSIONS = "SELECT id FROM exercise_sessions WHERE plan_id IN ({plans})"
ROWS = {
    "notifications": "plan_id IN ({plans})",
    "exercise_set_states": f"session_id IN ({SESSIONS})",
    "exercise_sessions": "plan_id IN ({plans})",
    "exercise_plans": "id IN ({plans})",
}


@dataclass
class Side:
    """One of the two: where it listens, and what came of its rounds."""

    served: Served
    rounds: list[Round] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def take(self, stage: Stage, requests: int, send: Callable[[], Round], *, counts: bool) -> None:
        """A round of so many requests, with the processor time it takes; kept if it counts."""
        before_s = stage.cpu_s(self.served.pid)
        found = send()
        cpu_s = stage.cpu_s(self.served.pid) - before_s
        if counts:
            self.rounds.append(found)
            self.cpu_ms.append(cpu_s * 1000 / requests)


def measure(stage: Stage) -> None:
    """Print throughput, latency and processor time of both."""
    requests, rounds, clients = (40, 1, 2) if stage.quick else (400, 5, 8)
    url = stage.database("bench_generate")
    people = trainees(url, requests + len(KINDS))
    written = _samples(app_settings(stage.environment, url), as_client(stage), people[: len(KINDS)])
    bodies = [_body(user_id) for user_id, _ in people[len(KINDS) :]]
    known = stage.base / "floor.json"
    known.write_text(json.dumps({"kinds": written, "users": dict(people)}, ensure_ascii=False))
    with ExitStack() as stack:
        enter = stack.enter_context
        ours = Side(enter(stage.web("web", "wsgi:app", DATABASE_URL=url)))
        view = stage.web("floor", "bench.floor_web:app", DATABASE_URL=url, BENCH_FLOOR=str(known))
        floor = Side(enter(view))
        crowd = enter(closing(Clients(clients)))
        for number in range(rounds + 1):
            for side in (ours, floor):
                send = partial(crowd.round, side.served.port, PATH, as_client(stage), bodies, 201)
                with forgotten(url):
                    side.take(stage, len(bodies), send, counts=number > 0)  # the first only warms up
        ceiling = crowd.ceiling(_size(written[0]), bodies)
    heading(
        f"generate: {PATH} through gunicorn, {clients} clients, {rounds} × {requests} requests a side",
        f"trainees 4 weeks on; a plan is {_shape(written)}, {_size(written[0]):,} bytes of JSON",
        "floor: a bare Flask view, under the same gunicorn, that writes the same rows by psycopg2: no rules",
    )
    _print(ours, floor, ceiling)


def _print(ours: Side, floor: Side, ceiling: Round) -> None:
    columns("service", "floor")
    show(ours, floor, Aim("≥", 0.5), Aim("≤", 2.5))
    line("the clients' own ceiling", ceiling.per_second, "requests/s against a server that does nothing")
    if ceiling.per_second < 3 * max(each.per_second for each in floor.rounds):
        print("  The clients are close to their ceiling: the floor may be faster than it looks.")


def show(ours: Side, floor: Side, speed: Aim | None = None, slowest: Aim | None = None) -> None:
    """Four lines: throughput, two percentiles of the latency, processor time; aims for speed and for p99."""
    speeds = [[each.per_second for each in side.rounds] for side in (ours, floor)]
    compare("requests/s", speeds[0], speeds[1], speed)
    for share, aim in ((0.5, None), (0.99, slowest)):
        taken = [[each.ms(share) for each in side.rounds] for side in (ours, floor)]
        compare(f"p{share * 100:.0f}, ms", taken[0], taken[1], aim)
    compare("processor time, ms a request", ours.cpu_ms, floor.cpu_ms)


def _body(user_id: str) -> bytes:
    return json.dumps({"user_id": user_id, "target_date": str(today())}).encode()


def as_client(stage: Stage) -> dict[str, str]:
    key = stage.environment["CLIENT_API_KEYS"]
    return {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}


def _size(sample: dict[str, Any]) -> int:
    return len(json.dumps(sample["answer"], ensure_ascii=False, separators=(",", ":")).encode())


def _shape(samples: Sequence[dict[str, Any]]) -> str:
    """`1 + 6 + 18 + 1 rows`, the mean over the kinds of trainees."""
    counts = zip(*([len(table["rows"]) for table in each["tables"]] for each in samples), strict=True)
    return " + ".join(f"{sum(each) / len(samples):.3g}" for each in counts) + " rows"


def _samples(
    settings: dict[str, str], headers: dict[str, str], people: Sequence[tuple[str, int]]
) -> list[dict[str, Any]]:
    """What the service writes and answers for one trainee of each kind."""
    app = create_app(settings)
    found = [_sample(app, headers, user_id) for user_id, _ in people]
    with app.app_context():
        db.engine.dispose()
    return found


def _sample(app: Flask, headers: dict[str, str], user_id: str) -> dict[str, Any]:
    written: dict[str, dict[str, None]] = {}

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        for match in INSERT.finditer(statement):
            if match[1] == "llm_texts":
                continue  # gets nothing of a plan by rules
            names = [each.strip() for each in match[2].split(",")]
            written.setdefault(match[1], {}).update(dict.fromkeys(names))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        answer = app.test_client().post(PATH, data=_body(user_id), headers=headers)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    if answer.status_code != 201 or set(written) != set(ROWS):
        raise CannotMeasure(
            f"{PATH} answered {answer.status_code}, wrote {list(written)}: {answer.text[:500]}"
        )
    plan = f"SELECT '{answer.json['id']}'::uuid"
    with connected(app.config["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        tables = []
        for name, names in written.items():
            cursor.execute(f"SELECT to_jsonb(t) FROM {name} AS t WHERE {ROWS[name].format(plans=plan)}")
            rows = [[row[column] for column in names] for (row,) in cursor.fetchall()]
            tables.append({"name": name, "columns": list(names), "rows": rows})
    return {"user_id": user_id, "answer": answer.json, "tables": tables}


@contextmanager
def forgotten(url: str) -> Iterator[None]:
    """Afterwards nobody has a plan for today, and the tables are as before."""
    yield
    forget(url)


def forget(url: str, *others: str) -> None:
    """Delete the plans of today with all that hangs on them; then settle those tables, and `others`."""
    plans = f"SELECT id FROM exercise_plans WHERE target_date = '{today()}'"
    with connected(url) as connection:
        run(
            connection,
            *(f"DELETE FROM {name} WHERE {rows.format(plans=plans)}" for name, rows in ROWS.items()),
        )
        settle(connection, (*ROWS, *others))
