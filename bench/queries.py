"""Queries per request of every route, counted inside this process as SQLAlchemy sends them.

BEGIN and COMMIT are not counted, nor the connection pool's own check that a connection is alive.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import create_app
from app.extensions import db
from bench.people import today, trainees
from bench.report import Aim, CannotMeasure, heading
from bench.stage import Stage, app_settings

AIM = {"POST /plans/generate": Aim("≤", 8)}
PROOFS = {
    "signature": "KAKAO_RESULT_SIGNATURES",
    "admin_key": "KAKAO_ADMIN_KEYS",
    "skill_token": "KAKAO_SKILL_TOKENS",
}
LAST = ("POST /plans/<uuid:plan_id>/cancel", "DELETE /users/<uuid:user_id>")  # these spoil it for the others


def measure(stage: Stage) -> None:
    """Print one line a route: what was answered and how many queries that took."""
    url = stage.database("bench_queries")
    people = [user_id for user_id, _ in trainees(url, 8)]
    settings = app_settings(stage.environment, url)
    app = create_app(settings)
    client = app.test_client()
    heading("queries: per request, second request of two; BEGIN, COMMIT and pool checks not counted")
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {settings['OPERATOR_API_KEYS']}"
    names = _names(client, people) | {name: settings[setting] for name, setting in PROOFS.items()}
    for name, rule, method in _routes(app):
        _send(client, name, rule, method, names | {"user_id": people[2]}, attempt=0)
        with counted() as queries:
            answer = _send(client, name, rule, method, names, attempt=1)
        aim = AIM[name].verdict(len(queries)) if name in AIM else ""
        print(f"  {name:<72}{answer.status_code:>4} {len(queries):>4} queries  {aim}".rstrip())
    with app.app_context():
        db.engine.dispose()


def _routes(app: Flask) -> list[tuple[str, Rule, str]]:
    """All that the service has, in the order of its addresses."""
    found = [
        (f"{method} {rule.rule}", rule, method)
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    return sorted(found, key=lambda each: LAST.index(each[0]) if each[0] in LAST else -1)


def _names(client: FlaskClient, people: list[str]) -> dict[str, Any]:
    """What stands in addresses: a user with a plan, its first set and its message."""
    plan = client.post("/plans/generate", json={"user_id": people[0], "target_date": str(today())})
    if plan.status_code != 201:
        raise CannotMeasure(f"POST /plans/generate answered {plan.status_code}: {plan.text[:500]}")
    made: dict[str, Any] = plan.get_json()
    return {
        "user_id": people[1],
        "plan_id": made["id"],
        "session_id": made["sessions"][0]["id"],
        "set_no": 1,
        "notification_id": made["notification"]["id"],
        "review_id": made["id"],
        "name": "send_cap_per_minute",
        "token": "x",
    }


def _send(
    client: FlaskClient, name: str, rule: Rule, method: str, names: dict[str, Any], attempt: int
) -> TestResponse:
    """A request that the route can work on, as far as we know one; else one without a body."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(names.get(found[1], "x")), rule.rule)
    body = _bodies(names, attempt).get(name)
    query = {"query_string": {"user_id": names["user_id"]}} if name == "GET /plans" else {}
    return client.open(path, method=method, **query, **(body or {}))


def _bodies(names: dict[str, Any], attempt: int) -> dict[str, dict[str, Any]]:
    """Bodies by route; the second attempt is another request than the first."""
    hook = {
        "hookId": f"bench-{attempt}",
        "requestId": "bench",
        "recipientSeq": 1,
        "resultCode": "1000",
        "recipientGroupingKey": names["notification_id"],
    }
    return {
        "POST /users": {"json": {"name": "김하루", "phone_number": f"0107777000{attempt}"}},
        "PATCH /users/<uuid:user_id>": {"json": {"reminder_time": f"08:0{attempt}"}},
        "POST /plans/generate": {"json": {"user_id": names["user_id"], "target_date": str(today())}},
        "PUT /plans/<uuid:plan_id>/sessions/<uuid:session_id>/sets/<int:set_no>": {
            "json": {"status": ("DONE", "SKIPPED")[attempt]}
        },
        "POST /notifications": {
            "json": {
                "user_id": names["user_id"],
                "kind": "notice",
                "variables": {"안내드리는제목": "휴관", "안내드리는자세한내용": "내일 쉽니다"},
                "idempotency_key": f"bench-{attempt}",
            }
        },
        "PUT /guardrails/<name>": {"json": {"value": 100 + attempt, "reason": "bench", "actor": "bench"}},
        "POST /webhooks/alimtalk/results": {
            "data": json.dumps({"hooks": [hook]}),
            "headers": {"X-Toast-Webhook-Signature": names["signature"]},
        },
    } | _from_kakao(names, attempt)


def _from_kakao(names: dict[str, Any], attempt: int) -> dict[str, dict[str, Any]]:
    """What Kakao itself sends, and a word in chat from somebody who has not joined."""
    person, at = f"400000000{attempt}", "2026-11-25T00:00:00Z"
    change = {"event": "added", "id": person, "id_type": "app_user_id", "updated_at": at}
    asked = {"utterance": f"도움말 {attempt}", "user": {"id": "bench"}}
    admin = {"Authorization": f"KakaoAK {names['admin_key']}"}
    unlinked = {"app_id": "1", "user_id": person}
    return {
        "POST /webhooks/kakao/channel": {"json": change, "headers": admin},
        "POST /webhooks/kakao/unlink": {"data": unlinked, "headers": admin},
        "GET /webhooks/kakao/unlink": {"query_string": unlinked, "headers": admin},
        "POST /webhooks/kakao/skill": {
            "json": {"userRequest": asked},
            "headers": {"X-Skill-Token": names["skill_token"]},
        },
    }


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent meanwhile, over any engine."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)
