"""A planner that believes the tables to be all but empty still makes no statement of a batch crawl.

So it is after a big clean-up: VACUUM has seen no row, and knows pages that it could not give back.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from uuid import UUID

import pytest
from flask import Flask
from messages import ask_until_decided, look, states
from openapi_client import SpecClient
from receipts import SIGNED, URL, envelope, hook, request_id_of
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.orm import Session

from app.models import Notification
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]
COUNT = 500
TABLES = ("notifications", "notification_provider_codes", "users")


def add_many(session: Session, count: int) -> list[UUID]:
    """Trainees with one message each, due now."""
    session.execute(
        text("""
            WITH people AS (
                INSERT INTO users (id, name, phone_number)
                SELECT gen_random_uuid(), '가나다', '0100' || lpad(n::text, 7, '0')
                FROM generate_series(1, :count) AS n RETURNING id
            )
            INSERT INTO notifications
                (id, user_id, kind, idempotency_key, variables, schedule_at, due_at, expires_at)
            SELECT gen_random_uuid(), id, 'notice', id::text,
                '{"회원이름": "가", "안내드리는제목": "나", "안내드리는자세한내용": "다"}',
                now(), now(), now() + interval '1 day'
            FROM people
        """),
        {"count": count},
    )
    session.commit()
    return list(session.scalars(select(Notification.id)))


@pytest.fixture
def by_hand(engine: Engine) -> Iterator[Connection]:
    """A connection for VACUUM; meanwhile the server neither cleans up nor counts by itself."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in TABLES:
            connection.execute(text(f"ALTER TABLE {table} SET (autovacuum_enabled = false)"))
        yield connection
        for table in TABLES:
            connection.execute(text(f"ALTER TABLE {table} RESET (autovacuum_enabled)"))


@pytest.fixture
def many(sandbox: Sandbox, run_delivery: Run, db_session: Session, by_hand: Connection) -> list[UUID]:
    """A batch that is due, in tables that were emptied: statements have five seconds."""
    add_many(db_session, 2000)
    run_delivery()
    for table in TABLES[1::-1] + TABLES[2:]:
        db_session.execute(text(f"DELETE FROM {table}"))
    db_session.commit()
    sandbox.reset()
    sandbox.configure(webhooks="off")
    for table in TABLES:
        by_hand.execute(text(f"VACUUM (TRUNCATE false) {table}"))
    believed = text("SELECT reltuples < 10, relpages > 5 FROM pg_class WHERE relname = ANY (:names)")
    assert set(by_hand.execute(believed, {"names": list(TABLES)}).all()) == {(True, True)}
    return add_many(db_session, COUNT)


def test_a_batch_is_claimed_recorded_and_delivered(
    app: Flask,
    client: SpecClient,
    sandbox: Sandbox,
    run_delivery: Run,
    run_webhooks: Run,
    db_session: Session,
    many: list[UUID],
) -> None:
    run_delivery()
    assert states(db_session) == ["SENT"] * COUNT
    request_id = request_id_of(db_session, many[0])
    half = [hook(each, "1000", f"hook-{each}", request_id) for each in islice(many, COUNT // 2)]
    rest = [hook(each, "9999", f"hook-{each}", request_id) for each in islice(many, COUNT // 2, None)]
    client.post(URL, json=envelope(*half, *rest), headers=SIGNED)

    run_webhooks()

    assert states(db_session) == ["DELIVERED"] * (COUNT // 2) + ["RETRY_SCHEDULED"] * (COUNT // 2)


def test_a_batch_is_taken_over_asked_about_and_sent_again(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass, many: list[UUID]
) -> None:
    sandbox.script("send", action="reset_before")
    run_delivery()

    ask_until_decided(run_delivery, pass_time)

    assert states(db_session) == ["SENT"] * COUNT
    assert set(sandbox.effects().values()) == {1}


def test_results_of_a_batch_are_pulled(
    sandbox: Sandbox, run_delivery: Run, run_periodic: Run, db_session: Session, many: list[UUID]
) -> None:
    sandbox.configure(delivery_delay_s=0, delivery_code="3019")
    run_delivery()
    sandbox.until(lambda: all(each.delivery_code for each in sandbox.messages()))

    run_periodic()

    assert states(db_session) == ["FAILED"] * COUNT
    assert look(db_session, many[0]).reason_code == "not_kakaotalk_user"


def test_a_batch_that_is_late_or_refused_is_closed(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, pass_time: Pass, many: list[UUID]
) -> None:
    sandbox.always("send", header_code=-9999)
    run_delivery()

    pass_time(25 * 3600)
    run_delivery()

    assert states(db_session) == ["FAILED"] * COUNT
