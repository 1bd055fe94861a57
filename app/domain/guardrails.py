"""Guardrails: switches and limits that hold in every process from the commit on.

They are rows of PostgreSQL, read in the transaction that acts on them: nothing is cached, nothing is in
Redis. A missing row, or one whose end has passed by the database's clock, means the default from the
environment; a value that cannot be read means the safe side.

Locks: one a guardrail, taken after rows of messages and of reviews, never before them.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain import audit
from app.errors import InvalidInput, NotFound
from app.models import Guardrail

SERVICE = audit.SERVICE
HIGHEST_CAP = 1_000_000


@dataclass(frozen=True, slots=True)
class Rails:
    """What holds now. `auto_cap_since`: when the automatic cap was last tripped or lifted."""

    llm_enabled: bool
    force_rule: bool
    send_paused: bool
    send_cap_per_minute: int | None
    auto_cap: int | None
    auto_cap_since: datetime | None


class _Rule(NamedTuple):
    """`setting` has the default; `safe` holds when `is_readable` says no to a stored value."""

    setting: str | None
    safe: Any
    is_readable: Callable[[Any], bool]
    expects: str


def _is_switch(value: Any) -> bool:
    return isinstance(value, bool)


def _is_cap(value: Any) -> bool:
    return value is None or (type(value) is int and value >= 0)


_RULES = {
    "auto_cap": _Rule(None, 30, _is_cap, "null, which lifts it; it sets itself"),
    "force_rule": _Rule("FORCE_RULE", True, _is_switch, "true or false"),
    "llm_enabled": _Rule("LLM_ENABLED", False, _is_switch, "true or false"),
    "send_cap_per_minute": _Rule(
        "SEND_CAP_PER_MINUTE", 0, _is_cap, f"an integer from 0 to {HIGHEST_CAP}, or null for no cap"
    ),
    "send_paused": _Rule("SEND_PAUSED", True, _is_switch, "true or false"),
}
NAMES = tuple(_RULES)

_ROWS = select(
    Guardrail.name,
    Guardrail.value,
    Guardrail.reason,
    Guardrail.actor,
    Guardrail.expires_at,
    Guardrail.updated_at,
    func.coalesce(Guardrail.expires_at <= func.clock_timestamp(), False).label("is_over"),
)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('guardrail:' || :name, 0))")
_IS_PAST = text("SELECT CAST(:at AS timestamptz) <= clock_timestamp()")


def read(session: Session, defaults: Mapping[str, Any]) -> Rails:
    """What holds now, in one query; `defaults` is the application's configuration."""
    rows = {row.name: row for row in session.execute(_ROWS)}
    values = {name: _effective(name, rows.get(name), defaults) for name in NAMES}
    return Rails(**values, auto_cap_since=rows["auto_cap"].updated_at if "auto_cap" in rows else None)


def why_no_llm(session: Session, settings: Mapping[str, Any]) -> str | None:
    """Why the LLM is not asked now, as a `fallback_reason`; None: it may be.

    `settings` is the application's configuration.
    """
    if not settings.get("LLM_API_KEY"):
        return "llm_disabled"
    rails = read(session, settings)
    if not rails.llm_enabled:
        return "llm_disabled"
    return "rule_forced" if rails.force_rule else None


def listing(session: Session, defaults: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every guardrail by name: `value` is what holds, `is_set` whether by a row or by default.

    `reason`, `actor`, `expires_at`, `updated_at` tell of the last change, also when it has ended.
    """
    rows = {row.name: row for row in session.execute(_ROWS)}
    return [_view(name, rows.get(name), defaults) for name in NAMES]


def look(session: Session, defaults: Mapping[str, Any], name: str) -> dict[str, Any]:
    """One of `listing`."""
    return next(each for each in listing(session, defaults) if each["name"] == name)


def change(
    session: Session,
    name: str,
    value: Any,
    *,
    reason: str,
    actor: str,
    expires_at: datetime | None = None,
    request_id: str | None = None,
) -> None:
    """Set a guardrail, until `expires_at` if that is given; the log gets a row in the same transaction.

    Raises NotFound for a name that is none, InvalidInput for anything that does not fit. May run twice.
    """
    if name not in _RULES:
        raise NotFound(f"No guardrail {name}; there are: {', '.join(NAMES)}.")
    kept = _checked(name, value)
    reason, actor = audit.words("#/reason", reason), audit.person(actor)
    if expires_at is not None:
        _check_end(session, name, expires_at)
    before = _hold(session, name)
    _write(session, name, kept, before, reason, actor, expires_at, request_id)


def trip(session: Session, per_minute: int, reason: str) -> bool:
    """Set the automatic cap, unless it is set; whether this call did it. Of many at once one does."""
    before = _hold(session, "auto_cap")
    if _effective("auto_cap", before, {}) is not None:
        return False
    _write(session, "auto_cap", per_minute, before, reason, SERVICE)
    return True


def lift(session: Session, reason: str) -> bool:
    """Take the automatic cap away, if it is set; whether this call did it."""
    before = _hold(session, "auto_cap")
    if _effective("auto_cap", before, {}) is None:
        return False
    _write(session, "auto_cap", None, before, reason, SERVICE)
    return True


def stop_sending(session: Session, reason: str, defaults: Mapping[str, Any] | None = None) -> bool:
    """Pause sending in the service's own name, unless it is paused; whether this call did it.

    An operator's pause stays the operator's. `defaults`, when given, tells a pause by the environment.
    """
    before = _hold(session, "send_paused")
    if _effective("send_paused", before, defaults or {"SEND_PAUSED": False}):
        return False
    _write(session, "send_paused", True, before, reason, SERVICE)
    return True


def resume_sending(session: Session, *, reason: str, actor: str, request_id: str | None = None) -> bool:
    """End a pause that the service itself began; whether there was one. An operator's pause stays."""
    before = _hold(session, "send_paused")
    if before is None or before.actor != SERVICE:
        return False
    if not _effective("send_paused", before, {"SEND_PAUSED": False}):
        return False
    _write(session, "send_paused", False, before, reason, actor, request_id=request_id)
    return True


def is_stopped_by_service(session: Session) -> bool:
    """Whether sending is paused, and the service itself did it."""
    row = session.execute(_ROWS.where(Guardrail.name == "send_paused")).one_or_none()
    return row is not None and row.actor == SERVICE and row.value is True and not row.is_over


def _effective(name: str, row: Any, defaults: Mapping[str, Any]) -> Any:
    rule = _RULES[name]
    if row is None or row.is_over:
        return defaults[rule.setting] if rule.setting else None
    return row.value if rule.is_readable(row.value) else rule.safe


def _view(name: str, row: Any, defaults: Mapping[str, Any]) -> dict[str, Any]:
    is_lifted = name == "auto_cap" and row is not None and row.value is None
    return {
        "name": name,
        "value": _effective(name, row, defaults),
        "default": _effective(name, None, defaults),
        "is_set": row is not None and not row.is_over and not is_lifted,
        "reason": row and row.reason,
        "actor": row and row.actor,
        "expires_at": row and row.expires_at,
        "updated_at": row and row.updated_at,
    }


def _checked(name: str, value: Any) -> Any:
    """The value as it is stored; 5.0 is an integer in JSON."""
    kept = int(value) if isinstance(value, float) and value.is_integer() else value
    rule = _RULES[name]
    fits = kept is None if name == "auto_cap" else rule.is_readable(kept)
    if not fits or (type(kept) is int and kept > HIGHEST_CAP):
        raise InvalidInput.at("#/value", f"Must be {rule.expects}.")
    return kept


def _check_end(session: Session, name: str, expires_at: datetime) -> None:
    if name == "auto_cap":
        raise InvalidInput.at("#/expires_at", "A lift has no end: the cap sets itself again when it must.")
    if session.scalars(_IS_PAST, {"at": expires_at}).one():
        raise InvalidInput.at("#/expires_at", "Must lie ahead.")


def _hold(session: Session, name: str) -> Any:
    """The row, or None; nobody else changes it, or adds it, until the commit."""
    session.execute(_LOCK, {"name": name})
    return session.execute(_ROWS.where(Guardrail.name == name)).one_or_none()


def _write(
    session: Session,
    name: str,
    value: Any,
    before: Any,
    reason: str,
    actor: str,
    expires_at: datetime | None = None,
    request_id: str | None = None,
) -> None:
    """Write the row and what the log says of it; the caller holds the guardrail."""
    values = {"value": value, "reason": reason, "actor": actor, "expires_at": expires_at}
    query = insert(Guardrail).values(name=name, **values)
    query = query.on_conflict_do_update(index_elements=["name"], set_=values | {"updated_at": func.now()})
    session.execute(query)
    is_default = before is None or before.is_over
    was = None if is_default else _as_json(before.value, before.expires_at)
    after = _as_json(value, expires_at)
    detail = {"guardrail": name, "before": was, "after": after, "reason": reason}
    message = f"{name}: {_said(was)} → {_said(after)}"
    audit.note(session, kind="guardrail", actor=actor, message=message, detail=detail, request_id=request_id)


def _as_json(value: Any, expires_at: datetime | None) -> dict[str, Any]:
    return {"value": value, "expires_at": expires_at and expires_at.isoformat()}


def _said(state: dict[str, Any] | None) -> str:
    return "default" if state is None else json.dumps(state["value"])
