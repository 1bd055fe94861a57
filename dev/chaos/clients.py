"""A client of the HTTP API that registers notices all the time, again until it is told yes."""

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import requests

from dev.processes import ServiceError

TRAINEES = 300
NAME, TITLE, TEXT = "김혼돈", "혼돈 속 안내", "무슨 일이 있어도 한 번만"  # what must be in no log
AGAIN_SHARE = 0.15
TIMEOUT_S = 15.0
DRAIN_S = 60.0


class Down:
    """Which dependencies are being disturbed now; changed by the faults, read by the clients."""

    def __init__(self) -> None:
        """All is well."""
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._changes = 0

    def begin(self, name: str) -> None:
        """Something is being disturbed."""
        with self._lock:
            self._counts[name] += 1
            self._changes += 1

    def end(self, name: str) -> None:
        """It is well again."""
        with self._lock:
            self._counts[name] -= 1
            self._changes += 1

    def now(self) -> tuple[frozenset[str], int]:
        """What is disturbed, and a number that rises with every change."""
        with self._lock:
            return frozenset(name for name, count in self._counts.items() if count), self._changes


@dataclass
class Ledger:
    """What the service has promised, and how it answered."""

    accepted: dict[str, str] = field(default_factory=dict)  # idempotency key → id
    answers: Counter[str] = field(default_factory=Counter)
    again: int = 0
    without_redis: int = 0
    broken: list[str] = field(default_factory=list)  # promises of the HTTP API that were not kept


class Client:
    """One thread of registrations; several share a ledger."""

    def __init__(
        self, name: str, api_url: str, key: str, ledger: Ledger, down: Down, rng: random.Random
    ) -> None:
        """Nothing is called yet."""
        self.name, self.url, self.ledger, self.down, self.rng = name, api_url, ledger, down, rng
        self.pending: dict[str, dict[str, Any]] = {}
        self.known: dict[str, dict[str, Any]] = {}
        self._session = requests.Session()
        self._session.trust_env = False  # never through a proxy
        self._session.headers["Authorization"] = f"Bearer {key}"

    def trainees(self) -> list[str]:
        """Register trainees with numbers that nobody has; their ids."""
        ids = []
        for number in range(TRAINEES):
            body = {"name": NAME, "phone_number": phone(number)}
            answer = self._session.post(f"{self.url}/users", json=body, timeout=TIMEOUT_S)
            if answer.status_code != 201:
                raise ServiceError(f"POST /users: {answer.status_code} {answer.text}")
            ids.append(answer.json()["id"])
        return ids

    def run(self, trainees: list[str], stop: threading.Event) -> None:
        """Register in bursts until stopped, then insist on what has had no answer."""
        number = 0
        while not stop.wait(self.rng.uniform(0.3, 1.7)):
            for _ in range(self.rng.randint(1, 12)):
                number += 1
                key = f"{self.name}-{number}"
                self.pending[key] = self._body(key, number, self.rng.choice(trainees))
            self._insist()
            self._again()
        for _ in range(int(DRAIN_S / 2)):
            if not self.pending:
                break
            self._insist()
            threading.Event().wait(2 if self.pending else 0)

    def _body(self, key: str, number: int, trainee: str) -> dict[str, Any]:
        variables = {"안내드리는제목": f"{TITLE} {number}", "안내드리는자세한내용": TEXT}
        return {"user_id": trainee, "kind": "notice", "variables": variables, "idempotency_key": key}

    def _insist(self) -> None:
        """Send what was not accepted yet; after a failure the rest waits for the next time."""
        for key, body in list(self.pending.items()):
            if not self._post(key, body):
                return
            self.known[key] = self.pending.pop(key)

    def _again(self) -> None:
        """Register some again: it must be the same row."""
        if self.known and self.rng.random() < AGAIN_SHARE * 6:
            for key in self.rng.choices(list(self.known)[-500:], k=self.rng.randint(1, 3)):
                if self._post(key, self.known[key]):
                    self.ledger.again += 1

    def _post(self, key: str, body: dict[str, Any]) -> bool:
        """Register once; whether it was accepted."""
        before = self.down.now()
        try:
            answer = self._session.post(f"{self.url}/notifications", json=body, timeout=TIMEOUT_S)
        except requests.RequestException as error:
            self._note(type(error).__name__, before)
            return False
        self._note(str(answer.status_code), before)
        if answer.status_code not in (200, 201):
            if answer.status_code != 503:
                self.ledger.broken.append(f"{key}: answered {answer.status_code}")
            return False
        given = answer.json()["id"]
        first = self.ledger.accepted.setdefault(key, given)
        if first != given or (answer.status_code == 201 and key in self.known):
            self.ledger.broken.append(f"{key}: {answer.status_code} {given}, before {first}")
        return True

    def _note(self, outcome: str, before: tuple[frozenset[str], int]) -> None:
        """Count an answer; only a disturbed database or web process may be an excuse."""
        after = self.down.now()
        self.ledger.answers[outcome] += 1
        quiet = before == after
        if quiet and after[0] == {"redis"} and outcome in ("200", "201"):
            self.ledger.without_redis += 1
        if quiet and after[0] <= {"redis"} and outcome not in ("200", "201"):
            state = "while only Redis was away" if after[0] else "while nothing was disturbed"
            self.ledger.broken.append(f"{outcome} {state}")


def phone(number: int) -> str:
    """A number of the range that nobody has."""
    return f"0100000{number:04d}"
