"""What the trainee's page says about the set that was just reported, from what is stored."""

from dataclasses import dataclass

from app import coach
from app.chat.figures import AREAS, performed, with_object
from app.domain.days import korean_date
from app.domain.trainee_page import Exercise, Page
from app.models import ExerciseSetState


@dataclass(frozen=True, slots=True)
class Result:
    """What was recorded, in a few words and in figures, and what follows from it."""

    title: str
    figures: str
    lines: tuple[str, ...]


def result(page: Page, place: str, area: str) -> Result | None:
    """About the set at `place` (`<session id>.<set number>`), None when nothing was reported there.

    `area` is where it hurt, "" for nowhere. Both come from an address: what is said is what is stored.
    """
    found = _find(page, place)
    if found is None:
        return None
    exercise, row = found
    title = f"{exercise.name} {row.set_no}세트 {_ended(row)}"
    return Result(title, performed(row), (*_comfort(row), *_pain(page, exercise, area)))


def _find(page: Page, place: str) -> tuple[Exercise, ExerciseSetState] | None:
    for exercise in page.exercises:
        for row in exercise.reported:
            if place == f"{row.session_id}.{row.set_no}":
                return exercise, row
    return None


def _ended(row: ExerciseSetState) -> str:
    return {"DONE": "완료!", "FAILED": "실패로 기록했어요", "SKIPPED": "건너뛰었어요"}[row.status]


def _comfort(row: ExerciseSetState) -> tuple[str, ...]:
    return ("괜찮아요. 다음 계획에 반영할게요.",) if row.status == "FAILED" else ()


def _pain(page: Page, exercise: Exercise, area: str) -> list[str]:
    """What a report of pain has changed: the rest of the exercise, its substitute, what is spared."""
    spared = next((each for each in page.injuries if each.area.value == area), None)
    if spared is None:
        return []
    skipped = sum(each.skip_reason == "pain" for each in exercise.sets)
    lines = [f"이 운동은 여기까지 할게요. {skipped}세트를 건너뛰었어요."] if skipped else []
    lines += [
        f"대신 {with_object(each.name)} 마지막에 넣었어요."
        for each in page.exercises
        if each.is_substitute
        and each.row.slot == exercise.row.slot
        and each.row.order_no > exercise.row.order_no
    ]
    return [*lines, _spared(spared)]


def _spared(injury: coach.Injury) -> str:
    until = f"{korean_date(injury.until)}까지" if injury.until else "다 나을 때까지"
    return f"{with_object(AREAS[injury.area.value])} {until} 아껴서 계획할게요."
