"""Plans and reports of sets."""

from typing import Any

from app.examples.shape import NOTIFICATION_ID, PLAN_ID, SESSION_ID, TODAY, USER_ID, Examples, page

SET: dict[str, Any] = {
    "set_no": 1,
    "status": "PENDING",
    "performed_reps": None,
    "performed_seconds": None,
    "performed_weight_kg": None,
    "performed_band": None,
    "actual_rest_sec": None,
    "rir": None,
    "skip_reason": None,
}
SESSION: dict[str, Any] = {
    "id": SESSION_ID,
    "order_no": 1,
    "exercise": "goblet_squat",
    "exercise_name": "고블릿 스쿼트",
    "body_part": "허벅지",
    "target_sets": 2,
    "target_reps": 8,
    "target_seconds": None,
    "target_weight_kg": 12,
    "target_rest_sec": 120,
    "target_band": None,
    "per_side": False,
    "target_rir": 3,
    "tier": "MAIN",
    "notes": "",
    "sets": [SET, SET | {"set_no": 2}],
}
PLAN: dict[str, Any] = {
    "id": PLAN_ID,
    "user_id": USER_ID,
    "target_date": TODAY,
    "source": "rule",
    "requested_source": "rule",
    "fallback_reason": None,
    "status": "ACTIVE",
    "kind": "training",
    "summary": "전신 A · 1종목 · 12분",
    "estimated_minutes": 12,
    "sessions": [SESSION],
    "notification": {
        "id": NOTIFICATION_ID,
        "status": "SCHEDULED",
        "schedule_at": "2026-11-23T07:00:00+09:00",
    },
}
CANCELED = PLAN | {"status": "CANCELED", "notification": PLAN["notification"] | {"status": "CANCELED"}}
NEXT: dict[str, Any] = {
    "session_id": SESSION_ID,
    "set_no": 2,
    "status": "PENDING",
    "exercise": "goblet_squat",
    "exercise_name": "고블릿 스쿼트",
    "target_reps": 8,
    "target_seconds": None,
    "target_weight_kg": 12,
    "target_band": None,
    "target_rest_sec": 120,
    "offered_weight_kg": 12,
}
REPORTED = {
    "set": SET | {"status": "DONE", "performed_reps": 8, "performed_weight_kg": 12},
    "next": NEXT,
    "plan_status": "ACTIVE",
    "plan_changed": False,
}

EXAMPLES = {
    "generate_plan": Examples(
        {
            "Whatever the calendar says": {"user_id": USER_ID, "target_date": TODAY, "force": True},
            "By the LLM": {"user_id": USER_ID, "target_date": "2026-11-24", "source": "llm"},
        },
        answers={201: PLAN},
    ),
    "get_plan": Examples(answers={200: PLAN}),
    "list_plans": Examples(answers={200: page(PLAN)}),
    "cancel_plan": Examples(answers={200: CANCELED}),
    "report_set": Examples(
        {
            "As prescribed": {"status": "DONE"},
            "With what was done": {
                "status": "DONE",
                "performed_reps": 9,
                "performed_weight_kg": 12,
                "actual_rest_sec": 100,
                "rir": 2,
            },
            "Skipped because of pain": {
                "status": "SKIPPED",
                "skip_reason": "pain",
                "pain": {"area": "knee", "score": 4},
            },
        },
        answers={200: REPORTED},
    ),
}
