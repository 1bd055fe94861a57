"""An LLM's word on a plan: asked twice at most within one deadline, and judged by the rules each time.

Asking is done with no transaction open. What it said is judged once more when the plan is written, against
the plan that the rules make then: the trainee may have changed in between.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from time import monotonic
from typing import Any

from app import coach

SECOND_NEEDS = 1 / 3  # of the deadline must be left for a second try


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered: `value` is its JSON, `text` the same verbatim.

    `fault`: why there is no value: `timeout`, `error` or `invalid`; `code` says more.
    """

    latency_ms: int
    value: Any = None
    text: str | None = None
    fault: str | None = None
    code: str = ""
    model: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


Ask = Callable[[Sequence[Mapping[str, str]], float], Answer]


@dataclass(frozen=True, slots=True)
class Brief:
    """What a plan is made from: the rules' own plan, and what the trainee wrote about themselves."""

    base: coach.Plan
    profile: coach.Profile
    past: tuple[coach.PastSession, ...]
    on: date
    words: str


@dataclass(slots=True)
class Advice:
    """What came of it. `fallback_reason` None: `proposal` passed. `record` is for operators, `text` verbatim.

    `is_up`: the endpoint answered in time, whatever it said; None when it was not asked.
    """

    fallback_reason: str | None
    proposal: Any = None
    text: str | None = None
    is_up: bool | None = None
    tries: list[dict[str, Any]] = field(default_factory=list)

    @property
    def record(self) -> dict[str, Any] | None:
        """Model, latency, tokens and verdict of each try."""
        return {"tries": self.tries} if self.tries else None


def ask(brief: Brief, call: Ask, deadline_s: float) -> Advice:
    """Ask for a proposal, and once more with the faults of the first. `call` raises nothing."""
    end = monotonic() + deadline_s
    messages = coach.messages(brief.base, brief.profile, brief.past, brief.on, brief.words)
    advice = _try(brief, call, messages, deadline_s)
    left = end - monotonic()
    if advice.fallback_reason in ("llm_invalid", "llm_unsafe") and left >= deadline_s * SECOND_NEEDS:
        last = advice.tries[-1]
        again = coach.once_more(messages, advice.text or "", last["codes"], last["details"])
        second = _try(brief, call, again, left)
        second.tries = advice.tries + second.tries
        second.text = second.text or advice.text
        return second
    return advice


def _try(brief: Brief, call: Ask, messages: Sequence[Mapping[str, str]], deadline_s: float) -> Advice:
    answer = call(messages, deadline_s)
    if answer.fault is not None:
        told = {"error": answer.code, "latency_ms": answer.latency_ms, "codes": [answer.code], "details": []}
        is_up = answer.fault == "invalid"
        return Advice(f"llm_{answer.fault}", text=answer.text, is_up=is_up, tries=[told])
    verdict = coach.judge(brief.base, brief.profile, brief.past, brief.on, answer.value)
    told = {
        "model": answer.model,
        "latency_ms": answer.latency_ms,
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "codes": list(verdict.codes),
        "details": [f"{each.code}: {each.detail}" for each in verdict.errors],
        "repairs": [f"{each.code}: {each.detail}" for each in verdict.repairs],
    }
    return Advice(verdict.fallback_reason, answer.value, answer.text, is_up=True, tries=[told])
