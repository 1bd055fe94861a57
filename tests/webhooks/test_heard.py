"""Who adds the channel is heard from: their plans come by themselves again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from kakao import stored, told
from openapi_client import SpecClient
from sqlalchemy.orm import Session

Run = Callable[[], None]


def test_who_adds_the_channel_is_heard_from(
    client: SpecClient, trainee: dict[str, Any], run_webhooks: Run, db_session: Session
) -> None:
    user = stored(db_session, trainee["id"])
    user.paused_at, user.heard_at = user.created_at, user.created_at - timedelta(days=40)
    db_session.commit()

    told(client, ("added", 1))
    run_webhooks()

    user = stored(db_session, trainee["id"])
    assert (user.paused_at, user.heard_at > user.created_at) == (None, True)
