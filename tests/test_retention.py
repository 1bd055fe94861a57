"""Rows that are past their time are deleted, and no other."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from click.testing import Result
from factories import add_plan, add_user, at_once, today
from flask import Flask
from review_builders import add_event, add_review, decided
from sqlalchemy import Engine, delete, select, text
from sqlalchemy.orm import Session

from app.domain import events as events_domain
from app.domain import retention
from app.models import (
    ChatCallback,
    KakaoChat,
    LlmText,
    MaintenanceLog,
    PeriodicJob,
    WebhookEvent,
)
from app.workers.retention import forget_old

DONE = ("PROCESSED", "REJECTED", "ORPHAN", "DISCARDED")


def ago(**age: float) -> datetime:
    return datetime.now(UTC) - timedelta(**age)


def add_old(session: Session, review_id: UUID | None = None, **fields: Any) -> UUID:
    """An event of 91 days ago that is done, unless said otherwise."""
    known = {"status": "PROCESSED", "received_at": ago(days=91), "review_id": review_id}
    return add_event(session, None, **known | fields).id


def add_answer(session: Session, event_id: UUID, **fields: Any) -> None:
    user = add_user(session)
    session.add(
        ChatCallback(
            event_id=event_id, user_id=user.id, target_date=today(), expires_at=ago(days=91), **fields
        )
    )
    session.commit()


def events(session: Session) -> set[UUID]:
    session.rollback()
    return set(session.scalars(select(WebhookEvent.id)))


def purge(app: Flask, *args: str) -> Result:
    return app.test_cli_runner().invoke(args=["ops", "log", "purge", *args])


def purged(app: Flask, *args: str) -> dict[str, tuple[int, int]]:
    """Deleted and left, by table."""
    result = purge(app, "--json", *args)
    assert result.exit_code == 0, result.output
    lines = json.loads(result.stdout)["lines"]
    return {line["name"]: (line["data"]["deleted"], line["data"]["left"]) for line in lines}


def test_events_go_ninety_days_after_they_came(
    app: Flask, db_session: Session, run_periodic: Callable[[], None]
) -> None:
    for status in DONE:
        add_old(db_session, status=status)
    young = {add_old(db_session, status=status, received_at=ago(days=90, minutes=-5)) for status in DONE}

    run_periodic()

    assert events(db_session) == young


@pytest.mark.parametrize("status", ["RECEIVED", "MANUAL_REVIEW"])
def test_an_event_that_is_to_be_worked_on_stays_however_old(
    app: Flask, db_session: Session, status: str
) -> None:
    kept = add_old(db_session, status=status, due_at=datetime.now(UTC) + timedelta(hours=1))

    assert purged(app)["webhook_events"] == (0, 0)

    assert events(db_session) == {kept}


def test_an_event_with_an_open_review_stays_until_that_is_decided(
    app: Flask, client: Any, db_session: Session
) -> None:
    review = add_review(db_session, "webhook_event", cause="alimtalk", reason_code="event_id_reused")
    kept = add_old(db_session, review.id)

    before = purged(app)["webhook_events"]
    assert (before, events(db_session)) == ((0, 0), {kept})
    decided(client, review.id, "discard")

    assert purged(app)["webhook_events"] == (1, 0)
    assert events(db_session) == set()


def test_an_event_whose_answer_is_promised_stays(app: Flask, db_session: Session) -> None:
    kept, gone = add_old(db_session), add_old(db_session)
    add_answer(db_session, kept, status="WAITING", url="u")
    add_answer(db_session, gone, status="DONE")

    assert purged(app)["webhook_events"] == (1, 0)

    assert events(db_session) == {kept}
    assert db_session.scalars(select(ChatCallback.event_id)).all() == [kept]


def test_the_chat_outlives_its_last_event(app: Flask, db_session: Session) -> None:
    db_session.add(KakaoChat(bot_user_key="b1", last_event_id=add_old(db_session), said_hash="h"))
    db_session.commit()

    assert purged(app)["webhook_events"] == (1, 0)

    chat = db_session.scalars(select(KakaoChat), execution_options={"populate_existing": True}).one()
    assert (chat.last_event_id, chat.said_hash) == (None, "h")


HELD = {
    "webhook_events": "id",
    "kakao_chats": "last_event_id",
    "chat_callbacks": "event_id",
}


@pytest.mark.parametrize("table", HELD)
def test_what_somebody_has_in_hand_is_left_and_nobody_waits(
    app: Flask, engine: Engine, db_session: Session, table: str
) -> None:
    held, free = add_old(db_session), add_old(db_session)
    for event_id in (held, free):
        db_session.add(KakaoChat(bot_user_key=str(event_id), last_event_id=event_id))
        add_answer(db_session, event_id, status="DONE")
    lock = text(f"SELECT FROM {table} WHERE {HELD[table]} = :id FOR UPDATE")

    with engine.connect() as holder:
        holder.execute(lock, {"id": held})
        meanwhile = purged(app)["webhook_events"]
        assert (meanwhile, events(db_session)) == ((1, 1), {held})

    assert purged(app)["webhook_events"] == (1, 0)


def test_a_review_that_is_being_opened_saves_its_event(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    event_id = add_old(db_session)

    with Session(engine) as reviewing:
        events_domain.review_reused(reviewing, "alimtalk", [event_id])
        meanwhile = purged(app)["webhook_events"]
        reviewing.commit()

    assert (meanwhile, purged(app)["webhook_events"]) == ((0, 1), (0, 0))
    assert events(db_session) == {event_id}


def test_logs_go_after_a_year_and_what_the_llm_said_after_a_month(
    app: Flask, db_session: Session, run_periodic: Callable[[], None]
) -> None:
    user = add_user(db_session)
    for days, said in ((366, "old"), (364, "new")):
        db_session.add(MaintenanceLog(kind="deploy", actor="k", message=said, created_at=ago(days=days)))
    for days, said in ((31, "old"), (29, "new")):
        plan = add_plan(db_session, user.id, today(days=-days))
        db_session.add(LlmText(plan_id=plan.id, text=said, created_at=ago(days=days)))
    db_session.commit()

    assert purged(app, "--dry-run") == {
        "maintenance_logs": (0, 1),
        "llm_texts": (0, 1),
        "webhook_events": (0, 0),
    }
    run_periodic()

    db_session.rollback()
    assert db_session.scalars(select(MaintenanceLog.message)).all() == ["new"]
    assert db_session.scalars(select(LlmText.text)).all() == ["new"]


def test_a_dry_run_says_how_many_and_deletes_none(app: Flask, db_session: Session) -> None:
    kept = {add_old(db_session) for _ in range(3)}

    dry, wet = purge(app, "--dry-run"), purge(app)

    assert [line.split() for line in dry.stdout.splitlines()] == [
        ["ok", "maintenance_logs", "0", "rows", "older", "than", "365", "days"],
        ["ok", "llm_texts", "0", "rows", "older", "than", "30", "days"],
        ["ok", "webhook_events", str(len(kept)), "rows", "older", "than", "90", "days"],
    ]
    assert wet.stdout.splitlines()[2].endswith("3 rows older than 90 days deleted")
    assert events(db_session) == set()


def test_a_batch_takes_the_oldest_first_and_no_more_than_it_may(app: Flask, db_session: Session) -> None:
    ages = (95, 99, 91, 97)
    rows = {days: add_old(db_session, received_at=ago(days=days)) for days in ages}

    count = retention.forget(db_session, "webhook_events", 2)
    db_session.commit()

    assert count == 2
    assert events(db_session) == {rows[95], rows[91]}


def many_events(session: Session, count: int) -> None:
    session.execute(
        text(
            "INSERT INTO webhook_events (id, provider, event_id, status, signature_state, received_at)"
            " SELECT gen_random_uuid(), 'alimtalk', 'e' || n, 'PROCESSED', 'valid',"
            " now() - interval '100 days' + make_interval(mins => n) FROM generate_series(1, :count) AS n"
        ),
        {"count": count},
    )
    session.commit()


def test_more_than_a_batch_goes_in_one_run_and_many_runs_share_the_work(
    app: Flask, db_session: Session
) -> None:
    many_events(db_session, retention.BATCH + 1200)

    def run(_: int) -> int:
        with app.app_context():
            return forget_old(30)["webhook_events"]

    counts = at_once(3, run)

    assert sum(counts) == retention.BATCH + 1200
    assert events(db_session) == set()


def test_without_time_nothing_is_begun_and_the_rest_is_told(app: Flask, db_session: Session) -> None:
    many_events(db_session, 10)

    with app.app_context():
        gone = forget_old(0)

    assert gone.total() == 0
    assert purged(app, "--dry-run")["webhook_events"] == (0, 10)


def test_old_events_are_found_by_the_index(app: Flask, db_session: Session) -> None:
    rule = retention.RULES["webhook_events"]
    db_session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = db_session.scalars(text(f"EXPLAIN {rule.count.text}"), {"kept": rule.kept}).all()

    assert any("ix_webhook_events_age" in line for line in plan), plan


def test_the_job_runs_every_hour(
    app: Flask, db_session: Session, run_periodic: Callable[[], None], pass_time: Callable[[float], None]
) -> None:
    run_periodic()
    late = add_old(db_session)

    run_periodic()
    too_early = events(db_session)
    pass_time(3601)
    run_periodic()

    assert (too_early, events(db_session)) == ({late}, set())
    db_session.execute(delete(PeriodicJob))
