"""The floor of webhooks: a bare Flask view that parses the body and commits one row.

The same table, the same kind of pool, the same gunicorn; no proof, no check, no effect, no bell, no log.
"""

import json
import os
from threading import Lock
from uuid import uuid4

from flask import Flask, request
from sqlalchemy import Engine, create_engine, text

INSERT = text("""
    INSERT INTO webhook_events (id, provider, event_id, payload, schema_version, signature_state, status)
    VALUES (:id, 'kakao_channel', :event_id, CAST(:payload AS jsonb), 'floor', 'valid', 'PROCESSED')
""")

app = Flask(__name__)
lock = Lock()
pool: Engine | None = None


def engine() -> Engine:
    """The pool of this process, made after gunicorn's fork; like the service's it checks connections."""
    global pool
    with lock:
        if pool is None:
            pool = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
        return pool


@app.get("/healthz")
def healthz() -> dict[str, str]:
    """For the start."""
    return {"status": "ok"}


@app.post("/webhooks/<path:_path>")
def take(_path: str) -> dict[str, str]:
    """Store whatever comes, under an id of its own."""
    row = {"id": uuid4(), "event_id": uuid4().hex, "payload": json.dumps(request.get_json())}
    with engine().begin() as connection:
        connection.execute(INSERT, row)
    return {"status": "ok"}
