"""Requests as the AlimTalk dealer takes them, to a sandbox."""

from typing import Any

import requests

from dev.sandbox.client import Sandbox

BASE = "/alimtalk/v2.3/appkeys/sandbox-app-key"
SECRET = {"X-Secret-Key": "sandbox-secret-key"}


def recipient(number: int, **changes: Any) -> dict[str, Any]:
    item = {
        "recipientNo": f"0100000{number:04}",
        "templateParameter": {"name": "하늘", "time": "19:00"},
        "recipientGroupingKey": f"note-{number}",
    }
    return item | changes


def order(*recipients: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = {"senderKey": "sender-1", "templateCode": "PLAN", "senderGroupingKey": "batch-1"}
    return body | {"recipientList": list(recipients) or [recipient(1)]} | changes


def send(sandbox: Sandbox, body: Any, key: str | None = None, **headers: str) -> dict[str, Any]:
    idempotency = {"X-NC-API-IDEMPOTENCY-KEY": key} if key else {}
    url = f"{sandbox.base_url}{BASE}/messages"
    answer = requests.post(url, json=body, headers=SECRET | idempotency | headers, timeout=10)
    assert answer.status_code == 200
    return answer.json()


def get(sandbox: Sandbox, path: str, **query: Any) -> dict[str, Any]:
    url = f"{sandbox.base_url}{BASE}/{path}"
    answer = requests.get(url, params=query, headers=SECRET, timeout=10)
    assert answer.status_code == 200
    return answer.json()


def code_of(answer: dict[str, Any]) -> int:
    assert answer["header"]["isSuccessful"] is (answer["header"]["resultCode"] == 0)
    return answer["header"]["resultCode"]
