"""Drive a sandbox from Python: `Sandbox` speaks its control API, `running_sandbox()` starts one and stops it.

    with running_sandbox(webhook_url=..., webhook_signature=...) as sandbox:
        sandbox.script("send", header_code=-9999)      # the next send fails
        sandbox.always("send", fail_share=0.4)         # and from then on 40 % of the recipients
        ...
        assert set(sandbox.effects().values()) == {1}

Keyword arguments of `script` and `always` are the fields of a rule, see `control.py`. `say`, `tap` and the
rest of the chat are in `chat_client.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import requests

from dev.sandbox.chat_client import ChatCalls

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")


@dataclass(frozen=True)
class Received:
    """A request that reached a provider; `status` is None when it has had no answer."""

    id: int
    endpoint: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str | None
    at: datetime
    status: int | None

    @property
    def json(self) -> Any:
        return json.loads(self.body or "null")

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body or ""))


@dataclass(frozen=True)
class Accepted:
    """A message that was taken; its status is accepted, delivered or failed."""

    id: int
    channel: str
    recipient: str
    notification_id: str | None
    sender_grouping_key: str | None
    request_id: str
    recipient_seq: int
    template_code: str
    parameters: dict[str, str]
    text: str
    buttons: list[dict[str, str]]
    accepted_at: datetime
    status: str
    delivery_code: str | None
    delivered_at: datetime | None


@dataclass(frozen=True)
class Post:
    """A webhook POST; one status for each attempt, 0 for no answer."""

    body: dict[str, Any]
    hook_ids: list[str]
    statuses: list[int]


class Sandbox(ChatCalls):
    """A running sandbox, by its address. Close it, or use it as a context manager."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False  # never through a proxy

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def _call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        url = f"{self.base_url}/_sandbox/{path}"
        with self._session.request(method, url, json=body, params=query, timeout=60) as answer:
            if answer.status_code != 200:
                raise ValueError(f"{method} {path}: {answer.status_code} {answer.text}")
            return answer.json()

    def script(self, endpoint: str, *, times: int = 1, **rule: Any) -> None:
        """Queue a rule for the next `times` requests of the endpoint."""
        self._call("POST", "rules", {"endpoint": endpoint, "rules": [rule] * times})

    def always(self, endpoint: str, **rule: Any) -> None:
        """Set the rule that applies whenever nothing is queued."""
        self._call("POST", "rules", {"endpoint": endpoint, "rules": [rule], "sticky": True})

    def clear_rules(self, endpoint: str | None = None) -> None:
        self._call("DELETE", "rules", endpoint=endpoint)

    def memo_error(self, code: int, status: int = 400, text: str = "scripted", *, times: int = 1) -> None:
        """The next memo fails with a Kakao error body."""
        self.script("memo", times=times, status=status, body={"msg": text, "code": code})

    def token_error(
        self, code: str, error: str = "invalid_grant", status: int = 400, *, times: int = 1
    ) -> None:
        """The next token refresh fails with a kauth error body."""
        body = {"error": error, "error_description": "scripted", "error_code": code}
        self.script("token", times=times, status=status, body=body)

    def llm_says(self, content: Any, *, times: int = 1) -> None:
        """The next completion has this content: a string, or something to send as JSON text."""
        self.script("llm", times=times, content=content)

    def release(self) -> None:
        """Let every hanging request go on."""
        self._call("POST", "release")

    def requests(self, endpoint: str | None = None, limit: int = 1000) -> list[Received]:
        found = self._call("GET", "requests", endpoint=endpoint, limit=limit)["requests"]
        return [Received(**{**one, "at": _at(one["at"])}) for one in found]

    def messages(
        self, recipient: str | None = None, notification_id: str | None = None, limit: int = 1000
    ) -> list[Accepted]:
        query = {"recipient": recipient, "notification_id": notification_id, "limit": limit}
        found = self._call("GET", "messages", **query)["messages"]
        for one in found:
            one["accepted_at"], one["delivered_at"] = _at(one["accepted_at"]), _at(one["delivered_at"])
        return [Accepted(**one) for one in found]

    def effects(self) -> dict[str, int]:
        """Notification id → how many times it was accepted."""
        counts: dict[str, int] = self._call("GET", "effects")
        return counts

    def memo_effects(self) -> dict[str, int]:
        """Owner of a token (see `control.py`) → how many memos were taken from them."""
        counts: dict[str, int] = self._call("GET", "memo_effects")
        return counts

    def state(self) -> dict[str, Any]:
        """now, hanging, posting, held, rules, messages, requests."""
        state: dict[str, Any] = self._call("GET", "state")
        return state

    def configure(self, **settings: Any) -> dict[str, Any]:
        """Change settings (see `state.Settings`); all of them as they are now."""
        now: dict[str, Any] = self._call("PUT", "settings", settings)
        return now

    def now(self) -> datetime:
        return datetime.fromisoformat(self._call("GET", "clock")["now"])

    def advance(self, seconds: float) -> None:
        self._call("POST", "clock", {"advance_s": seconds})

    def set_clock(self, at: datetime) -> None:
        self._call("POST", "clock", {"now": at.isoformat()})

    def webhooks(self) -> list[Post]:
        return _posts(self._call("GET", "webhooks"))

    def deliver(self, keys: list[str] | None = None, code: str | None = None) -> list[Post]:
        """Settle messages by notification id or phone number, and post their hooks before returning."""
        return _posts(self._call("POST", "webhooks/deliver", {"keys": keys, "code": code}))

    def release_webhooks(self, order: str = "fifo", hooks_a_post: int = 100) -> list[Post]:
        """Post the hooks held under `configure(webhooks="held")`, `fifo` or in `reverse`."""
        return _posts(self._call("POST", "webhooks/release", {"order": order, "hooks_a_post": hooks_a_post}))

    def repeat_webhooks(self, last: int = 1, times: int = 1) -> list[Post]:
        """Post the last envelopes again, byte for byte."""
        return _posts(self._call("POST", "webhooks/repeat", {"last": last, "times": times}))

    def reset(self) -> None:
        self._call("POST", "reset")

    def until(self, probe: Callable[[], T], timeout_s: float = 10) -> T:
        """Ask again and again until the answer is true; AssertionError after the deadline."""
        deadline = time.monotonic() + timeout_s
        while True:
            found = probe()
            if found:
                return found
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {timeout_s} s: {self.state()}")
            time.sleep(0.01)

    def until_hanging(self, count: int = 1, timeout_s: float = 10) -> None:
        self.until(lambda: self.state()["hanging"] >= count, timeout_s)


def _at(text: str | None) -> Any:
    return datetime.fromisoformat(text) if text else None


def _posts(answer: dict[str, Any]) -> list[Post]:
    return [Post(**one) for one in answer["posts"]]


@contextmanager
def running_sandbox(env: dict[str, str] | None = None, **options: Any) -> Iterator[Sandbox]:
    """Start a sandbox on a free port and stop it at the end, or when this process dies.

    Options are those of the command line (`webhook_url=…`); `env` (template codes, say) is added to its
    environment.
    """
    command = [sys.executable, "-m", "dev.sandbox", "--exit-with-stdin"]
    for name, value in options.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(env or {})}, **pipes) as process:
        try:
            line = process.stdout.readline().decode() if process.stdout else ""
            if not line.startswith("Sandbox on "):
                raise RuntimeError(f"the sandbox did not start: {line!r}")
            with Sandbox(line.removeprefix("Sandbox on ").strip()) as sandbox:
                yield sandbox
        finally:
            process.terminate()
            process.wait(10)
