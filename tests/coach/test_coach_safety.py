"""Who may train, and what is possible for whom."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from coach_builders import MONDAY, day, gear, hurt, man

from app.coach import Area, Health, Profile, Severity, Status, exercises, plan, with_pain
from app.coach.day import describe
from app.coach.history import read
from app.coach.safety import review_reasons
from app.coach.selection import possible


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({}, ()),
        ({"age": 15}, ("AGE_UNDER_16",)),
        ({"age": 16}, ("GUARDIAN_CONSENT",)),
        ({"age": 17, "health": Health(guardian_consent=True)}, ()),
        ({"age": 18}, ()),
        ({"age": 69}, ()),
        ({"age": 70}, ("AGE_OVER_LIMIT",)),
        ({"age": 79, "health": Health(active_3_months=True)}, ()),
        ({"age": 80, "health": Health(active_3_months=True)}, ("AGE_OVER_LIMIT",)),
        ({"health": Health(postpartum_weeks=11)}, ("POSTPARTUM",)),
        ({"health": Health(postpartum_weeks=12)}, ()),
        ({"health": Health(parq_yes=True)}, ("PARQ_YES",)),
        ({"health": Health(parq_yes=True, clearance_on=day("2025-03-02"))}, ()),
        ({"health": Health(parq_yes=True, clearance_on=day("2025-03-01"))}, ("PARQ_YES",)),
        ({"health": Health(parq_yes=True, clearance_on=day("03-03"))}, ("PARQ_YES",)),
        ({"health": Health(pregnant=True, clearance_on=MONDAY)}, ("PREGNANT",)),
        ({"goal": "FAT_LOSS", "height_cm": 200, "weight_kg": Decimal("73.9")}, ("LOW_BMI_FAT_LOSS",)),
        ({"goal": "FAT_LOSS", "height_cm": 200, "weight_kg": Decimal(74)}, ()),
        ({"goal": "STRENGTH", "height_cm": 200, "weight_kg": Decimal(60)}, ()),
        ({"injuries": (hurt("knee", "SEVERE", "03-01"),)}, ()),
        ({"injuries": (hurt("knee", "SEVERE", "03-02"),)}, ("INJURY_SEVERE",)),
    ],
)
def test_the_gate(fields: dict[str, object], codes: tuple[str, ...]) -> None:
    assert review_reasons(man(**fields), MONDAY) == codes
    assert (plan(man(**fields), [], MONDAY).status is Status.REVIEW_REQUIRED) is bool(codes)


@pytest.mark.parametrize(
    ("score", "severity", "days"),
    [(1, "MILD", 14), (3, "MILD", 14), (4, "MODERATE", 14), (6, "MODERATE", 14), (7, "SEVERE", None)],
)
def test_pain_becomes_an_injury(score: int, severity: str, days: int | None) -> None:
    profile = with_pain(man(), Area.KNEE, score, MONDAY)

    (injury,) = profile.injuries
    assert (injury.area, injury.severity) == (Area.KNEE, Severity(severity))
    assert injury.until == (days and MONDAY + timedelta(days=days))
    assert with_pain(profile, "knee", score, MONDAY) == profile
    for wrong in (0, 11):
        with pytest.raises(ValueError, match="scored"):
            with_pain(man(), Area.KNEE, wrong, MONDAY)


def allowed(profile: Profile, slug: str, on: date = MONDAY) -> bool:
    return possible(describe(profile, on, read([], on)), exercises()[slug])


@pytest.mark.parametrize(
    ("fields", "slug", "expected"),
    [
        ({}, "goblet_squat", True),
        ({"injuries": (hurt("knee", "MILD"),)}, "goblet_squat", False),
        ({"injuries": (hurt("knee", "MILD"),)}, "leg_press", True),
        ({"injuries": (hurt("knee", "MODERATE"),)}, "leg_press", False),
        ({"injuries": (hurt("knee", "MODERATE", "03-01"),)}, "leg_press", True),
        ({"injuries": (hurt("knee", "MODERATE"),)}, "hip_thrust", True),
        ({"injuries": (hurt("shoulder", "MILD"),)}, "overhead_press", False),
        ({"injuries": (hurt("shoulder", "MODERATE"),)}, "band_row", True),
        ({"injuries": (hurt("elbow", "MILD"),)}, "hammer_curl", True),
        ({"injuries": (hurt("wrist", "MILD"),)}, "push_up", False),
        ({"excluded": frozenset({"goblet_squat"})}, "goblet_squat", False),
        ({"equipment": gear("bench")}, "dumbbell_bench_press", False),
        ({"equipment": gear("bench dumbbell")}, "dumbbell_bench_press", True),
        ({"equipment": frozenset()}, "push_up", True),
        ({}, "running", False),
        ({"experience": "INTERMEDIATE"}, "running", True),
        ({"experience": "INTERMEDIATE", "age": 65}, "running", False),
        ({"experience": "INTERMEDIATE", "height_cm": 200, "weight_kg": Decimal(120)}, "running", False),
        ({"experience": "INTERMEDIATE", "height_cm": 200, "weight_kg": Decimal("119.9")}, "running", True),
        ({}, "single_leg_balance", False),
    ],
)
def test_what_is_possible(fields: dict[str, object], slug: str, expected: bool) -> None:
    assert allowed(man(**fields), slug) is expected
