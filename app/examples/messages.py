"""Messages in KakaoTalk."""

from typing import Any

from app.examples.shape import NOTIFICATION_ID, USER_ID, Examples, page

NOTICE = {
    "user_id": USER_ID,
    "kind": "notice",
    "variables": {"안내드리는제목": "휴관 안내", "안내드리는자세한내용": "11월 30일은 쉽니다."},
    "idempotency_key": "notice-0001",
}
REGISTERED: dict[str, Any] = {
    "id": NOTIFICATION_ID,
    "user_id": USER_ID,
    "plan_id": None,
    "kind": "notice",
    "status": "SCHEDULED",
    "idempotency_key": "notice-0001",
    "variables": {
        "회원이름": "이도전",
        "안내드리는제목": "휴관 안내",
        "안내드리는자세한내용": "11월 30일은 쉽니다.",
    },
    "schedule_at": "2026-11-23T01:00:00.272499+00:00",
    "expires_at": "2026-11-24T01:00:00.272499+00:00",
    "sent_at": None,
    "delivered_at": None,
    "reason_code": None,
    "provider_response_code": None,
    "failure_reason": None,
    "last_error_at": None,
    "attempt_count": 0,
    "created_at": "2026-11-23T01:00:00.272748+00:00",
    "provider_codes": [],
}
ATTEMPT: dict[str, Any] = {
    "provider": "alimtalk",
    "attempt_no": 1,
    "request_key": "0198f0a0-0000-7000-8000-000000000006",
    "outcome": "ok",
    "provider_status_code": "0",
    "http_status": 200,
    "latency_ms": 20,
    "started_at": "2026-11-23T01:00:00.310000+00:00",
    "captured_at": "2026-11-23T01:00:00.330000+00:00",
    "delivery_code": "1000",
    "delivery_at": "2026-11-23T01:00:01+00:00",
}
DELIVERED = REGISTERED | {
    "status": "DELIVERED",
    "sent_at": "2026-11-23T01:00:00.330000+00:00",
    "delivered_at": "2026-11-23T01:00:01+00:00",
    "provider_response_code": "1000",
    "attempt_count": 1,
    "provider_codes": [ATTEMPT],
}

EXAMPLES = {
    "register_notification": Examples(
        {
            "Now": NOTICE,
            "Later": NOTICE | {"schedule_at": "2026-11-29T10:00:00+09:00", "idempotency_key": "notice-0002"},
        },
        answers={201: REGISTERED},
    ),
    "get_notification": Examples(answers={200: DELIVERED}),
    "list_notifications": Examples(answers={200: page(DELIVERED)}),
}
