"""The AlimTalk dealer: NHN Cloud KakaoTalk Bizmessage v2.3, all under `/alimtalk/v2.3/appkeys/{appkey}`.

Shapes: https://docs.nhncloud.com/ko/Notification/KakaoTalk%20Bizmessage/ko/alimtalk-api-guide/
Codes: https://docs.nhncloud.com/ko/Notification/KakaoTalk%20Bizmessage/ko/error-code/

Not documented, so decided here: a refusal comes with HTTP 200 (setting `error_status`); a refused request
does not use up its idempotency key (`burn_failed_keys`); a date window ends at second 00 of its last minute;
an accepted message that has no result yet has messageStatus COMPLETED, the status of the *request*, and
resultCode null; a refused recipient is not found by the queries.
"""

from __future__ import annotations

import hmac
import itertools
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, current_app, request

from dev.sandbox import orders
from dev.sandbox.faults import MESSAGES, Refused, dealer_header, provider, the_state
from dev.sandbox.rules import Rule
from dev.sandbox.search import Window, kst, page, refuse
from dev.sandbox.state import Batch, Message, State
from dev.sandbox.webhooks import Webhooks

KEY_HEADER = "X-NC-API-IDEMPOTENCY-KEY"

blueprint = Blueprint("dealer", __name__, url_prefix="/alimtalk/v2.3/appkeys/<app_key>")


def authorized(view: Callable[..., Any]) -> Callable[..., Any]:
    """Check the app key in the path and `X-Secret-Key`."""

    @wraps(view)
    def run(rule: Rule, app_key: str, **path: Any) -> Any:
        settings = the_state().settings
        if settings.app_key is not None and not _same(app_key, settings.app_key):
            raise refuse(-1000)
        given = request.headers.get("X-Secret-Key", "")
        if settings.secret_key is not None and not _same(given, settings.secret_key):
            raise refuse(-1001)
        return view(rule, **path)

    return run


@blueprint.post("/messages")
@provider("send")
@authorized
def send(rule: Rule) -> dict[str, Any]:
    """Take a batch; what makes it a duplicate, refused, or partly refused is in `orders.py`."""
    state = the_state()
    key = request.headers.get(KEY_HEADER)
    with state.lock:
        if key and state.key_is_used(key):
            raise refuse(-1005)
        if key and state.settings.burn_failed_keys:
            state.use_key(key)
    order = orders.read(state)
    codes = orders.judge(state, order, rule)
    batch = orders.as_batch(state, order)
    recipients = order["recipientList"]
    taken = [
        (seq, one["recipientNo"], one.get("templateParameter") or {}, one.get("recipientGroupingKey"))
        for seq, (one, code) in enumerate(zip(recipients, codes, strict=True), 1)
        if code == 0
    ]
    if taken:
        _accept(state, batch, taken, key)
    results = [_send_result(*one) for one in zip(itertools.count(1), recipients, codes, strict=False)]
    message = {"requestId": batch.request_id, "senderGroupingKey": batch.grouping_key, "sendResults": results}
    body = {"header": dealer_header(0 if taken else -1031), "message": message}
    if not taken:
        raise Refused(body, state.settings.error_status)
    return body


def _send_result(seq: int, recipient: dict[str, Any], code: int) -> dict[str, Any]:
    return {
        "recipientSeq": seq,
        "recipientNo": recipient.get("recipientNo"),
        "resultCode": code,
        "resultMessage": MESSAGES.get(code, f"Scripted failure {code}."),
        "recipientGroupingKey": recipient.get("recipientGroupingKey"),
    }


def _accept(state: State, batch: Batch, taken: list[Any], key: str | None) -> None:
    """The effect, once: of two requests with one key that arrive together, one gets here first."""
    with state.lock:
        if key and not state.settings.burn_failed_keys:
            if state.key_is_used(key):
                raise refuse(-1005)
            state.use_key(key)
        state.accept(batch, taken)
    webhooks: Webhooks = current_app.extensions["sandbox-webhooks"]
    webhooks.schedule(batch)


@blueprint.get("/messages")
@provider("messages")
@authorized
def find_messages(rule: Rule) -> dict[str, Any]:
    """The list query: by requestId, or by a window of request or create dates; other parameters narrow it."""
    query, state = request.args, the_state()
    window = Window.from_query("Create", 30) or Window.from_query("Request", 30)
    if window is None and "requestId" not in query:
        raise refuse(-4000, "requestId or a date window is required.")
    found = [one for one in _candidates(state) if _matches(one, window)]
    shown, total = page(found)
    messages = [_list_item(one) for one in shown]
    return {
        "header": dealer_header(0),
        "messageSearchResultResponse": {"messages": messages, "totalCount": total},
    }


def _candidates(state: State) -> list[Message]:
    query = request.args
    if "requestId" in query:
        batch = state.batches.get(query["requestId"])
        messages = batch.messages if batch else []
    else:
        messages = list(state.messages(query.get("senderGroupingKey")))
    wanted = [one for one in messages if one.batch.channel == "alimtalk"]
    filters: dict[str, Callable[[Message], Any]] = {
        "senderGroupingKey": lambda one: one.batch.grouping_key,
        "recipientGroupingKey": lambda one: one.notification_id,
        "recipientNo": lambda one: one.recipient,
        "templateCode": lambda one: one.batch.template.code,
        "senderKey": lambda one: one.batch.sender_key,
        "messageStatus": message_status,
        "resultCode": lambda one: {"delivered": "MRC01", "failed": "MRC02"}.get(one.status),
    }
    for name, value_of in filters.items():
        if query.get(name):
            wanted = [one for one in wanted if value_of(one) == query[name]]
    return wanted


def _matches(message: Message, window: Window | None) -> bool:
    if window is None:
        return True
    batch = message.batch
    return window.has(batch.created_at if window.field == "Create" else batch.requested_at)


@blueprint.get("/messages/<request_id>/<int:seq>")
@provider("message")
@authorized
def get_message(rule: Rule, request_id: str, seq: int) -> dict[str, Any]:
    """One message, with its buttons."""
    batch = the_state().batches.get(request_id)
    found = next((one for one in batch.messages if one.seq == seq), None) if batch else None
    if found is None:
        raise refuse(-1016, "The requestId or recipientSeq does not exist.")
    buttons = [
        {"ordering": place, "type": "WL", "name": one["name"], "linkMo": one["url"]}
        for place, one in enumerate(found.batch.template.render_buttons(found.parameters), 1)
    ]
    message = _list_item(found) | {"resendResultCode": None, "resendRequestId": None, "buttons": buttons}
    return {"header": dealer_header(0), "message": message}


@blueprint.get("/message-results")
@provider("results")
@authorized
def find_results(rule: Rule) -> dict[str, Any]:
    """The messages whose result changed in the window, oldest change first."""
    messages = [_result_item(one) for one in page(_changed())[0]]
    return {"header": dealer_header(0), "messages": messages}


@blueprint.get("/message-results/count")
@provider("results_count")
@authorized
def count_results(rule: Rule) -> dict[str, Any]:
    return {"header": dealer_header(0), "totalCount": len(_changed())}


def _changed() -> list[Message]:
    window = Window.from_query("Update", 31)
    if window is None:
        raise refuse(-4000, "startUpdateDate and endUpdateDate are required.")
    if request.args.get("alimtalkMessageType", "NORMAL") != "NORMAL":
        return []
    changed = [one for one in the_state().messages() if one.updated_at and window.has(one.updated_at)]
    return sorted(changed, key=lambda one: (one.updated_at, one.id))


def message_status(message: Message) -> str:
    return "FAILED" if message.status == "failed" else "COMPLETED"


def _result_item(message: Message) -> dict[str, Any]:
    return {
        "requestId": message.batch.request_id,
        "recipientSeq": message.seq,
        "requestDate": kst(message.batch.requested_at),
        "createDate": kst(message.batch.created_at),
        "receiveDate": kst(message.received_at),
        "resendStatus": "RSC01",
        "resendStatusName": "대체 발송 미대상",
        "resendResultCode": None,
        "resendRequestId": None,
        "messageStatus": message_status(message),
        "resultCode": message.delivery_code,
        "resultCodeName": {None: None, "1000": "성공"}.get(message.delivery_code, "실패"),
    }


def _list_item(message: Message) -> dict[str, Any]:
    item = _result_item(message)
    del item["resendResultCode"], item["resendRequestId"]
    return item | {
        "plusFriendId": "@sandbox",
        "senderKey": message.batch.sender_key,
        "templateCode": message.batch.template.code,
        "recipientNo": message.recipient,
        "content": message.batch.template.render(message.parameters),
        "createUser": message.batch.create_user,
        "senderGroupingKey": message.batch.grouping_key,
        "recipientGroupingKey": message.notification_id,
    }


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
