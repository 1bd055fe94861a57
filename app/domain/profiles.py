"""A stored profile in the coach's own terms."""

from datetime import date
from decimal import Decimal
from typing import Any

from app import coach
from app.models import UserProfile


def coach_profile(row: UserProfile) -> coach.Profile:
    """What the coach plans from; pure, the row is only read."""
    return coach.Profile(
        sex=coach.Sex(row.sex),
        age=row.age,
        weight_kg=row.weight_kg,
        height_cm=row.height_cm,
        experience=coach.Experience(row.experience),
        goal=coach.Goal(row.goal),
        days_per_week=row.days_per_week,
        weekdays=tuple(row.weekdays),
        max_daily_minutes=row.max_daily_minutes,
        equipment=frozenset(map(coach.Equipment, row.equipment)),
        injuries=tuple(map(_injury, row.injuries)),
        excluded=frozenset(row.excluded),
        known_lifts=tuple(map(_known_lift, row.known_lifts)),
        loads={coach.LoadType(kind): tuple(map(_kg, loads)) for kind, loads in row.loads.items()},
        health=_health(row.health),
        checkin=_checkin(row.checkin) if row.checkin else None,
    )


def stored_injury(injury: coach.Injury) -> dict[str, Any]:
    """An injury as the profile keeps it."""
    until = injury.until.isoformat() if injury.until else None
    return {"area": injury.area.value, "severity": injury.severity.value, "until": until}


def _kg(value: Any) -> Decimal:
    return Decimal(str(value))


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _injury(value: dict[str, Any]) -> coach.Injury:
    area, severity = coach.Area(value["area"]), coach.Severity(value["severity"])
    return coach.Injury(area, severity, _date(value.get("until")))


def _known_lift(value: dict[str, Any]) -> coach.KnownLift:
    return coach.KnownLift(value["exercise"], _kg(value["weight_kg"]), value["reps"])


def _health(value: dict[str, Any]) -> coach.Health:
    return coach.Health(**(value | {"clearance_on": _date(value.get("clearance_on"))}))


def _checkin(value: dict[str, Any]) -> coach.CheckIn:
    sleep_h = value.get("sleep_h")
    return coach.CheckIn(
        on=date.fromisoformat(value["on"]),
        fatigue=value.get("fatigue"),
        sleep_h=None if sleep_h is None else _kg(sleep_h),
        ill=value.get("ill", False),
    )
