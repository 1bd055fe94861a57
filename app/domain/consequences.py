"""What an answer or a delivery result means beyond its own message: for the sender, and for people."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain import guardrails, holds, reviews


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a provider's code means, by the provider's table.

    `holds`: of a quota, whether the "sender" waits, the token's "owner", or only this "row"; `window` is when
    it ends. `template_only`: of an alert, whether only messages of that kind are concerned. `review`: a human
    is told besides. `may_recover`: of a recipient, the next message may get through. `once`, `slow`,
    `at_once`: of a retry, that there is one, that it is not to hurry, or need not wait and does not count.
    """

    outcome: str
    reason_code: str
    reason: str
    holds: str = "sender"
    window: str | None = None
    template_only: bool = False
    review: bool = False
    may_recover: bool = False
    once: bool = False
    slow: bool = False
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Signal:
    """A code that came for a message of `kind`; `until` is when a quota is there again."""

    kind: str
    code: str
    meaning: Meaning
    until: datetime | None = None


def follow(session: Session, provider: str, signals: Iterable[Signal], settings: Mapping[str, Any]) -> None:
    """Hold, stop and tell, once for each cause among `signals`, which came in one transaction.

    First reviews, then guardrails, then holds: whoever resolves a review takes these locks in that order.
    `settings`: the guardrails' defaults.
    """
    counts = Counter(signals)
    ordered = sorted(counts, key=lambda each: (_review_of(provider, each), each.code))
    for signal in ordered:
        _tell(session, provider, signal, counts[signal])
    for signal in ordered:
        if signal.meaning.outcome == "alert" and not signal.meaning.template_only:
            reason = f"{provider} {signal.code}: {signal.meaning.reason}"
            guardrails.stop_sending(session, reason, settings)
    for signal in ordered:
        _hold(session, provider, signal)


def _review_of(provider: str, signal: Signal) -> tuple[str, str, str]:
    """Subject, cause and reason of the review that a code opens; no subject: none.

    A message that failed has a review of its own.
    """
    meaning = signal.meaning
    if meaning.outcome == "alert":
        cause = f"{provider}:{signal.kind}" if meaning.template_only else provider
        return "sender", cause, meaning.reason_code
    if not meaning.review or meaning.outcome in ("request", "recipient"):
        return "", "", ""
    if meaning.outcome == "unknown":
        return "notification", f"{signal.kind}:{signal.code}", meaning.reason_code
    return "sender", f"{provider}:{signal.code}", meaning.reason_code  # people must know, but nothing stopped


def _tell(session: Session, provider: str, signal: Signal, count: int) -> None:
    subject, cause, reason_code = _review_of(provider, signal)
    if subject:
        detail = f"{signal.code}: {signal.meaning.reason}"
        reviews.open_review(
            session, subject=subject, cause=cause, reason_code=reason_code, detail=detail, count=count
        )


def _hold(session: Session, provider: str, signal: Signal) -> None:
    meaning = signal.meaning
    if meaning.outcome == "alert" and meaning.template_only:
        scope, until = f"{provider}:{signal.kind}", None
    elif meaning.outcome == "quota" and meaning.holds == "sender":
        scope, until = provider, signal.until
    else:
        return
    holds.hold(session, scope, until, reason_code=meaning.reason_code, code=signal.code)
