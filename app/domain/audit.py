"""The maintenance log: what was changed, by whom and why; and the words that people give for it."""

from typing import Any

from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.models import MaintenanceLog

# The actor of what the service does by itself; nobody else may use the name.
SERVICE = "coach"
LONGEST = 200


def note(
    session: Session,
    *,
    kind: str,
    actor: str,
    message: str,
    detail: dict[str, Any],
    request_id: str | None = None,
) -> MaintenanceLog:
    """Add one row to the maintenance log, in the transaction of what it tells of.

    `kind` is one of `maintenance.KINDS`; `detail` is JSON without message texts, for "guardrail" and "review"
    with `before` and `after`.
    """
    row = MaintenanceLog(kind=kind, actor=actor, message=message, detail=detail, request_id=request_id)
    session.add(row)
    session.flush()
    return row


def words(pointer: str, given: str, longest: int = LONGEST) -> str:
    """What somebody wrote, without outer blanks; InvalidInput when nothing or too much is left."""
    kept = given.strip()
    if not 1 <= len(kept) <= longest:
        raise InvalidInput.at(pointer, f"Must be 1 to {longest} characters, not only blanks.")
    if "\x00" in kept or any("\ud800" <= character <= "\udfff" for character in kept):
        raise InvalidInput.at(pointer, "Holds characters that cannot be stored.")
    return kept


def person(given: str) -> str:
    """Who acts, as `words`; InvalidInput for the service's own name."""
    name = words("#/actor", given)
    if name.casefold() == SERVICE:
        raise InvalidInput.at("#/actor", f"{SERVICE!r} is the service itself; say who you are.")
    return name
