"""Trainees at a moment of their own, and mornings at it."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from factories import SEOUL
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.domain import mornings
from app.domain.days import local_moment
from app.models import ExercisePlan, Notification, User, UserProfile

MONDAY = date(2027, 3, 8)
EVERY_DAY = {
    "weekdays": [1, 2, 3, 4, 5, 6, 7],
    "days_per_week": 6,
    "goal": "STRENGTH",
    "experience": "ADVANCED",
}


def local(on: date, at: str = "04:00", zone: str = SEOUL) -> datetime:
    """A moment by the wall clock of a zone."""
    return local_moment(zone, on, time.fromisoformat(at))


def trainee(session: Session, at: datetime, profile: dict[str, Any] | None = None, **fields: Any) -> UUID:
    """One who was heard from at that moment and is due since; committed."""
    usual = {"name": "박아침", "heard_at": at, "plan_due_at": at, "summary_due_at": at}
    user = User(**usual | fields, profile=UserProfile(**(profile or {"weekdays": [1, 3, 5]})))
    session.add(user)
    session.commit()
    return user.id


def morning(engine: Engine, now: datetime, limit: int = 100) -> Counter[str]:
    """Look at who is due at that moment; a transaction of its own."""
    with Session(engine, expire_on_commit=False) as session:
        counts = mornings.work(session, mornings.claim(session, limit, now), now)
        session.commit()
    return counts


def call(engine: Engine, *ids: UUID, now: datetime) -> Counter[str]:
    """Look at these, due or not."""
    with Session(engine, expire_on_commit=False) as session:
        counts = mornings.work(session, ids, now)
        session.commit()
    return counts


def plans(session: Session, user_id: UUID) -> Sequence[ExercisePlan]:
    session.rollback()
    query = select(ExercisePlan).where(ExercisePlan.user_id == user_id).order_by(ExercisePlan.target_date)
    return session.scalars(query, execution_options={"populate_existing": True}).all()


def messages(session: Session, user_id: UUID) -> Sequence[Notification]:
    session.rollback()
    query = select(Notification).where(Notification.user_id == user_id).order_by(Notification.schedule_at)
    return session.scalars(query, execution_options={"populate_existing": True}).all()


def user(session: Session, user_id: UUID) -> User:
    session.rollback()
    return session.get_one(User, user_id, populate_existing=True)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
