"""Proof that a webhook comes from whom it says: a shared secret in a header, several valid at once."""

from typing import NamedTuple

from flask import current_app, g, request

from app import guesses
from app.auth import matches
from app.domain import events
from app.errors import Unauthorized
from app.extensions import db


class Proof(NamedTuple):
    """The header, what stands before the secret in it, and the setting that lists the secrets."""

    header: str
    scheme: str
    setting: str


PROOFS = {
    "alimtalk": Proof("X-Toast-Webhook-Signature", "", "KAKAO_RESULT_SIGNATURES"),
    "kakao_skill": Proof("X-Skill-Token", "", "KAKAO_SKILL_TOKENS"),
    "kakao_channel": Proof("Authorization", "KakaoAK ", "KAKAO_ADMIN_KEYS"),
    "kakao_unlink": Proof("Authorization", "KakaoAK ", "KAKAO_ADMIN_KEYS"),
}


def prove(provider: str) -> None:
    """Refuse a request without the provider's secret; it leaves a row without a body."""
    proof = PROOFS[provider]
    given = request.headers.get(proof.header, "")
    secret = given.removeprefix(proof.scheme)
    if (proof.scheme and secret == given) or not matches(secret, current_app.config[proof.setting]):
        refuse(provider, "invalid" if given else "missing")


def refuse(provider: str, signature_state: str = "invalid") -> None:
    """Note a request that is not proved, and answer 401."""
    count = guesses.forgeries_to_note(provider)
    if count:
        events.note_forgery(db.session(), provider, signature_state, g.request_id, count)
        db.session.commit()
    raise Unauthorized("This request is not proved.")
