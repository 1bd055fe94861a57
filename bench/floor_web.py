"""The floor of plan generation: a bare Flask view that writes rows it knows already and returns JSON.

No rules, no history, no checks: per request one transaction with the same number of rows in the same columns
of the same tables as the service writes, by psycopg2, and an answer of the same size. Served by gunicorn with
the service's own settings. `BENCH_FLOOR` names a file with the rows, `bench.generate` writes it.
"""

import json
import os
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID, uuid4

import psycopg2.extras
from flask import Flask, Response, request
from psycopg2.pool import ThreadedConnectionPool

from bench.stage import dsn

KEPT = 8  # psycopg2's pool closes what it has above its minimum: both numbers are the same
# Whose id stands in which column of which table.
REFERENCES = {"user_id": "users", "plan_id": "exercise_plans", "session_id": "exercise_sessions"}

app = Flask(__name__)
known: dict[str, Any] = json.loads(Path(os.environ["BENCH_FLOOR"]).read_text())
lock = Lock()
pool: ThreadedConnectionPool | None = None


def connections() -> ThreadedConnectionPool:
    """The pool of this process, which is made after gunicorn's fork."""
    global pool
    with lock:
        if pool is None:
            psycopg2.extras.register_uuid()
            pool = ThreadedConnectionPool(KEPT, KEPT, dsn(os.environ["DATABASE_URL"]))
        return pool


@app.get("/healthz")
def healthz() -> dict[str, str]:
    """For the start."""
    return {"status": "ok"}


@app.post("/plans/generate")
def generate() -> Response:
    """Write a plan for the user, as one of the same kind was written before."""
    data = request.get_json()
    kind = known["kinds"][known["users"][data["user_id"]]]
    ids = {kind["user_id"]: UUID(data["user_id"])}
    connection = connections().getconn()
    try:
        with connection, connection.cursor() as cursor:
            for table in kind["tables"]:
                rows = [_row(table, row, ids) for row in table["rows"]]
                names = ", ".join(table["columns"])
                query = f"INSERT INTO {table['name']} ({names}) VALUES %s"
                psycopg2.extras.execute_values(cursor, query, rows, page_size=len(rows))
    finally:
        connections().putconn(connection)
    answer = kind["answer"] | {"user_id": data["user_id"], "target_date": data["target_date"]}
    return Response(
        json.dumps(answer, ensure_ascii=False, separators=(",", ":")), 201, mimetype="application/json"
    )


def _row(table: dict[str, Any], row: list[Any], ids: dict[str, UUID]) -> list[Any]:
    """The same row under a new id, and under its parents' new ids."""
    new = []
    for column, value in zip(table["columns"], row, strict=True):
        if column == "id":
            ids[value] = uuid4()
            value = ids[value]
        elif column in REFERENCES:
            value = ids[value]
        elif column == "idempotency_key":
            value = f"floor:{uuid4()}"
        elif isinstance(value, dict):
            value = psycopg2.extras.Json(value)
        new.append(value)
    return new
