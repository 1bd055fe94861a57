"""`make demo`: one trainee's first training days, over HTTP, against a running `make run`.

Every step prints what the API and the sandbox really answered. The demo ends with 1 and one clear line as
soon as a promise is not kept. Each run makes a trainee of its own, with a number nobody has, and leaves them
there to be looked at.
"""

import argparse
import json
import random
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

import requests

from dev.environment import ROOT
from dev.processes import wait_until
from dev.runner import answers
from dev.sandbox.client import Sandbox

RUN_FILE = ROOT / ".dev" / "run.json"
KST = ZoneInfo("Asia/Seoul")
LATEST_S = 2.0  # how long after its time a message may arrive
PATIENCE_S = 15.0
NUMBERS_TRIED = 50
DAYS_AHEAD = 14
EASY_RIR = 4  # repetitions in reserve above those prescribed; from 2 on the rules call a set easy
GYM = ["dumbbell", "bench", "barbell", "rack", "machine", "cable", "pullup_bar"]
NAME = "김하루"
PROFILE = {"sex": "M", "weight_kg": 76, "goal": "HYPERTROPHY", "max_daily_minutes": 60, "equipment": GYM}
# A reminder time that has passed today: the message is due at once.
TRAINEE = {"name": NAME, "reminder_time": "00:00", "profile": PROFILE}
Json = dict[str, Any]


class NotKept(Exception):
    """A promise that was not kept, or a step that could not be made; the message is for people."""


class Api:
    """The service, called as a client calls it."""

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url = base_url
        self._session = requests.Session()
        self._session.trust_env = False  # never through a proxy
        self._session.headers["Authorization"] = f"Bearer {key}"

    def call(self, method: str, path: str, *statuses: int, body: Json | None = None) -> Json:
        """The answer's JSON; NotKept, with its words, when it has none of these statuses."""
        answer = self._session.request(method, self.base_url + path, json=body, timeout=PATIENCE_S)
        keep(answer.status_code in statuses, f"{method} {path} gives {statuses[0]}", answer.text)
        return dict(answer.json())

    def plan(self, user: Json, on: date, *, force: bool = False) -> Json:
        body = {"user_id": user["id"], "target_date": on.isoformat(), "force": force}
        return self.call("POST", "/plans/generate", 201, body=body)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; return the exit code."""
    parser = argparse.ArgumentParser("python -m dev.demo", description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument("--run-file", type=Path, default=RUN_FILE, help="what `make run` wrote (%(default)s)")
    try:
        run = running(parser.parse_args(arguments).run_file)
        demo(Api(run["api"], run["client_key"]), run["sandbox"])
    except (NotKept, TimeoutError, requests.RequestException) as reason:
        print(f"\nFAILED: {reason}", file=sys.stderr)
        return 1
    return 0


def running(path: Path) -> dict[str, str]:
    """The addresses and keys of a running `make run`; NotKept when nothing runs there."""
    try:
        run: dict[str, str] = json.loads(path.read_text())
    except (OSError, ValueError):
        run = {}
    if not run or not answers(f"{run['api']}/healthz"):
        raise NotKept(f"nothing runs here (by {path}). Start `make run` in another terminal first.")
    return run


def demo(api: Api, sandbox_url: str) -> None:
    """The whole story."""
    user = create_user(api)
    first = first_plan(api, user)
    message_id = first["notification"]["id"]
    with Sandbox(sandbox_url) as sandbox:
        receive(sandbox, first["notification"])
        delivered(api, message_id)
        report_all(api, first)
        compare(first, plan_until_again(api, user, first))
        taken = sandbox.effects()[message_id]
    print(f"\n9. How often the trainee got the message: {taken}.")
    keep(taken == 1, "the trainee never gets a message twice")
    print(f"\nAll promises were kept. The messages: {sandbox_url}   The API: {api.base_url}/docs")


def create_user(api: Api) -> Json:
    """A new trainee; a number that is taken already is drawn again."""
    for _ in range(NUMBERS_TRIED):
        number = f"0100000{random.randrange(10_000):04d}"
        user = api.call("POST", "/users", 201, 409, body=TRAINEE | {"phone_number": number})
        if "id" in user:
            print(f"\n1. A trainee was created: {user['name']}, {user['phone_number']}, id {user['id']}")
            return user
    raise NotKept(f"{NUMBERS_TRIED} made-up numbers were taken; `make clean` starts with none.")


def first_plan(api: Api, user: Json) -> Json:
    """Today's plan, also on a day of the week that is not one of training."""
    plan = api.plan(user, datetime.now(KST).date(), force=True)
    print(f"\n2. 201, the plan for {plan['target_date']}: {plan['summary']}, id {plan['id']}")
    keep(plan["kind"] == "training" and plan["sessions"], "today's plan has exercises")
    keep(plan["notification"], "today's plan is announced")
    rows = [(each["exercise_name"], dose(each), f"{each['target_rest_sec']}초") for each in plan["sessions"]]
    print_table([("운동", "세트 × 목표 @ 무게", "휴식"), *rows])
    return plan


def receive(sandbox: Sandbox, notification: Json) -> None:
    """Wait for the message that announces the plan, and hold it to its time."""
    message = wait_for(lambda: sandbox.messages(notification_id=notification["id"]), "the message to arrive")
    late_s = (message.accepted_at - datetime.fromisoformat(notification["schedule_at"])).total_seconds()
    print(f"\n3. The message arrived {late_s:.2f} s after its time, {notification['schedule_at']}:")
    buttons = " ".join(f"[{each['name']}]" for each in message.buttons)
    for line in [*message.text.splitlines(), buttons]:
        print(f"     │ {line}")
    keep(late_s <= LATEST_S, f"a message arrives within {LATEST_S:g} s of its time")
    keep(NAME in message.text, "the message names the trainee")


def delivered(api: Api, message_id: str) -> None:
    """Wait until the dealer's webhook has had its effect; show the recorded codes."""

    def look() -> list[Json]:
        message = api.call("GET", f"/notifications/{message_id}", 200)
        is_over = message["status"] == "DELIVERED" and message["provider_codes"][-1]["captured_at"]
        return [message] if is_over else []

    message = wait_for(look, "the notification to be DELIVERED")
    keep(len(message["provider_codes"]) == 1, "there was one attempt")
    one = message["provider_codes"][0]
    answer = f"{one['provider_status_code']} ({one['outcome']}, HTTP {one['http_status']})"
    print(f"\n4. On record: {one['provider']} answered with code {answer} in {one['latency_ms']} ms")
    keep(one["outcome"] == "ok", "the provider took the message and its code is recorded")
    print(f"\n5. DELIVERED at {message['delivered_at']}, by the webhook, with code {one['delivery_code']}")
    keep(one["delivery_code"] == "1000", "the delivery code is recorded on the attempt")


def report_all(api: Api, plan: Json) -> None:
    """Report every set as prescribed, the last of each exercise as easy."""
    count, status = 0, plan["status"]
    for session in plan["sessions"]:
        for each in session["sets"]:
            body: Json = {"status": "DONE"}
            if each["set_no"] == session["target_sets"]:
                body["rir"] = session["target_rir"] + EASY_RIR
            path = f"/plans/{plan['id']}/sessions/{session['id']}/sets/{each['set_no']}"
            status = api.call("PUT", path, 200, body=body)["plan_status"]
            count += 1
    print(f"\n6. All {count} sets were reported, the last of each exercise as easy: the plan is {status}")
    keep(status == "DONE", "a plan whose sets are all reported is DONE")


def plan_until_again(api: Api, user: Json, first: Json) -> Json:
    """Plan the days after, until the first plan's template comes again; return that plan."""
    print("\n7. The days after:")
    others: set[str] = set()
    for days in range(1, DAYS_AHEAD + 1):
        on = date.fromisoformat(first["target_date"]) + timedelta(days=days)
        plan = api.plan(user, on)
        print(f"     {on} {'월화수목금토일'[on.weekday()]}  {plan['summary']}")
        rests = plan["kind"] == "rest"
        keep(rests != bool(plan["sessions"]), "a day has exercises or is a day of rest")
        keep(plan["summary"].partition(" · ")[2], "a day of rest says why")
        if template(plan) == template(first):
            keep(len(others) == 2, "the two other sessions of the rotation come in between")
            return plan
        others |= set() if rests else {template(plan)}
    raise NotKept(f"{template(first)} did not come again within {DAYS_AHEAD} days.")


def compare(first: Json, again: Json) -> None:
    """The same template side by side: what was easy has become more."""
    print(f"\n8. {template(first)} on {first['target_date']} and again on {again['target_date']}:")
    before = {each["exercise"]: each for each in first["sessions"]}
    pairs = [(before[each["exercise"]], each) for each in again["sessions"] if each["exercise"] in before]
    print_table([(new["exercise_name"], dose(old), "→", dose(new), why(new)) for old, new in pairs])
    loads = [(old["target_weight_kg"], new["target_weight_kg"]) for old, new in pairs]
    keep(all(new >= old for old, new in loads if old), "no load falls after an easy session")
    keep(any(new > old for old, new in loads if old), "loads rise after an easy session")


def template(plan: Json) -> str:
    """`전신 A` of `전신 A · 5종목 · 48분`."""
    return str(plan["summary"].partition(" · ")[0])


def dose(session: Json) -> str:
    """`2 × 8회 @ 12 kg`."""
    amount = f"{session['target_reps']}회" if session["target_reps"] else f"{session['target_seconds']}초"
    kg, band = session["target_weight_kg"], session["target_band"]
    load = f" @ {kg:g} kg" if kg is not None else f" @ {band}" if band else ""
    return f"{session['target_sets']} × {amount}{' 좌우' if session['per_side'] else ''}{load}"


def why(session: Json) -> str:
    """The first sentence of an exercise's note, in brackets."""
    return f"[{session['notes'].partition('.')[0]}]"


def wait_for(look: Callable[[], list[Any]], what: str) -> Any:
    """The first thing that `look` finds; raises TimeoutError that says `what` did not happen."""
    found: list[Any] = []

    def seen() -> bool:
        found.extend(look())
        return bool(found)

    wait_until(seen, PATIENCE_S, what, poll_s=0.05)
    return found[0]


def keep(is_kept: object, promise: str, found: str = "") -> None:
    if not is_kept:
        raise NotKept(f"this promise was not kept: {promise}. {found}".rstrip())


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Columns of equal width on a terminal, where a Korean character is two wide."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)]
        print(f"     {'  '.join(cells)}".rstrip())


def width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


if __name__ == "__main__":
    sys.exit(main())
