"""Every error code of Kakao's own APIs, as far as a memo or a token's refresh can meet it.

Sources: kapi, common codes: https://developers.kakao.com/docs/latest/ko/rest-api/error-code ; of messages:
https://developers.kakao.com/docs/latest/ko/kakaotalk-message/trouble-shooting ; -301, -405, -504 and -531
stand only in Kakao's SDK, https://github.com/kakao/kakao_flutter_sdk . kauth:
https://developers.kakao.com/docs/latest/kakaologin/trouble-shooting , some only in public clients.
The two tables below are the only place where these codes are listed; `codes.py` says what a row is.
"""

from typing import Final

from app.clients.codes import UNKNOWN, Code, Row, numbers, table

SENT: Final = 0
"""The `result_code` of a memo that was taken."""

# fmt: off
_KAPI: tuple[Row, ...] = (
    ("0", "ok", "sent",
     "메시지를 보냈습니다.", "Sent."),
    ("-1", "retry", "kakao_error",
     "카카오 서버의 일시적인 오류입니다.", "Kakao's own API failed for the moment."),
    ("-7 -9798", "retry", "kakao_maintenance",
     "카카오 서비스가 점검 중입니다.", "The service is under maintenance.", {"slow": True}),
    ("-603", "unknown", "kakao_timeout",
     "카카오 서버에서 시간이 초과되어 발송 여부를 알 수 없습니다.",
     "Timed out inside Kakao; it may have been sent."),
    ("-2", "request", "invalid_parameter",
     "요청 값 또는 메시지 형식이 올바르지 않습니다.", "A parameter or the message object is wrong."),
    ("-8", "request", "bad_header",
     "요청 헤더가 올바르지 않습니다.", "A header of the request is wrong."),
    ("-102", "request", "already_linked",
     "이미 앱에 연결된 사용자입니다.", "The user is linked to the app already."),
    ("-201", "request", "bad_user_property",
     "사용자 속성 값이 올바르지 않습니다.", "A user property is wrong."),
    ("-602 -606 -911", "request", "bad_image",
     "이미지가 너무 크거나 사용할 수 없는 형식입니다.",
     "An image is too large, of a wrong type or not usable."),
    ("-3 -5 -6", "alert", "not_permitted",
     "앱에 이 API를 사용할 권한이 없습니다.", "The app has no feature, permission or right for this API."),
    ("-9", "alert", "api_discontinued",
     "종료된 API입니다.", "The API was discontinued."),
    ("-12", "alert", "app_sanctioned",
     "앱 또는 개발자 계정이 제재되었습니다.", "The app or its developer's account is sanctioned."),
    ("-301 -903", "alert", "bad_app_key",
     "앱 또는 앱 키가 존재하지 않습니다.", "The app or its key does not exist."),
    ("-10", "quota", "call_quota",
     "API 호출 한도를 초과했습니다.", "The quota of calls is used up."),
    ("-11", "quota", "budget_exceeded",
     "유료 API 예산을 초과했습니다.", "The budget for paid calls is used up.", {"review": True}),
    ("-531", "quota", "sender_monthly_quota",
     "보내는 사람의 월 발송 한도를 초과했습니다.", "The sender's messages of this month are used up.",
     {"hold_until": "1st", "holds": "owner"}),
    ("-532", "quota", "sender_daily_quota",
     "보내는 사람의 하루 발송 한도를 초과했습니다.", "The sender's messages of today are used up.",
     {"hold_until": "00:00", "holds": "owner"}),
    ("-533", "quota", "receiver_daily_quota",
     "받는 사람의 하루 수신 한도를 초과했습니다.", "The receiver's messages of today are used up.",
     {"hold_until": "00:00", "holds": "row"}),
    ("-536", "quota", "pair_daily_quota",
     "이 상대에게 보낼 수 있는 하루 한도를 초과했습니다.",
     "The messages of today between these two are used up.", {"hold_until": "00:00", "holds": "row"}),
    ("-401", "retry", "token_rejected",
     "접근 토큰이 만료되었거나 올바르지 않습니다.", "The access token is expired or wrong.",
     {"refresh": True}),
    ("-4", "recipient", "account_restricted",
     "이용이 제한된 카카오계정입니다.", "The Kakao account is restricted."),
    ("-101", "recipient", "not_linked",
     "앱과 연결되지 않은 사용자입니다.", "The user is not linked to the app."),
    ("-103", "recipient", "no_such_account",
     "존재하지 않거나 휴면 상태인 계정입니다.", "The account does not exist or is dormant."),
    ("-402", "recipient", "consent_missing",
     "카카오톡 메시지 전송에 동의하지 않은 사용자입니다.", "The user has not consented to messages."),
    ("-405", "recipient", "age_not_verified",
     "연령 인증이 필요한 사용자입니다.", "The user's age is not verified."),
    ("-406", "recipient", "under_14",
     "14세 미만 사용자입니다.", "The user is under 14."),
    ("-501", "recipient", "not_kakaotalk_user",
     "카카오톡 사용자가 아닙니다.", "Not a KakaoTalk user."),
    ("-502", "recipient", "not_a_friend",
     "보내는 사람의 친구가 아닙니다.", "Not a friend of the sender."),
    ("-504", "recipient", "device_not_supported",
     "메시지를 받을 수 없는 기기입니다.", "The receiver's device is not supported."),
    ("-530", "recipient", "messages_refused",
     "메시지 수신을 거부한 사용자입니다.", "The receiver refuses messages."),
)

_KAUTH: tuple[Row, ...] = (
    ("KOE003", "retry", "kakao_error",
     "카카오 인증 서버의 일시적인 오류입니다.", "Kakao's login server failed for the moment."),
    ("KOE004", "alert", "login_not_enabled",
     "카카오 로그인이 활성화되지 않았습니다.", "Kakao Login is not enabled for the app."),
    ("KOE005", "alert", "test_app_only",
     "테스트 앱의 팀원만 이용할 수 있습니다.", "A test app serves only members of its team."),
    ("KOE006 KOE303", "alert", "bad_redirect_uri",
     "리다이렉트 URI가 등록된 값과 다릅니다.", "The redirect URI is not registered or differs."),
    ("KOE008 KOE101", "alert", "bad_app_key",
     "앱 키가 올바르지 않습니다.", "The app key is wrong or of the wrong kind."),
    ("KOE009", "alert", "platform_not_configured",
     "앱에 플랫폼이 등록되지 않았습니다.", "The app has no platform configured."),
    ("KOE010", "alert", "bad_client_secret",
     "클라이언트 시크릿이 없거나 올바르지 않습니다.", "The client secret is missing or wrong."),
    ("KOE125", "alert", "app_sanctioned",
     "앱이 제재되었습니다.", "The app is sanctioned."),
    ("KOE237", "quota", "token_rate",
     "토큰 요청 횟수 제한을 초과했습니다.", "Too many tokens were asked for; 20 in ten minutes for a user.",
     {"hold_until": "10min", "holds": "owner"}),
    ("KOE310", "request", "bad_grant_type",
     "grant_type 값이 올바르지 않습니다.", "The grant type is wrong."),
    ("KOE319", "request", "refresh_token_missing",
     "리프레시 토큰이 없습니다.", "There is no refresh token in the request."),
    ("KOE320", "request", "authorization_code_used",
     "인가 코드가 이미 사용되었거나 만료되었습니다.", "The authorization code is used or expired."),
    ("KOE322", "recipient", "login_expired",
     "리프레시 토큰이 만료되었거나 철회되어 다시 로그인해야 합니다.",
     "The refresh token is expired or revoked; the user must log in again."),
)
# fmt: on

KAPI_CODES: Final = table(_KAPI, numbers)
KAUTH_CODES: Final = table(_KAUTH, str.split)


def kapi_code(code: int) -> Code:
    """The meaning of `code` in an answer of kapi.kakao.com; one in no table is `unknown`."""
    return KAPI_CODES.get(code, UNKNOWN)


def kauth_code(code: str) -> Code:
    """The meaning of `error_code` in an answer of kauth.kakao.com; one in no table is `unknown`."""
    return KAUTH_CODES.get(code, UNKNOWN)
