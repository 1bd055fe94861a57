"""What an endpoint has been told to do: rules in a queue, used once each, and one sticky rule below it."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field, fields
from typing import Any

ENDPOINTS = ("send", "messages", "message", "results", "results_count", "memo", "token", "llm", "callback")
ACTIONS = ("answer", "hang", "hang_before", "reset_before", "reset_after")
GARBAGE = ("html", "truncated", "huge", "empty", "drip")


@dataclass
class Rule:
    """One scripted reply; `control.py` documents the fields. `Rule()` changes nothing."""

    action: str = "answer"
    accept: bool | None = None
    delay_before_s: float = 0
    delay_after_s: float = 0
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    garbage: str | None = None
    header_code: int | None = None
    header_message: str | None = None
    codes: dict[str, int] = field(default_factory=dict)
    fail_share: float = 0
    fail_code: int = -9999
    content: Any = None
    seen: int = field(default=0, init=False)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Rule:
        """ValueError says what is wrong."""
        unknown = data.keys() - {one.name for one in fields(cls) if one.init}
        if unknown:
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        rule = cls(**data)
        if rule.action not in ACTIONS:
            raise ValueError(f"action is one of {', '.join(ACTIONS)}")
        if rule.garbage is not None and rule.garbage not in GARBAGE:
            raise ValueError(f"garbage is one of {', '.join(GARBAGE)}")
        return rule

    @property
    def replaces_answer(self) -> bool:
        return any(one is not None for one in (self.status, self.body, self.garbage, self.header_code))

    @property
    def lets_in(self) -> bool:
        """Whether the request has its effect: as told, else only if its own answer is given."""
        return not self.replaces_answer if self.accept is None else self.accept

    def fails_next(self) -> bool:
        """Whether the next recipient falls into `fail_share`; spread evenly, the same on every run."""
        before, self.seen = self.seen, self.seen + 1
        return int(self.seen * self.fail_share + 1e-9) > int(before * self.fail_share + 1e-9)


class RuleBook:
    """The rules of all endpoints; `*` stands for every endpoint that has none of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queues: dict[str, deque[Rule]] = defaultdict(deque)
        self._sticky: dict[str, Rule] = {}

    def add(self, endpoint: str, rules: list[Rule]) -> None:
        with self._lock:
            self._queues[endpoint].extend(rules)

    def stick(self, endpoint: str, rule: Rule) -> None:
        with self._lock:
            self._sticky[endpoint] = rule

    def clear(self, endpoint: str | None = None) -> None:
        with self._lock:
            for rules in (self._queues, self._sticky):
                if endpoint is None:
                    rules.clear()
                else:
                    rules.pop(endpoint, None)

    def take(self, endpoint: str) -> Rule:
        """The rule for a request that just came in."""
        with self._lock:
            for name in (endpoint, "*"):
                if self._queues[name]:
                    return self._queues[name].popleft()
            return self._sticky.get(endpoint) or self._sticky.get("*") or Rule()

    def waiting(self) -> dict[str, int]:
        """How many queued rules are left, by endpoint."""
        with self._lock:
            return {name: len(rules) for name, rules in self._queues.items() if rules}
