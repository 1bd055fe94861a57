"""The numbers of a report: which measure a bare one is in, what is missing, what is likely."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from app.chat import figures
from app.chat.answers import Quick, Reply
from app.chat.said import Intent, Said
from app.domain import sets, workouts
from app.domain.talk_base import HELP, Talk, extra, set_buttons, set_name
from app.domain.workouts import Day
from app.models import ExerciseSession, ExerciseSetState

Numbers = dict[str, Any]
KG, REPS, SECONDS = "performed_weight_kg", "performed_reps", "performed_seconds"
MOST = {KG: Decimal(500), REPS: Decimal(100), SECONDS: Decimal(7200), "rir": Decimal(10)}
STATUSES = ("DONE", "FAILED")


def read(talk: Talk, day: Day, row: ExerciseSetState, status: str, *, asks: bool = True) -> Numbers | Reply:
    """The report that was typed about a set, or what to say instead.

    Of reps and kg, one alone is half a report when a set was done with a load: the other is asked for,
    unless nothing can be asked now: then the load is as offered. A set that failed needs none.
    """
    exercise = day.exercises[row.session_id]
    numbers = _given(talk, day, row) | {"status": status}
    if not _fits(exercise, numbers):
        return misfit(day, row)
    offered = workouts.offered_kg(talk.user, day, exercise)
    if exercise.target_weight_kg is None or status == "FAILED":
        return numbers
    if KG not in numbers and REPS not in numbers and SECONDS not in numbers:
        return numbers if offered == exercise.target_weight_kg else numbers | {KG: offered}
    if KG not in numbers:
        return question(talk, day, row, numbers, KG) if asks else numbers | {KG: offered}
    if REPS not in numbers and SECONDS not in numbers:
        return question(talk, day, row, numbers, _count(exercise))
    return numbers


def correction(talk: Talk, day: Day, row: ExerciseSetState) -> Numbers | Reply:
    """The report that a correction makes of the one on record: what is not said stays."""
    given = _given(talk, day, row)
    kept = {name: getattr(row, name) for name in (KG, REPS, SECONDS, "performed_band", "rir")}
    numbers = {name: value for name, value in kept.items() if value is not None} | given
    if not _fits(day.exercises[row.session_id], numbers):
        return misfit(day, row)
    has_failed = row.status == "FAILED" or talk.said.intent is Intent.FAILED
    return numbers | {"status": "FAILED" if has_failed else "DONE"}


def completed(
    talk: Talk, day: Day, row: ExerciseSetState, asked: Mapping[str, Any]
) -> Numbers | Reply | None:
    """The report we asked for the rest of; without a number it is as offered."""
    missing, partial = asked.get("missing"), from_button(asked.get("numbers") or {})
    if partial is None or missing not in (KG, REPS, SECONDS):
        return None
    said = _given(talk, day, row, bare=missing)
    if talk.said.intent is Intent.DONE and KG in said and (REPS in said or SECONDS in said):
        return read(talk, day, row, "DONE")
    if talk.said.intent is Intent.FAILED:
        failed = partial | said | {"status": "FAILED"}
        return failed if _fits(day.exercises[row.session_id], failed) else misfit(day, row)
    value = said.get(missing)
    if value is None and said:
        return None  # the same number once more, or another: a new half of a report
    if value is None:
        exercise = day.exercises[row.session_id]
        offered = workouts.offered_kg(talk.user, day, exercise)
        value = offered if missing == KG else exercise.target_reps or exercise.target_seconds
    return partial | said | {missing: value} if _is_fair(missing, value) else misfit(day, row)


def from_button(given: Mapping[str, Any]) -> Numbers | None:
    """The numbers that a button or a question carries; None when they are none that we could have given."""
    status = given.get("status", "DONE")
    numbers: Numbers = {"status": status}
    for name in MOST:
        if given.get(name) is None:
            continue
        try:
            value = Decimal(str(given[name]))
        except InvalidOperation:
            return None
        if not _is_fair(name, value):
            return None
        numbers[name] = value if name == KG else int(value)
    band = given.get("performed_band")
    if band is not None:
        numbers["performed_band"] = band
    return numbers if status in STATUSES and band in (None, *figures.BANDS) else None


def _given(talk: Talk, day: Day, row: ExerciseSetState, bare: str | None = None) -> Numbers:
    """The numbers that were said, by the columns they belong to; `bare` is what a bare one is."""
    said, exercise = talk.said, day.exercises[row.session_id]
    numbers: Numbers = {
        REPS: said.reps,
        SECONDS: said.seconds,
        KG: said.weight_kg,
        "rir": said.rir,
        "performed_band": said.band and said.band.value,
    }
    if said.reps is not None and said.seconds is not None:  # `1분에 20개`
        del numbers[REPS if exercise.target_reps is None else SECONDS]
    if said.number is not None:
        name = bare or _measure(exercise, said)
        whole = said.number == int(said.number)
        numbers[name] = said.number if name == KG or not whole else int(said.number)
    if said.weight_change_kg is not None and exercise.target_weight_kg is not None:
        numbers[KG] = _weight_before(talk, day, row) + said.weight_change_kg
    return {name: value for name, value in numbers.items() if value is not None}


def _measure(exercise: ExerciseSession, said: Said) -> str:
    """What a bare number is: kg when it is nearer to the load than to the reps."""
    if exercise.target_seconds is not None:
        return SECONDS
    load, number = exercise.target_weight_kg, said.number or Decimal(0)
    if said.reps is not None and load is not None:
        return KG
    if said.weight_kg is not None or load is None:
        return REPS
    reps = Decimal(exercise.target_reps or 0)
    if number != int(number) or abs(number - load) / (load + 1) < abs(number - reps) / (reps + 1):
        return KG
    return REPS


def _weight_before(talk: Talk, day: Day, row: ExerciseSetState) -> Decimal:
    """The load of the set before in this exercise, else what is offered."""
    before = [
        each.performed_weight_kg
        for each in day.sets_of(row.session_id)
        if each.set_no < row.set_no and each.performed_weight_kg is not None
    ]
    offered = workouts.offered_kg(talk.user, day, day.exercises[row.session_id])
    return before[-1] if before else offered or Decimal(0)


def _count(exercise: ExerciseSession) -> str:
    return SECONDS if exercise.target_seconds is not None else REPS


def _fits(exercise: ExerciseSession, numbers: Numbers) -> bool:
    """Whether the exercise is measured in all of these, and each can be what was lifted."""
    measured = all(
        getattr(exercise, target) is not None for name, target in sets.MEASURES.items() if name in numbers
    )
    return measured and all(_is_fair(name, value) for name, value in numbers.items() if name in MOST)


def _is_fair(name: str, value: Any) -> bool:
    """Whether it can be what was lifted: counts are whole, weights in grams, as the API takes them."""
    number = Decimal(value)
    if not number.is_finite() or number.is_signed() or number > MOST[name]:
        return False
    return number == round(number, 3 if name == KG else 0)


def question(talk: Talk, day: Day, row: ExerciseSetState, partial: Numbers, missing: str) -> Reply:
    """Ask for the number that a report lacks, with the likely ones to tap."""
    again = {"again": True} if row.status != "PENDING" else {}
    talk.chat.next_question = about(row, **again, numbers=_plain(partial), missing=missing)
    quick = [
        Quick(label, extra(day, row, "ANSWER", **again, **_plain(partial | {missing: value})))
        for label, value in _likely(talk, day, row, missing)
    ]
    ask = {KG: "몇 kg였나요?", REPS: "몇 회였나요?", SECONDS: "몇 초였나요?"}[missing]
    return Reply(f"{set_name(day, row)}: {ask}", tuple(quick))


def about(row: ExerciseSetState, **more: Any) -> dict[str, Any]:
    """A question of ours about a set; `again` when it has its report already."""
    return {"session": str(row.session_id), "set": row.set_no} | more


def _likely(talk: Talk, day: Day, row: ExerciseSetState, missing: str) -> list[tuple[str, Any]]:
    """Labels and values: what was prescribed, then its neighbours."""
    exercise = day.exercises[row.session_id]
    if missing == KG:
        weights = {workouts.offered_kg(talk.user, day, exercise), _weight_before(talk, day, row)}
        return [
            (f"{figures.number(each)} kg", each)
            for each in sorted(each for each in weights if each is not None)
        ]
    target = exercise.target_reps if missing == REPS else exercise.target_seconds
    unit, step = ("회", 1) if missing == REPS else ("초", 5)
    values = [(target or 0) - step * back for back in (0, 1, 2)]
    return [(f"{value}{unit}", value) for value in values if value > 0]


def _plain(numbers: Numbers) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in numbers.items()}


def misfit(day: Day, row: ExerciseSetState) -> Reply:
    """What was said does not fit the exercise: say how it is measured, with an example."""
    exercise = day.exercises[row.session_id]
    count = (
        f"{exercise.target_reps}회" if exercise.target_reps is not None else f"{exercise.target_seconds}초"
    )
    load = exercise.target_weight_kg
    example = count if load is None else f"{count} {figures.number(load)}kg"
    text = f"{set_name(day, row)}에 맞지 않는 숫자예요. '완료 {example}'처럼 보내 주세요."
    return Reply(text, (*set_buttons(day, row), HELP))
