"""The API under `/_sandbox/`: how a test or a person tells the sandbox what to do and asks what it saw.

POST rules              `{"endpoint": E, "rules": [R, ...], "sticky": false}`. E is `send`, `messages`,
                        `message`, `results`, `results_count` (the dealer), `memo`, `token`, `llm`,
                        `callback`, or `*` for all. Each R is used once, in order; a sticky one applies
                        whenever the queue is empty. The fields of an R:
    action              `answer`; `hang`: accept, then no answer until released; `hang_before`: accept only
                        when released; `reset_before`, `reset_after`: a RST before or after accepting
    delay_before_s      wait before accepting; `delay_after_s` after it
    status              and `headers`, `body`: the answer. A body that is no string is sent as JSON; headers
                        alone are added to the normal answer
    header_code         and `header_message`: the dealer's answer with that code for the whole request
    garbage             `html`, `truncated` (half a JSON), `huge` (5 MB), `empty`, `drip` (a byte every 0.1
                        s)
    accept              whether the request has its effect; when not said, only if its answer is not
                        replaced
    codes               `{phone number or recipientGroupingKey: code}`: these recipients are refused
    fail_share          that share of the recipients is refused, evenly spread, with `fail_code` (-9999)
    content             what the LLM says: a string, or JSON
DELETE rules            forget them; `?endpoint=E` only those of E
POST release            let every hanging request go on
GET requests            what came in, oldest first: endpoint, method, path, query, headers, body, at, status
                        (null: no answer yet, or never). `?endpoint=E`, `?limit=n` (the last n). Only the
                        last `keep_bodies` have a body
GET messages            what was accepted, oldest first, and the `total`. `?recipient=`,
                        `?notification_id=`, `?after=id`, `?limit=1000` (the last n)
GET effects             `{notification id: how many times a message with it was accepted}`; above 1 is a
                        double send
GET memo_effects        `{owner: how many memos were taken with the owner's tokens}`. Whose a token is, says
                        the setting `memo_owners`, `{access or refresh token: owner}`; one from a refresh has
                        the owner of the refresh token; any other is its own owner, by its first 24
                        characters. Two more settings: `memo_codes`, `{owner: code}`: each memo of the owner
                        is refused with that code of Kakao's, under its HTTP status; `expired_tokens`, a
                        list: -401
GET state               now, requests that hang, envelopes on their way, hooks held, rules left, how many
                        messages and requests
GET settings            see `state.Settings`; a PUT changes what it names
GET clock               a POST of `{"advance_s": 601}` or `{"now": "2026-01-05T07:00:00+09:00"}` moves it,
                        and with it the idempotency window, all dates, and what is due for delivery
GET webhooks            the last envelopes posted, with the status each attempt got (0: no answer)
POST webhooks/deliver   `{"keys": [notification id or phone number, ...], "code": "3019"}`: settle these
                        messages and post their hooks, whatever the `webhooks` setting; without `keys` all
                        that have no result
POST webhooks/release   `{"order": "fifo" or "reverse", "hooks_a_post": 100}`: post the hooks that were held
POST webhooks/repeat    `{"last": 1, "times": 1}`: post the last envelopes again, byte for byte. These three
                        answer when the posting has ended
chat                    what is said in KakaoTalk, and Kakao's own webhooks: see `chat.py`
POST reset              forget everything, release what hangs, return to the settings it was started with
"""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from flask import Blueprint, Response, current_app, request

from dev.sandbox.faults import as_json, the_state
from dev.sandbox.rules import ENDPOINTS, Rule
from dev.sandbox.state import Message
from dev.sandbox.webhooks import HOOKS_A_POST, Post, Webhooks

blueprint = Blueprint("control", __name__, url_prefix="/_sandbox")


def the_webhooks() -> Webhooks:
    webhooks: Webhooks = current_app.extensions["sandbox-webhooks"]
    return webhooks


def told() -> dict[str, Any]:
    """The JSON object of the request; an empty body is an empty object."""
    data = request.get_json(force=True) if request.get_data() else {}
    if not isinstance(data, dict):
        raise ValueError("a JSON object is needed")
    return data


@blueprint.errorhandler(KeyError)
@blueprint.errorhandler(TypeError)
@blueprint.errorhandler(ValueError)
def bad_order(error: Exception) -> Response:
    return as_json({"error": f"{type(error).__name__}: {error}"}, 400)


@blueprint.post("/rules")
def add_rules() -> Response:
    data = told()
    endpoint, rules = data["endpoint"], [Rule.from_json(one) for one in data["rules"]]
    if endpoint not in (*ENDPOINTS, "*"):
        raise ValueError(f"endpoint is one of {', '.join(ENDPOINTS)}, *")
    if data.get("sticky"):
        (rule,) = rules
        the_state().rules.stick(endpoint, rule)
    else:
        the_state().rules.add(endpoint, rules)
    return as_json({"added": len(rules)})


@blueprint.delete("/rules")
def clear_rules() -> Response:
    the_state().rules.clear(request.args.get("endpoint"))
    return as_json({})


@blueprint.post("/release")
def release() -> Response:
    the_state().hangs.release()
    return as_json({})


@blueprint.get("/requests")
def show_requests() -> Response:
    state, wanted = the_state(), request.args.get("endpoint")
    with state.lock:
        found = [one for one in state.requests if wanted in (None, one.endpoint)]
    found = found[-int(request.args.get("limit", 1000)) :]
    return as_json({"requests": [one.as_json() for one in found]})


@blueprint.get("/messages")
def show_messages() -> Response:
    state = the_state()
    found = [one for one in state.messages() if _is_wanted(one)]
    last = found[-int(request.args.get("limit", 1000)) :]
    return as_json({"messages": [one.as_json() for one in last], "total": len(found)})


def _is_wanted(message: Message) -> bool:
    query = request.args
    return (
        query.get("recipient") in (None, message.recipient)
        and query.get("notification_id") in (None, message.notification_id)
        and message.id > int(query.get("after", 0))
    )


@blueprint.get("/effects")
def show_effects() -> Response:
    with the_state().lock:
        return as_json(dict(the_state().effects))


@blueprint.get("/memo_effects")
def show_memo_effects() -> Response:
    with the_state().lock:
        return as_json(dict(the_state().memo_effects))


@blueprint.get("/state")
def show_state() -> Response:
    state, webhooks = the_state(), the_webhooks()
    return as_json(
        {
            "now": state.clock.now().isoformat(),
            "hanging": state.hangs.waiting,
            "posting": webhooks.busy,
            "held": len(webhooks.held),
            "rules": state.rules.waiting(),
            "messages": state.kept,
            "requests": len(state.requests),
        }
    )


@blueprint.get("/settings")
def show_settings() -> Response:
    return as_json(asdict(the_state().settings))


@blueprint.put("/settings")
def change_settings() -> Response:
    state = the_state()
    with state.lock:
        state.settings = state.settings.changed(told())
    return show_settings()


@blueprint.get("/clock")
def show_clock() -> Response:
    return as_json({"now": the_state().clock.now().isoformat()})


@blueprint.post("/clock")
def move_clock() -> Response:
    clock, data = the_state().clock, told()
    if "now" in data:
        clock.offset += datetime.fromisoformat(data["now"]) - clock.now()
    clock.offset += timedelta(seconds=data.get("advance_s", 0))
    the_webhooks().clock_moved()
    return show_clock()


@blueprint.get("/webhooks")
def show_webhooks() -> Response:
    return _posts(list(the_webhooks().posts))


def _posts(posts: list[Post]) -> Response:
    return as_json({"posts": [one.as_json() for one in posts]})


@blueprint.post("/webhooks/deliver")
def deliver() -> Response:
    data, webhooks = told(), the_webhooks()
    keys = data.get("keys")
    if keys is None:
        wanted = [one for one in the_state().messages() if one.delivery_code is None]
    else:
        wanted = [one for one in the_state().messages() if {one.notification_id, one.recipient} & set(keys)]
    hooks = webhooks.settle(wanted, data.get("code"))
    return _posts([webhooks.post(one) for one in webhooks.envelopes(hooks)])


@blueprint.post("/webhooks/release")
def release_webhooks() -> Response:
    data, webhooks = told(), the_webhooks()
    order, size = data.get("order", "fifo"), int(data.get("hooks_a_post", HOOKS_A_POST))
    if order not in ("fifo", "reverse"):
        raise ValueError("order is fifo or reverse")
    hooks = webhooks.take_held()
    if order == "reverse":
        hooks.reverse()
    return _posts([webhooks.post(one) for one in webhooks.envelopes(hooks, size)])


@blueprint.post("/webhooks/repeat")
def repeat_webhooks() -> Response:
    data, webhooks = told(), the_webhooks()
    last = list(islice(reversed(webhooks.posts), int(data.get("last", 1))))[::-1]
    again = [Post(one.body, one.hook_ids) for _ in range(int(data.get("times", 1))) for one in last]
    return _posts([webhooks.post(one) for one in again])


@blueprint.post("/reset")
def reset() -> Response:
    """Also waits, two seconds at most, for webhooks that are on their way."""
    state, webhooks = the_state(), the_webhooks()
    webhooks.clear()
    state.clear()
    state.hangs.release()
    deadline = time.monotonic() + 2
    while webhooks.busy and time.monotonic() < deadline:
        time.sleep(0.01)
    return as_json({})
