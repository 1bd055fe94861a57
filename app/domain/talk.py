"""The conversation: what a trainee says in KakaoTalk, what it does, and the answer.

One turn, one transaction: see `chats`. Each intent has one function, in the `talk_…` module of its theme.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.chat.answers import Reply, callback_answer, skill_answer
from app.chat.said import Intent, Said
from app.chat.understand import understand
from app.domain import chats, link_codes, talk_care, talk_person, talk_plan, talk_sets, users, workouts
from app.domain.advice import Advice
from app.domain.callbacks import Waiting
from app.domain.chats import Chat, Turn
from app.domain.talk_base import Talk, World
from app.errors import Conflict, NotFound

HANDLERS: Mapping[Intent, Callable[[Talk], Reply]] = MappingProxyType(
    {
        Intent.TODAY: talk_plan.today,
        Intent.START: talk_plan.next_set,
        Intent.NEXT: talk_plan.next_set,
        Intent.REMAINING: talk_plan.remaining,
        Intent.REST: talk_plan.rest,
        Intent.SUMMARY: talk_plan.summary,
        Intent.WEEK: talk_plan.week,
        Intent.DONE: talk_sets.typed,
        Intent.FAILED: talk_sets.typed,
        Intent.SKIP: talk_sets.typed,
        Intent.CORRECT: talk_sets.corrected,
        Intent.PAIN: talk_sets.sore,
        Intent.EMERGENCY: talk_care.emergency,
        Intent.BUSY: talk_care.busy,
        Intent.MUTE: talk_person.mute,
        Intent.UNMUTE: talk_person.unmute,
        Intent.REMIND_AT: talk_person.remind_at,
        Intent.LINK_CODE: talk_person.joined,
        Intent.HELP: talk_person.help_,
        Intent.THANKS: talk_person.thanks,
        Intent.UNKNOWN: talk_person.unknown,
    }
)


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer as KakaoTalk takes it; `later`: the day whose plan follows through the callback."""

    body: dict[str, Any]
    is_new: bool
    later: date | None = None
    event_id: UUID | None = None
    user_id: UUID | None = None


def answer(session: Session, turn: Turn, world: World) -> Answered:
    """Take a turn: do what it says, keep it with its answer, and return that; a repeated one does nothing.

    Raises `chats.Again`: roll back and call it anew. The caller commits.
    """
    said = _heard(turn)
    chat = chats.enter(session, turn, partial(_lock_named, session, said, world))
    before = chats.earlier_answer(session, chat, turn)
    if before is not None:
        text = talk_person.GREETING if chat.user is None else talk_person.ONCE_MORE
        return Answered(before or skill_answer(Reply(text), None), is_new=False)
    if chat.user is None:
        reply, later = talk_person.stranger(session, chat, turn, said, world), None
    else:
        talk = Talk(session, chat.user, chat, turn, said, world)
        reply, later = _reply(talk), talk.later
    if chat.user is not None:
        users.heard(session, chat.user, world.now)
    session.flush()
    body = callback_answer(reply.text) if later else skill_answer(reply, turn.block_id)
    event_id = chats.write(session, chat, turn, body)
    return Answered(body, True, later, event_id, chat.user.id if chat.user else None)


def later(session: Session, waiting: Waiting, world: World, advice: Advice | None) -> dict[str, Any] | None:
    """The answer that a turn was promised: the plan of that day, made now if there is none; may run twice.

    None when the trainee has left. `advice`: what the LLM said about the plan.
    """
    try:
        user = users.lock_user(session, waiting.user_id)
    except NotFound:
        return None
    turn = Turn("", None, "", {}, waiting.block_id, None, "", "", waiting.request_id, None)
    talk = Talk(session, user, Chat(user, None, 0, []), turn, Said(Intent.TODAY), world)
    day = talk.day()
    if day is not None:
        return skill_answer(talk_plan.overview(talk, day), waiting.block_id)
    try:
        reply = talk_plan.made(talk, waiting.target_date, "llm", advice)
    except Conflict as made_before:  # for a day that is over meanwhile, and done
        day = workouts.own_day(session, user, UUID(made_before.extra["plan_id"]))
        return skill_answer(talk_plan.overview(talk, day), waiting.block_id) if day else None
    return skill_answer(reply, waiting.block_id)


def _lock_named(session: Session, said: Said, world: World) -> None:
    if said.intent is Intent.LINK_CODE and said.code is not None:
        link_codes.lock_owner(session, world.keys, said.code, world.now)


def _heard(turn: Turn) -> Said:
    """What was said, with the reason that the bot asked for: a skip for a sore knee is pain as well."""
    said = understand(turn.utterance)
    why = understand(turn.reason) if turn.reason and said.intent is Intent.SKIP else None
    if why is None or why.intent not in (Intent.PAIN, Intent.EMERGENCY):
        return said
    return replace(why, skip_reason="pain")


def _reply(talk: Talk) -> Reply:
    """Tapped buttons first, then the answer to what we asked, then the words."""
    if talk.said.intent is Intent.EMERGENCY:
        return talk_care.emergency(talk)
    tapped = talk_sets.tapped(talk)
    if tapped is not None:
        return tapped
    if talk.said.intent is Intent.SKIP and talk.said.areas:
        return talk_care.sore(talk)
    return talk_sets.answered(talk) or HANDLERS[talk.said.intent](talk)
