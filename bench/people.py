"""Trainees with four weeks behind them: planned by the coach, done, fed back to it, then copied in bulk."""

import itertools
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from psycopg2.extensions import connection as Connection
from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session

from app import coach
from app.domain.days import in_zone, local_date, utc_now
from app.domain.plan_rows import session_row, set_rows
from app.domain.profiles import coach_profile
from app.models import ExercisePlan, ExerciseSession, ExerciseSetState, User, UserProfile
from bench.report import CannotMeasure
from bench.stage import connected

WEEKS, DAYS_A_WEEK = 4, 3
MORNING = 6  # o'clock
GYM = ["barbell", "rack", "bench", "dumbbell", "machine", "cable", "pullup_bar", "band"]
# What is different about each of them; the rest is in `_profile`.
KINDS: tuple[dict[str, Any], ...] = (
    {"sex": "M", "experience": "INTERMEDIATE", "goal": "HYPERTROPHY", "max_daily_minutes": 75},
    {"sex": "F", "age": 34, "weight_kg": Decimal(58), "goal": "STRENGTH", "experience": "INTERMEDIATE"},
    {"sex": "F", "age": 26, "weight_kg": Decimal(70), "goal": "FAT_LOSS", "max_daily_minutes": 60},
    {"sex": "M", "age": 67, "goal": "GENERAL_HEALTH"},
)
# How the sets of a week end, over and over: mostly as prescribed.
ENDINGS = ("DONE", "DONE", "DONE", "DONE", "DONE", "FAILED", "DONE", "DONE", "DONE", "DONE", "SKIPPED")

# What a message about a plan says.
VARIABLES = {
    "회원이름": "김하루",
    "운동날짜": "11월 23일(월)",
    "오늘의운동구성": "상체 밀기 · 5종목",
    "예상시간": "48분",
}


def morning_zone(now: datetime) -> str:
    """Where it is between 06:00 and 07:00: any plan is made by itself there, and any message still in time.

    Named as POSIX does, which counts westwards (tzdata, file `etcetera`): `Etc/GMT-9` is nine hours east.
    """
    east = (MORNING - in_zone("UTC", now).hour + 11) % 24 - 11
    return f"Etc/GMT{-east:+d}"


@cache
def zone() -> str:
    """Where all trainees of this run are; it stays so however long the run takes."""
    return morning_zone(utc_now())


def today() -> date:
    """The trainees' date, for which the plans are made."""
    return local_date(zone(), utc_now())


def trainees(url: str, count: int) -> list[tuple[str, int]]:
    """Add `count` trainees of every kind in turn; (id, kind) of each, in that order."""
    engine = create_engine(url)
    with Session(engine) as session:
        originals = [_original(session, number, kind) for number, kind in enumerate(KINDS)]
        session.commit()
    engine.dispose()
    copies = -(-count // len(KINDS))
    with connected(url, autocommit=False) as connection:
        ids = [_copy(connection, each, range(1, copies + 1)) for each in originals]
    with connected(url) as connection, connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    mixed = itertools.chain.from_iterable(zip(*ids, strict=True))
    return [(user_id, number % len(KINDS)) for number, user_id in enumerate(mixed)][:count]


def _original(session: Session, number: int, kind: dict[str, Any]) -> UUID:
    user = User(
        id=uuid4(),
        name=f"김하루{number}",
        phone_number=f"0109{number:07d}",
        timezone=zone(),
        reminder_time=datetime.min.time(),
    )
    user.profile = _profile(kind)
    session.add(user)
    session.flush()
    plans, sessions, sets = _past(user.id, coach_profile(user.profile))
    for model, rows in ((ExercisePlan, plans), (ExerciseSession, sessions), (ExerciseSetState, sets)):
        session.execute(insert(model), rows)
    return user.id


def _profile(kind: dict[str, Any]) -> UserProfile:
    """Trains on today's weekday and two others."""
    weekdays = sorted((today().isoweekday() - 1 + ahead) % 7 + 1 for ahead in (0, 2, 4))
    usual = {
        "sex": "M",
        "age": 28,
        "weight_kg": Decimal(75),
        "height_cm": Decimal(172),
        "experience": "BEGINNER",
        "goal": "HYPERTROPHY",
        "days_per_week": DAYS_A_WEEK,
        "weekdays": weekdays,
        "max_daily_minutes": 60,
        "equipment": GYM,
        "injuries": [],
        "excluded": [],
        "known_lifts": [],
        "loads": {},
        "health": {"active_3_months": True},
        "checkin": None,
        "notes": "",
    }
    return UserProfile(**(usual | kind))


Rows = list[dict[str, Any]]


def _past(user_id: UUID, profile: coach.Profile) -> tuple[Rows, Rows, Rows]:
    """The rows of four weeks: every plan is made from those before it and from how their sets ended."""
    plans: Rows = []
    sessions: Rows = []
    sets: Rows = []
    past: list[coach.PastSession] = []
    endings = itertools.cycle(ENDINGS)
    for ago in range(7 * WEEKS, 0, -1):
        on = today() - timedelta(days=ago)
        made = coach.plan(profile, past, on)
        if made.kind != "training":
            continue
        plan = _plan_row(user_id, made, on)
        items = []
        for item in made.items:
            session = session_row(plan["id"], item)
            done = [_ended(row, item, next(endings), on) for row in set_rows(session["id"], item.sets)]
            sessions.append(session)
            sets += done
            items.append(_past_item(item, done))
        plans.append(plan)
        past.append(coach.PastSession(on, made.template, made.rotation_index, made.deload, tuple(items)))
    if len(plans) != WEEKS * DAYS_A_WEEK:
        raise CannotMeasure(f"the coach made {len(plans)} plans in {WEEKS} weeks")
    return plans, sessions, sets


def _plan_row(user_id: UUID, made: coach.Plan, on: date) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "user_id": user_id,
        "target_date": on,
        "source": "rule",
        "requested_source": "rule",
        "status": "DONE",
        "kind": made.kind,
        "summary": coach.summary(made),
        "estimated_seconds": made.seconds,
        "template": made.template and made.template.value,
        "rotation_index": made.rotation_index,
        "is_deload": made.deload,
        "level": made.level and made.level.value,
        "reasons": list(made.reasons),
        "closed_at": utc_now(),
    }


def _ended(row: dict[str, Any], item: coach.PlannedItem, status: str, on: date) -> dict[str, Any]:
    """A set as the trainee reported it: as prescribed, two short of it, or not at all."""
    short = 2 if status == "FAILED" else 0
    numbers = {
        "performed_reps": None if item.reps is None else max(0, item.reps - short),
        "performed_seconds": None if item.seconds is None else max(0, item.seconds - short),
        "performed_weight_kg": item.kg,
        "performed_band": item.band and item.band.value,
        "rir": item.rir,
    }
    ended = {"status": status, "skip_reason": "time" if status == "SKIPPED" else None}
    reported_at = datetime.combine(on, datetime.min.time(), utc_now().tzinfo) + timedelta(hours=12)
    return row | ended | ({} if status == "SKIPPED" else numbers) | {"reported_at": reported_at}


def _past_item(item: coach.PlannedItem, done: Rows) -> coach.PastItem:
    sets = tuple(
        coach.PastSet(
            coach.SetState(row["status"]),
            item.reps,
            item.seconds,
            item.kg,
            item.band,
            row["performed_reps"],
            row["performed_seconds"],
            row["performed_weight_kg"],
            coach.Band(row["performed_band"]) if row["performed_band"] else None,
            row["rir"],
        )
        for row in done
    )
    return coach.PastItem(item.slot, item.slug, item.tier, item.rir, sets, item.caution)


def _copy(connection: Connection, original: UUID, numbers: range) -> list[str]:
    """Copies of a trainee with all that hangs on it; ids of the users, by number.

    The id of a copied row is a digest of the original's and the copy's number, so that references need no
    table of their own.
    """
    belongs = {
        User: f"t.id = '{original}'",
        UserProfile: f"t.user_id = '{original}'",
        ExercisePlan: f"t.user_id = '{original}'",
        ExerciseSession: f"t.plan_id IN (SELECT id FROM exercise_plans WHERE user_id = '{original}')",
        ExerciseSetState: "t.session_id IN (SELECT s.id FROM exercise_sessions AS s "
        f"JOIN exercise_plans AS p ON p.id = s.plan_id WHERE p.user_id = '{original}')",
    }
    with connection.cursor() as cursor:
        for model, rows in belongs.items():
            table = model.__table__
            values = ", ".join(_copied(column.key) for column in table.columns)
            names = ", ".join(column.key for column in table.columns)
            cursor.execute(
                f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {table.name} AS t, "
                f"generate_series(%s, %s) AS copy (n) WHERE {rows} ORDER BY copy.n",
                (numbers.start, numbers.stop - 1),
            )
        cursor.execute(
            "SELECT md5(%s || '-' || n)::uuid::text FROM generate_series(%s, %s) AS copy (n) ORDER BY n",
            (str(original), numbers.start, numbers.stop - 1),
        )
        return [row[0] for row in cursor.fetchall()]


def _copied(column: str) -> str:
    """What a column of a copy holds."""
    if column == "id" or column.endswith("_id") and column not in ("request_id", "kakao_user_id"):
        return f"md5(t.{column} || '-' || copy.n)::uuid"
    if column == "phone_number":
        return "'0101' || right(t.phone_number, 1) || lpad(copy.n::text, 6, '0')"
    return f"t.{column}"
