"""Kakao's "send to me" and its token refresh.

Memo: https://developers.kakao.com/docs/latest/ko/kakaotalk-message/rest-api (its success body is known from
public clients only). Errors are `{"msg", "code"}`: https://developers.kakao.com/docs/latest/ko/rest-api/error-code
Tokens: https://developers.kakao.com/docs/latest/ko/kakaologin/rest-api . Errors are
`{"error", "error_description", "error_code"}`: https://developers.kakao.com/docs/latest/rest-api/reference
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, request

from dev.sandbox.faults import Refused, provider, the_state
from dev.sandbox.rules import Rule
from dev.sandbox.state import Batch
from dev.sandbox.templates import Template

blueprint = Blueprint("memo", __name__)

STATUSES = {-401: 401, -406: 401, **dict.fromkeys((-3, -4, -5, -6, -12, -402), 403), -9798: 503}
REQUIRED = {"text": ("text", "link"), "feed": ("content",), "list": ("header_title", "contents")}


@blueprint.post("/v2/api/talk/memo/default/send")
@provider("memo")
def send_memo(rule: Rule) -> dict[str, Any]:
    """Take one message to the token's own user, and count it for its owner."""
    state = the_state()
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if not _is_good(token):
        raise _kakao_error(-401, "this access token does not exist", 401)
    owner = state.owner(token)
    code = state.settings.memo_codes.get(owner)
    if code is not None:
        raise _kakao_error(code, "scripted", STATUSES.get(code, 400))
    template = _template(_template_object())
    now = state.clock.now()
    batch = Batch("memo", f"memo-{next(state.serial)}", now, now, template, owner=owner)
    with state.lock:
        state.accept(batch, [(1, f"memo:{token[:24]}", {}, None)])
        state.memo_effects[owner] += 1
    for message in batch.messages:  # there is no delivery report
        state.record_result(message, "1000")
    return {"result_code": 0}


def _is_good(token: str) -> bool:
    state = the_state()
    known = state.settings.memo_tokens
    if not token or token in state.settings.expired_tokens:
        return False
    return known is None or token in known or token in state.issued_tokens


def _template_object() -> dict[str, Any]:
    try:
        template = json.loads(request.form["template_object"])
        required = REQUIRED[template["object_type"]]
    except (KeyError, TypeError, ValueError):
        raise _kakao_error(-2, "template_object is invalid") from None
    missing = [name for name in required if not template.get(name)]
    if missing or len(template.get("buttons") or []) > 2:
        raise _kakao_error(-2, "template_object is invalid")
    found: dict[str, Any] = template
    return found


def _kakao_error(code: int, text: str, status: int = 400) -> Refused:
    return Refused({"msg": text, "code": code}, status)


def _template(template: dict[str, Any]) -> Template:
    """What the page shows of a memo: its words and its links."""
    kind = template["object_type"]
    if kind == "text":
        lines, link = [template["text"]], template["link"]
    elif kind == "feed":
        content = template["content"]
        lines, link = [content.get("title"), content.get("description")], content.get("link")
    else:
        lines = [template["header_title"], *(one.get("title") for one in template["contents"])]
        link = template.get("header_link")
    buttons = template.get("buttons") or [
        {"title": template.get("button_title") or "자세히 보기", "link": link}
    ]
    return Template("memo", "\n".join(str(line) for line in lines if line), tuple(map(_button, buttons)))


def _button(button: dict[str, Any]) -> dict[str, str]:
    link = button.get("link") or {}
    return {
        "name": str(button.get("title")),
        "url": str(link.get("mobile_web_url") or link.get("web_url") or ""),
    }


@blueprint.post("/oauth/token")
@provider("token")
def refresh_token(rule: Rule) -> dict[str, Any]:
    """A new access token for a refresh token; a new refresh token too, when the settings say so."""
    state, form = the_state(), request.form
    settings = state.settings
    if form.get("grant_type") != "refresh_token":
        raise _auth_error("KOE310", "unsupported_grant_type", "unsupported grant type")
    if not form.get("refresh_token"):
        raise _auth_error("KOE319", "invalid_request", "refresh_token is missing")
    if not form.get("client_id") or settings.client_id not in (None, form["client_id"]):
        raise _auth_error("KOE101", "invalid_client", "Not exist client_id", 401)
    if settings.client_secret not in (None, form.get("client_secret")):
        raise _auth_error("KOE010", "invalid_client", "Bad client credentials", 401)
    if settings.refresh_tokens is not None and form["refresh_token"] not in settings.refresh_tokens:
        raise _auth_error("KOE322", "invalid_grant", "expired_or_invalid_refresh_token")
    return _issue(form["refresh_token"])


def _issue(refresh_token: str) -> dict[str, Any]:
    """New tokens, with the owner of the refresh token; the others' refresh tokens stay good."""
    state = the_state()
    with state.lock:
        settings = state.settings
        owner, token = state.owner(refresh_token), f"sandbox-access-{next(state.serial)}"
        state.issued_tokens.add(token)
        state.token_owners[token] = owner
        answer = {"token_type": "bearer", "access_token": token, "expires_in": settings.token_expires_in}
        if settings.rotate_refresh_token:
            new = f"sandbox-refresh-{next(state.serial)}"
            state.token_owners[new] = owner
            if settings.refresh_tokens is not None:
                settings.refresh_tokens = [*(set(settings.refresh_tokens) - {refresh_token}), new]
            answer |= {"refresh_token": new, "refresh_token_expires_in": 5184000}
    return answer


def _auth_error(code: str, error: str, text: str, status: int = 400) -> Refused:
    return Refused({"error": error, "error_description": text, "error_code": code}, status)
