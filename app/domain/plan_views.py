"""Plans as the API shows them, from rows of the tables and the catalogue's Korean names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import coach
from app.domain.days import in_zone
from app.models import ExercisePlan, ExerciseSession, ExerciseSetState, Notification, User


def plan_view(
    plan: Mapping[str, Any],
    sessions: Iterable[Mapping[str, Any]],
    sets: Mapping[UUID, Sequence[Mapping[str, Any]]],
    notification: Mapping[str, Any] | None,
    zone: str,
) -> dict[str, Any]:
    """One plan as `PlanOut` dumps it, from rows by column name; `sets` are by session id, in order."""
    return {
        **plan,
        "estimated_minutes": -(-plan["estimated_seconds"] // 60),
        "sessions": [session_view(each, sets[each["id"]]) for each in sessions],
        "notification": notification and _notification_view(notification, zone),
    }


def session_view(session: Mapping[str, Any], sets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One exercise of a plan with its sets."""
    slug = session["exercise"]
    return {
        **session,
        "exercise_name": coach.exercises()[slug].name_ko,
        "body_part": coach.body_part(slug),
        "sets": sets,
    }


def _notification_view(row: Mapping[str, Any], zone: str) -> dict[str, Any]:
    return {"id": row["id"], "status": row["status"], "schedule_at": in_zone(zone, row["schedule_at"])}


def load_views(session: Session, plans: Sequence[ExercisePlan]) -> list[dict[str, Any]]:
    """Stored plans as `PlanOut` dumps them: four queries, however many plans."""
    ids = [plan.id for plan in plans]
    sessions = _rows(session, ExerciseSession, ExerciseSession.plan_id.in_(ids), ExerciseSession.order_no)
    in_sessions = ExerciseSetState.session_id.in_([each["id"] for each in sessions])
    sets = grouped(_rows(session, ExerciseSetState, in_sessions, ExerciseSetState.set_no), "session_id")
    by_plan = grouped(sessions, "plan_id")
    notices = {row["plan_id"]: row for row in _rows(session, Notification, Notification.plan_id.in_(ids))}
    zones = _zones(session, {plan.user_id for plan in plans})
    return [
        plan_view(_columns(plan), by_plan[plan.id], sets, notices.get(plan.id), zones[plan.user_id])
        for plan in plans
    ]


def grouped(rows: Iterable[Mapping[str, Any]], key: str) -> dict[UUID, list[Mapping[str, Any]]]:
    """Rows by the value of a column; an absent one has none."""
    groups: dict[UUID, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def _zones(session: Session, user_ids: set[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(User.id, User.timezone).where(User.id.in_(user_ids)))
    return {row.id: row.timezone for row in rows}


def _columns(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def _rows(session: Session, model: Any, where: Any, *order: Any) -> list[Mapping[str, Any]]:
    query = select(*model.__table__.columns).where(where).order_by(*order)
    return [dict(row) for row in session.execute(query).mappings()]
