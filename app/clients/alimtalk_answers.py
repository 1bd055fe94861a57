"""Reading the dealer's JSON: nonsense in it becomes `unknown`, `None` or `Nonsense`, never another exception.

Source: https://docs.nhncloud.com/ko/Notification/KakaoTalk%20Bizmessage/ko/alimtalk-api-guide/
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.clients.alimtalk_codes import ACCEPTED, ALL_FAILED, api_code
from app.clients.codes import Code, Outcome
from app.clients.kept import MASK, keep
from app.clients.untrusted import kst, part, whole, word

BAD_RESPONSE: Final = "BAD_RESPONSE"


class Nonsense(Exception):
    """The answer is not what the documentation describes, so nothing may be concluded from it."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one recipient of a send.

    `code` is the dealer's own code as text, or `BAD_RESPONSE` when the answer says nothing usable about this
    recipient; `known` is what it means. `is_whole`: the code was for the request, not for this recipient.
    `response` is JSON text of at most 4096 bytes, without phone number, secret or message text.
    """

    code: str
    known: Code
    response: str
    request_id: str | None = None
    recipient_seq: int | None = None
    is_whole: bool = False

    @property
    def outcome(self) -> Outcome:
        """The word that decides what follows."""
        return self.known.outcome


UNUSABLE = Code(
    "unknown", "unusable_answer", "발송 결과를 확인할 수 없습니다.", "The answer says nothing about this one."
)


@dataclass(frozen=True, slots=True)
class Found:
    """A message the dealer knows; `code` is its delivery code, None while there is none."""

    request_id: str | None
    recipient_seq: int | None
    code: str | None
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """A delivery result that was pulled. It names no notification: match it by request id and number."""

    request_id: str
    recipient_seq: int
    code: str
    received_at: datetime | None


def load(body: bytes) -> object:
    """The parsed JSON; raises `Nonsense` when it is none (or nested so deep that Python gives up)."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        pass
    raise Nonsense("the body is not JSON")


def header_code(payload: object) -> int:
    """`header.resultCode`; raises `Nonsense` when there is none, so that the HTTP status must decide."""
    code = whole(part(payload, "header").get("resultCode"))
    if code is None:
        raise Nonsense("the answer has no header")
    return code


def send_results(payload: object, ids: Sequence[str], secrets: Sequence[str]) -> dict[str, Result]:
    """The result of every recipient in `ids`, which stand in the order of the request.

    A header other than 0 applies to all of them, except -1031, which says that each has its own. An entry
    that is missing, contradicts another one, or was accepted under a header that says refused is `unknown`.
    Raises `Nonsense` when there is no header.
    """
    header = header_code(payload)
    entries = _entries(part(payload, "message").get("sendResults"), ids)
    return {one: _result(payload, header, entries[one], secrets) for one in ids}


def _entries(entries: object, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """notification id → its entries in `sendResults`, by grouping key, or by number if that is absent."""
    found: dict[str, list[dict[str, Any]]] = {one: [] for one in ids}
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict):
            continue
        key, number = word(entry.get("recipientGroupingKey")), whole(entry.get("recipientSeq"))
        if key is None and number is not None and 1 <= number <= len(ids):
            key = ids[number - 1]
        if key in found:
            found[key].append(entry)
    return found


def _result(payload: object, header: int, entries: list[dict[str, Any]], secrets: Sequence[str]) -> Result:
    codes = {whole(entry.get("resultCode")) for entry in entries}
    own = codes.pop() if len(codes) == 1 else None
    entry = entries[0] if entries else {}
    refused = header != ACCEPTED and ACCEPTED in (own, *codes)
    code = own if header in (ACCEPTED, ALL_FAILED) else header
    response = _response(payload, entry, secrets)
    request_id = word(part(payload, "message").get("requestId"))
    number = whole(entry.get("recipientSeq"))
    if code is None or refused:
        return Result(BAD_RESPONSE, UNUSABLE, response, request_id, number)
    is_whole = header not in (ACCEPTED, ALL_FAILED)
    return Result(str(code), api_code(code), response, request_id, number, is_whole)


def _response(payload: object, entry: dict[str, Any], secrets: Sequence[str]) -> str:
    """What to keep of an answer: known fields without personal data, each short, so below 4096 bytes."""
    header, message = part(payload, "header"), part(payload, "message")
    of_entry = ("recipientSeq", "resultCode", "resultMessage", "recipientGroupingKey")
    kept = {
        "header": keep(header, ("resultCode", "resultMessage", "isSuccessful"), secrets),
        **keep(message, ("requestId",), secrets),
        "sendResult": keep(entry, of_entry, secrets),
    }
    if "recipientNo" in entry:
        kept["sendResult"]["recipientNo"] = MASK
    return json.dumps(kept, ensure_ascii=False)


def found_messages(rows: list[object], request_key: str) -> dict[str, Found]:
    """notification id → message; raises `Nonsense` for an unreadable row: it may be one that was taken."""
    found: dict[str, Found] = {}
    for row in rows:
        key = word(row.get("recipientGroupingKey")) if isinstance(row, dict) else None
        if key is None or not isinstance(row, dict):
            raise Nonsense("a message without recipientGroupingKey")
        if row.get("senderGroupingKey") in (request_key, None):
            found[key] = Found(*_receipt(row))
    return found


def delivery_results(rows: list[object]) -> list[DeliveryResult]:
    """The rows that hold a result; the others are left out, since the next pull shows them again."""
    results = []
    for row in rows:
        request_id, number, code, received_at = _receipt(row if isinstance(row, dict) else {})
        if request_id is not None and number is not None and code is not None:
            results.append(DeliveryResult(request_id, number, code, received_at))
    return results


def _receipt(row: dict[str, Any]) -> tuple[str | None, int | None, str | None, datetime | None]:
    return (
        word(row.get("requestId")),
        whole(row.get("recipientSeq")),
        word(row.get("resultCode"), 20),
        kst(row.get("receiveDate")),
    )


def page(container: object, *, none_is_empty: bool = False) -> tuple[list[object], int | None]:
    """The rows of one page and the number of all rows, None when it is not told; raises `Nonsense`.

    `none_is_empty`: no list means that there are no rows, also when no total of 0 says so.
    """
    if isinstance(container, dict):
        rows, total = container.get("messages"), whole(container.get("totalCount"))
        if isinstance(rows, list):
            return rows, total
        if rows is None and (total == 0 or (none_is_empty and total is None)):
            return [], 0
    raise Nonsense("the answer has no list of messages")
