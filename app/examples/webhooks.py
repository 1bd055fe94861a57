"""What providers send."""

from typing import Any

from app.examples.shape import NOTIFICATION_ID, Examples

ACK = {"status": "ok"}
ANSWER: dict[str, Any] = {
    "version": "2.0",
    "template": {
        "outputs": [
            {
                "simpleText": {
                    "text": "오늘은 아직 계획이 없어요. '오늘 운동'이라고 보내 주시면 만들어 드려요."
                }
            }
        ],
        "quickReplies": [{"action": "message", "label": "오늘 운동", "messageText": "오늘 운동"}],
    },
}
UNLINK = {"app_id": "123456", "user_id": "1000000000000000001", "referrer_type": "UNLINK_FROM_APPS"}


def turn(utterance: str) -> dict[str, Any]:
    """What KakaoTalk sends when somebody types."""
    who = "made-up-bot-user-key"
    return {
        "intent": {"id": "made-up-block", "name": "운동"},
        "userRequest": {
            "timezone": "Asia/Seoul",
            "block": {"id": "made-up-block", "name": "운동"},
            "utterance": utterance,
            "lang": "ko",
            "user": {
                "id": who,
                "type": "botUserKey",
                "properties": {"botUserKey": who, "appUserId": "1000000000000000001"},
            },
        },
        "bot": {"id": "made-up-bot", "name": "갓생 코치"},
        "action": {"id": "made-up-skill", "name": "coach", "params": {}, "clientExtra": {}},
    }


EXAMPLES = {
    "skill": Examples(
        {"A set is done": turn("완료 8회 12kg"), "The plan of the day": turn("오늘 운동")},
        answers={200: ANSWER},
    ),
    "kakao_channel": Examples(
        {
            "Somebody blocked the channel": {
                "event": "blocked",
                "id": "1000000000000000001",
                "id_type": "app_user_id",
                "channel_public_id": "_ExAmPl",
                "channel_uuid": "@examplecoach",
                "updated_at": "2026-11-23T01:00:00Z",
            }
        },
        answers={200: ACK},
    ),
    "kakao_unlink": Examples({"From the account's settings": UNLINK}, answers={200: ACK}),
    "kakao_unlink_by_query": Examples(answers={200: ACK}),
    "alimtalk_results": Examples(
        {
            "One message arrived": {
                "hooks": [
                    {
                        "hookId": "made-up-hook-1",
                        "requestId": "made-up-request-1",
                        "recipientSeq": 1,
                        "recipientGroupingKey": NOTIFICATION_ID,
                        "resultCode": "1000",
                        "resultCodeName": "success",
                        "receiveDate": "2026-11-23 07:00:02",
                    }
                ]
            }
        },
        answers={200: ACK},
    ),
}
