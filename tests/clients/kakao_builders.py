"""A client of a server on a real port, and Kakao's answers as the documentation shows them."""

import json
from typing import Any

import pytest
from flask import Flask
from raw_server import Script, response, says, serving

from app.clients.kakao import Kakao, KakaoError, Sent, Tokens

ACCESS, REFRESH = "ACCESS_TOKEN_EXAMPLE", "REFRESH_TOKEN_EXAMPLE"
REST_KEY, CLIENT_SECRET = "REST_API_KEY_EXAMPLE", "CLIENT_SECRET_EXAMPLE"
LINK = "https://coach.example.com/t/LINK_SECRET"
MEMO = {
    "object_type": "text",
    "text": "김하늘님, 오늘 19:00 하체 근력 B 예정입니다.",
    "link": {"web_url": LINK, "mobile_web_url": LINK},
}
PERSONAL = (ACCESS, REFRESH, REST_KEY, CLIENT_SECRET, "LINK_SECRET", "김하늘", "근력", "0101234", "http:")
TOKENS = {"token_type": "bearer", "access_token": "NEW_ACCESS", "expires_in": 21599, "scope": "talk_message"}
ROTATED = {**TOKENS, "refresh_token": "NEW_REFRESH", "refresh_token_expires_in": 5184000}


def kakao(url: str, deadline_s: float = 5, **settings: str) -> Kakao:
    app = Flask("test")
    app.config.update(
        KAKAO_API_BASE_URL=url,
        KAKAO_AUTH_BASE_URL=url,
        KAKAO_REST_API_KEY=REST_KEY,
        KAKAO_CLIENT_SECRET=CLIENT_SECRET,
        KAKAO_DEADLINE_S=deadline_s,
    )
    app.config.update(settings)
    client = Kakao()
    client.init_app(app)
    return client


def answers(body: object, status: str = "200 OK", *headers: str) -> Script:
    return says(response(json.dumps(body).encode(), status, *headers))


def refused(code: object, msg: str = "no", **more: Any) -> dict[str, Any]:
    return {"msg": msg, "code": code, **more}


def refused_token(code: object, text: str = "no") -> dict[str, Any]:
    return {"error": "invalid_grant", "error_description": text, "error_code": code}


def send(script: Script, deadline_s: float = 5) -> Sent:
    with serving(script) as server:
        return kakao(server.url, deadline_s).send_to_me(ACCESS, MEMO)


def refresh(script: Script, deadline_s: float = 5) -> Tokens:
    with serving(script) as server:
        return kakao(server.url, deadline_s).refresh(REFRESH)


def send_fails(script: Script, deadline_s: float = 5) -> KakaoError:
    with pytest.raises(KakaoError) as caught:
        send(script, deadline_s)
    return caught.value


def refresh_fails(script: Script, deadline_s: float = 5) -> KakaoError:
    with pytest.raises(KakaoError) as caught:
        refresh(script, deadline_s)
    return caught.value
