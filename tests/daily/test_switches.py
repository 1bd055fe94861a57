"""What is turned on late is not made up for in the night."""

from datetime import timedelta

import pytest
from morning_builders import EVERY_DAY, MONDAY, local, messages, morning, trainee, user
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.domain import evenings, users

DAY = timedelta(days=1)
DONE = "UPDATE exercise_set_states SET status = 'DONE', reported_at = :at WHERE set_no = 1"


@pytest.mark.parametrize("switch", ["summary_enabled", "notifications_enabled"])
@pytest.mark.parametrize(("on", "at"), [(MONDAY, "22:00"), (MONDAY + DAY, "02:30")])
def test_who_turns_it_on_after_the_evening_is_told_of_the_next(
    db_session: Session, engine: Engine, switch: str, on: object, at: str
) -> None:
    who = trainee(db_session, local(MONDAY), EVERY_DAY, summary_enabled=True)
    morning(engine, local(MONDAY))
    db_session.execute(text(DONE), {"at": local(MONDAY, "20:00")})
    db_session.execute(text(f"UPDATE users SET {switch} = false"))
    db_session.commit()
    db_session.expire_all()
    now = local(on, at)  # type: ignore[arg-type]

    users.update_user(db_session, who, {switch: True}, now)
    db_session.commit()
    evenings.work(db_session, evenings.claim(db_session, 10, now), now)
    db_session.commit()

    assert [each.kind for each in messages(db_session, who)] == ["daily_plan"]
    assert user(db_session, who).summary_due_at > now
