"""A backlog does not hold up those whose time has just come, and they do not starve the backlog."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from flask import Flask
from messages import TEXTS, add_messages, look, states
from real_processes import clock, until, worker
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.models import Notification
from dev.sandbox.client import Sandbox

Run = Callable[[], None]


def add_backlog(session: Session, count: int, kind: str = "notice") -> None:
    """Messages whose time came two hours ago, all of one trainee."""
    [first] = add_messages(session, kind=kind)
    session.execute(
        text("""
            INSERT INTO notifications
                (id, user_id, kind, idempotency_key, variables, schedule_at, due_at, expires_at)
            SELECT gen_random_uuid(), user_id, kind, 'late-' || kind || n, variables,
                   now() - interval '2 hours', now() - interval '2 hours', now() + interval '10 hours'
            FROM notifications, generate_series(1, :count) AS n WHERE id = :first
        """),
        {"first": first, "count": count - 1},
    )
    session.commit()
    then = datetime.now(UTC) - timedelta(hours=2)
    row = look(session, first)
    row.schedule_at = row.due_at = then
    session.commit()


def sent_in(sandbox: Sandbox) -> list[list[str]]:
    """The messages of each request, in order."""
    return [
        [one["recipientGroupingKey"] for one in each.json["recipientList"]]
        for each in sandbox.requests("send")
    ]


def test_a_fresh_message_is_in_the_first_request_and_so_are_the_oldest(
    app: Flask, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    app.config["DELIVERY_BATCH"] = 20
    add_backlog(db_session, 100)
    fresh = [str(each) for each in add_messages(db_session, 5)]

    run_delivery()

    first = sent_in(sandbox)[0]
    assert set(fresh) <= set(first)
    assert len(first) == 20
    assert states(db_session) == ["SENT"] * 105


def test_a_flood_of_fresh_messages_leaves_half_of_each_request_to_the_backlog(
    app: Flask, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    app.config["DELIVERY_BATCH"] = 20
    add_backlog(db_session, 30)
    fresh = {str(each) for each in add_messages(db_session, 60)}

    run_delivery()

    assert [len(set(each) & fresh) for each in sent_in(sandbox)[:3]] == [10, 10, 10]
    assert states(db_session) == ["SENT"] * 90


def test_a_backlog_of_one_kind_does_not_hold_up_another(
    app: Flask, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    app.config["DELIVERY_BATCH"] = 5
    add_backlog(db_session, 300, kind="daily_plan")
    [fresh] = [str(each) for each in add_messages(db_session, 1, kind="summary")]

    run_delivery()

    place = next(number for number, ids in enumerate(sent_in(sandbox)) if fresh in ids)
    assert place < 20  # one chance in a million to fail; in the order of time it would be the last


def test_messages_that_are_tried_again_do_not_hold_up_a_fresh_one(
    app: Flask, sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    app.config["DELIVERY_BATCH"] = 10
    now = datetime.now(UTC)
    then = now - timedelta(minutes=30)
    add_messages(
        db_session, 40, status="RETRY_SCHEDULED", schedule_at=then, due_at=now - timedelta(seconds=20)
    )
    [fresh] = [str(each) for each in add_messages(db_session)]

    run_delivery()

    assert fresh in sent_in(sandbox)[0]


def test_while_five_thousand_catch_up_fresh_messages_leave_within_seconds(
    env: dict[str, str], sandbox: Sandbox, db_session: Session, tmp_path: Path
) -> None:
    """One worker that sends about 300 a second: in the order of time the first fresh one would wait 15 s."""
    sandbox.configure(latency_ms=50)
    process_env = env | {"KAKAO_ALIMTALK_BASE_URL": sandbox.base_url, "DELIVERY_BATCH": "20"}
    add_backlog(db_session, 5000)
    fresh: list[UUID] = []

    with clock(process_env, tmp_path / "log"), worker(process_env, tmp_path / "log"):
        until(lambda: bool(sandbox.effects()))
        for _ in range(20):
            sent = len(sandbox.effects())
            fresh += add_messages(db_session, 2, variables=TEXTS["notice"])
            until(lambda sent=sent: len(sandbox.effects()) >= sent + 40)
        until(lambda: all(look(db_session, each).sent_at for each in fresh), 60)
    db_session.rollback()
    rows = db_session.scalars(select(Notification).where(Notification.id.in_(fresh))).all()
    waited = sorted((row.sent_at - row.due_at).total_seconds() for row in rows if row.sent_at)
    left = states(db_session).count("SCHEDULED")

    assert left > 2000, "the backlog was over before anything was measured"
    assert len(waited) == 40
    assert waited[-1] < 10
