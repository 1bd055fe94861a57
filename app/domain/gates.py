"""What may leave now: no pause, no hold, and room under the caps."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from app.domain import caps, guardrails, holds
from app.models.notification import KINDS

# The guardrails' defaults where nobody has set any.
NO_SETTINGS: Mapping[str, Any] = MappingProxyType(
    {"LLM_ENABLED": True, "FORCE_RULE": False, "SEND_PAUSED": False, "SEND_CAP_PER_MINUTE": None}
)


@dataclass(frozen=True, slots=True)
class Gate:
    """The kinds of messages that may leave now, and how many in this minute (None: no cap)."""

    kinds: tuple[str, ...]
    room: int | None

    @property
    def is_open(self) -> bool:
        """Whether anything may leave."""
        return bool(self.kinds) and self.room != 0


CLOSED = Gate((), 0)


def look(session: Session, provider: str, settings: Mapping[str, Any] = NO_SETTINGS) -> Gate:
    """What may leave through `provider` now; `settings` are the guardrails' defaults, by their names."""
    return _gate(session, provider, settings, lock=False)


def enter(session: Session, provider: str, settings: Mapping[str, Any] = NO_SETTINGS) -> Gate:
    """As `look`, for whoever is about to claim: under a cap nobody else counts until the commit."""
    return _gate(session, provider, settings, lock=True)


def _gate(session: Session, provider: str, settings: Mapping[str, Any], *, lock: bool) -> Gate:
    rails = guardrails.read(session, settings)
    if rails.send_paused:
        return CLOSED
    kinds = holds.free_kinds(session, provider, KINDS)
    return Gate(kinds, caps.room(session, rails, lock=lock)) if kinds else CLOSED
