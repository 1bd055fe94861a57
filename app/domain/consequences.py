"""What an answer or a delivery result means beyond its own message: for the sender, and for people."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.domain import guardrails, holds, reviews


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a provider's code means, by the provider's table.

    `holds`: of a quota, whether the "sender" waits, the token's "owner", or only this "row"; `window` is when
    it ends. `template_only`: of an alert, whether only messages of that kind are concerned. `review`: a human
    is told besides. `may_recover`: of a recipient, the next message may get through. `slow`, `at_once`: of a
    retry, that it is not to hurry, or need not wait and does not count.
    """

    outcome: str
    reason_code: str
    reason: str
    holds: str = "sender"
    window: str | None = None
    template_only: bool = False
    review: bool = False
    may_recover: bool = False
    slow: bool = False
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Signal:
    """A code that came for a message of `kind`; `until` is when a quota is there again."""

    kind: str
    code: str
    meaning: Meaning
    until: datetime | None = None


def follow(session: Session, provider: str, signals: Iterable[Signal]) -> None:
    """Hold, stop and tell, once for each cause among `signals`, which came in one transaction.

    Reviews come before the guardrail, as whoever resolves one takes these locks in that order.
    """
    counts: dict[Signal, int] = defaultdict(int)
    for signal in signals:
        counts[signal] += 1
    stops = []
    for signal, count in sorted(counts.items(), key=lambda pair: (pair[0].kind, pair[0].code)):
        meaning = signal.meaning
        if meaning.outcome == "quota" and meaning.holds == "sender":
            _hold(session, provider, signal)
        if meaning.outcome == "alert":
            scope = f"{provider}:{signal.kind}" if meaning.template_only else provider
            _tell(session, "sender", scope, signal, count)
            stops.append((scope, signal))
        elif meaning.review and meaning.outcome not in ("request", "recipient"):
            # A failed message has a review of its own; here nothing stopped, and somebody must know.
            if meaning.outcome == "unknown":
                _tell(session, "notification", f"{signal.kind}:{signal.code}", signal, count)
            else:
                _tell(session, "sender", provider, signal, count)
    for scope, signal in stops:
        _stop(session, provider, scope, signal)


def _hold(session: Session, scope: str, signal: Signal) -> None:
    holds.hold(session, scope, signal.until, reason_code=signal.meaning.reason_code, code=signal.code)


def _tell(session: Session, subject: str, cause: str, signal: Signal, count: int) -> None:
    detail = f"{signal.code}: {signal.meaning.reason}"
    reason_code = signal.meaning.reason_code
    reviews.open_review(
        session, subject=subject, cause=cause, reason_code=reason_code, detail=detail, count=count
    )


def _stop(session: Session, provider: str, scope: str, signal: Signal) -> None:
    if scope != provider:
        holds.hold(session, scope, None, reason_code=signal.meaning.reason_code, code=signal.code)
        return
    guardrails.stop_sending(session, f"{provider} {signal.code}: {signal.meaning.reason}")
