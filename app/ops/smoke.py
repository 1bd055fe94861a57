"""`flask ops smoke`: does a running deployment do its job, seen from outside."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import click
from flask import current_app
from flask.cli import with_appcontext

from app.domain.days import local_date, utc_now
from app.ops.deployment import Answer, BaseUrl, Deployment, Wrong
from app.ops.output import Line, Seconds, reports

ZONE = "Asia/Seoul"
CALL_S, POLL_S = 5.0, 0.5
SETTLED_S = 30.0
WORKING = ("database", "migrations", "schema", "redis", "worker", "scheduler")
GENERATE = "/plans/generate"


@dataclass
class Run:
    """The deployment, an operator's key, and what was made so far."""

    deployment: Deployment
    key: str
    admin_key: str | None
    made: dict[str, Any] = field(default_factory=dict)

    def ask(self, method: str, path: str, **content: Any) -> Answer:
        return self.deployment.ask(method, path, key=self.key, **content)

    def plan(self, days: int, **source: str) -> Answer:
        """Ask for a plan of the sandbox trainee, so many days ahead, on whatever weekday."""
        on = local_date(ZONE, utc_now()) + timedelta(days=days)
        body = {"user_id": self.made["user"], "target_date": str(on), "force": True}
        return self.ask("POST", GENERATE, json=body | source)


@click.command("smoke", short_help="Check a running deployment from outside, within a minute.")
@click.option("--base-url", type=BaseUrl(), required=True, help="Such as https://coach.example.com.")
@click.option(
    "--timeout",
    "timeout_s",
    type=Seconds(3, 600),
    default=60,
    show_default=True,
    help="Seconds that all of it may take; a sixth of them is for cleaning up.",
)
@with_appcontext
@reports
def smoke(base_url: str, timeout_s: float) -> list[Line]:
    """Check a running deployment from outside, within a minute; safe in production.

    It makes a trainee who is a sandbox: what is scheduled for one is never sent to anybody. It asks for
    plans, sees that a worker takes their message, sends a webhook about a person nobody knows, and deletes
    the trainee.
    The keys are those of this environment, so run it where the deployment's environment is.
    """
    config = current_app.config
    keys = config["KAKAO_ADMIN_KEYS"] or [None]
    run = Run(Deployment(base_url, CALL_S), config["OPERATOR_API_KEYS"][0], keys[0])
    lines = []
    try:
        run.deployment.allow(timeout_s * 5 / 6)
        lines = [*_steps(run, STEPS)]
    finally:
        run.deployment.allow(timeout_s / 6)
        cleaned = [*_steps(run, CLEANING)] if "user" in run.made else []
    return [*lines, *cleaned]


Step = Callable[[Run], str]


def _steps(run: Run, steps: dict[str, Step]) -> Iterator[Line]:
    """Each step's line; what a step needs that failed is said instead of tried."""
    for name, step in steps.items():
        try:
            yield Line(True, name, step(run))
        except Wrong as wrong:
            yield Line(False, name, str(wrong))
        except KeyError as missing:
            yield Line(False, name, f"not tried: there is no {missing.args[0]}")
        except (AttributeError, TypeError):
            yield Line(False, name, "answered with JSON of another shape")


def _twice(check: Step, run: Run) -> str:
    return " / ".join(check(run) for _ in range(2))


def _healthz(run: Run) -> str:
    found = run.deployment.ask("GET", "/healthz").must_be(200)
    return f"200 in {found.latency_ms} ms, version {found.json.get('version')}"


def _readyz(run: Run) -> str:
    """Ready, and with everything at work: what only degrades a deployment fails this check."""
    found = run.deployment.ask("GET", "/readyz")
    checks = found.json.get("checks", {}) if found.body else {}
    bad = [name for name in WORKING if checks.get(name, {}).get("status") != "ok"]
    if bad:
        told = "; ".join(f"{name}: {_said(checks.get(name, {}))}" for name in bad)
        raise Wrong(f"{found.status}, {told}")
    found.must_be(200)
    return f"200 in {found.latency_ms} ms"


def _said(check: dict[str, Any]) -> str:
    return str(check.get("detail") or ", ".join(check.get("drift", [])) or check.get("state") or "no answer")


def _without_a_key(run: Run) -> str:
    run.deployment.ask("GET", f"/users/{uuid4()}").must_be(401, "unauthorized")
    return "401"


def _user(run: Run) -> str:
    body = {"name": "smoke", "is_sandbox": True, "timezone": ZONE, "reminder_time": "00:00"}
    run.made["user"] = run.ask("POST", "/users", json=body).must_be(201).json["id"]
    return f"201, sandbox trainee {run.made['user']}"


def _plan(run: Run) -> str:
    found = run.plan(0, plan_source=" Rule ").must_be(201)
    if found.json["source"] != "rule":
        raise Wrong(f"plan_source ' Rule ' became {found.json['source']!r}")
    run.made["plan"] = found.json
    return f"201 in {found.latency_ms} ms, plan_source ' Rule ' became 'rule'"


def _source(run: Run) -> str:
    found = run.plan(1, source="RULE").must_be(201)
    if found.json["source"] != "rule":
        raise Wrong(f"source 'RULE' became {found.json['source']!r}")
    return "201, source 'RULE' became 'rule'"


def _conflict(run: Run) -> str:
    known = run.made["plan"]["id"]
    found = run.plan(0, source="rule").must_be(409, "conflict")
    if found.json.get("plan_id") != known:
        raise Wrong("the conflict names another plan")
    return "409, names the plan"


def _blank(run: Run) -> str:
    for name in ("source", "plan_source"):
        run.plan(2, **{name: ""}).must_be(400, "validation")
    return "400 for source and for plan_source"


def _queued(run: Run) -> str:
    """The message is there, and a worker takes it up: it ends as one of a sandbox does."""
    queued = run.made["plan"]["notification"]
    if queued is None:
        raise Wrong("the plan has no notification")
    state = run.ask("GET", "/ops/status").must_be(200).json
    if any(each["name"] == "send_paused" and each["value"] for each in state["guardrails"]):
        raise Wrong("scheduled, but none is taken up while sending is paused (guardrail send_paused)")
    end = time.monotonic() + SETTLED_S
    found: dict[str, Any] = {}
    while time.monotonic() < end:
        found = run.ask("GET", f"/notifications/{queued['id']}").must_be(200).json
        if found["status"] == "CANCELED":
            return f"scheduled, then taken up by a worker: CANCELED, {found['reason_code']}"
        time.sleep(POLL_S)
    held_back = "".join(f"; {each['scope']} is held back: {each['reason_code']}" for each in state["holds"])
    raise Wrong(f"no worker took it up within {SETTLED_S:g} s: {found.get('status')}{held_back}")


def _webhook(run: Run) -> str:
    """About a person nobody knows: it is stored, and changes nothing."""
    at = utc_now().strftime("%Y-%m-%dT%H:%M:%SZ")
    body = {"event": "added", "id": "0", "id_type": "app_user_id", "updated_at": at}
    body |= {"channel_public_id": "_smoke", "channel_uuid": "@smoke"}
    headers = {"Authorization": f"KakaoAK {run.admin_key}", "X-Kakao-Resource-ID": f"smoke-{uuid4()}"}
    found = run.deployment.ask("POST", "/webhooks/kakao/channel", headers=headers, json=body).must_be(200)
    return f"200 in {found.latency_ms} ms"


def _delete(run: Run) -> str:
    run.ask("DELETE", f"/users/{run.made['user']}").must_be(204)
    run.ask("GET", f"/users/{run.made['user']}").must_be(404)
    return "204, then 404"


STEPS: dict[str, Step] = {
    "healthz": partial(_twice, _healthz),
    "readyz": partial(_twice, _readyz),
    "without a key": _without_a_key,
    "user": _user,
    "plan": _plan,
    "source": _source,
    "conflict": _conflict,
    "blank source": _blank,
    "notification": _queued,
    "webhook": _webhook,
}
CLEANING: dict[str, Step] = {"clean-up": _delete}
