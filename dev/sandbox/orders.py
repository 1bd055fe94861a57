"""Judging a send request: what refuses all of it, and what refuses one recipient (NHN Cloud, error-code)."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from flask import request

from dev.sandbox.rules import Rule
from dev.sandbox.search import minute, refuse
from dev.sandbox.state import KST, Batch, State
from dev.sandbox.templates import Template

PHONE = re.compile(r"\d{8,15}")
LIMITS = {"senderKey": 40, "templateCode": 20, "senderGroupingKey": 100, "statsId": 8}
REQUIRED = ("senderKey", "templateCode")


def read(state: State) -> dict[str, Any]:
    """The JSON body, once everything that concerns the whole request is right."""
    if request.mimetype != "application/json":
        raise refuse(-9996)
    try:
        order = json.loads(request.get_data())
    except ValueError:
        raise refuse(-9997) from None
    if not isinstance(order, dict):
        raise refuse(-9997)
    _check_texts(order)
    if state.settings.sender_key is not None and order["senderKey"] != state.settings.sender_key:
        raise refuse(-2017)
    if state.settings.strict_templates and order["templateCode"] not in state.templates:
        raise refuse(-3003)
    _check_recipients(order.get("recipientList"))
    _check_request_date(state, order.get("requestDate"))
    if state.settings.poison and state.settings.poison in json.dumps(order, ensure_ascii=False):
        raise refuse(-2019)
    return order


def _check_texts(order: dict[str, Any]) -> None:
    for name in REQUIRED:
        if order.get(name) is None:
            raise refuse(-2002, f"The '{name}' must not be null.")
    for name, limit in LIMITS.items():
        value = order.get(name)
        if value is None:
            continue
        if not isinstance(value, str):
            raise refuse(-9994, "A method argument has not the expected type.")
        if not value.strip():
            raise refuse(-2001, f"The '{name}' must not be blank.")
        if len(value) > limit:
            raise refuse(-2000, f"The '{name}' must be at less than or equal to {limit}.")


def _check_recipients(recipients: Any) -> None:
    if recipients is None:
        raise refuse(-4011, "RecipientList must not be null.")
    if not isinstance(recipients, list) or not all(isinstance(one, dict) for one in recipients):
        raise refuse(-9994, "A method argument has not the expected type.")
    if not 1 <= len(recipients) <= 1000:
        raise refuse(-2004, "The 'recipientList' must be between 1 and 1000.")


def _check_request_date(state: State, text: Any) -> None:
    if text is None:
        return
    try:
        at = minute(text)
    except (TypeError, ValueError):
        raise refuse(-2027) from None
    now = state.clock.now()
    if at < now - timedelta(minutes=1):
        raise refuse(-2025, "The 'requestDate' is in the past.")
    if at > now + timedelta(days=60):
        raise refuse(-2026, "The 'requestDate' is too far ahead.")


def judge(state: State, order: dict[str, Any], rule: Rule) -> list[int]:
    """A result code for each recipient: the rule's, else what its fields deserve."""
    template = state.template(order["templateCode"])
    limit_14 = state.settings.limit_14
    with state.lock:  # the share is counted over all requests of the rule
        return [_scripted_code(one, rule) or _code(one, template, limit_14) for one in order["recipientList"]]


def _scripted_code(recipient: dict[str, Any], rule: Rule) -> int:
    for name in ("recipientNo", "recipientGroupingKey"):
        code = rule.codes.get(str(recipient.get(name)))
        if code:
            return code
    return rule.fail_code if rule.fail_share and rule.fails_next() else 0


def _code(recipient: dict[str, Any], template: Template, limit_14: bool) -> int:
    number = recipient.get("recipientNo")
    if not isinstance(number, str) or not PHONE.fullmatch(number):
        return -5000
    key = recipient.get("recipientGroupingKey")
    if key is not None and (not isinstance(key, str) or len(key) > 100):
        return -2000
    parameters = recipient.get("templateParameter") or {}
    if not isinstance(parameters, dict) or not all(isinstance(value, str) for value in parameters.values()):
        return -3004
    if any(name not in parameters for name in template.variables) or any("@" in name for name in parameters):
        return -3004
    if sum(map(len, parameters.values())) > 1300:
        return -3048
    if limit_14 and any(_units(value) > len(f"#{{{name}}}") + 14 for name, value in parameters.items()):
        return -1028
    return 0


def _units(value: str) -> int:
    """As Java counts characters; how the dealer does is not documented."""
    return len(value.encode("utf-16-le", errors="surrogatepass")) // 2


def as_batch(state: State, order: dict[str, Any]) -> Batch:
    now = state.clock.now()
    text = order.get("requestDate")
    return Batch(
        channel="alimtalk",
        request_id=f"{now.astimezone(KST):%Y%m%d%H%M%S}SANDBOX{next(state.serial):06d}",
        created_at=now,
        requested_at=max(minute(text), now) if text else now,
        template=state.template(order["templateCode"]),
        sender_key=order["senderKey"],
        grouping_key=order.get("senderGroupingKey"),
        create_user=order.get("createUser"),
    )
