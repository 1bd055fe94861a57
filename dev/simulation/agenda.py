"""Which days, which sessions: the gate, the week, the rotation and deloads (sections 2, 3 and 9)."""

from collections.abc import Iterator
from datetime import date, timedelta

from app.coach import Plan, Profile
from dev.simulation.memory import Memory
from dev.simulation.tables import (
    CONFLICTS,
    EASY_DAYS,
    LEVELS,
    RESISTANCE_DAYS,
    ROTATIONS,
    WEEKDAYS,
    WEEKDAYS_OF_FOUR,
)


def broken(profile: Profile, memory: Memory, on: date, plan: Plan) -> Iterator[tuple[str, str]]:
    """Broken rules of the calendar in one plan, as (rule, detail)."""
    review = must_review(profile, on)
    if review != (plan.status == "REVIEW_REQUIRED"):
        yield "GATE", f"{plan.status} {plan.reasons}"
    if review or plan.status == "REVIEW_REQUIRED":
        return
    if plan.status != "OK":
        yield from _rest(profile, memory, on, plan)
        return
    if _ill(profile):
        yield "ILLNESS", "a plan for somebody who is ill"
    if plan.level != profile.experience:
        yield "LEVEL", f"{plan.level} for {profile.experience}"
    if on.isoweekday() not in weekdays(profile):
        yield "WEEKDAY", f"weekday {on.isoweekday()}"
    if sum(done_this_week(memory, on, easy) for easy in (True, False)) > 5:
        yield "REST_DAY", "a seventh session of the week"
    yield from _session(profile, memory, on, plan)


def must_review(profile: Profile, on: date) -> bool:
    """Whether a person must look first; the made-up trainees give only these reasons."""
    health = profile.health
    severe = any(
        one.severity == "SEVERE" and (one.until is None or one.until >= on) for one in profile.injuries
    )
    bmi = float(profile.weight_kg) / (float(profile.height_cm) / 100) ** 2
    return (
        severe
        or (profile.age < 18 and not health.guardian_consent)
        or (profile.age >= 70 and not health.active_3_months)
        or (profile.goal == "FAT_LOSS" and bmi < 18.5)
    )


def split(profile: Profile) -> tuple[int, int]:
    """Resistance and active days a week."""
    days = min(profile.days_per_week, 6, len(profile.weekdays) or 6)
    resistance = min(days, RESISTANCE_DAYS[profile.goal][LEVELS.index(profile.experience)])
    return resistance, days - resistance


def weekdays(profile: Profile) -> tuple[int, ...]:
    resistance, active = split(profile)
    default = WEEKDAYS_OF_FOUR if (resistance, active) == (4, 0) else WEEKDAYS[resistance + active]
    return profile.weekdays or tuple(map(int, default))


def done_this_week(memory: Memory, on: date, easy: bool) -> int:
    monday = on - timedelta(days=on.weekday())
    return sum(one.on >= monday and (one.template in EASY_DAYS) is easy for one in memory.completed)


def following(profile: Profile, memory: Memory) -> tuple[str, int]:
    """The next template of the rotation and its place."""
    rotation = ROTATIONS[split(profile)[0]].split()
    lifted = [one for one in memory.completed if one.template not in EASY_DAYS]
    place = 0 if not lifted else ((lifted[-1].rotation_index or 0) + 1) % len(rotation)
    return rotation[place], place


def recovered(memory: Memory, on: date, template: str) -> bool:
    """Whether nothing that conflicts was trained less than two days ago."""
    return not any(
        (on - one.on).days < 2 and one.template not in EASY_DAYS and clash(one.template, template)
        for one in memory.trained
    )


def clash(one: str, other: str) -> bool:
    return "FB" in one or "FB" in other or other in CONFLICTS[one].split()


def _ill(profile: Profile) -> bool:
    return profile.checkin is not None and profile.checkin.ill


def _rest(profile: Profile, memory: Memory, on: date, plan: Plan) -> Iterator[tuple[str, str]]:
    """A day of rest has the reason that it says."""
    resistance, active = split(profile)
    rested = recovered(memory, on, following(profile, memory)[0])
    done = done_this_week(memory, on, easy=False) >= resistance
    easy_done = done_this_week(memory, on, easy=True) >= active
    expected = (
        "ILLNESS"
        if _ill(profile)
        else "NOT_A_TRAINING_DAY"
        if on.isoweekday() not in weekdays(profile)
        else "WEEK_DONE"
        if done and easy_done
        else "RECOVERY"
        if not rested and easy_done
        else "NO_ELIGIBLE"
    )
    if expected not in plan.reasons[0]:
        yield "REST", f"{plan.reasons} instead of {expected}"


def _session(profile: Profile, memory: Memory, on: date, plan: Plan) -> Iterator[tuple[str, str]]:
    resistance, active = split(profile)
    if plan.template in EASY_DAYS:
        if done_this_week(memory, on, easy=True) >= active:
            yield "WEEK", "more easy days than the week has"
        return
    if done_this_week(memory, on, easy=False) >= resistance:
        yield "WEEK", f"more than {resistance} resistance sessions"
    if (plan.template, plan.rotation_index) != following(profile, memory):
        yield "ROTATION", f"{plan.template} {plan.rotation_index}, not {following(profile, memory)}"
    if not recovered(memory, on, str(plan.template)):
        yield "RECOVERY", f"{plan.template} less than 48 h after a conflicting session"
    yield from _deload(profile, memory, on, plan)


def _deload(profile: Profile, memory: Memory, on: date, plan: Plan) -> Iterator[tuple[str, str]]:
    """Seven days from the first session, none within 28 days; when two or three lifts are stuck, or weeks."""
    why = [reason for reason in plan.reasons if reason.startswith("DELOAD_")]
    continues, pause = _lately(memory, on)
    stuck = _stuck(memory, on)
    expected = "DELOAD_CONTINUES" if continues else "DELOAD_MISSES" if stuck and not pause else None
    weeks = not continues and not pause and not stuck and _weeks(profile, memory, on)
    if weeks:
        expected = "DELOAD_WEEKS"
    if (why[0] if why else None) != expected or plan.deload is not bool(why):
        yield "DELOAD", f"{why} {plan.deload} instead of {expected}"


def _lately(memory: Memory, on: date) -> tuple[bool, bool]:
    """Whether the last deload goes on, and whether it is less than 28 days ago."""
    first = last = None
    for one in memory.trained:
        if one.deload:
            first = one.on if first is None or (one.on - first).days >= 7 else first
            last = one.on
    if first is None or last is None:
        return False, False
    return (on - first).days < 7, (on - last).days < 28


def _stuck(memory: Memory, on: date) -> bool:
    lifts = {
        (slug, tier)
        for (slug, tier), seen in memory.seen.items()
        if tier in ("MAIN", "SEC")
        and (on - seen[-1].on).days <= 14
        and (seen[-1].result == "BIG_MISS" or seen[-1].again)
    }
    mains = {slug for slug, tier in lifts if tier == "MAIN"}
    return len(mains) >= 2 or len({slug for slug, _ in lifts}) >= 3


def _weeks(profile: Profile, memory: Memory, on: date) -> bool:
    """8 weeks (6 of the advanced) since the last gap of 10 days or deload, with 75 % of their sessions."""
    if profile.experience == "BEGINNER":
        return False
    weeks = 6 if profile.experience == "ADVANCED" else 8
    since = on - timedelta(weeks=weeks)
    days = [*memory.resistance(), on]
    if days[0] > since or any(one.deload and one.on > since for one in memory.trained):
        return False
    pairs = zip(days, days[1:], strict=False)
    if any((later - earlier).days >= 10 and later > since for earlier, later in pairs):
        return False
    inside = sum(day >= since for day in days[:-1])
    return inside >= 0.75 * split(profile)[0] * weeks
