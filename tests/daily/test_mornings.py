"""Every active trainee's plan for their own day: when, for whom, once, and with which message."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import SEOUL, add_plan
from morning_builders import EVERY_DAY, MONDAY, call, local, messages, morning, plans, trainee, user
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from app.domain.plans import generate
from app.models import ExerciseSession, ExerciseSetState, ManualReview, User, UserProfile

DAY = timedelta(days=1)


def test_the_plan_of_a_training_day_is_there_after_four_with_its_message(
    db_session: Session, engine: Engine
) -> None:
    who = trainee(db_session, local(MONDAY), reminder_time="07:30")

    early = morning(engine, local(MONDAY, "03:59"))
    on_time = morning(engine, local(MONDAY, "04:00"))

    assert (dict(early), dict(on_time)) == ({}, {"training": 1})
    (plan,), (message,) = plans(db_session, who), messages(db_session, who)
    assert (plan.target_date, plan.kind, plan.source, plan.requested_source) == (
        MONDAY,
        "training",
        "rule",
        "rule",
    )
    assert (plan.status, plan.closes_at, plan.closed_at) == ("ACTIVE", local(MONDAY + DAY), None)
    assert (message.kind, message.plan_id, message.status) == ("daily_plan", plan.id, "SCHEDULED")
    assert message.schedule_at == message.due_at == local(MONDAY, "07:30")
    assert message.expires_at == local(MONDAY, "19:30")
    assert message.variables["운동날짜"] == "3월 8일(월)"
    assert user(db_session, who).plan_due_at == local(MONDAY + DAY)


def test_the_plan_has_its_sets(db_session: Session, engine: Engine) -> None:
    who = trainee(db_session, local(MONDAY))

    morning(engine, local(MONDAY))

    (plan,) = plans(db_session, who)
    targets = select(func.sum(ExerciseSession.target_sets)).where(ExerciseSession.plan_id == plan.id)
    rows = select(func.count()).select_from(ExerciseSetState).join(ExerciseSession)
    pending = rows.where(ExerciseSession.plan_id == plan.id, ExerciseSetState.status == "PENDING")
    assert db_session.scalar(targets) == db_session.scalar(pending) > 0


def test_the_plan_is_the_one_that_the_api_would_make(db_session: Session, engine: Engine) -> None:
    ours, theirs = (trainee(db_session, local(MONDAY), EVERY_DAY) for _ in range(2))
    for who in (ours, theirs):
        add_plan(db_session, who, MONDAY - 2 * DAY, ["DONE", "DONE", "FAILED"], status="DONE")
    call(engine, ours, now=local(MONDAY))
    asked = {"user_id": theirs, "target_date": MONDAY, "source": "rule", "force": False}
    generate(db_session, asked, local(MONDAY))
    db_session.commit()

    (_, one), (_, other) = plans(db_session, ours), plans(db_session, theirs)
    assert items(db_session, one.id) == items(db_session, other.id) != []
    assert (one.summary, one.template, one.level, one.reasons) == (
        *(other.summary, other.template, other.level),
        other.reasons,
    )


def items(session: Session, plan_id: UUID) -> list[tuple[Any, ...]]:
    query = text(
        "SELECT order_no, slot, exercise, target_sets, target_reps, target_weight_kg, reasons, notes"
        " FROM exercise_sessions WHERE plan_id = :id ORDER BY order_no"
    )
    return [tuple(row) for row in session.execute(query, {"id": plan_id})]


def test_other_weekdays_leave_no_row(db_session: Session, engine: Engine) -> None:
    who = trainee(db_session, local(MONDAY))

    found = [dict(morning(engine, local(MONDAY + n * DAY))) for n in range(7)]

    trains, off = {"training": 1}, {"off": 1}
    assert found == [trains, off, trains, off, trains, off, off]
    assert [plan.target_date for plan in plans(db_session, who)] == [MONDAY + n * DAY for n in (0, 2, 4)]
    assert len(messages(db_session, who)) == 3


@pytest.mark.parametrize(
    ("weekdays", "days_per_week", "trained", "reason"),
    [([1, 2], 2, MONDAY - DAY, "RECOVERY"), ([1, 2, 3], 1, MONDAY, "WEEK_DONE")],
)
def test_rest_on_a_training_weekday_is_a_plan_without_a_message(
    db_session: Session, engine: Engine, weekdays: list[int], days_per_week: int, trained: date, reason: str
) -> None:
    on = trained + DAY if reason == "RECOVERY" else trained + 2 * DAY
    profile = {"weekdays": weekdays, "days_per_week": days_per_week}
    who = trainee(db_session, local(on), profile)
    add_plan(db_session, who, trained, ["DONE", "DONE"], status="DONE")

    counts = morning(engine, local(on))

    assert dict(counts) == {"rest": 1}
    rest = plans(db_session, who)[-1]
    assert (rest.target_date, rest.kind, rest.reasons, rest.status) == (on, "rest", [reason], "ACTIVE")
    assert items(db_session, rest.id) == messages(db_session, who) == []


def test_an_ill_trainee_has_no_plan(db_session: Session, engine: Engine) -> None:
    ill = {"weekdays": [1], "checkin": {"on": str(MONDAY), "fatigue": 1, "sleep_h": 8, "ill": True}}
    who = trainee(db_session, local(MONDAY), ill)

    assert dict(morning(engine, local(MONDAY))) == {"off": 1}
    assert plans(db_session, who) == []


@pytest.mark.parametrize(
    ("zone", "on", "before", "after"),
    [
        ("America/New_York", date(2027, 3, 14), "2027-03-14T07:59Z", "2027-03-14T08:00Z"),
        ("America/New_York", date(2027, 11, 7), "2027-11-07T08:59Z", "2027-11-07T09:00Z"),
        ("Europe/Berlin", date(2027, 3, 28), "2027-03-28T01:59Z", "2027-03-28T02:00Z"),
        ("Europe/Berlin", date(2027, 10, 31), "2027-10-31T02:59Z", "2027-10-31T03:00Z"),
        ("Australia/Lord_Howe", date(2027, 4, 4), "2027-04-03T17:29Z", "2027-04-03T17:30Z"),
        ("Pacific/Kiritimati", MONDAY, "2027-03-07T13:59Z", "2027-03-07T14:00Z"),
        ("Pacific/Pago_Pago", MONDAY, "2027-03-08T14:59Z", "2027-03-08T15:00Z"),
        ("Asia/Kathmandu", MONDAY, "2027-03-07T22:14Z", "2027-03-07T22:15Z"),
    ],
)
def test_the_day_begins_at_four_on_the_trainees_clock(
    db_session: Session, engine: Engine, zone: str, on: date, before: str, after: str
) -> None:
    first, second = datetime.fromisoformat(before), datetime.fromisoformat(after)
    who = trainee(db_session, first, EVERY_DAY, timezone=zone)

    early = call(engine, who, now=first)
    on_time = call(engine, who, now=second)

    assert (set(early), set(on_time)) == ({"over"}, {"training"})
    assert [plan.target_date for plan in plans(db_session, who)] == [on]
    assert user(db_session, who).plan_due_at == local(on + DAY, zone=zone)


def test_whoever_lives_through_a_change_of_the_clock_gets_one_plan_a_day(
    db_session: Session, engine: Engine
) -> None:
    zone, first = "America/New_York", date(2027, 10, 28)
    begin = local(first, zone=zone)
    who = trainee(db_session, begin, EVERY_DAY, timezone=zone)

    for minutes in range(0, 14 * 24 * 60, 20):
        morning(engine, begin + timedelta(minutes=minutes))

    assert [plan.target_date for plan in plans(db_session, who)] == [first + n * DAY for n in range(14)]
    times = {str(each.schedule_at.astimezone().timetz())[:5] for each in messages(db_session, who)}
    assert len(times) == 2  # seven o'clock, in summer and in winter


def test_late_is_late(db_session: Session, engine: Engine) -> None:
    at_noon, in_time, too_late = (trainee(db_session, local(MONDAY)) for _ in range(3))

    call(engine, at_noon, now=local(MONDAY, "12:00"))
    call(engine, in_time, now=local(MONDAY, "18:59"))
    call(engine, too_late, now=local(MONDAY, "19:00"))

    (noon,), (evening,) = messages(db_session, at_noon), messages(db_session, in_time)
    assert (noon.schedule_at, noon.expires_at) == (local(MONDAY, "12:00"), local(MONDAY, "19:00"))
    assert (evening.schedule_at, evening.expires_at) == (local(MONDAY, "18:59"), local(MONDAY, "19:00"))
    assert (len(plans(db_session, too_late)), len(messages(db_session, too_late))) == (1, 0)


def test_after_two_days_at_rest_only_today_is_made_up(db_session: Session, engine: Engine) -> None:
    who = trainee(db_session, local(MONDAY), EVERY_DAY)

    morning(engine, local(MONDAY + 2 * DAY, "09:00"))
    morning(engine, local(MONDAY + 2 * DAY, "09:01"))

    assert [plan.target_date for plan in plans(db_session, who)] == [MONDAY + 2 * DAY]
    assert [each.schedule_at for each in messages(db_session, who)] == [local(MONDAY + 2 * DAY, "09:00")]


def test_after_midnight_no_plan_is_made_for_the_day_that_was(db_session: Session, engine: Engine) -> None:
    who = trainee(db_session, local(MONDAY), EVERY_DAY)

    assert dict(morning(engine, local(MONDAY + DAY, "00:00"))) == {"over": 1}
    assert user(db_session, who).plan_due_at == local(MONDAY + DAY)
    assert plans(db_session, who) == []


@pytest.mark.parametrize("status", ["ACTIVE", "DONE", "CANCELED"])
def test_a_day_that_has_or_had_a_plan_gets_no_other(db_session: Session, engine: Engine, status: str) -> None:
    who = trainee(db_session, local(MONDAY))
    add_plan(db_session, who, MONDAY, ["PENDING"], status=status)

    assert dict(morning(engine, local(MONDAY))) == {"taken": 1}
    assert (len(plans(db_session, who)), messages(db_session, who)) == (1, [])


def test_marks_that_are_lost_make_no_second_plan(db_session: Session, engine: Engine) -> None:
    who = trainee(db_session, local(MONDAY))

    for _ in range(3):
        morning(engine, local(MONDAY))
        db_session.execute(text("UPDATE users SET plan_due_at = :at"), {"at": local(MONDAY)})
        db_session.commit()

    assert (len(plans(db_session, who)), len(messages(db_session, who))) == (1, 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"notifications_enabled": False},
        {"unlinked_at": local(MONDAY)},
        {"deleted_at": local(MONDAY), "name": None},
        {"paused_at": local(MONDAY)},
        {"plan_due_at": local(MONDAY, "04:01")},
    ],
)
def test_who_is_not_active_or_not_due_is_left_alone(
    db_session: Session, engine: Engine, fields: dict[str, Any]
) -> None:
    who = trainee(db_session, local(MONDAY), **fields)

    assert dict(morning(engine, local(MONDAY))) == {}
    assert plans(db_session, who) == []


def test_who_needs_a_human_first_gets_one_review_and_no_plan(db_session: Session, engine: Engine) -> None:
    profile = {**EVERY_DAY, "health": {"parq_yes": True}}
    who = trainee(db_session, local(MONDAY), profile)

    found = [dict(morning(engine, local(MONDAY + n * DAY))) for n in range(3)]

    assert found == [{"review": 1}] * 3
    (review,) = db_session.scalars(select(ManualReview)).all()
    assert (review.subject, review.cause, review.count, review.state) == ("health", str(who), 1, "open")
    assert plans(db_session, who) == []


@pytest.mark.parametrize(("action", "reviews"), [("discard", 1), ("retry", 2)])
def test_what_a_human_turned_down_is_not_asked_again(
    db_session: Session, engine: Engine, action: str, reviews: int
) -> None:
    trainee(db_session, local(MONDAY), {**EVERY_DAY, "health": {"parq_yes": True}})
    morning(engine, local(MONDAY))
    resolved = "UPDATE manual_reviews SET state = 'resolved', resolved_at = now(), memo = 'x', actor = 'y'"
    db_session.execute(text(f"{resolved}, action = :action"), {"action": action})
    db_session.commit()

    morning(engine, local(MONDAY + DAY))

    db_session.rollback()
    assert len(db_session.scalars(select(ManualReview)).all()) == reviews


def test_a_new_trainee_has_an_hour_for_the_first_plan_of_their_own(db_session: Session) -> None:
    added = User(name="새 사람", profile=UserProfile())
    db_session.add(added)
    db_session.commit()

    assert added.plan_due_at - added.created_at == timedelta(hours=1)
    assert added.heard_at == added.created_at
    assert added.timezone == SEOUL
