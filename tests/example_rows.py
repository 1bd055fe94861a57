"""The rows that the document's examples are about, under their very ids, and the day on which they happen."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from factories import add_plan, add_user, make_notification, today
from review_builders import add_message, add_review
from settings import SECRET_KEY
from sqlalchemy.orm import Session

from app.domain.links import token_for
from app.examples.shape import NOTIFICATION_ID, PLAN_ID, REVIEW_ID, SESSION_ID, TODAY, USER_ID
from app.examples.users import PROFILE_IN
from app.models import KakaoChat, SenderHold

DAY = re.compile(r"\d{4}-\d\d-\d\d(?![\d-])")


def add_example_rows(session: Session) -> None:
    """A trainee in the midst of yesterday's plan, with messages and an open review; committed."""
    now = datetime.now(UTC)
    user = add_user(session, id=UUID(USER_ID), kakao_user_id="1000000000000000001")
    for name, value in PROFILE_IN.items():
        setattr(user.profile, name, value)
    add_plan(session, user.id, today(days=-2), ["DONE"])
    known = {"id": UUID(PLAN_ID), "session_id": UUID(SESSION_ID)}
    plan = add_plan(session, user.id, today(days=-1), ["PENDING"] * 3, **known)
    make_notification(session, user.id, plan_id=plan.id, kind="daily_plan")
    make_notification(session, user.id, id=UUID(NOTIFICATION_ID), status="SENDING", attempt_count=1)
    review = add_review(session, id=UUID(REVIEW_ID))
    add_message(session, review)
    session.add(KakaoChat(bot_user_key="made-up-bot-user-key", user_id=user.id))
    session.add(SenderHold(scope="alimtalk", until=now + timedelta(hours=1), reason_code="quota", code="-1"))
    session.commit()


def example_token() -> str:
    """The link of the plan."""
    return token_for([SECRET_KEY], UUID(PLAN_ID))


def as_of_today(value: Any) -> Any:
    """The same with all dates moved, so that the day of the examples is today."""
    if isinstance(value, dict):
        return {name: as_of_today(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_of_today(each) for each in value]
    return DAY.sub(_moved, value) if isinstance(value, str) else value


def _moved(found: re.Match[str]) -> str:
    return str(date.fromisoformat(found[0]) + (today() - date.fromisoformat(TODAY)))
