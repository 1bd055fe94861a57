"""Reports in chat: done, failed, skipped, corrected, by tapping a button or by typing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from app.chat import figures
from app.chat.answers import Reply
from app.chat.exercises import is_called, named
from app.chat.said import Intent, Said
from app.domain import sets, talk_care, talk_numbers, workouts
from app.domain.talk_base import (
    ASK_FOR_PLAN,
    HELP,
    NEXT,
    TODAY,
    Talk,
    finished,
    name_of,
    onward,
    set_buttons,
    set_name,
)
from app.domain.talk_numbers import Numbers
from app.domain.workouts import Day
from app.errors import Conflict, InvalidInput, SetOrder
from app.models import ExerciseSetState

REPORTS = {Intent.DONE: "DONE", Intent.FAILED: "FAILED", Intent.SKIP: "SKIPPED"}
PAST = {"DONE": "완료", "FAILED": "실패", "SKIPPED": "건너뜀"}
STALE = Reply("이 버튼은 지금 쓸 수 없어요. '다음'이라고 보내면 이어서 할 수 있어요.", (NEXT, TODAY, HELP))

NOT_NOTED = "세트는 기록하지 못했어요. 다시 한번 알려 주세요."


def tapped(talk: Talk) -> Reply | None:
    """The answer to a button that carries a set; None when it carries none.

    What it carries is only a wish: the plan must be the trainee's, and the set in it.
    """
    given = talk.turn.extra
    if "set" not in given or talk.turn.idempotency_key is None:
        return None
    found = _bound(talk, given)
    if found is None:
        return STALE
    day, row = found
    if day.plan.status == "CANCELED":
        return STALE
    talk.use(day)
    do = str(given.get("do"))
    if do == "ANSWER":
        return _answered(talk, day, row, given)
    if do not in PAST:
        return STALE
    if row.status != "PENDING" and given.get("again") is not True:
        return onward(talk, day, _already(day, row))
    if do == "SKIPPED" and talk.said.areas:
        return talk_care.sore(talk, row)
    return _report(talk, day, row, {"status": do} | _offered(talk, day, row, do))


def _already(day: Day, row: ExerciseSetState) -> str:
    return f"이미 기록했어요: {_line(day, row)}"


def _bound(talk: Talk, given: Mapping[str, Any]) -> tuple[Day, ExerciseSetState] | None:
    """The trainee's own set that a button names, with its plan."""
    try:
        plan_id, session_id = UUID(str(given.get("plan"))), UUID(str(given.get("session")))
    except ValueError:
        return None
    day = workouts.own_day(talk.session, talk.user, plan_id)
    rows = [row for row in day.sets_of(session_id) if row.set_no == given.get("set")] if day else []
    return (day, rows[0]) if day and rows else None


def typed(talk: Talk) -> Reply:
    """A report in words, about the set that is next; several sets of an exercise at once if it says so."""
    day = talk.day()
    if day is None:
        return ASK_FOR_PLAN
    if day.current is None:
        return finished(talk, day, "더 기록할 세트가 없어요.")
    told = _told(talk, day, day.current)
    return told if isinstance(told, Reply) else onward(talk, day, told)


def sore(talk: Talk) -> Reply:
    """Pain; a set that was reported with it is recorded first, for what hurts may leave the day."""
    noted = _noted(talk, talk.said.report) if talk.said.report else ""
    reply = talk_care.sore(talk)
    return replace(reply, text=f"{noted}\n\n{reply.text}") if noted else reply


def _noted(talk: Talk, said: Said) -> str:
    """Record a set by the way; what to say of it, nothing if none was open.

    No question is asked: a load that was not said is the one that was offered, unless it was just told.
    """
    day = talk.day()
    if day is None or day.current is None:
        return ""
    half_told = "missing" in (talk.chat.question or {})
    told = NOT_NOTED if half_told else _told(replace(talk, said=said), day, day.current, asks=False)
    return NOT_NOTED if isinstance(told, Reply) else told


def _told(talk: Talk, day: Day, row: ExerciseSetState, *, asks: bool = True) -> Reply | str:
    """Record what is reported; what was recorded, or a whole answer when there is a question or a refusal."""
    row = _named(talk, day, row)
    if row.status != "PENDING" and talk.said.set_no is None:
        return _already(day, row)
    if talk.said.intent is Intent.SKIP:
        return _skip(talk, day, row)
    rows = _meant(talk.said, day, row)
    if rows[0].status != "PENDING" and not _says_numbers(talk.said):
        return _already(day, rows[0])
    numbers = talk_numbers.read(talk, day, rows[0], REPORTS[talk.said.intent], asks=asks)
    if isinstance(numbers, Reply):
        return numbers
    for each in rows:
        refusal = _write(talk, day, each, numbers)
        if refusal is not None:
            return refusal
    count = f"{len(rows)}세트를 기록했어요. " if len(rows) > 1 else ""
    return count + _line(day, rows[-1])


def _named(talk: Talk, day: Day, row: ExerciseSetState) -> ExerciseSetState:
    """The set that is next, in another exercise than that of `row` if one, and no other, is named.

    A name that fits several means the one that waits.
    """
    words = named(talk.turn.utterance)
    called = [each.id for each in day.exercises.values() if is_called(name_of(each), words)]
    if row.session_id in called:
        return row
    waiting = {each.session_id for each in day.sets if each.status == "PENDING"}
    meant = [each for each in called if each in waiting] if len(called) > 1 else called
    if len(meant) != 1:
        return row
    rows = day.sets_of(meant[0])
    return next((each for each in rows if each.status == "PENDING"), rows[-1])


def _meant(said: Said, day: Day, row: ExerciseSetState) -> list[ExerciseSetState]:
    """The sets of an exercise that a report is about, in order.

    `3세트` is all up to the third; one that was reported before is meant alone, to be reported anew.
    """
    open_ = [each for each in day.sets_of(row.session_id) if each.status == "PENDING"]
    if said.set_no is not None:
        ended = [each for each in day.sets_of(row.session_id) if each.status != "PENDING"]
        earlier = [each for each in ended if each.set_no == said.set_no]
        return earlier or [each for each in open_ if each.set_no <= said.set_no] or open_[:1] or [row]
    return open_ if said.whole == "exercise" else open_[: said.count]


def _report(talk: Talk, day: Day, row: ExerciseSetState, numbers: Numbers) -> Reply:
    return _write(talk, day, row, numbers) or onward(talk, day, _line(day, row))


def _write(talk: Talk, day: Day, row: ExerciseSetState, numbers: Numbers) -> Reply | None:
    """Record a set; a Reply when that is refused."""
    try:
        sets.record(talk.session, talk.user, day, row.session_id, row.set_no, numbers, talk.world.now)
    except InvalidInput:
        return talk_numbers.misfit(day, row)
    except SetOrder as error:
        return onward(talk, day, f"{error.extra['set_no']}세트를 먼저 기록해 주세요.")
    except Conflict:
        return Reply("이 날의 기록은 이제 바꿀 수 없어요. (운동일부터 3일까지)", (TODAY, HELP))
    return None


def _line(day: Day, row: ExerciseSetState) -> str:
    done = figures.performed(row)
    return f"{set_name(day, row)} {PAST[row.status]}" + (f" ({done})" if done else "")


def _offered(talk: Talk, day: Day, row: ExerciseSetState, status: str) -> dict[str, Any]:
    """Done without a number is done as offered, which is less after a set that fell far short."""
    exercise = day.exercises[row.session_id]
    offered = workouts.offered_kg(talk.user, day, exercise)
    if status != "DONE" or row.status != "PENDING" or offered == exercise.target_weight_kg:
        return {}
    return {"performed_weight_kg": offered}


def _skip(talk: Talk, day: Day, row: ExerciseSetState) -> Reply:
    """Skip a set, the rest of the exercise, or the rest of the day."""
    said = talk.said
    rows = workouts.meant(day, row, said.whole)
    workouts.skip(talk.session, day, rows, said.skip_reason or "other", talk.world.now)
    if said.whole == "plan":
        return finished(talk, day, f"남은 {len(rows)}세트를 건너뛰었어요. 쉬는 것도 운동이에요.")
    what = set_name(day, row) if said.whole == "set" else f"{set_name(day, row)}부터 {len(rows)}세트"
    return onward(talk, day, f"{what} 건너뜀")


def corrected(talk: Talk) -> Reply:
    """Change the set that was reported last, or the one of its exercise that is named.

    To what is said; without a number, ask what it should be.
    """
    day = talk.day()
    reported = [row for row in day.sets if row.reported_at] if day else []
    if day is None or not reported:
        return Reply("아직 고칠 기록이 없어요.", (NEXT, TODAY, HELP))
    row = _last(reported)
    of_exercise = (each for each in reported if each.session_id == row.session_id)
    row = next((each for each in of_exercise if each.set_no == talk.said.set_no), row)
    if not _says_numbers(talk.said):
        talk.chat.next_question = talk_numbers.about(row, again=True)
        text = f"{_line(day, row)} 기록을 어떻게 바꿀까요?\n'정정 7회 40kg'처럼 보내셔도 돼요."
        return Reply(text, set_buttons(day, row, again=True))
    return _correct(talk, day, row)


def _last(reported: list[ExerciseSetState]) -> ExerciseSetState:
    """The set reported last; sets that were skipped together were never begun, so it is none of them."""
    latest = max(each.reported_at for each in reported if each.reported_at)
    rows = [each for each in reported if each.reported_at == latest]
    tried = [each for each in reported if each.status != "SKIPPED"]
    if len(rows) > 1 and rows[0].status == "SKIPPED" and tried:
        rows = tried
    return max(rows, key=lambda each: (each.reported_at, each.set_no))


def _correct(talk: Talk, day: Day, row: ExerciseSetState) -> Reply:
    numbers = talk_numbers.correction(talk, day, row)
    if isinstance(numbers, Reply):
        return numbers
    return _write(talk, day, row, numbers) or onward(talk, day, f"고쳤어요: {_line(day, row)}")


def _says_numbers(said: Said) -> bool:
    given = (said.reps, said.seconds, said.weight_kg, said.weight_change_kg, said.number, said.rir, said.band)
    return any(each is not None for each in given)


def answered(talk: Talk) -> Reply | None:
    """The answer to our own question about a set; None when something else was said."""
    asked, said = talk.chat.question, talk.said
    if not asked or said.intent not in REPORTS or said.count > 1 or said.whole != "set":
        return None
    day = talk.day()
    row = _asked(day, asked) if day else None
    if day is None or row is None or said.set_no not in (None, row.set_no):
        return None
    if _named(talk, day, row) is not row:
        return None
    if "missing" not in asked:
        return _changed(talk, day, row)
    if said.intent is Intent.SKIP:
        return None
    numbers = talk_numbers.completed(talk, day, row, asked)
    if numbers is None or isinstance(numbers, Reply):
        return numbers
    return _report(talk, day, row, numbers)


def _asked(day: Day, asked: Mapping[str, Any]) -> ExerciseSetState | None:
    """The set that we asked about; None when it got its report elsewhere meanwhile."""
    for row in day.sets:
        if (str(row.session_id), row.set_no) == (asked.get("session"), asked.get("set")):
            return row if row is day.current or asked.get("again") else None
    return None


def _changed(talk: Talk, day: Day, row: ExerciseSetState) -> Reply:
    """What a reported set should be instead; without a number as its buttons say."""
    if _says_numbers(talk.said):
        return _correct(talk, day, row)
    return _report(talk, day, row, {"status": REPORTS[talk.said.intent]})


def _answered(talk: Talk, day: Day, row: ExerciseSetState, given: Mapping[str, Any]) -> Reply:
    """A tapped answer to our question; its numbers are checked like any others."""
    numbers = talk_numbers.from_button(given)
    if numbers is None or (row.status != "PENDING" and given.get("again") is not True):
        return STALE
    return _report(talk, day, row, numbers)
