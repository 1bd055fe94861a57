"""The dealer's moods: a seeded mix of faults for sends, questions and webhooks."""

import random
import threading
from typing import Any

import requests

from dev.chaos.clients import TRAINEES, phone
from dev.sandbox.client import Sandbox

Rule = dict[str, Any]
AHEAD = 6  # rules that wait for the next requests
# Weight and rule for a send. A refusal (a code, 429) never takes the messages: the dealer is unwell, no liar.
SENDS: tuple[tuple[int, Rule], ...] = (
    (50, {}),
    (5, {"action": "reset_before"}),
    (6, {"action": "reset_after"}),
    (3, {"action": "hang"}),
    (2, {"action": "hang_before"}),
    (3, {"garbage": "truncated", "accept": True}),
    (2, {"garbage": "truncated", "accept": False}),
    (3, {"garbage": "html", "status": 502, "accept": True}),
    (2, {"garbage": "html", "status": 503, "accept": False}),
    (2, {"garbage": "huge", "accept": True}),
    (2, {"garbage": "empty", "accept": True}),
    (4, {"header_code": -9999}),
    (4, {"header_code": -7000}),
    (6, {"fail_share": 0.3, "fail_code": -7000}),
    (2, {"fail_share": 0.2, "fail_code": -5000}),
    (3, {"status": 429, "body": "slow down", "headers": {"Retry-After": "3"}}),
    (6, {"delay_after_s": 2.0}),
    (3, {"delay_before_s": 4.0}),
    (1, {"delay_after_s": 22.0}),  # longer than a call may take
)
QUESTIONS: tuple[tuple[int, Rule], ...] = (
    (70, {}),
    (8, {"action": "reset_before"}),
    (4, {"action": "hang"}),
    (5, {"garbage": "truncated"}),
    (4, {"garbage": "html", "status": 502}),
    (5, {"header_code": -9999}),
    (2, {"status": 429, "body": "slow down"}),
    (6, {"delay_after_s": 2.0}),
)
# Delivery failures: of these trainees every message fails, for good or for a while.
FAILING = {"3019": 8, "3018": 6, "3000": 8, "3005": 3}


class Dealer:
    """Keeps rules waiting for the next requests, and disturbs the webhooks."""

    def __init__(self, url: str, rng: random.Random) -> None:
        """Nothing is asked of the sandbox yet."""
        self.sandbox = Sandbox(url)
        self.rng = rng

    def prepare(self) -> None:
        """Choose whose messages cannot be delivered."""
        numbers = self.rng.sample(range(TRAINEES), sum(FAILING.values()))
        codes = [code for code, count in FAILING.items() for _ in range(count)]
        failing = {phone(number): code for number, code in zip(numbers, codes, strict=True)}
        self.sandbox.configure(delivery_codes=failing)

    def run(self, stop: threading.Event) -> None:
        """Misbehave until stopped; then be well and give out all that was held back."""
        next_release = next_webhooks = 0.0
        elapsed = 0.0
        while not stop.wait(0.5):
            elapsed += 0.5
            self._top_up()
            if elapsed >= next_release:
                self.sandbox.release()
                next_release = elapsed + self.rng.uniform(10, 40)
            if elapsed >= next_webhooks:
                self._disturb_webhooks()
                next_webhooks = elapsed + self.rng.uniform(3, 8)
        self.recover()

    def recover(self) -> None:
        """No faults any more."""
        self.sandbox.clear_rules()
        self.sandbox.release()
        self.sandbox.configure(webhooks="auto")
        self._try(lambda: self.sandbox.release_webhooks())

    def _top_up(self) -> None:
        waiting = self.sandbox.state()["rules"]
        for endpoint, mix in (("send", SENDS), ("messages", QUESTIONS)):
            weights = [weight for weight, _ in mix]
            for _ in range(AHEAD - waiting.get(endpoint, 0)):
                ((_, rule),) = self.rng.choices(mix, weights)
                self.sandbox.script(endpoint, **rule)

    def _disturb_webhooks(self) -> None:
        """In time, twice, late, late and out of order, or lost."""
        mood = self.rng.choices(("auto", "twice", "held", "fifo", "reverse", "off"), (4, 3, 4, 2, 3, 1))[0]
        if mood == "twice":
            self._try(lambda: self.sandbox.repeat_webhooks(last=self.rng.randint(1, 6), times=2))
        elif mood in ("fifo", "reverse"):
            size = self.rng.choice((1, 3, 100))
            self._try(lambda: self.sandbox.release_webhooks(order=mood, hooks_a_post=size))
            self.sandbox.configure(webhooks="auto")
        else:
            self.sandbox.configure(webhooks=mood)

    @staticmethod
    def _try(post: Any) -> None:
        """Post webhooks; with the web process down this takes longer than we wait, and goes on alone."""
        try:
            post()
        except requests.Timeout:
            return
