"""Whether trainees want to hear from us in KakaoTalk, by what they did with the channel."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain import scheduling, users

BLOCKED = "channel_blocked"


def change_channel(
    session: Session, kakao_user_id: str, state: str, at: datetime, now: datetime
) -> UUID | None:
    """A trainee added or blocked the channel at `at`, by Kakao's clock; what is not newer has no effect.

    `blocked` cancels what waits; what is being sent or was taken is left alone. `added` schedules it anew, if
    it is still in time. Returns the trainee, None for a stranger. May run twice.
    """
    user = users.lock_user_by_kakao_id(session, kakao_user_id)
    if user is None:
        return None
    if user.channel_changed_at is not None and at <= user.channel_changed_at:
        return user.id
    user.channel_state, user.channel_changed_at = state, at
    session.flush()
    if state == "blocked":
        scheduling.cancel_waiting(session, user.id, BLOCKED)
    elif user.unlinked_at is None:
        users.heard(session, user, now)
        scheduling.resume(session, user.id, BLOCKED, now)
    return user.id
