"""The webhooks that Kakao itself sends: a channel was added or blocked, an account was unlinked.

https://developers.kakao.com/docs/latest/ko/kakaotalk-channel/callback and
https://developers.kakao.com/docs/latest/ko/kakaologin/callback
"""

from __future__ import annotations

import uuid
from typing import Any

import requests

from dev.sandbox.log import note
from dev.sandbox.rooms import Entry, Room
from dev.sandbox.state import State

TIMEOUT_S = 3  # Kakao's own
EVENTS = {"added": "채널을 추가했습니다", "blocked": "채널을 차단했습니다"}
REFERRERS = ("UNLINK_FROM_APPS", "ACCOUNT_DELETE", "UNLINK_FROM_ADMIN", "FORCED_ACCOUNT_DELETE")
CHANNEL = {"channel_public_id": "_SandBox", "channel_uuid": "@sandbox"}


def channel(state: State, room: Room, event: str, resource_id: str | None = None) -> Entry:
    """Tell the app that the channel was added or blocked; the entry has the HTTP status, 0 for none.

    Somebody without an appUserId is named by an open_id, which the app cannot know.
    """
    if event not in EVENTS:
        raise ValueError(f"event is one of {', '.join(EVENTS)}")
    now = state.clock.now()
    body = {
        "event": event,
        "id": room.app_user_id or room.open_id,
        "id_type": "app_user_id" if room.app_user_id else "open_id",
        **CHANNEL,
        "updated_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
    }
    if room.app_user_id:  # the old names come with it
        old = {name.replace("channel", "plus_friend"): value for name, value in CHANNEL.items()}
        body |= {**old, "timestamp": round(now.timestamp()) * 1000}
    headers = {"X-Kakao-Resource-ID": resource_id or uuid.uuid4().hex}
    status = _send(state, "POST", "channel", headers, json=body)
    room.is_friend = event == "added"
    return note(state, room, "event", EVENTS[event], event=event, status=status)


def unlink(state: State, room: Room, method: str = "POST", referrer_type: str = REFERRERS[0]) -> Entry:
    """Tell the app that the account was unlinked, by POST or GET. ValueError without an appUserId."""
    if method not in ("GET", "POST") or referrer_type not in REFERRERS:
        raise ValueError(f"method is GET or POST, referrer_type one of {', '.join(REFERRERS)}")
    if not room.app_user_id:
        raise ValueError("the room has no app_user_id")
    told = {"app_id": state.settings.app_id, "user_id": room.app_user_id, "referrer_type": referrer_type}
    if method == "GET":
        status = _send(state, method, "unlink", {}, params=told)
    else:
        form = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        status = _send(state, method, "unlink", form, data=told)
    return note(state, room, "event", f"연결을 끊었습니다 ({method})", event="unlink", status=status)


def _send(state: State, method: str, name: str, headers: dict[str, str], **what: Any) -> int:
    settings = state.settings
    if settings.app_url is None:
        raise ValueError("the sandbox was started without --app-url")
    headers = headers | {"Authorization": f"KakaoAK {settings.admin_key}", "User-Agent": "KakaoOpenAPI/1.0"}
    with requests.Session() as session:
        session.trust_env = False  # never through a proxy
        options: dict[str, Any] = {"timeout": TIMEOUT_S, "allow_redirects": False, **what}
        try:
            url = f"{settings.app_url}/webhooks/kakao/{name}"
            return session.request(method, url, headers=headers, **options).status_code
        except requests.RequestException:
            return 0
