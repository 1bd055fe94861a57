"""What somebody who means harm would send."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from factories import AS_CLIENT, AS_OPERATOR, make_lifter, make_plan, make_user
from flask import Flask
from openapi_client import SpecClient
from real_processes import ROOT, web
from settings import CLIENT_KEY, OPERATOR_KEY
from skill_builders import joined
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from app.models import Base

SQL = [
    "'; DROP TABLE users CASCADE; --",
    "x' OR '1'='1",
    '"; DELETE FROM users; --',
    "1); UPDATE users SET name = 'gone'; --",
    "%' UNION SELECT code_hash FROM link_codes --",
    "$$; SELECT pg_sleep(9); $$",
    ":name {0} %s %(name)s \\",
]


@pytest.mark.parametrize("sql", SQL)
def test_sql_in_any_text_is_text(client: SpecClient, db_session: Session, sql: str) -> None:
    other = make_lifter(client)
    user = make_user(client, name=sql, profile={"notes": sql})
    chat = joined(client, other)
    chat.say(sql)
    make_plan(client, other["id"])

    asked = [
        client.get("/plans", query_string={"user_id": user["id"], "cursor": sql}, headers=AS_CLIENT),
        client.get("/notifications", query_string={"kind": sql}, headers=AS_OPERATOR),
        client.get("/manual-reviews", query_string={"subject": sql}, headers=AS_OPERATOR),
        client.get(f"/users/{quote(sql)}", headers=AS_CLIENT),
        client.get(f"/t/{quote(sql)}"),
        client.put(f"/guardrails/{quote(sql)}", json={}, headers=AS_OPERATOR),
    ]

    assert {each.status_code for each in asked} <= {200, 400, 404}
    found = client.get(f"/users/{user['id']}", headers=AS_CLIENT).json
    assert (found["name"], found["profile"]["notes"]) == (sql, sql)
    names = set(db_session.scalars(text("SELECT name FROM users")))
    assert names == {sql, other["name"]}
    assert set(Base.metadata.tables) <= set(inspect(db_session.connection()).get_table_names())


def test_a_key_that_was_taken_away_is_refused(app: Flask, another_app: Callable[..., Any]) -> None:
    rotated = another_app(CLIENT_API_KEYS="c" * 24, OPERATOR_API_KEYS="o" * 24).test_client()

    statuses = {
        key: rotated.get("/guardrails", headers={"Authorization": f"Bearer {key}"}).status_code
        for key in (CLIENT_KEY, OPERATOR_KEY, "c" * 24, "o" * 24)
    }

    assert statuses == {CLIENT_KEY: 401, OPERATOR_KEY: 401, "c" * 24: 403, "o" * 24: 200}


def test_nothing_is_marked_as_safe_for_a_page() -> None:
    sources = [path for kind in ("*.py", "*.html") for path in (ROOT / "app").rglob(kind)]
    words = ("|safe", "| safe", "Markup(", "autoescape", "render_template_string", "innerHTML", "eval(")

    assert len(sources) > 100
    scripts = [*sources, *(ROOT / "app/static").glob("*.js")]
    assert [(path.name, word) for path in scripts for word in words if word in path.read_text()] == []


def test_a_body_without_an_end_is_refused_at_the_limit(env: dict[str, str], tmp_path: Path) -> None:
    head = (
        f"POST /users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {CLIENT_KEY}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with web(env, tmp_path / "log") as url:
        parts = urlsplit(url)
        with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=30) as endless:
            endless.sendall(head.encode())
            for _ in range(9):  # 288 KiB, and the chunk that ends it never comes
                endless.sendall(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
            answer = endless.recv(65536)

    assert answer.startswith(b"HTTP/1.1 413 ")
