"""Chat completions of any OpenAI-compatible endpoint: messages in, one JSON value out.

Source: https://platform.openai.com/docs/api-reference/chat/create ; structured outputs:
https://platform.openai.com/docs/guides/structured-outputs
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any, Final, Literal

from flask import Flask

from app.clients import http
from app.clients.untrusted import part, whole, word

PATH: Final = "/chat/completions"
TEMPERATURE: Final = 0.2  # a plan is no poem
SEED: Final = 1  # where it is supported, the same question gets the same answer
MOST_KEPT: Final = 16_384
Kind = Literal["timeout", "error", "invalid"]


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model said: `value` is its JSON, `text` the same as it came, cut at 16,384 characters."""

    value: Any
    text: str
    model: str
    latency_ms: int
    prompt_tokens: int | None
    completion_tokens: int | None


class LlmError(Exception):
    """No answer that can be used. `kind`: out of time, no answer, or an answer that is no JSON.

    `code` says more: `TIMEOUT`, `CONNECTION_ERROR`, `TOO_LARGE`, `HTTP_429`, `NOT_JSON`, `NO_CONTENT`,
    `REFUSED`, `CUT_OFF`. `text` is what the model said, if it said something.
    """

    def __init__(self, kind: Kind, code: str, latency_ms: int, text: str | None = None) -> None:
        super().__init__(f"LLM: {code}, {latency_ms} ms")
        self.kind = kind
        self.code = code
        self.latency_ms = latency_ms
        self.text = text


_FAILURES: Final[dict[http.Kind, tuple[Kind, str]]] = {
    http.Kind.NOT_SENT: ("error", "CONNECTION_ERROR"),
    http.Kind.TIMEOUT: ("timeout", "TIMEOUT"),
    http.Kind.RESET: ("error", "CONNECTION_ERROR"),
    http.Kind.TOO_LARGE: ("error", "TOO_LARGE"),
}


class Llm:
    """One endpoint, key and model; threads may share it once it is set up."""

    def init_app(self, app: Flask) -> None:
        """Take the settings from `app.config`; opens nothing."""
        self._url = str(app.config.get("LLM_BASE_URL") or "").rstrip("/") + PATH
        self._key = str(app.config.get("LLM_API_KEY") or "")
        self._model = str(app.config.get("LLM_MODEL") or "")
        self._session = http.new_session()
        self._seats = BoundedSemaphore(max(1, app.config["WEB_THREADS"] // 2))

    @contextmanager
    def seat(self) -> Iterator[bool]:
        """A seat of this process for the length of a call, False: all are taken.

        Half of the threads have none: however many may call at once over all processes, and however long
        they hang, each process goes on with the rest.
        """
        is_taken = self._seats.acquire(blocking=False)
        try:
            yield is_taken
        finally:
            if is_taken:
                self._seats.release()

    def complete(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], deadline_s: float
    ) -> Completion:
        """The model's answer to `messages` (`role`, `content`), asked for as JSON of that strict schema.

        Whether it is of the schema is for the caller to see. Raises LlmError within the deadline. May run
        twice: nothing but money depends on it.
        """
        body = {
            "model": self._model,
            "messages": list(messages),
            "temperature": TEMPERATURE,
            "seed": SEED,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "plan", "strict": True, "schema": schema},
            },
        }
        reply = self._post(body, deadline_s)
        return _completion(reply, self._model)

    def _post(self, body: Mapping[str, Any], deadline_s: float) -> http.Reply:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        data = json.dumps(body, ensure_ascii=False).encode()
        try:
            reply = http.call(
                self._session, "POST", self._url, deadline_s=deadline_s, headers=headers, data=data
            )
        except http.CallFailed as failed:
            kind, code = _FAILURES[failed.kind]
            late = failed.kind is http.Kind.NOT_SENT and failed.latency_ms >= deadline_s * 1000 - 50
            raise LlmError("timeout" if late else kind, code, failed.latency_ms) from None
        if reply.status != 200:
            raise LlmError("error", f"HTTP_{reply.status}", reply.latency_ms)
        return reply


def _completion(reply: http.Reply, model: str) -> Completion:
    """Read an answer of the endpoint; every odd one is `invalid`."""
    outer = _json(reply.body)
    choices = outer.get("choices") if isinstance(outer, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    message = part(first, "message")
    text = message.get("content")
    if not isinstance(text, str):
        code = "REFUSED" if message.get("refusal") else "NO_CONTENT"
        raise LlmError("invalid", code, reply.latency_ms)
    kept = text[:MOST_KEPT]
    if isinstance(first, dict) and first.get("finish_reason") == "length":
        raise LlmError("invalid", "CUT_OFF", reply.latency_ms, kept)
    value = _json(text)
    if value is None:
        raise LlmError("invalid", "NOT_JSON", reply.latency_ms, kept)
    usage = part(outer, "usage")
    return Completion(
        value=value,
        text=kept,
        model=word(outer.get("model")) or model,
        latency_ms=reply.latency_ms,
        prompt_tokens=whole(usage.get("prompt_tokens")),
        completion_tokens=whole(usage.get("completion_tokens")),
    )


def _json(text: str | bytes) -> Any:
    """The value of a JSON text; None when it is none, or holds numbers that are none."""
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
