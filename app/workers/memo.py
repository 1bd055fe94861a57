"""Memos: one call a message, each with the trainee's own token, several in flight.

Kakao cannot be asked about a memo and does not refuse a second one, so whatever happened after the request
left is for a human; nothing is sent twice.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from time import monotonic
from typing import TypeVar
from uuid import UUID

from flask import current_app

from app.clients.kakao import KakaoError, Tokens
from app.clients.memo_templates import memo
from app.domain import tokens
from app.domain.claims import LEASE_LEFT_S, Claimed, Request
from app.domain.consequences import Meaning
from app.domain.days import utc_now
from app.domain.holds import quota_end
from app.domain.links import page_address
from app.domain.outcomes import Answer
from app.domain.templates import TEMPLATES
from app.domain.tokens import Cipher, Token
from app.extensions import db, kakao_api
from app.workers.meanings import meaning

log = logging.getLogger(__name__)
T = TypeVar("T")

REFRESH_S = 10.0  # shorter than a call's deadline, so that the memo still has its time under the same lease
BUSY_S = 3.0

OK = Meaning("ok", "accepted", "메시지를 보냈습니다.")
NO_TOKEN = Answer("NO_TOKEN", Meaning("recipient", "no_address", "카카오 토큰이 없습니다."))
EXPIRED = Answer("TOKEN_EXPIRED", Meaning("recipient", "login_expired", "카카오 로그인이 만료되었습니다."))
UNREADABLE = Answer(
    "TOKEN_UNREADABLE",
    Meaning(
        "quota",
        "token_unreadable",
        "저장된 토큰을 현재 SECRET_KEY로 열 수 없습니다.",
        holds="owner",
        window="10min",
        review=True,
    ),
)
BUSY = Answer(
    "TOKEN_BUSY",
    Meaning("retry", "token_busy", "토큰을 갱신하는 중입니다.", at_once=True),
    retry_after_s=BUSY_S,
)
LATE = Answer(
    "LEASE_SHORT",
    Meaning("retry", "lease_short", "보낼 시간이 부족하여 다시 시도합니다.", at_once=True),
)


@dataclass(frozen=True, slots=True)
class _Refresh:
    """A token that this worker is to refresh, and the lease under which it does."""

    token: Token
    lease: datetime


def send(request: Request, stop_at: float) -> dict[UUID, Answer]:
    """Send each message of a request, all at once; past `stop_at` (`time.monotonic`) nothing is sent."""
    cipher = tokens.cipher(tuple(current_app.config["SECRET_KEYS"]))
    owners = {row.user_id for row in request.rows}
    usable, refused = _usable(cipher, tokens.load(db.session(), cipher, owners))
    if stop_at - monotonic() < LEASE_LEFT_S:
        usable, refused = {}, refused | dict.fromkeys(usable, LATE)
    answers: dict[UUID, Answer] = {}
    calls: dict[UUID, Callable[[], Answer]] = {}
    for row in request.rows:
        token = usable.get(row.user_id)
        if token is None:
            answers[row.id] = refused.get(row.user_id, NO_TOKEN)
        else:
            calls[row.id] = _call(request.kind, row, token, stop_at)
    answers |= _all_at_once(calls)
    _note(request.rows, usable, answers)
    return {row.id: _second_refusal(answers[row.id], usable.get(row.user_id)) for row in request.rows}


def _usable(cipher: Cipher, known: Mapping[UUID, Token]) -> tuple[dict[UUID, Token], dict[UUID, Answer]]:
    """Tokens to send with, refreshed where needed, and for the others what is wrong, by trainee."""
    refused = {user_id: UNREADABLE for user_id, token in known.items() if token.is_unreadable}
    usable = {user_id: token for user_id, token in known.items() if user_id not in refused}
    stale = {user_id: token for user_id, token in usable.items() if token.expires_soon}
    refused |= {user_id: EXPIRED for user_id, token in stale.items() if token.refresh is None}
    stop_at = monotonic() + REFRESH_S  # before the leases, so that no refresh outlives its own
    begun = {
        user_id: _Refresh(token, lease)
        for user_id, token in sorted(stale.items())  # as all who lock several tokens: in the order of ids
        if token.refresh and (lease := tokens.begin_refresh(db.session(), token))
    }
    db.session.commit()
    refused |= {user_id: BUSY for user_id in stale if user_id not in begun and user_id not in refused}
    refused |= _refresh_all(cipher, begun, stop_at)
    fresh = tokens.load(db.session(), cipher, [each for each in begun if each not in refused])
    db.session.commit()
    return {user_id: token for user_id, token in (usable | fresh).items() if user_id not in refused}, refused


def _refresh_all(cipher: Cipher, begun: Mapping[UUID, _Refresh], stop_at: float) -> dict[UUID, Answer]:
    """Refresh these tokens and store what came; for those that failed, what is wrong, by trainee.

    An answer under a lease that is lost says nothing about the token that is there now.
    """
    refused = {}
    found = _all_at_once({user_id: _refreshing(each.token, stop_at) for user_id, each in begun.items()})
    for user_id, each in begun.items():
        answer = found[user_id]
        data = asdict(answer) if isinstance(answer, Tokens) else None
        if not tokens.end_refresh(db.session(), cipher, each.token, each.lease, data, utc_now()):
            refused[user_id] = BUSY
        elif isinstance(answer, Answer):
            refused[user_id] = answer
    db.session.commit()
    return refused


def _refreshing(token: Token, stop_at: float) -> Callable[[], Tokens | Answer]:
    def refresh() -> Tokens | Answer:
        try:
            return kakao_api.refresh(token.refresh or "", stop_at)
        except KakaoError as error:
            return _failure(error)

    return refresh


def _call(kind: str, row: Claimed, token: Token, stop_at: float) -> Callable[[], Answer]:
    template = TEMPLATES[kind]
    facts = [(label, row.variables.get(name, "")) for label, name in template.facts]
    message = memo(template.title, template.render(row.variables), facts, _link(row.plan_id))

    def call() -> Answer:
        try:
            sent = kakao_api.send_to_me(token.access, message, stop_at)
        except KakaoError as error:
            return _failure(error)
        return Answer(
            sent.code, OK, response=sent.response, http_status=sent.http_status, latency_ms=sent.latency_ms
        )

    return call


def _link(plan_id: UUID | None) -> str:
    """The trainee's page of the plan that a message is about, else the service itself."""
    base_url = current_app.config["PUBLIC_BASE_URL"]
    return page_address(base_url, current_app.config["SECRET_KEYS"], plan_id) if plan_id else base_url


def _failure(error: KakaoError) -> Answer:
    return Answer(
        code=error.code,
        meaning=meaning(error.known),
        response=error.response,
        http_status=error.http_status,
        latency_ms=error.latency_ms,
        retry_after_s=error.retry_after_s,
    )


def _all_at_once(calls: Mapping[UUID, Callable[[], T]]) -> dict[UUID, T]:
    """The results of all calls, made side by side."""
    if not calls:
        return {}
    with ThreadPoolExecutor(max_workers=min(len(calls), current_app.config["DELIVERY_CONCURRENCY"])) as pool:
        return dict(zip(calls, pool.map(lambda call: call(), calls.values()), strict=True))


def _note(rows: Iterable[Claimed], used: Mapping[UUID, Token], answers: Mapping[UUID, Answer]) -> None:
    """Keep what the answers say about the tokens; none of it undoes a message."""
    session = db.session()
    for row in sorted(rows, key=lambda row: row.user_id):
        answer, token = answers[row.id], used.get(row.user_id)
        if token is not None and answer.meaning.at_once:
            tokens.note_refused(session, token)
        elif token is not None and answer.outcome == "ok" and token.is_refused:
            tokens.note_good(session, token)
        if answer.outcome == "quota" and answer.meaning.holds == "owner":
            until = quota_end(answer.meaning.window, answer.retry_after_s, utc_now())
            tokens.hold_owner(session, row.user_id, until)
    session.commit()


def _second_refusal(answer: Answer, token: Token | None) -> Answer:
    """A token that was refused, was refreshed since and is refused again: its owner must log in."""
    if token is None or not (token.is_refused and answer.meaning.at_once):
        return answer
    refusal = Meaning("recipient", answer.meaning.reason_code, answer.meaning.reason)
    return replace(answer, meaning=refusal)
