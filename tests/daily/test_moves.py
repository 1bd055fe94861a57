"""Trainees who move to another time zone: each of their days has its plan, and no day has two."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from factories import SEOUL
from morning_builders import EVERY_DAY, MONDAY, local, messages, morning, plans, trainee, user
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.domain import users

DAY = timedelta(days=1)
EAST, WEST = "Pacific/Kiritimati", "Pacific/Pago_Pago"


def move(session: Session, who: UUID, zone: str, now: datetime) -> None:
    session.rollback()
    session.expire_all()
    users.update_user(session, who, {"timezone": zone}, now)
    session.commit()


def settle(session: Session, who: UUID) -> None:
    """They were added long ago."""
    session.execute(text("UPDATE users SET created_at = '2027-01-01' WHERE id = :id"), {"id": who})
    session.commit()


def test_whoever_moves_into_a_day_that_has_begun_there_gets_its_plan(
    db_session: Session, engine: Engine
) -> None:
    who = trainee(db_session, local(MONDAY, zone=WEST), EVERY_DAY, timezone=WEST)
    settle(db_session, who)
    morning(engine, local(MONDAY, zone=WEST))
    at = local(MONDAY, "08:00", zone=WEST)  # on the line islands it is Tuesday, nine o'clock

    move(db_session, who, EAST, at)
    counts = morning(engine, at)

    assert dict(counts) == {"training": 1}
    assert [plan.target_date for plan in plans(db_session, who)] == [MONDAY, MONDAY + DAY]
    assert user(db_session, who).plan_due_at == local(MONDAY + 2 * DAY, zone=EAST)


def test_whoever_moves_into_a_day_that_they_had_gets_no_second_plan(
    db_session: Session, engine: Engine
) -> None:
    who = trainee(db_session, local(MONDAY, zone=EAST), EVERY_DAY, timezone=EAST)
    settle(db_session, who)
    at = local(MONDAY, zone=EAST)

    for hour in range(96):
        now = at + timedelta(hours=hour)
        move(db_session, who, (EAST, WEST, SEOUL)[hour % 3], now)
        morning(engine, now)

    days = Counter(plan.target_date for plan in plans(db_session, who))
    assert set(days.values()) == {1}
    assert len({each.plan_id for each in messages(db_session, who)}) == len(messages(db_session, who))


@pytest.mark.parametrize("zone", [EAST, WEST])
def test_a_move_takes_nothing_of_a_new_trainees_first_hour(db_session: Session, zone: str) -> None:
    now = datetime.now(UTC)
    who = trainee(db_session, now, timezone=SEOUL)
    db_session.execute(text("UPDATE users SET plan_due_at = created_at + interval '1 hour'"))
    db_session.commit()

    move(db_session, who, zone, now)

    found = user(db_session, who)
    assert found.plan_due_at == found.created_at + timedelta(hours=1)
