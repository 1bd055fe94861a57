"""What there is to do and what was done, in chat: the day's plan, what is left, the rest, day and week."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.chat import figures
from app.chat.answers import Quick, Reply
from app.domain import guardrails, plans, summaries
from app.domain.advice import Advice
from app.domain.days import KOREAN_WEEKDAYS, korean_date, local_date
from app.domain.talk_base import (
    ASK_FOR_PLAN,
    HELP,
    NEXT,
    REMAINING,
    SUMMARY,
    TODAY,
    WEEK,
    Talk,
    finished,
    name_of,
    next_line,
    onward,
    set_buttons,
)
from app.domain.workouts import Day, read_day
from app.errors import NeedsReview

LATER = "오늘 운동을 준비하고 있어요. 잠시만 기다려 주세요."


def today(talk: Talk) -> Reply:
    """The plan of the day; it is made if there is none yet, or later, when that may take long."""
    day = talk.day()
    if day is not None:
        return overview(talk, day)
    on = local_date(talk.user.timezone, talk.world.now)
    if talk.turn.callback_url and not guardrails.why_no_llm(talk.session, talk.world.settings):
        talk.later = on
        return Reply(LATER)
    return made(talk, on, "rule")


def made(talk: Talk, on: date, source: str, advice: Advice | None = None) -> Reply:
    """Make the plan of a day that has none, and show it; nobody is told by a message, for they asked."""
    wanted = {"target_date": on, "source": source, "force": False}
    now, request_id = talk.world.now, talk.turn.request_id
    result = plans.make(talk.session, talk.user, wanted, now, request_id, advice=advice, announce=False)
    if isinstance(result, NeedsReview):
        return Reply(f"{result.detail}\n\n담당자가 확인하고 연락드릴게요.", (HELP,))
    day = read_day(talk.session, result.view["id"])
    talk.use(day)
    return overview(talk, day)


def overview(talk: Talk, day: Day) -> Reply:
    """The exercises of a day with what was done of each, and the set that is next."""
    plan = day.plan
    if not day.sets:
        return finished(talk, day)
    lines = [_exercise_line(day, session_id) for session_id in day.exercises]
    row = day.current
    if row is None:
        return finished(talk, day, "\n".join(lines))
    note = (plan.advice or {}).get("note")
    text = "\n".join([*lines, *(["", note] if note else []), "", f"다음: {next_line(talk, day, row)}"])
    title = f"{korean_date(plan.target_date)} {plan.summary}"
    return Reply(text, (*set_buttons(day, row), REMAINING), title=title, links=(talk.page(day),))


def _exercise_line(day: Day, session_id: UUID) -> str:
    """`1. 고블릿 스쿼트 3세트 × 8회 × 12kg (1/3)`."""
    exercise, rows = day.exercises[session_id], day.sets_of(session_id)
    ended = sum(row.status != "PENDING" for row in rows)
    state = " ✓" if ended == len(rows) else f" ({ended}/{len(rows)})" if ended else ""
    if all(row.status == "SKIPPED" for row in rows):
        state = " (건너뜀)"
    return f"{exercise.order_no}. {name_of(exercise)} {len(rows)}세트, {figures.target(exercise)}{state}"


def next_set(talk: Talk) -> Reply:
    """The set that is next; before the first, a word on how to go about it."""
    day = talk.day()
    if day is None or not day.sets:
        return today(talk)
    row = day.current
    if row is None:
        return finished(talk, day)
    note = day.exercises[row.session_id].notes if row.set_no == 1 else ""
    return onward(talk, day, note)


def remaining(talk: Talk) -> Reply:
    """How many sets are left, by exercise."""
    day = talk.day()
    if day is None:
        return ASK_FOR_PLAN
    row = day.current
    if row is None:
        return finished(talk, day)
    left = [
        (name_of(exercise), sum(each.status == "PENDING" for each in day.sets_of(session_id)))
        for session_id, exercise in day.exercises.items()
    ]
    lines = [f"· {name} {count}세트" for name, count in left if count]
    total = sum(count for _, count in left)
    text = "\n".join([f"{total}세트 남았어요.", *lines, "", f"다음: {next_line(talk, day, row)}"])
    return Reply(text, set_buttons(day, row))


def rest(talk: Talk) -> Reply:
    """How long to rest, counted from the report before."""
    day = talk.day()
    if day is None:
        return ASK_FOR_PLAN
    if not day.sets:
        return finished(talk, day)
    reported = [row for row in day.sets if row.reported_at is not None]
    last = max(reported, key=lambda row: row.reported_at or talk.world.now) if reported else None
    row = day.current
    if last is None or row is None:
        length = day.exercises[(row or day.sets[0]).session_id].target_rest_sec
        return Reply(f"세트 사이에 {figures.duration(length)} 쉬어요.", (NEXT, REMAINING))
    length = day.exercises[last.session_id].target_rest_sec
    passed = int((talk.world.now - (last.reported_at or talk.world.now)).total_seconds())
    if passed >= length:
        text = f"{figures.duration(length)} 다 쉬었어요. 다음 세트를 시작해요!"
    else:
        text = (
            f"{figures.duration(length)} 중 {figures.duration(length - passed)} 남았어요. 천천히 숨 고르세요."
        )
    return onward(talk, day, text)


def summary(talk: Talk) -> Reply:
    """Today in figures."""
    on = local_date(talk.user.timezone, talk.world.now)
    day = talk.day()
    on = day.plan.target_date if day else on
    talk.session.flush()
    (entry,) = summaries.daily_summaries(talk.session, talk.user, on, on, talk.world.now)
    if not entry["planned_sets"]:
        return Reply("오늘은 기록할 운동이 없어요.", (TODAY, WEEK))
    done, failed, skipped = (entry[name] for name in ("done_sets", "failed_sets", "skipped_sets"))
    lines = [
        f"{korean_date(on)} 기록",
        f"· 세트 {done + failed}/{entry['planned_sets']} (실패 {failed}, 건너뜀 {skipped})",
        f"· 들어 올린 무게 {figures.kilograms(entry['volume_kg'])}",
        f"· 운동 시간 약 {entry['minutes']}분",
        *([f"· 연속 {entry['streak']}일째"] if entry["streak"] else []),
    ]
    more: tuple[Quick, ...] = (NEXT,) if day and day.current else ()
    return Reply("\n".join(lines), (*more, WEEK), links=(talk.page(day),) if day else ())


def week(talk: Talk) -> Reply:
    """The days of this week, Monday to Sunday, in figures."""
    on = local_date(talk.user.timezone, talk.world.now)
    monday = on - timedelta(days=on.weekday())
    sunday = monday + timedelta(days=6)
    found = summaries.daily_summaries(talk.session, talk.user, monday, sunday, talk.world.now)
    lines = [_week_line(each, on) for each in found]
    done = sum(each["done_sets"] + each["failed_sets"] for each in found)
    moved = sum((each["volume_kg"] for each in found), start=0)
    total = f"이번 주 {done}세트 · {figures.kilograms(moved)} · 연속 {found[(on - monday).days]['streak']}일"
    day = talk.day()
    return Reply("\n".join([total, *lines]), (TODAY, SUMMARY), links=(talk.page(day),) if day else ())


def _week_line(entry: dict[str, Any], today: date) -> str:
    on = entry["date"]
    mark = "▶" if on == today else "·"
    if not entry["planned_sets"]:
        return f"{mark} {KOREAN_WEEKDAYS[on.weekday()]} -"
    done = entry["done_sets"] + entry["failed_sets"]
    said = f"{done}/{entry['planned_sets']}세트 {figures.kilograms(entry['volume_kg'])}"
    return f"{mark} {KOREAN_WEEKDAYS[on.weekday()]} {said}"
