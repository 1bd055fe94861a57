"""What goes before training: an emergency, pain, and a machine that is taken."""

from app import coach
from app.chat import figures
from app.chat.answers import Quick, Reply
from app.domain import history, pain, reviews, scheduling, swaps, workouts
from app.domain.days import local_date
from app.domain.profiles import coach_profile
from app.domain.swaps import Change
from app.domain.talk_base import HELP, NEXT, REMAINING, TODAY, Talk, name_of, onward
from app.domain.workouts import Day
from app.models import ExerciseSession, ExerciseSetState

MODERATE = 4  # out of 10, when nobody said how much it hurts: on the safe side
EMERGENCY = "EMERGENCY_STOP"


def emergency(talk: Talk) -> Reply:
    """Stop everything until a person has looked: no plan, no message, whatever else was said."""
    user = talk.user
    user.profile.health = user.profile.health | {"emergency_symptom": True}
    detail = coach.reason_ko(EMERGENCY)
    reviews.open_review(
        talk.session, subject="health", cause=str(user.id), reason_code=EMERGENCY, detail=detail
    )
    day = talk.day()
    if day is not None and day.current is not None:
        workouts.skip(talk.session, day, workouts.meant(day, day.current, "plan"), "pain", talk.world.now)
    scheduling.cancel_announcements(talk.session, user.id, "needs_review")
    return Reply(detail)


def sore(talk: Talk, tapped: ExerciseSetState | None = None) -> Reply:
    """Spare what hurts: in the profile for two weeks, and in what is left of today.

    `tapped` is the set whose button said to skip it.
    """
    areas, said = talk.said.areas, talk.said
    if not areas:
        talk.chat.next_question = {"pain_score": said.pain_score}
        places = [Quick(f"{name} 아파요") for name in figures.AREAS.values()]
        return Reply("어디가 아픈가요? 다른 곳이면 오늘은 쉬어 주세요.", (*places, Quick("오늘은 쉴래요")))
    score = said.pain_score or (talk.chat.question or {}).get("pain_score") or MODERATE
    day = talk.day()
    row = tapped or (day.current if day else None)
    if said.skip_reason == "pain" and day is not None and row is not None:
        workouts.skip(talk.session, day, workouts.meant(day, row, said.whole), "pain", talk.world.now)
    change, reasons = pain.spare(
        talk.session, talk.user, day.course() if day else None, areas, score, talk.world.now
    )
    names = ", ".join(figures.AREAS[area] for area in areas)
    if reasons:
        if day is not None and change.out:
            day.plan.status = "DONE"  # all that was left has been skipped
        told = " ".join(coach.reason_ko(reason) for reason in reasons)
        return Reply(f"{told}\n\n담당자가 확인할 때까지 운동을 보내지 않을게요.", (HELP,))
    text = f"{names} 통증을 기록했어요. 2주 동안 {names}에 무리가 가는 운동은 빼 드릴게요."
    fresh = _after(talk, change)
    if fresh is None:
        return Reply(text, (TODAY, HELP))
    return _spared(talk, fresh, [text, *_changes(change)], names)


def _after(talk: Talk, change: Change) -> Day | None:
    """The day as it is now."""
    day = talk.day()
    if day is None or change == Change():
        return day
    fresh = workouts.read_day(talk.session, day.plan.id)
    workouts.close(fresh)
    talk.use(fresh)
    return fresh


def _spared(talk: Talk, day: Day, lines: list[str], names: str) -> Reply:
    """What became of the day, and how to say that it hurts more."""
    if len(lines) == 1 and day.current is not None:
        lines.append(f"오늘 남은 운동은 {names}에 무리가 없어서 그대로 가요.")
    more = () if talk.said.pain_score else (Quick("많이 아파요", says=f"{names} 많이 아파요"),)
    reply = onward(talk, day, "\n".join(lines))
    return Reply(reply.text, (*reply.quick[:3], *more, REMAINING), reply.title, reply.links)


def _changes(change: Change) -> list[str]:
    lines = []
    if change.out:
        lines.append(f"뺀 운동: {', '.join(map(name_of, change.out))}")
    if change.added:
        lines.append(f"대신 할 운동: {', '.join(item.name_ko for item in change.added)}")
    if change.eased:
        lines.append(f"가볍게 할 운동: {', '.join(item.name_ko for _, item in change.eased)}")
    return lines


def busy(talk: Talk) -> Reply:
    """Another exercise in the place of the present one, without the equipment that is taken."""
    day = talk.day()
    row = day.current if day else None
    if day is None or row is None:
        return Reply("지금 바꿀 운동이 없어요.", (TODAY, HELP))
    exercise = day.exercises[row.session_id]
    change = Change((exercise,), _other(talk, day, exercise))
    if not change.added:
        told = f"{figures.with_object(name_of(exercise))} 대신할 운동을 찾지 못했어요."
        return Reply(f"{told} 잠시 기다리거나 건너뛸 수 있어요.", (Quick("이 운동 건너뛰기"), NEXT))
    swaps.write(talk.session, day.plan, change, reason="busy", now=talk.world.now)
    fresh = _after(talk, change) or day
    other = figures.with_object(change.added[0].name_ko)
    return onward(talk, fresh, f"{name_of(exercise)} 대신 {other} 마지막에 넣었어요.")


def _other(talk: Talk, day: Day, exercise: ExerciseSession) -> tuple[coach.PlannedItem, ...]:
    on = local_date(talk.user.timezone, talk.world.now)
    if swaps.is_over(day.plan, on):
        return ()
    past, _ = history.load_history(talk.session, talk.user.id, day.plan.target_date, on)
    course = day.course()
    taken = coach.exercises()[exercise.exercise].equipment
    ending = [(exercise, course.left[exercise.id])]
    return swaps.substitutes(
        day.plan, course.exercises, ending, coach_profile(talk.user.profile), past, taken
    )
