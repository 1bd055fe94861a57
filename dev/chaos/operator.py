"""An operator who watches: lifts the automatic cap some time after it has set itself."""

import time

import requests

LIFT_AFTER_S = 20.0
TIMEOUT_S = 5.0


class Operator:
    """Looks at the guardrails now and then, over HTTP, as a person would."""

    def __init__(self, api_url: str, key: str) -> None:
        """Nothing is called yet."""
        self.url = api_url
        self.lifts = 0
        self._seen_at: float | None = None
        self._next = 0.0
        self._session = requests.Session()
        self._session.trust_env = False  # never through a proxy
        self._session.headers["Authorization"] = f"Bearer {key}"

    def look(self, *, patient: bool) -> None:
        """Lift the cap when it is set; a patient one lets it do its work for a while first."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + 2
        try:
            if not self._is_capped():
                self._seen_at = None
                return
            self._seen_at = self._seen_at or now
            if not patient or now - self._seen_at > LIFT_AFTER_S:
                self._lift()
        except requests.RequestException:
            return  # web is away; look again later

    def _is_capped(self) -> bool:
        answer = self._session.get(f"{self.url}/guardrails", timeout=TIMEOUT_S)
        items = answer.json()["items"] if answer.status_code == 200 else []
        return any(each["name"] == "auto_cap" and each["value"] is not None for each in items)

    def _lift(self) -> None:
        body = {"value": None, "reason": "the dealer was seen to answer", "actor": "chaos"}
        answer = self._session.put(f"{self.url}/guardrails/auto_cap", json=body, timeout=TIMEOUT_S)
        if answer.status_code == 200:
            self.lifts += 1
            self._seen_at = None
