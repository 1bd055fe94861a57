"""Trainees."""

from typing import Any

from app.examples.shape import USER_ID, Examples, page

PROFILE_IN: dict[str, Any] = {
    "sex": "F",
    "age": 34,
    "weight_kg": 58.5,
    "experience": "BEGINNER",
    "goal": "STRENGTH",
    "days_per_week": 3,
    "weekdays": [1, 3, 5],
    "max_daily_minutes": 50,
    "equipment": ["barbell", "rack", "bench", "dumbbell"],
    "injuries": [{"area": "knee", "severity": "MILD", "until": "2026-12-07"}],
    "known_lifts": [{"exercise": "goblet_squat", "weight_kg": 12, "reps": 8}],
    "loads": {"dumbbell": [4, 6, 8, 10, 12]},
}
HEALTHY: dict[str, Any] = {
    "emergency_symptom": False,
    "parq_yes": False,
    "pregnant": False,
    "active_3_months": False,
    "guardian_consent": False,
    "postpartum_weeks": None,
    "clearance_on": None,
}
PROFILE = PROFILE_IN | {
    "height_cm": 165,
    "excluded": [],
    "health": HEALTHY,
    "checkin": None,
    "notes": "",
}
USER: dict[str, Any] = {
    "id": USER_ID,
    "name": "이도전",
    "kakao_user_id": None,
    "phone_number": "01000000001",
    "phone_fault": None,
    "timezone": "Asia/Seoul",
    "reminder_time": "07:00",
    "notifications_enabled": True,
    "summary_enabled": True,
    "is_sandbox": False,
    "channel_state": None,
    "unlinked_at": None,
    "profile": PROFILE,
    "created_at": "2026-11-20T02:11:09.481520+00:00",
    "updated_at": "2026-11-20T02:11:09.481520+00:00",
}
TOKEN = {
    "user_id": USER_ID,
    "expires_at": "2026-11-23T07:59:59+00:00",
    "refresh_expires_at": "2027-01-22T01:59:59+00:00",
    "can_refresh": True,
}
DAY: dict[str, Any] = {
    "date": "2026-11-23",
    "planned_sets": 14,
    "done_sets": 12,
    "skipped_sets": 1,
    "failed_sets": 1,
    "volume_kg": 1842.5,
    "minutes": 44,
    "streak": 3,
    "one_rep_maxes": {"goblet_squat": 15.2},
}

EXAMPLES = {
    "create_user": Examples(
        {
            "With phone and profile": {
                "name": "이도전",
                "phone_number": "010-0000-0001",
                "reminder_time": "07:00",
                "summary_enabled": True,
                "profile": PROFILE_IN,
            },
            "A name is enough": {"name": "김하루"},
        },
        answers={201: USER},
    ),
    "get_user": Examples(answers={200: USER}),
    "update_user": Examples(
        {
            "Another reminder time": {"reminder_time": "06:30"},
            "A bad night": {
                "profile": {"checkin": {"on": "2026-11-23", "fatigue": 4, "sleep_h": 5.5, "ill": False}}
            },
        },
        answers={200: USER | {"reminder_time": "06:30", "updated_at": "2026-11-23T00:01:40.099121+00:00"}},
    ),
    "store_kakao_token": Examples(
        {
            "As Kakao Login gave it": {
                "access_token": "made-up-access-token",
                "expires_in": 21599,
                "refresh_token": "made-up-refresh-token",
                "refresh_token_expires_in": 5183999,
            }
        },
        answers={200: TOKEN},
    ),
    "make_link_code": Examples(
        answers={201: {"code": "042917", "expires_at": "2026-11-23T02:10:00.125310+00:00"}}
    ),
    "get_summary": Examples(answers={200: page(DAY)}),
}
