"""Addresses of a trainee's page: whoever has one may see that plan and report its sets, and nothing else.

A token is the plan's id and an HMAC-SHA256 of it, both in base64. It says nothing about the trainee and does
not run out by itself: the plan's date decides. Keys are those of `SECRET_KEY`, the newest first: that one
signs, all of them verify.
"""

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

SALT = b"trainee page"


def token_for(keys: Sequence[str], plan_id: UUID) -> str:
    """The token of a plan's page: 66 characters that need no escaping, one of them a dot."""
    return _signer(keys).sign(base64_encode(plan_id.bytes)).decode()


def plan_id_of(keys: Sequence[str], token: str) -> UUID | None:
    """The plan of a token that one of `keys` signed; None for every other text."""
    try:
        if not _is_canonical(token):
            return None
        return UUID(bytes=base64_decode(_signer(keys).unsign(token)))
    except (BadData, ValueError):
        return None


def page_address(base_url: str, keys: Sequence[str], plan_id: UUID) -> str:
    """The whole address of a plan's page, for a message."""
    return f"{base_url.rstrip('/')}/t/{token_for(keys, plan_id)}"


def _signer(keys: Sequence[str]) -> Signer:
    """The library signs with the last of its keys."""
    return Signer(keys[::-1], salt=SALT, key_derivation="hmac", digest_method=sha256)


def _is_canonical(token: str) -> bool:
    """Whether it is spelled as we do: base64 has spare bits, and its reader skips foreign characters."""
    return all(base64_encode(base64_decode(part)).decode() == part for part in token.split("."))
