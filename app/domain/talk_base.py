"""What every part of the conversation works with: the turn, the trainee's day, and buttons to tap."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import coach
from app.chat import figures
from app.chat.answers import Link, Quick, Reply
from app.chat.said import Said
from app.domain import plans, workouts
from app.domain.chats import Chat, Turn
from app.domain.days import korean_date
from app.domain.workouts import Day
from app.models import ExerciseSession, ExerciseSetState, User

TODAY = Quick("오늘 운동")
HELP = Quick("도움말")
SUMMARY = Quick("요약")
WEEK = Quick("이번 주")
REMAINING = Quick("남은 세트")
NEXT = Quick("다음")
ASK_FOR_PLAN = Reply("오늘은 아직 계획이 없어요. '오늘 운동'이라고 보내 주시면 만들어 드려요.", (TODAY, HELP))


@dataclass(frozen=True, slots=True)
class World:
    """What a turn knows beside the database: the time, the keys of codes, and the address of a plan's page.

    `settings` have the defaults of the guardrails, and whether there is an LLM.
    """

    now: datetime
    keys: tuple[str, ...]
    page_of: Callable[[UUID], str]
    settings: Mapping[str, Any]


@dataclass(slots=True)
class Talk:
    """One turn of a trainee, who is locked. `later`: the answer to it comes through a callback."""

    session: Session
    user: User
    chat: Chat
    turn: Turn
    said: Said
    world: World
    later: Any = None
    _day: list[Day | None] = field(default_factory=list)

    def day(self) -> Day | None:
        """The plan the trainee is on; read once."""
        if not self._day:
            self._day.append(workouts.open_day(self.session, self.user, self.world.now))
        return self._day[0]

    def use(self, day: Day) -> None:
        """Go on with another day than the present one: a button may be of yesterday."""
        self._day = [day]

    def page(self, day: Day) -> Link:
        """A button that opens the phone page."""
        return Link("운동 페이지 열기", self.world.page_of(day.plan.id))


def name_of(exercise: ExerciseSession) -> str:
    """The exercise's Korean name."""
    return coach.exercises()[exercise.exercise].name_ko


def set_name(day: Day, row: ExerciseSetState) -> str:
    """`고블릿 스쿼트 2/3세트`."""
    exercise = day.exercises[row.session_id]
    return f"{name_of(exercise)} {row.set_no}/{len(day.sets_of(exercise.id))}세트"


def next_line(talk: Talk, day: Day, row: ExerciseSetState) -> str:
    """What to do in the set that is next; after a set that fell far short, with less."""
    exercise = day.exercises[row.session_id]
    offered = workouts.offered_kg(talk.user, day, exercise)
    line = f"{set_name(day, row)}\n{figures.target(exercise, offered)}{_rest(exercise)}"
    if offered is not None and exercise.target_weight_kg is not None and offered < exercise.target_weight_kg:
        line += f"\n(조금 가볍게 {figures.kilograms(offered)}으로 해 봐요)"
    return line


def _rest(exercise: ExerciseSession) -> str:
    """How long to rest after a set; a walk has none."""
    length = exercise.target_rest_sec
    return f" · 쉬는 시간 {figures.duration(length)}" if length else ""


def extra(day: Day, row: ExerciseSetState, do: str, **more: Any) -> dict[str, Any]:
    """What a button brings back: its set, what it does, and a nonce that makes it good for one tap."""
    bound = {"plan": str(day.plan.id), "session": str(row.session_id), "set": row.set_no}
    return {"do": do, **bound, **more, "nonce": secrets.token_hex(8)}


def set_buttons(day: Day, row: ExerciseSetState, **more: Any) -> tuple[Quick, ...]:
    """Buttons that report this very set."""
    said = {"완료": "DONE", "실패": "FAILED", "건너뛰기": "SKIPPED"}
    return tuple(Quick(label, extra(day, row, do, **more)) for label, do in said.items())


def onward(talk: Talk, day: Day, before: str) -> Reply:
    """What was just done, then the next set with its buttons; at the end, the day in figures."""
    row = day.current
    if row is None:
        return finished(talk, day, before)
    text = f"{before}\n\n다음: {next_line(talk, day, row)}" if before else next_line(talk, day, row)
    return Reply(text, (*set_buttons(day, row), REMAINING))


def finished(talk: Talk, day: Day, before: str = "") -> Reply:
    """Every set of the day has an end; on a day of rest there is none, and why."""
    if not day.sets:
        why = " ".join(plans.explained(day.plan)) or day.plan.summary
        return Reply(why, (WEEK, HELP), title=korean_date(day.plan.target_date))
    done = [each for each in day.sets if each.status in ("DONE", "FAILED")]
    moved = sum((_moved_kg(day, row) for row in done), start=Decimal(0))
    said = "오늘 운동을 모두 마쳤어요. 수고하셨어요!" if done else "오늘 운동을 마무리했어요. 다음에 만나요."
    said += f"\n{len(done)}/{len(day.sets)}세트 · {figures.kilograms(moved)}"
    text = "\n\n".join(part for part in (before, said) if part)
    return Reply(text, (SUMMARY, WEEK), links=(talk.page(day),))


def _moved_kg(day: Day, row: ExerciseSetState) -> Decimal:
    is_per_side = day.exercises[row.session_id].per_side
    return coach.volume_kg(row.performed_weight_kg, row.performed_reps, is_per_side)
