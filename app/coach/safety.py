"""Who must see a person before the coach says anything, and pain that comes up on the way.

This gate stands before everything else, an LLM included: in a scored study 53 % of a chatbot's factual errors
were about clearance before exercise (Zaleski 2024, mededu.jmir.org/2024/1/e51308).
"""

from dataclasses import replace
from datetime import date, timedelta

from app.coach.types import Area, Goal, Injury, Profile, Severity

CLEARANCE_MONTHS = 12
PAIN_DAYS = 14


def review_reasons(profile: Profile, on: date) -> tuple[str, ...]:
    """Codes of every reason why a person must look first, in a fixed order; none means go on.

    A doctor's clearance of the last 12 months answers `PARQ_YES` (PAR-Q+, scribd.com/document/427627961) and
    nothing else. `GUARDIAN_CONSENT` is ours: 16- and 17-year-olds train with a guardian's consent only.
    """
    health = profile.health
    hits = {
        "EMERGENCY_STOP": health.emergency_symptom,
        "PARQ_YES": health.parq_yes and not _cleared(health.clearance_on, on),
        "PREGNANT": health.pregnant,
        "POSTPARTUM": health.postpartum_weeks is not None and health.postpartum_weeks < 12,
        "AGE_UNDER_16": profile.age < 16,
        "AGE_OVER_LIMIT": profile.age >= 80 or (profile.age >= 70 and not health.active_3_months),
        "GUARDIAN_CONSENT": 16 <= profile.age < 18 and not health.guardian_consent,
        "INJURY_SEVERE": bool(areas(profile, on, Severity.SEVERE)),
        "LOW_BMI_FAT_LOSS": profile.goal == Goal.FAT_LOSS and not bmi_at_least(profile, 185),
    }
    return tuple(code for code, hit in hits.items() if hit)


def ill(profile: Profile, on: date) -> bool:
    """Fever or another acute illness, reported for this very day."""
    return profile.checkin is not None and profile.checkin.on == on and profile.checkin.ill


def areas(profile: Profile, on: date, severity: Severity) -> frozenset[Area]:
    """The areas that hurt this much on that day; an injury counts through its `until`."""
    return frozenset(
        injury.area
        for injury in profile.injuries
        if injury.severity == severity and (injury.until is None or injury.until >= on)
    )


def bmi_at_least(profile: Profile, tenths: int) -> bool:
    """Whether weight in kg over the square of height in m reaches `tenths` / 10; exact."""
    return profile.weight_kg * 100_000 >= tenths * profile.height_cm * profile.height_cm


def with_pain(profile: Profile, area: Area | str, score: int, on: date) -> Profile:
    """The profile with a pain of `score` (1 to 10) felt on that day added to the injuries.

    1 to 3 is MILD and 4 to 6 MODERATE, both through the 14th day after; 7 and more is SEVERE, which stays
    until a person takes it away. Saying the same twice adds it once. Raises `ValueError` for any other
    score or area.
    """
    if not 1 <= score <= 10:
        raise ValueError(f"pain is scored from 1 to 10, not {score}")
    severity = Severity.MILD if score <= 3 else Severity.MODERATE if score <= 6 else Severity.SEVERE
    until = None if severity is Severity.SEVERE else on + timedelta(days=PAIN_DAYS)
    injury = Injury(Area(area), severity, until)
    if injury in profile.injuries:
        return profile
    return replace(profile, injuries=(*profile.injuries, injury))


def _cleared(clearance_on: date | None, on: date) -> bool:
    if clearance_on is None or clearance_on > on:
        return False
    months = (on.year - clearance_on.year) * 12 + on.month - clearance_on.month
    return months < CLEARANCE_MONTHS or (months == CLEARANCE_MONTHS and on.day <= clearance_on.day)
