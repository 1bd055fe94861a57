"""Who is calling: API keys in `Authorization: Bearer …`, and the words a route declares its callers with."""

from hashlib import sha256
from hmac import compare_digest
from typing import Any

from flask import current_app, g, request

from app import guesses
from app.errors import Forbidden, Unauthorized

CLIENT, OPERATOR = "client", "operator"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="godlife"'}

# What a route may declare, and its security requirement in the OpenAPI document. The keyed two are held
# here; the proof of a webhook and of a trainee's link belongs to the view, which must note a forged one.
AUTH: dict[str, list[dict[str, list[str]]]] = {
    "public": [],
    CLIENT: [{"apiKey": [CLIENT]}, {"apiKey": [OPERATOR]}],
    OPERATOR: [{"apiKey": [OPERATOR]}],
    "trainee_link": [],
    "kakao_skill": [{"skillToken": []}],
    "kakao_admin": [{"kakaoAdminKey": []}],
    "alimtalk": [{"alimtalkSignature": []}],
}
SECURITY_SCHEMES: dict[str, dict[str, Any]] = {
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "A client key or an operator key; the roles are `client` and `operator`.",
    },
    "skillToken": {"type": "apiKey", "in": "header", "name": "X-Skill-Token"},
    "kakaoAdminKey": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`KakaoAK <primary admin key>`",
    },
    "alimtalkSignature": {"type": "apiKey", "in": "header", "name": "X-Toast-Webhook-Signature"},
}


def require(auth: str) -> None:
    """Let the request pass if its key has the role that the route declares; roles of other words pass.

    Raises Unauthorized without a valid key, TooManyRequests for too many wrong ones, Forbidden for a client's
    key on an operator's route.
    """
    if auth not in (CLIENT, OPERATOR):
        return
    header = request.headers.get("Authorization", "")
    role = _role(header)
    if role is None:
        if header.strip():
            guesses.note()
        raise Unauthorized("Send a valid key as 'Authorization: Bearer <key>'.", headers=CHALLENGE)
    if auth == OPERATOR and role != OPERATOR:
        raise Forbidden("This needs an operator key.")
    g.role = role


def is_operator() -> bool:
    """Whether the key of this request is an operator's."""
    return bool(g.get("role") == OPERATOR)


def matches(given: str, accepted: list[str]) -> bool:
    """Whether `given` is one of the accepted secrets; takes as long whichever it is, and when it is none."""
    digest = sha256(given.encode(errors="surrogateescape")).digest()
    found = [compare_digest(digest, sha256(each.encode()).digest()) for each in accepted]
    return any(found)


def _role(header: str) -> str | None:
    scheme, _, key = header.partition(" ")
    is_client = matches(key.strip(), current_app.config["CLIENT_API_KEYS"])
    is_operator = matches(key.strip(), current_app.config["OPERATOR_API_KEYS"])
    if scheme.lower() != "bearer":
        return None
    return OPERATOR if is_operator else CLIENT if is_client else None
