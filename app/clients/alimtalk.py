"""AlimTalk through NHN Cloud KakaoTalk Bizmessage v2.3: send to phone numbers, and ask what became of it.

Source: https://docs.nhncloud.com/ko/Notification/KakaoTalk%20Bizmessage/ko/alimtalk-api-guide/
"""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from flask import Flask

from app.clients import http
from app.clients.alimtalk_answers import (
    BAD_RESPONSE,
    DeliveryResult,
    Found,
    Nonsense,
    Result,
    delivery_results,
    found_messages,
    header_code,
    load,
    page,
    send_results,
)
from app.clients.alimtalk_codes import ACCEPTED, api_code
from app.clients.codes import Outcome
from app.clients.untrusted import KST, part, retry_after_s

__all__ = [
    "Alimtalk",
    "AlimtalkError",
    "DeliveryResult",
    "Found",
    "Recipient",
    "Result",
    "SendAnswer",
]

MAX_RECIPIENTS: Final = 1000
FIND_PAGE: Final = 200
"""These rows hold their message's text, up to 5 KB each: a thousand are more than is read of an answer."""
FIND_PAGES: Final = 8
RESULTS: Final = "/message-results"
RESULT_PAGE: Final = 1000
RESULT_PAGES: Final = 400

_FAILURES: Final[dict[http.Kind, tuple[Outcome, str, str]]] = {
    http.Kind.NOT_SENT: ("retry", "CONNECTION_ERROR", "not_connected"),
    http.Kind.TIMEOUT: ("unknown", "TIMEOUT", "timeout"),
    http.Kind.RESET: ("unknown", "CONNECTION_ERROR", "connection_lost"),
    http.Kind.TOO_LARGE: ("unknown", BAD_RESPONSE, "answer_too_large"),
}
_STATUSES: Final[dict[int, Outcome]] = {401: "alert", 403: "alert", 429: "quota"}


@dataclass(frozen=True, slots=True)
class Recipient:
    """One message of a send: `phone` in digits, `parameters` by the template's names without `#{}`."""

    notification_id: str
    phone: str = field(repr=False)
    parameters: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SendAnswer:
    """The dealer's answer: one `Result` for every recipient that was sent, by notification id."""

    results: dict[str, Result]
    http_status: int
    latency_ms: int
    retry_after_s: float | None = None


class AlimtalkError(Exception):
    """No usable answer; it holds for the whole request and carries nothing personal.

    `outcome`: `retry` when no connection was made, so that surely nothing was taken; `alert` and `quota` for
    an HTTP 401/403 and 429 without a readable body; else `unknown`. `code`: "TIMEOUT", "CONNECTION_ERROR",
    "BAD_RESPONSE", or from a query the dealer's own code as text, with the outcome of its table.
    `reason_code` is our stable word for it.
    """

    def __init__(
        self,
        outcome: Outcome,
        code: str,
        http_status: int | None = None,
        latency_ms: int = 0,
        retry_after_s: float | None = None,
        reason_code: str = "unreadable_answer",
    ) -> None:
        super().__init__(f"AlimTalk: {code} ({reason_code}), HTTP {http_status or '-'}, {latency_ms} ms")
        self.outcome: Outcome = outcome
        self.code = code
        self.http_status = http_status
        self.latency_ms = latency_ms
        self.retry_after_s = retry_after_s
        self.reason_code = reason_code


class Alimtalk:
    """The dealer's API with one app key and one sender profile; threads may share it once it is set up."""

    def init_app(self, app: Flask) -> None:
        """Take the settings from `app.config`; opens nothing."""
        config = app.config
        app_key = str(config.get("KAKAO_ALIMTALK_APP_KEY") or "")
        base_url = str(config.get("KAKAO_ALIMTALK_BASE_URL") or "").rstrip("/")
        self._url = f"{base_url}/alimtalk/v2.3/appkeys/{quote(app_key, safe='')}"
        self._token = str(config.get("KAKAO_TOKEN") or "")
        self._sender_key = str(config.get("KAKAO_SENDER_KEY") or "")
        self._secrets = (self._token, app_key, self._sender_key)
        self._deadline_s = float(config.get("KAKAO_DEADLINE_S") or 20)
        self._session = http.new_session()

    def send(
        self,
        template_code: str,
        recipients: Sequence[Recipient],
        request_key: str,
        stop_at: float = math.inf,
    ) -> SendAnswer:
        """Ask for one message to each of 1 to 1000 recipients; `ok` means accepted, not delivered.

        `request_key` (at most 100 characters) is the idempotency key and the `senderGroupingKey`. Within 10
        minutes a second send under the same key is refused as `duplicate`, so it may run twice under one key;
        under another key, or later, it sends twice. After `stop_at` (`time.monotonic`) nothing is sent any
        more. The body's code decides, never the HTTP status. Raises
        `AlimtalkError` within the deadline, and ValueError for no, too many or repeated recipients.
        """
        ids = [recipient.notification_id for recipient in recipients]
        if not 1 <= len(ids) <= MAX_RECIPIENTS or len(set(ids)) != len(ids):
            raise ValueError("a send has 1 to 1000 recipients, each once")
        body = {
            "senderKey": self._sender_key,
            "templateCode": template_code,
            "senderGroupingKey": request_key,
            "recipientList": [_recipient(recipient) for recipient in recipients],
        }
        headers = {"X-NC-API-IDEMPOTENCY-KEY": request_key}
        reply = self._call("POST", "/messages", self._deadline_s, headers, json=body, stop_at=stop_at)
        with _reading(reply):
            results = send_results(load(reply.body), ids, self._secrets)
        return SendAnswer(results, reply.status, reply.latency_ms, retry_after_s(reply.headers))

    def find(self, request_key: str, since: datetime, until: datetime) -> dict[str, Found]:
        """Which messages of the send under `request_key`, made in this window, does the dealer know?

        The answer is by notification id; one that is absent was not taken, as far as the dealer knows by
        now. Whenever that cannot be told it raises `AlimtalkError` instead. All pages have one deadline. It
        only reads, so it may run twice.
        """
        query = {
            "startCreateDate": _minute(since),
            "endCreateDate": _minute(until, up=True),
            "senderGroupingKey": request_key,
        }
        stop_at = time.monotonic() + self._deadline_s
        found: dict[str, Found] = {}
        for reply, rows in self._pages("/messages", query, FIND_PAGE, FIND_PAGES, stop_at):
            with _reading(reply):
                found |= found_messages(rows, request_key)
        return found

    def results(self, since: datetime, until: datetime) -> Iterator[DeliveryResult]:
        """The delivery results that changed in this window: the safety net for lost webhooks.

        Pages of 1000 are fetched while the caller iterates, each with a deadline of its own; `AlimtalkError`
        may come between two results. Rows without a result yet are left out. It only reads, so it may run
        twice.
        """
        query = {
            "startUpdateDate": _minute(since),
            "endUpdateDate": _minute(until, up=True),
            "alimtalkMessageType": "NORMAL",
        }
        for _, rows in self._pages(RESULTS, query, RESULT_PAGE, RESULT_PAGES):
            yield from delivery_results(rows)

    def _pages(
        self, path: str, query: dict[str, str], size: int, limit: int, stop_at: float | None = None
    ) -> Iterator[tuple[http.Reply, list[object]]]:
        """Each page's rows until all are seen; raises AlimtalkError when `limit` pages are not enough."""
        seen = 0
        for number in range(1, limit + 1):
            left = self._deadline_s if stop_at is None else stop_at - time.monotonic()
            params = {**query, "pageNum": number, "pageSize": size}
            reply = self._call("GET", path, left, params=params)
            rows, total = _page(reply, none_is_empty=path == RESULTS)
            yield reply, rows
            seen += len(rows)
            if (len(rows) < size) if total is None else (seen >= total):
                return
            if not rows:
                break
        raise AlimtalkError("unknown", BAD_RESPONSE, reply.status, reply.latency_ms)

    def _call(
        self, method: str, path: str, deadline_s: float, headers: dict[str, str] | None = None, **kwargs: Any
    ) -> http.Reply:
        sent = {
            "Content-Type": "application/json;charset=UTF-8",
            "X-Secret-Key": self._token,
            **(headers or {}),
        }
        try:
            return http.call(
                self._session, method, self._url + path, deadline_s=deadline_s, headers=sent, **kwargs
            )
        except http.CallFailed as failed:
            outcome, code, reason_code = _FAILURES[failed.kind]
            raise AlimtalkError(
                outcome, code, latency_ms=failed.latency_ms, reason_code=reason_code
            ) from failed


def _recipient(recipient: Recipient) -> dict[str, Any]:
    return {
        "recipientNo": recipient.phone,
        "templateParameter": recipient.parameters,
        "resendParameter": {"isResend": False},
        "recipientGroupingKey": recipient.notification_id,
    }


def _minute(at: datetime, up: bool = False) -> str:
    """`yyyy-MM-dd HH:mm` in Korean time, rounded down or up; raises ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("a naive time")
    minute = at.astimezone(KST).replace(second=0, microsecond=0)
    if up and minute < at:
        minute += timedelta(minutes=1)
    return minute.strftime("%Y-%m-%d %H:%M")


@contextmanager
def _reading(reply: http.Reply) -> Iterator[None]:
    """Turn `Nonsense` in the answer into an AlimtalkError, whose outcome the HTTP status decides."""
    try:
        yield
    except Nonsense:
        raise AlimtalkError(
            _STATUSES.get(reply.status, "unknown"),
            BAD_RESPONSE,
            reply.status,
            reply.latency_ms,
            retry_after_s(reply.headers),
        ) from None


def _page(reply: http.Reply, *, none_is_empty: bool) -> tuple[list[object], int | None]:
    """An answer's rows; of results, no list is no news: refused, the same window would come for ever."""
    with _reading(reply):
        payload = load(reply.body)
        code = header_code(payload)
        if code == ACCEPTED:
            inner = part(payload, "messageSearchResultResponse")
            return page(inner or payload, none_is_empty=none_is_empty)
    raise AlimtalkError(
        api_code(code).outcome,
        str(code),
        reply.status,
        reply.latency_ms,
        retry_after_s(reply.headers),
        api_code(code).reason_code,
    )
