"""Pain on the way: the area is spared from now on, what loads it ends, other exercises are offered."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import coach
from app.domain import reviews, scheduling, swaps
from app.domain.days import local_date
from app.domain.history import load_history
from app.domain.plan_rows import coach_plan
from app.domain.profiles import coach_profile, stored_injury
from app.domain.swaps import Change
from app.domain.workouts import Course
from app.models import ExerciseSession, User, UserProfile


def react(
    session: Session,
    course: Course,
    exercise: ExerciseSession,
    pain: dict[str, Any],
    today: date,
    now: datetime,
) -> bool:
    """Spare the area, skip the rest of the exercise, add a substitute; whether the plan changed.

    `pain` is `{"area", "score"}` (1 to 10); from 7 on a human is asked. On a day that is over only the
    profile changes.
    """
    plan = course.plan
    row = session.get_one(UserProfile, plan.user_id, with_for_update=True)
    profile = coach.with_pain(coach_profile(row), coach.Area(pain["area"]), pain["score"], today)
    left = course.left.get(exercise.id, 0)
    change = Change((exercise,) if left else ())
    if left and not swaps.is_over(plan, today):
        past, _ = load_history(session, plan.user_id, plan.target_date, today)
        others = swaps.substitutes(plan, course.exercises, [(exercise, left)], profile, past)
        change = Change(change.out, others)
    injuries = [stored_injury(each) for each in profile.injuries]
    swaps.write(session, plan, change, reason="pain", now=now, injuries=injuries)
    _refer_to_human(session, plan.user_id, profile, today)
    return bool(left)


def _refer_to_human(session: Session, user_id: UUID, profile: coach.Profile, on: date) -> tuple[str, ...]:
    """Open a review for each reason why a person must look first, and announce no plan until they have."""
    reasons = coach.review_reasons(profile, on)
    for reason in reasons:
        detail = coach.reason_ko(reason)
        reviews.open_review(session, subject="health", cause=str(user_id), reason_code=reason, detail=detail)
    if reasons:
        scheduling.cancel_announcements(session, user_id, "needs_review")
    return reasons


def spare(
    session: Session,
    user: User,
    course: Course | None,
    areas: Sequence[coach.Area],
    score: int,
    now: datetime,
) -> tuple[Change, tuple[str, ...]]:
    """Spare these areas from now on, in whatever is left of the plan too.

    Returns what changed, and the codes of the reasons why a person must look first; a review is open then.
    The trainee is held for a change.
    """
    today = local_date(user.timezone, now)
    profile = coach_profile(user.profile)
    for area in areas:
        profile = coach.with_pain(profile, area, score, today)
    reasons = _refer_to_human(session, user.id, profile, today)
    injuries = [stored_injury(each) for each in profile.injuries]
    if course is None or not course.left:
        user.profile.injuries = injuries
        return Change(), reasons
    past: Sequence[coach.PastSession] = ()
    if not reasons:  # else nothing is offered instead
        past, _ = load_history(session, user.id, course.plan.target_date, today)
    change = _change(course, profile, past)
    if swaps.is_over(course.plan, today):  # after midnight they still end, but nothing comes instead
        change = replace(change, added=())
    swaps.write(session, course.plan, change, reason="pain", now=now, injuries=injuries)
    return change, reasons


def _change(course: Course, profile: coach.Profile, past: Sequence[coach.PastSession]) -> Change:
    """What is ruled out ends; what needs less load gets it, or, if it was begun, ends too."""
    plan, by_order = course.plan, {each.order_no: each for each in course.exercises}
    spared = coach.spare(profile, past, plan.target_date, coach_plan(plan, course.exercises))
    eased = [(by_order[item.order], item) for item in spared.eased]
    ending = [by_order[item.order] for item in spared.out]
    ending += [row for row, _ in eased if row.id not in course.untouched]
    open_ = [(row, course.left[row.id]) for row in ending if course.left.get(row.id)]
    return Change(
        out=tuple(row for row, _ in open_),
        added=swaps.substitutes(plan, course.exercises, open_, profile, past),
        eased=tuple((row.id, item) for row, item in eased if row.id in course.untouched),
    )


def is_known(row: UserProfile, pain: dict[str, Any], on: date) -> bool:
    """Whether the profile spares the area at least on that day, as it would after `react`."""
    (felt,) = coach.with_pain(coach.Profile(), pain["area"], pain["score"], on).injuries
    return any(
        (each.area, each.severity) == (felt.area, felt.severity) and (each.until is None or each.until >= on)
        for each in coach_profile(row).injuries
    )
