"""Rows that cannot be sent or settled do not stand in the way of those that can."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from flask import Flask
from messages import add_messages, look, open_reviews, states
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import Engine, text, update
from sqlalchemy.orm import Session

from app.domain import claims
from app.domain.claims import MAX_TURNS
from app.extensions import connect_redis
from app.models import Notification, NotificationProviderCode
from app.workers.bells import ring
from app.workers.worker import WorkerInProcess
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]


def lose_worker(session: Session, message_id: UUID, ago_s: float) -> str:
    """As if it had been claimed by a worker that is gone; its request key."""
    then = datetime.now(UTC) - timedelta(seconds=ago_s)
    values = {"status": "SENDING", "request_key": str(uuid4()), "attempt_count": 1, "fence": 1}
    times = {"leased_until": then, "request_started_at": then - timedelta(seconds=60)}
    session.execute(update(Notification).where(Notification.id == message_id).values(**values, **times))
    session.commit()
    return str(values["request_key"])


def test_messages_whose_attempts_are_gone_go_to_a_human_and_block_nobody(
    sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    """As after a downgrade that dropped the table of attempts."""
    for each in add_messages(db_session, 20):
        lose_worker(db_session, each, ago_s=600)
    [good] = add_messages(db_session)
    key = lose_worker(db_session, good, ago_s=1)
    attempt = {"notification_id": good, "provider": "alimtalk", "attempt_no": 1, "request_key": key}
    db_session.add(NotificationProviderCode(**attempt, contact_version=0))
    db_session.commit()

    run_delivery()

    assert states(db_session) == ["MANUAL_REVIEW"] * 20 + ["SENDING"]
    assert look(db_session, good).ask_count == 1
    assert [(each[2], each[3]) for each in open_reviews(db_session)] == [("outcome_unknown", 20)]


def test_a_heap_of_what_cannot_be_sent_is_closed_in_many_transactions(
    app: Flask, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    app.config["DELIVERY_BATCH"] = 5
    count = 5 * MAX_TURNS + 20
    db_session.execute(
        text("""
            WITH nobody AS (
                INSERT INTO users (id, name)
                SELECT gen_random_uuid(), '가나다' FROM generate_series(1, :count) RETURNING id
            )
            INSERT INTO notifications
                (id, user_id, kind, idempotency_key, variables, schedule_at, due_at, expires_at)
            SELECT gen_random_uuid(), id, 'notice', id::text, '{}', now(), now(), now() + interval '1 day'
            FROM nobody
        """),
        {"count": count},
    )
    db_session.commit()

    first = claims.claim(db_session, limit=5, provider="alimtalk")
    assert first is not None and first.rows == ()
    assert states(db_session) == ["SCHEDULED"] * count, "nothing is committed by the claim itself"
    [fresh] = add_messages(db_session)
    run_delivery()

    assert states(db_session) == ["FAILED"] * count + ["SENT"]
    assert sandbox.effects() == {str(fresh): 1}


def test_a_statement_that_fails_leaves_no_row_in_redis(
    app: Flask, sandbox: Sandbox, engine: Engine, db_session: Session
) -> None:
    """PostgreSQL quotes the row that broke a rule, and RQ keeps the traceback of a job for an hour."""
    add_messages(db_session)
    redis = connect_redis(app.config, timeout_s=5)
    with engine.begin() as connection:
        connection.execute(
            text("ALTER TABLE notifications ADD CONSTRAINT no_sending CHECK (status <> 'SENDING')")
        )
    try:
        with app.app_context():
            ring("delivery")
        queue = Queue("delivery", connection=redis, serializer=JSONSerializer)
        worker = WorkerInProcess([queue], connection=redis, serializer=JSONSerializer)
        worker.work(burst=True)
        [job_id] = queue.failed_job_registry.get_job_ids()
        kept = str(queue.fetch_job(job_id).latest_result().exc_string)
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE notifications DROP CONSTRAINT no_sending"))
        redis.close()

    assert "no_sending" in kept
    assert "가나다" not in kept
    assert "안내드리는제목" not in kept
