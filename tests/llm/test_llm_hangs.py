"""With the LLM hanging: its own plans come within a second of its deadline, and nothing else waits for it."""

from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

import pytest
import requests
from factories import AS_CLIENT, ask_plan, make_lifter, today
from flask import Flask
from openapi_client import SpecClient
from real_processes import web

from dev.sandbox.client import Sandbox

DEADLINE_S = 2.0


def timed(call: Any) -> tuple[float, Any]:
    started = monotonic()
    found = call()
    return monotonic() - started, found


@pytest.mark.parametrize("most", [2, 8])  # the second: more than a process has threads
def test_a_hanging_llm_holds_up_its_own_plans_only(
    client: SpecClient, sandbox: Sandbox, env: dict[str, str], tmp_path: Any, most: int
) -> None:
    asked = [make_lifter(client)["id"] for _ in range(8)]
    by_rules = [make_lifter(client)["id"] for _ in range(6)]
    sandbox.always("llm", action="hang")
    own = {"LLM_API_KEY": "k", "LLM_BASE_URL": f"{sandbox.base_url}/v1", "LLM_TIMEOUT_S": str(DEADLINE_S)}
    own["LLM_CONCURRENCY"] = str(most)

    def plan(address: str, user_id: str, source: str) -> Any:
        body = {"user_id": user_id, "target_date": str(today()), "source": source, "force": True}
        return requests.post(f"{address}/plans/generate", json=body, headers=AS_CLIENT, timeout=30).json()

    with web(env | own, tmp_path / "log") as address, ThreadPoolExecutor(8) as pool:
        plan(address, by_rules[0], "rule")  # connections and imports
        usual_s = max(timed(lambda each=each: plan(address, each, "rule"))[0] for each in by_rules[1:3])  # type: ignore[misc]
        waiting = [pool.submit(timed, lambda each=each: plan(address, each, "llm")) for each in asked]  # type: ignore[misc]
        sandbox.until_hanging(2)
        health_s, health = timed(lambda: requests.get(f"{address}/healthz", timeout=30))
        rule_s, ruled = timed(lambda: plan(address, by_rules[3], "rule"))
        answers = [each.result() for each in waiting]

    assert health.status_code == 200 and health_s < DEADLINE_S / 2
    assert ruled["source"] == "rule" and rule_s < usual_s + DEADLINE_S / 2
    reasons = sorted(found["fallback_reason"] for _, found in answers)
    assert reasons == ["llm_busy"] * 6 + ["llm_timeout"] * 2
    assert max(took_s for took_s, _ in answers) < DEADLINE_S + 1


def test_a_plan_after_it_hung_is_the_llms_again(client: SpecClient, sandbox: Sandbox) -> None:
    sandbox.script("llm", action="hang")
    first = ask_plan(client, make_lifter(client)["id"], source="llm").json
    sandbox.release()

    second = ask_plan(client, make_lifter(client)["id"], source="llm").json

    assert (first["fallback_reason"], second["source"]) == ("llm_timeout", "llm")


def test_what_it_said_is_judged_again_when_the_trainee_has_changed_meanwhile(
    app: Flask, client: SpecClient, sandbox: Sandbox
) -> None:
    user = make_lifter(client)
    sandbox.script("llm", action="hang")
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask_plan, app.test_client(), user["id"], source="llm")
        sandbox.until_hanging()
        hurt = {"profile": {"injuries": [{"area": "knee", "severity": "MODERATE"}]}}
        assert client.patch(f"/users/{user['id']}", json=hurt, headers=AS_CLIENT).status_code == 200
        sandbox.release()
        plan = asked.result().json

    assert (plan["source"], plan["fallback_reason"]) == ("rule", "llm_unsafe")
    assert "barbell_back_squat" not in {each["exercise"] for each in plan["sessions"]}
