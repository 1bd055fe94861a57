"""Reading Kakao's JSON: an answer gives tokens or a meaning, whatever is in it, and never an exception.

Memo: https://developers.kakao.com/docs/latest/ko/kakaotalk-message/rest-api ; its success body,
`{"result_code": 0}`, is known from public clients only. Tokens:
https://developers.kakao.com/docs/latest/ko/kakaologin/rest-api . Errors are `{"msg", "code"}` and
`{"error", "error_description", "error_code"}`: https://developers.kakao.com/docs/latest/rest-api/reference
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.clients.codes import Code, Outcome
from app.clients.kakao_codes import SENT, kapi_code, kauth_code
from app.clients.kept import MASK, keep, mask
from app.clients.untrusted import whole, word

BAD_RESPONSE: Final = "BAD_RESPONSE"
TOKEN_CHARS: Final = 2048
ACCESS_MAX_S: Final = 30 * 86400
REFRESH_MAX_S: Final = 366 * 86400
_UNREADABLE: Final = Code(
    "unknown", "unreadable_answer", "카카오의 응답을 확인할 수 없습니다.", "Kakao's answer cannot be read."
)
_STATUSES: Final[dict[int, Outcome]] = {401: "alert", 403: "alert", 429: "quota"}
_MEMO_FIELDS: Final = ("result_code", "code", "msg", "api_type")
_TOKEN_FIELDS: Final = ("error", "error_description", "error_code")
_KAUTH_CODE: Final = re.compile(r"KOE\d{1,6}", re.ASCII)
_OAUTH_ERRORS: Final = {"invalid_grant": "KOE322", "invalid_client": "KOE101"}
"""What OAuth's own words (RFC 6749, 5.2) mean where Kakao's code for it is missing."""
_NOT_KAKAOS: Final = re.compile(r"[^\x20-\x7e]+|(?:\\+u[0-9a-fA-F]{4})+|(?:%[0-9a-fA-F]{2})+")
"""Kakao's words are English; what is not ASCII, as it stands or in an escape, can only be ours."""
_ECHO_CHARS: Final = 4  # shorter words of ours may stand in Kakao's sentences by chance


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer means; `code` is Kakao's own code as text, or `BAD_RESPONSE` when there is none.

    `response` is what to keep of it: JSON text of at most 4096 bytes, None when it is no JSON object.
    """

    known: Code
    code: str
    response: str | None


@dataclass(frozen=True, slots=True)
class Tokens:
    """New tokens, with the seconds that they live; without a new refresh token the old one stays."""

    access_token: str = field(repr=False)
    expires_in: int
    refresh_token: str | None = field(repr=False, default=None)
    refresh_token_expires_in: int | None = None


def memo_answer(status: int, body: bytes, secrets: Sequence[str]) -> Answer:
    """The code in the body decides, never the HTTP status, which stands in only when there is no code.

    Taken is only a memo with `result_code` 0, a 2xx and no error code; one that is said to be both taken and
    refused is unknown.
    """
    payload = _object(body)
    response = _response(payload, _MEMO_FIELDS, secrets)
    result, code = whole(payload.get("result_code")), whole(payload.get("code"))
    if result == SENT:
        taken = 200 <= status < 300 and not payload.get("code")
        return Answer(kapi_code(SENT), str(SENT), response) if taken else _contradiction(response)
    number = code or result
    if number is None or number == SENT:
        return Answer(_by_status(status), BAD_RESPONSE, response)
    return Answer(kapi_code(number), str(number), response)


def token_answer(status: int, body: bytes, secrets: Sequence[str]) -> Tokens | Answer:
    """New tokens from a 2xx without an error, else what the error means.

    Without Kakao's own code the word of OAuth counts before the HTTP status: one trainee's login that is
    over, which may come with a 401, must stop nobody else.
    """
    payload = _object(body)
    response = _response(payload, _TOKEN_FIELDS, secrets)
    code = payload.get("error_code")
    if isinstance(code, str) and _KAUTH_CODE.fullmatch(code):
        return Answer(kauth_code(code), code, response)
    error = word(payload.get("error"))
    if code is None and status in (400, 401) and error in _OAUTH_ERRORS:
        return Answer(kauth_code(_OAUTH_ERRORS[error]), error, response)
    is_error = code is not None or payload.get("error") is not None
    tokens = None if is_error or not 200 <= status < 300 else _tokens(payload)
    return tokens or Answer(_by_status(status), BAD_RESPONSE, response)


def echoes(value: object) -> Iterator[str]:
    """Every text inside a JSON value: what an error message might repeat to us."""
    if isinstance(value, str):
        if len(value) >= _ECHO_CHARS:
            yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from echoes(inner)


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object in the body; empty when it is none (or nested so deep that Python gives up)."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def _by_status(status: int) -> Code:
    return replace(_UNREADABLE, outcome=_STATUSES.get(status, "unknown"))


def _contradiction(response: str | None) -> Answer:
    return Answer(_UNREADABLE, BAD_RESPONSE, response)


def _response(payload: dict[str, Any], names: Sequence[str], secrets: Sequence[str]) -> str | None:
    """Known fields, without `secrets` and without whatever may be an echo of our own text."""
    if not payload:
        return None
    secrets = sorted(secrets, key=len, reverse=True)
    kept = keep(payload, names, secrets)
    scopes = payload.get("required_scopes")
    if isinstance(scopes, list) and names is _MEMO_FIELDS:
        kept["required_scopes"] = [mask(name, secrets) for one in scopes[:5] if (name := word(one, 40))]
    return _NOT_KAKAOS.sub(MASK, json.dumps(kept, ensure_ascii=False))


def _tokens(payload: dict[str, Any]) -> Tokens | None:
    """None when a token is missing, or anything is not what it should be."""
    access, expires_in = (
        _token(payload.get("access_token")),
        _seconds(payload.get("expires_in"), ACCESS_MAX_S),
    )
    if access is None or expires_in is None:
        return None
    if payload.get("refresh_token") is None:
        return Tokens(access, expires_in)
    refresh, limit = _token(payload["refresh_token"]), payload.get("refresh_token_expires_in")
    lives = _seconds(limit, REFRESH_MAX_S)
    if refresh is None or (limit is not None and lives is None):
        return None
    return Tokens(access, expires_in, refresh, lives)


def _token(value: object) -> str | None:
    """A token as a header can carry it: visible ASCII (RFC 6750, 2.1), no blank."""
    found = word(value, TOKEN_CHARS)
    return found if found and found.isascii() and " " not in found else None


def _seconds(value: object, limit: int) -> int | None:
    """A whole number above 0, at most `limit`: a longer life is not believed."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return min(value, limit)
    return None
