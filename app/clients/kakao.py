"""Kakao's own APIs: a memo to the chat of a trainee with themselves, and the refresh of their token.

Memo: https://developers.kakao.com/docs/latest/ko/kakaotalk-message/rest-api
Tokens: https://developers.kakao.com/docs/latest/ko/kakaologin/rest-api
"""

import json
import math
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import Flask

from app.clients import http
from app.clients.codes import Code
from app.clients.kakao_answers import BAD_RESPONSE, Answer, Tokens, echoes, memo_answer, token_answer
from app.clients.untrusted import retry_after_s

__all__ = ["Kakao", "KakaoError", "Sent", "Tokens"]

MEMO: Final = "/v2/api/talk/memo/default/send"
TOKEN: Final = "/oauth/token"  # noqa: S105 - a path
_FORM: Final = "application/x-www-form-urlencoded;charset=utf-8"
_FAILURES: Final[dict[http.Kind, tuple[str, Code]]] = {
    http.Kind.NOT_SENT: (
        "CONNECTION_ERROR",
        Code("retry", "not_connected", "카카오 서버에 연결하지 못했습니다.", "No connection was made."),
    ),
    http.Kind.TIMEOUT: (
        "TIMEOUT",
        Code("unknown", "timeout", "카카오가 제때 응답하지 않았습니다.", "No answer came in time."),
    ),
    http.Kind.RESET: (
        "CONNECTION_ERROR",
        Code("unknown", "connection_lost", "카카오와의 연결이 끊어졌습니다.", "The connection was lost."),
    ),
    http.Kind.TOO_LARGE: (
        BAD_RESPONSE,
        Code("unknown", "answer_too_large", "카카오의 응답이 너무 큽니다.", "The answer is too large."),
    ),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A memo that Kakao took; no delivery report follows. `response` is JSON text of at most 4096 bytes."""

    code: str
    http_status: int
    latency_ms: int
    response: str


class KakaoError(Exception):
    """The memo was not taken, or may not have been; or there are no new tokens. Nothing personal is in it.

    `known` says what it means and what is to be done; `code` is Kakao's own code as text ("-401", "KOE322"),
    or "TIMEOUT", "CONNECTION_ERROR", "BAD_RESPONSE". `response` is what to keep of the answer: JSON text of
    at most 4096 bytes without token, phone number or message text, None when there was no JSON object.
    """

    def __init__(
        self,
        known: Code,
        code: str,
        http_status: int | None = None,
        latency_ms: int = 0,
        retry_after_s: float | None = None,
        response: str | None = None,
    ) -> None:
        super().__init__(f"Kakao: {code} ({known.reason_code}), HTTP {http_status or '-'}, {latency_ms} ms")
        self.known = known
        self.code = code
        self.http_status = http_status
        self.latency_ms = latency_ms
        self.retry_after_s = retry_after_s
        self.response = response


class Kakao:
    """Kakao's APIs with the key of one app; threads may share it once it is set up."""

    def init_app(self, app: Flask) -> None:
        """Take the settings from `app.config`; opens nothing."""
        config = app.config
        self._memo_url = str(config.get("KAKAO_API_BASE_URL") or "").rstrip("/") + MEMO
        self._token_url = str(config.get("KAKAO_AUTH_BASE_URL") or "").rstrip("/") + TOKEN
        self._client_id = str(config.get("KAKAO_REST_API_KEY") or "")
        self._client_secret = str(config.get("KAKAO_CLIENT_SECRET") or "")
        self._secrets = (self._client_id, self._client_secret)
        self._deadline_s = float(config.get("KAKAO_DEADLINE_S") or 20)
        self._session = http.new_session()

    def send_to_me(
        self, access_token: str, template_object: dict[str, Any], stop_at: float = math.inf
    ) -> Sent:
        """Send one memo (see `memo_templates`) to the owner of the token.

        There is no idempotency: sent twice, it arrives twice, and Kakao cannot be asked about it. So an
        outcome of `unknown` is final: do not send again. After `stop_at` (`time.monotonic`) nothing is sent
        any more. The body's code decides, never the HTTP status: 401 and 403 without a code are `alert`,
        429 is `quota`. Raises `KakaoError` within the deadline; with `known.refresh` the token is to be
        refreshed, once, and the memo sent again.
        """
        form = {"template_object": json.dumps(template_object, ensure_ascii=False)}
        reply = self._post(self._memo_url, form, stop_at, {"Authorization": f"Bearer {access_token}"})
        secrets = (access_token, *self._secrets, *echoes(template_object))
        answer = memo_answer(reply.status, reply.body, secrets)
        if answer.known.outcome != "ok":
            raise _error(answer, reply)
        return Sent(answer.code, reply.status, reply.latency_ms, answer.response or "{}")

    def refresh(self, refresh_token: str, stop_at: float = math.inf) -> Tokens:
        """New tokens for a refresh token; store them before they are used.

        It may run twice: a new access token does not end the old one, and the refresh token stays good. So
        when nobody knows what became of the call (a timeout, a lost connection, an answer without a code or
        with one in no table), no harm is done, and the outcome is `retry` where a memo's would be `unknown`.
        Should Kakao have handed out a new refresh token in an answer that was lost, and have ended the old
        one with it, the next try says so (KOE322, `recipient`): the trainee must log in again. Kakao allows
        20 tokens in ten minutes for a user. Raises `KakaoError` within the deadline.
        """
        try:
            return self._new_tokens(refresh_token, stop_at)
        except KakaoError as error:
            if error.known.outcome == "unknown":
                error.known = replace(error.known, outcome="retry")
            raise

    def _new_tokens(self, refresh_token: str, stop_at: float) -> Tokens:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._client_id,
            "refresh_token": refresh_token,
            **({"client_secret": self._client_secret} if self._client_secret else {}),
        }
        reply = self._post(self._token_url, form, stop_at)
        answer = token_answer(reply.status, reply.body, (refresh_token, *self._secrets))
        if isinstance(answer, Answer):
            raise _error(answer, reply)
        return answer

    def _post(
        self, url: str, form: dict[str, str], stop_at: float, headers: dict[str, str] | None = None
    ) -> http.Reply:
        try:
            return http.call(
                self._session,
                "POST",
                url,
                deadline_s=self._deadline_s,
                stop_at=stop_at,
                headers={"Content-Type": _FORM, **(headers or {})},
                data=form,
            )
        except http.CallFailed as failed:
            code, known = _FAILURES[failed.kind]
            raise KakaoError(known, code, latency_ms=failed.latency_ms) from failed


def _error(answer: Answer, reply: http.Reply) -> KakaoError:
    return KakaoError(
        answer.known,
        answer.code,
        reply.status,
        reply.latency_ms,
        retry_after_s(reply.headers),
        answer.response,
    )
