"""Every result code of AlimTalk (NHN Cloud KakaoTalk Bizmessage v2.3) and what a sender does with it.

Source: https://docs.nhncloud.com/ko/Notification/KakaoTalk%20Bizmessage/ko/error-code/
The two tables below are the only place where codes are listed; `codes.py` says what a row is.
"""

from dataclasses import replace
from typing import Final

from app.clients.codes import UNKNOWN, Code, Row, numbers, table

ACCEPTED: Final = 0
ALL_FAILED: Final = -1031
"""The header of an answer in which every recipient was refused: each one's own code is in `sendResults`."""

# fmt: off
_API: tuple[Row, ...] = (
    ("0", "ok", "accepted",
     "발송 요청이 접수되었습니다.", "Accepted for sending."),
    ("4", "request", "invalid_parameter",
     "요청 값이 올바르지 않습니다.", "A parameter failed validation."),
    ("-1000 -4004 -4005", "alert", "bad_app_key",
     "앱 키가 잘못되었거나 없거나 사용 중지되었습니다.", "The app key is wrong, missing or disabled."),
    ("-1001", "alert", "bad_secret_key",
     "비밀 키가 올바르지 않습니다.", "The secret key is wrong."),
    ("-1002 -1003 -1019 -2502", "alert", "bad_sms_fallback",
     "대체 발송(SMS) 설정이 올바르지 않습니다.", "The SMS fallback is not set up correctly."),
    ("-1005", "duplicate", "idempotency_key_reused",
     "10분 안에 같은 요청이 이미 접수되었습니다.", "The same request came less than 10 minutes ago."),
    ("-1006 -1014 -2017", "alert", "bad_sender_profile",
     "발신 프로필이 없거나 활성 상태가 아닙니다.", "The sender profile is missing, inactive or without key."),
    ("-1016 -2028 -4103 -4104", "request", "message_not_found",
     "요청 ID 또는 수신자 순번을 찾을 수 없습니다.", "The request id or recipient number was not found."),
    ("-1017", "quota", "daily_quota",
     "하루 발송 한도를 초과했습니다.", "The daily volume is used up.", {"hold_until": "00:00"}),
    ("-1024", "alert", "profile_group_cannot_send",
     "발신 프로필 그룹은 발송할 수 없습니다.", "A sender profile group cannot send."),
    ("-1027", "alert", "sender_blocked",
     "발신 프로필이 차단되었습니다.", "The sender profile is blocked."),
    ("-1028", "request", "new_sender_limit",
     "신규 발신자 제한: 변수 값이 자리표시자보다 14자 넘게 깁니다.",
     "New sender limit: a value is over 14 characters longer than its placeholder.", {"review": True}),
    ("-1030", "alert", "business_not_verified",
     "사업자 인증이 필요합니다.", "The business is not verified."),
    ("-1031", "unknown", "all_recipients_failed",
     "모든 수신자의 발송 요청이 실패했습니다.", "All recipients failed; each has a code of its own."),
    ("-2000..-2005", "request", "invalid_field",
     "필드 값이 비었거나 너무 길거나 범위를 벗어났습니다.", "A field is blank, too long or out of range."),
    ("-2018 -2504 -3011 -3033 -3103", "request", "bad_button",
     "버튼 또는 바로연결이 템플릿과 맞지 않습니다.",
     "A button or quick reply is invalid or not in the template."),
    ("-2019 -2032 -2035 -3048", "request", "text_too_long",
     "본문, 제목 또는 변수의 길이가 제한을 넘었습니다.",
     "A text, title, header or the parameters are too long."),
    ("-2025..-2027", "request", "bad_request_date",
     "발송 예약 일시가 올바르지 않습니다.", "The scheduled date is in the past, too far or malformed."),
    ("-2029 -2501", "request", "cannot_cancel",
     "취소할 발송이 없거나 기한이 지났습니다.", "There is nothing to cancel or it is too late."),
    ("-3000..-3002 -3006..-3009", "request", "bad_link",
     "링크 또는 버튼 규칙에 어긋납니다.", "A link or button breaks the rules."),
    ("-3003", "alert", "template_not_found",
     "템플릿이 존재하지 않습니다.", "The template does not exist.", {"scope": "template"}),
    ("-3005", "alert", "template_not_approved",
     "템플릿이 승인 상태가 아닙니다.", "The template is not approved.", {"scope": "template"}),
    ("-3004 -3049 -3324 -3347", "request", "bad_template_parameter",
     "템플릿 변수가 올바르지 않습니다.", "A template parameter is wrong."),
    ("-3010 -3042 -3043 -3046", "request", "template_mismatch",
     "내용이 승인된 템플릿과 다릅니다.", "The text, header, item or link differs from the template."),
    ("-3301", "recipient", "unsubscribed",
     "수신을 거부한 사용자입니다.", "The recipient unsubscribed."),
    ("-4000 -4003 -4017 -4101", "request", "bad_query",
     "조회 조건이 올바르지 않습니다.", "The query is wrong, too wide or too old."),
    ("-4011", "request", "no_recipients",
     "수신자 목록이 없습니다.", "The list of recipients is missing."),
    ("-4019 -5000", "recipient", "invalid_phone",
     "수신자 전화번호가 올바르지 않습니다.", "The phone number is invalid."),
    ("-7000", "retry", "kakao_error",
     "카카오 서버의 일시적인 오류입니다.", "Kakao's own API failed."),
    ("-8006 -8008", "request", "forbidden_wording",
     "인증 문구가 없거나 금지어가 있습니다.", "The wording is missing a required word or has a banned one."),
    ("-9992", "alert", "api_discontinued",
     "종료된 API입니다.", "The API was discontinued."),
    ("-9993 -9994 -9996..-9998", "request", "malformed_request",
     "요청 형식이 올바르지 않습니다.", "The request is malformed or there is no such API."),
    ("-9999", "retry", "provider_error",
     "발송 대행사의 일시적인 오류입니다.", "The dealer's system failed."),
)

_DELIVERY: tuple[Row, ...] = (
    ("1000", "ok", "delivered",
     "전달되었습니다.", "Delivered."),
    ("1001 1004 1030 1033 3011 3013 3023 4100 4101 4110 4120 4121", "request", "malformed_request",
     "발송 요청의 형식이 올바르지 않습니다.", "The request was malformed or empty inside the relay."),
    ("1002 1003 1006 1007 1011 1013 1014 1016 4103 4104", "alert", "bad_sender_profile",
     "발신 프로필, 키, 계약 또는 사업자 정보에 문제가 있습니다.",
     "A key, the sender profile, the contract or the business number is wrong."),
    ("1012 1015 1020", "recipient", "invalid_user",
     "수신자 식별 정보가 올바르지 않습니다.", "The recipient's user key is invalid."),
    ("3008", "recipient", "invalid_phone",
     "수신자 전화번호가 올바르지 않습니다.", "The phone number is invalid."),
    ("1021..1025 1027 1028", "alert", "channel_unusable",
     "채널이 차단, 종료, 삭제 또는 제재 상태입니다.",
     "The channel is blocked, closed, deleted or sanctioned."),
    ("2001 2005 3000 3006 3010 3012", "retry", "kakao_error",
     "카카오 서버의 일시적인 오류입니다.", "An internal or connection error at Kakao."),
    ("2003", "alert", "channel_not_added",
     "테스트 서버에서 채널이 추가되지 않은 사용자입니다.",
     "Test server, and the user has not added the channel."),
    ("3005", "unknown", "receipt_not_confirmed",
     "발송했으나 수신이 확인되지 않았습니다.",
     "Sent, but the receipt is not confirmed; it may still arrive within 3 days."),
    ("3014 3016 3024..3048 3050..3058 4102 4132 4144", "request", "template_mismatch",
     "내용의 길이 또는 구성이 템플릿과 맞지 않습니다.",
     "The length, text, buttons or items do not fit the template."),
    ("3015", "alert", "template_not_found",
     "템플릿을 찾을 수 없습니다.", "The template was not found.", {"scope": "template"}),
    ("4133", "alert", "template_suspended",
     "템플릿 사용이 중지되었습니다.", "The template is suspended.", {"scope": "template"}),
    ("4134", "alert", "template_changed",
     "템플릿이 변경되었습니다.", "The template was changed.", {"scope": "template"}),
    ("3018", "recipient", "not_deliverable",
     "지금은 이 사용자에게 전달할 수 없습니다.",
     "Not deliverable now: another SIM, 7 days without KakaoTalk, or a sanction.", {"may_recover": True}),
    ("3019", "recipient", "not_kakaotalk_user",
     "카카오톡 사용자가 아닙니다.", "Not a KakaoTalk user."),
    ("3020", "recipient", "blocked_by_user",
     "사용자가 알림톡을 차단했습니다.", "The user blocked AlimTalk."),
    ("3021", "recipient", "kakaotalk_too_old",
     "카카오톡 버전이 낮아 받을 수 없습니다.", "The user's KakaoTalk is too old."),
    ("3022", "quota", "outside_sending_hours",
     "발송 가능한 시간이 아닙니다.", "Outside the sending hours.", {"hold_until": "08:00"}),
    ("4000 4001 4122", "unknown", "result_not_available",
     "발송 결과를 아직 조회할 수 없습니다.", "The result could not be found or read.", {"poll": True}),
    ("4130", "request", "bad_request_id",
     "요청 ID 형식이 올바르지 않습니다.", "The request id is malformed inside the relay."),
    ("4131", "duplicate", "duplicate_request_id",
     "같은 요청 ID가 이미 접수되었습니다.", "The request id was used before inside the relay."),
    ("4137 4139..4142", "retry", "provider_error",
     "발송 요청이 일시적으로 실패했습니다.", "The request failed for the moment."),
    ("4143", "retry", "request_expired",
     "발송 요청이 만료되었습니다.", "The request expired.", {"once": True}),
    ("4138 4156", "quota", "send_limit",
     "발송 횟수 제한을 초과했습니다.", "A limit on the number of messages is used up."),
    ("4161", "unknown", "still_processing",
     "아직 처리 중입니다.", "Still being processed.", {"poll": True}),
    ("9998 9999", "retry", "provider_error",
     "발송 시스템의 일시적인 오류입니다.", "System trouble."),
)
# fmt: on

_UNKNOWN_DELIVERY = replace(UNKNOWN, review=True)

API_CODES: Final = table(_API, numbers)
DELIVERY_CODES: Final = table(_DELIVERY, lambda codes: map(str, numbers(codes)))


def api_code(code: int) -> Code:
    """The meaning of `header.resultCode` or `sendResults[].resultCode`; one in no table is `unknown`."""
    return API_CODES.get(code, UNKNOWN)


def delivery_code(code: str) -> Code:
    """The meaning of a delivery result's `resultCode`; one in no table is `unknown`, for review."""
    return DELIVERY_CODES.get(code, _UNKNOWN_DELIVERY)
