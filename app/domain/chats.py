"""One turn of a chat in KakaoTalk: whose it is, whether it was answered already, and the answer on record.

A turn is one transaction: its event, what it changes and its answer are written together, under locks that
are taken in one order: the trainee, the chat, the plan. No job ever does it again.
Source of the request's shape: https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/make_skill
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, select, text
from sqlalchemy.orm import Session, joinedload

from app.domain import events
from app.models import KakaoChat, User, new_id

PROVIDER = "kakao_skill"
REPEAT_S = 2.0  # the same words again within this time are the same tap on a slow phone


@dataclass(frozen=True, slots=True)
class Turn:
    """What came in. `extra` is what a tapped button brought back; only one of ours has a nonce.

    `app_user_id`: the Kakao account, if the bot is tied to the app. `reason`: why, when the bot asked.
    """

    bot_user_key: str
    app_user_id: str | None
    utterance: str
    extra: Mapping[str, Any]
    block_id: str | None
    callback_url: str | None
    reason: str
    event_id: str
    request_id: str | None
    payload: Any

    @property
    def idempotency_key(self) -> str | None:
        """The same for the same tap: a button that we offered is good for one; None for what was typed."""
        if not isinstance(self.extra.get("nonce"), str):
            return None
        return _digest([self.bot_user_key, dict(self.extra)])

    @property
    def typed_hash(self) -> str | None:
        """The same for the same words in the same block; None for a tap, which is known by its key."""
        return None if self.idempotency_key else _digest([self.block_id, self.utterance])


class Again(Exception):
    """Somebody else changed what this turn looked at: roll back and take the turn anew."""


@dataclass(slots=True)
class Chat:
    """A chat that is locked, with its trainee, who is locked too; `user` None: it is a stranger's.

    `earlier`: turns that this one repeats, the one of the same event first. `question` is what we asked last;
    what a turn leaves in `next_question`, `is_wrong_code` and `user` is written with its answer.
    """

    user: User | None
    question: dict[str, Any] | None
    wrong_codes: int
    earlier: list[dict[str, Any]]
    next_question: dict[str, Any] | None = None
    is_wrong_code: bool = False


# Kakao waits 5 s. What can't be had in 3 is refused: it must not happen after they were told that it failed.
_LOCK = text("""
    SET LOCAL lock_timeout = '3s';
    SELECT u.id FROM kakao_chats AS c JOIN users AS u ON u.id = c.user_id
    WHERE c.bot_user_key = :key AND u.deleted_at IS NULL AND u.unlinked_at IS NULL
    FOR NO KEY UPDATE OF u, c
""")
_LOCK_OWNER = text("""
    SELECT id FROM users
    WHERE kakao_user_id = :kakao_user_id AND deleted_at IS NULL AND unlinked_at IS NULL FOR NO KEY UPDATE
""")
_OPEN = text("""
    INSERT INTO kakao_chats AS c (bot_user_key) VALUES (:key)
    ON CONFLICT (bot_user_key) DO UPDATE SET updated_at = now()
    RETURNING EXISTS (
        SELECT FROM users AS u WHERE u.id = c.user_id AND u.deleted_at IS NULL AND u.unlinked_at IS NULL
    )
""")
_LIVES = and_(User.id == KakaoChat.user_id, User.deleted_at.is_(None), User.unlinked_at.is_(None))
# With what was answered already: for the same event, the same tap, or the same words just now.
_EARLIER = """
    (
        SELECT json_agg(json_build_object(
            'id', e.id, 'body_hash', e.body_hash, 'is_event', e.event_id = :event_id,
            'answer', CASE WHEN e.sender_id = :key THEN e.answer END
        ) ORDER BY e.event_id = :event_id DESC)
        FROM webhook_events AS e
        WHERE e.provider = 'kakao_skill' AND (
            e.event_id = :event_id OR e.idempotency_key = :tap
            OR e.id = CASE WHEN said_hash = :said AND said_at > now() - make_interval(secs => :repeat_s)
                THEN kakao_chats.last_event_id END
        )
    )
"""
_WRONG = "CASE WHEN wrong_codes_since > now() - interval '10 minutes' THEN wrong_codes ELSE 0 END"
_READ: Select[Any, Any, Any, Any] = (
    select(
        User,
        KakaoChat.question,
        text(_WRONG),
        text(_EARLIER),
    )
    .select_from(KakaoChat)
    .outerjoin(User, _LIVES)
    .options(joinedload(User.profile))
    .where(KakaoChat.bot_user_key == bindparam("key"))
)
_MAKE_ROOM = text("""
    WITH former AS (
        UPDATE kakao_chats SET user_id = NULL, question = NULL
        WHERE user_id = :user_id AND bot_user_key <> :key
    ), code AS (
        DELETE FROM link_codes WHERE user_id = :user_id
    )
    UPDATE webhook_events SET user_id = :user_id
    WHERE sender_id = :key AND user_id IS NULL AND provider = 'kakao_skill'
""")
_JOIN = text("UPDATE kakao_chats SET user_id = :user_id WHERE bot_user_key = :key")
_WRITE = text("""
    WITH event AS (
        INSERT INTO webhook_events (
            id, provider, event_id, idempotency_key, user_id, sender_id, request_id, status, payload,
            body_hash, answer, processed_at, schema_version, signature_state
        )
        VALUES (
            :id, 'kakao_skill', :event_id, :tap, :user_id, :key, :request_id, 'PROCESSED',
            CAST(:payload AS jsonb), :body_hash, CAST(:answer AS jsonb), now(), 'skill-2.0', 'valid'
        )
        ON CONFLICT DO NOTHING
        RETURNING id
    )
    UPDATE kakao_chats AS c
    SET user_id = :user_id, last_event_id = event.id, said_at = now(), said_hash = :said,
        question = CAST(:question AS jsonb), updated_at = now(), wrong_codes = :wrong_codes,
        wrong_codes_since = CASE WHEN :is_first_wrong THEN now() ELSE wrong_codes_since END
    FROM event WHERE c.bot_user_key = :key
    RETURNING event.id
""")


def enter(session: Session, turn: Turn, lock_named: Callable[[], object]) -> Chat:
    """Lock the chat, and its trainee before it; a chat that says whose Kakao account it is gets joined.

    `lock_named` locks whom a stranger's words name, by a link code: that trainee, too, comes before the chat.
    Raises Again when the chat was joined at this very moment.
    """
    key = {"key": turn.bot_user_key}
    if session.execute(_LOCK, key).first() is None:
        owner = _lock_owner(session, turn)
        if owner is None:
            lock_named()
        if session.scalars(_OPEN, key).one():
            raise Again
        if owner is not None:
            join(session, turn, owner)
            session.execute(_JOIN, key | {"user_id": owner})
    said = {"said": turn.typed_hash, "repeat_s": REPEAT_S}
    given = key | said | {"event_id": turn.event_id, "tap": turn.idempotency_key}
    row = session.execute(_READ, given).one()
    user, question, wrong_codes, earlier = row
    return Chat(user, question, wrong_codes, earlier or [])


def _lock_owner(session: Session, turn: Turn) -> UUID | None:
    """Whose Kakao account speaks, if the bot says so."""
    if turn.app_user_id is None:
        return None
    return session.scalars(_LOCK_OWNER, {"kakao_user_id": turn.app_user_id}).first()


def join(session: Session, turn: Turn, user_id: UUID) -> None:
    """Make room for the chat, which is locked, with a trainee, who is too; `write` puts it there.

    Their former chat becomes a stranger's; a code of theirs is used up. What was said here as a stranger
    becomes theirs, to be erased with the rest when they leave.
    """
    session.execute(_MAKE_ROOM, {"key": turn.bot_user_key, "user_id": user_id})


def earlier_answer(session: Session, chat: Chat, turn: Turn) -> Any:
    """The answer on record for the same event, tap or words; None when the turn is new.

    The same event with another body gets it too, and a review is opened. It is empty when there is none any
    more, and in another chat than the first: what it says is for one person only.
    """
    if not chat.earlier:
        return None
    first = chat.earlier[0]
    if first["is_event"] and first["body_hash"] != events.body_hash(turn.payload):
        events.review_reused(session, PROVIDER, [UUID(first["id"])])
    return first["answer"] or {}


def write(session: Session, chat: Chat, turn: Turn, answer: Any) -> UUID:
    """Keep the turn with its answer; raises Again when somebody else just used its event id."""
    given = {
        "id": new_id(),
        "key": turn.bot_user_key,
        "event_id": turn.event_id,
        "tap": turn.idempotency_key,
        "user_id": chat.user and chat.user.id,
        "request_id": turn.request_id,
        "payload": json.dumps(turn.payload),
        "body_hash": events.body_hash(turn.payload),
        "answer": json.dumps(answer),
        "said": turn.typed_hash,
        "question": None if chat.next_question is None else json.dumps(chat.next_question),
        "wrong_codes": chat.wrong_codes + chat.is_wrong_code,
        "is_first_wrong": chat.is_wrong_code and chat.wrong_codes == 0,
    }
    written: UUID | None = session.scalars(_WRITE, given).first()
    if written is None:
        raise Again
    return written


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
