"""What operators see and decide."""

from typing import Any

from app.examples.health import READY
from app.examples.shape import NOTIFICATION_ID, REVIEW_ID, Examples, page

UNSET: dict[str, Any] = {
    "name": "send_cap_per_minute",
    "value": None,
    "default": None,
    "is_set": False,
    "reason": None,
    "actor": None,
    "expires_at": None,
    "updated_at": None,
}
PAUSED: dict[str, Any] = {
    "name": "send_paused",
    "value": True,
    "default": False,
    "is_set": True,
    "reason": "The template has a wrong word.",
    "actor": "kim",
    "expires_at": "2026-11-24T01:00:00+00:00",
    "updated_at": "2026-11-23T00:18:30.472049+00:00",
}
OPEN: dict[str, Any] = {
    "id": REVIEW_ID,
    "subject": "notification",
    "cause": "notice:TIMEOUT",
    "reason_code": "outcome_unknown",
    "detail": "",
    "count": 1,
    "state": "open",
    "opened_at": "2026-11-23T00:18:30.552929+00:00",
    "last_seen_at": "2026-11-23T00:18:30.552929+00:00",
    "resolved_at": None,
    "action": None,
    "memo": None,
    "actor": None,
    "subject_ids": [NOTIFICATION_ID],
}
DECISION = {"action": "retry", "memo": "The dealer says that it was not sent.", "actor": "kim"}
RESOLVED = (
    OPEN | DECISION | {"state": "resolved", "resolved_at": "2026-11-23T00:31:02.628726+00:00", "applied": 1}
)
STATUS: dict[str, Any] = {
    "guardrails": [UNSET, PAUSED],
    "holds": [
        {
            "scope": "alimtalk",
            "until": "2026-11-23T15:00:00+00:00",
            "reason_code": "quota",
            "code": "-1029",
            "started_at": "2026-11-23T00:18:30.865057+00:00",
        }
    ],
    "yield": {"ended": 40, "ok": 39, "share": 0.975},
    "queues": [{"name": "delivery", "waiting": 12, "oldest_s": 1.8}],
    "reviews": [{"subject": "notification", "open": 1, "oldest_s": 751.2}],
    "collection": {"started": 812, "completed": 811, "rate": 0.9988},
    "checks": READY,
}

EXAMPLES = {
    "list_guardrails": Examples(answers={200: page(UNSET, PAUSED)}),
    "set_guardrail": Examples(
        {
            "Stop sending for an hour": {
                "value": True,
                "reason": "The template has a wrong word.",
                "actor": "kim",
                "expires_at": "2026-11-24T10:00:00+09:00",
            },
        },
        {"name": "send_paused"},
        {200: PAUSED},
    ),
    "list_reviews": Examples(answers={200: page(OPEN)}),
    "resolve_review": Examples({"Send it again": DECISION}, answers={200: RESOLVED}),
    "get_status": Examples(answers={200: STATUS}),
}
