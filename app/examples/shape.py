"""What the examples of an operation are made of, and the ids they share."""

from typing import Any, NamedTuple

USER_ID = "0198f0a0-0000-7000-8000-000000000001"
PLAN_ID = "0198f0a0-0000-7000-8000-000000000002"
SESSION_ID = "0198f0a0-0000-7000-8000-000000000003"
NOTIFICATION_ID = "0198f0a0-0000-7000-8000-000000000004"
REVIEW_ID = "0198f0a0-0000-7000-8000-000000000005"
TODAY = "2026-11-23"
"""The day on which all of it happens, a Monday."""

IDS: dict[str, Any] = {
    "user_id": USER_ID,
    "plan_id": PLAN_ID,
    "session_id": SESSION_ID,
    "notification_id": NOTIFICATION_ID,
    "review_id": REVIEW_ID,
    "set_no": 1,
}


class Examples(NamedTuple):
    """Of one operation: bodies by their titles, what stands in the address, answers by their status."""

    bodies: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    answers: dict[int, Any] = {}


def page(*items: Any) -> dict[str, Any]:
    """The last page of a list."""
    return {"items": list(items), "next_cursor": None}
