"""Results that nobody told of are pulled, and what stays silent for three days goes to a human."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from messages import add_messages, attempts, look, open_reviews, states
from openapi_client import SpecClient
from receipts import SIGNED, URL, envelope, hook, request_id_of
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from app.domain import gates, periodic
from app.domain.periodic import EVERY
from app.domain.wakeups import queues_to_wake
from app.models import PeriodicJob, User
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]


def settle(sandbox: Sandbox) -> None:
    sandbox.until(lambda: all(each.delivery_code for each in sandbox.messages()))


def done_until(session: Session) -> Any:
    session.rollback()
    return session.scalars(select(PeriodicJob.done_until).where(PeriodicJob.name == "pull_results")).one()


def test_a_lost_webhook_delays_a_result_by_minutes_only(
    lost: Sandbox, run_delivery: Run, run_periodic: Run, db_session: Session
) -> None:
    good, bad = add_messages(db_session, 2)
    lost.configure(delivery_codes={str(bad): "3019"})
    run_delivery()
    settle(lost)

    run_periodic()

    assert look(db_session, good).status == "DELIVERED"
    assert attempts(db_session, good)[0].delivery_code == "1000"
    assert (look(db_session, bad).status, look(db_session, bad).provider_response_code) == ("FAILED", "3019")
    marked = db_session.get_one(User, look(db_session, bad).user_id)
    assert marked.phone_fault == "not_kakaotalk_user"


def test_a_result_is_pulled_once_and_asked_for_every_few_minutes(
    lost: Sandbox, run_delivery: Run, run_periodic: Run, db_session: Session, pass_time: Pass
) -> None:
    add_messages(db_session)
    lost.configure(delivery_code="4711")
    run_delivery()
    settle(lost)

    run_periodic()
    asked = len(lost.requests("results"))
    run_periodic()
    assert len(lost.requests("results")) == asked > 0
    pass_time(EVERY["pull_results"].total_seconds() + 1)
    run_periodic()

    assert len(lost.requests("results")) > asked
    assert open_reviews(db_session) == [("notification", "notice:4711", "unknown_code", 1)]


def test_windows_overlap_so_that_what_was_recorded_late_is_seen(
    lost: Sandbox, run_delivery: Run, run_periodic: Run, db_session: Session, pass_time: Pass
) -> None:
    """The dealer had the result for 14 minutes before the answer to its request was on record."""
    [message_id] = add_messages(db_session)
    run_delivery()
    settle(lost)
    request_id = attempts(db_session, message_id)[0].provider_request_id
    forget = text("UPDATE notification_provider_codes SET provider_request_id = :id")
    db_session.execute(forget, {"id": None})
    db_session.commit()
    run_periodic()
    assert look(db_session, message_id).status == "SENT"

    db_session.execute(forget, {"id": request_id})
    db_session.commit()
    pass_time(200)
    db_session.execute(text("UPDATE periodic_jobs SET done_until = now() + interval '14 minutes'"))
    db_session.commit()
    run_periodic()

    assert look(db_session, message_id).status == "DELIVERED"


def test_a_clock_that_was_fast_once_does_not_end_the_asking(
    lost: Sandbox, run_delivery: Run, run_periodic: Run, db_session: Session, pass_time: Pass
) -> None:
    run_periodic()
    db_session.execute(text("UPDATE periodic_jobs SET done_until = now() + interval '1 day'"))
    db_session.commit()
    [message_id] = add_messages(db_session)
    run_delivery()
    settle(lost)

    pass_time(EVERY["pull_results"].total_seconds() + 1)
    run_periodic()

    assert look(db_session, message_id).status == "DELIVERED"


def test_a_dealer_in_trouble_leaves_the_window_to_the_next_time(
    lost: Sandbox, run_delivery: Run, run_periodic: Run, db_session: Session, pass_time: Pass
) -> None:
    [message_id] = add_messages(db_session)
    run_delivery()
    settle(lost)
    lost.script("results", garbage="html")

    run_periodic()
    assert (done_until(db_session), look(db_session, message_id).status) == (None, "SENT")
    pass_time(200)
    run_periodic()

    assert done_until(db_session) is not None
    assert look(db_session, message_id).status == "DELIVERED"


def test_a_pull_that_breaks_off_goes_on_where_it_was(
    lost: Sandbox, run_delivery: Run, run_periodic: Run, db_session: Session, pass_time: Pass
) -> None:
    lost.script("results", body={"header": {"resultCode": 0}, "messages": [], "totalCount": 0}, times=6)
    lost.script("results", garbage="truncated")

    run_periodic()
    first = done_until(db_session)
    pass_time(200)
    run_periodic()

    assert first is not None
    starts = [parse_qs(each.query)["startUpdateDate"][0] for each in lost.requests("results")]
    assert len(set(starts[:7])) == 7, "one slice after the other"
    assert starts[7] > starts[0], "what was done is asked for again only as far as windows overlap"


def test_pulled_results_are_monotonic(
    client: SpecClient,
    lost: Sandbox,
    run_delivery: Run,
    run_webhooks: Run,
    run_periodic: Run,
    db_session: Session,
) -> None:
    [message_id] = add_messages(db_session)
    lost.configure(delivery_code="3019")
    run_delivery()
    settle(lost)
    request_id = request_id_of(db_session, message_id)
    client.post(URL, json=envelope(hook(message_id, "1000", request_id=request_id)), headers=SIGNED)
    run_webhooks()

    run_periodic()

    assert look(db_session, message_id).status == "DELIVERED"
    assert attempts(db_session, message_id)[0].delivery_code == "1000"


def test_results_of_others_are_passed_over(lost: Sandbox, run_periodic: Run, db_session: Session) -> None:
    result = {"requestId": "r", "recipientSeq": 1, "resultCode": "1000", "receiveDate": None}
    body = {"header": {"resultCode": 0}, "messages": [result], "totalCount": 1}
    lost.script("results", body=body)

    run_periodic()

    assert done_until(db_session) is not None


def test_the_clock_wakes_a_worker_for_what_comes_again(
    run_periodic: Run, lost: Sandbox, db_session: Session, pass_time: Pass
) -> None:
    def woken() -> bool:
        db_session.rollback()
        return "daily" in queues_to_wake(db_session, "alimtalk", gates.NO_SETTINGS)

    assert woken()
    run_periodic()
    assert not woken()
    pass_time(181)
    assert woken()


def test_of_two_workers_that_find_a_job_due_one_begins_it(
    lost: Sandbox, db_session: Session, engine: Engine, pass_time: Pass
) -> None:
    first = periodic.begin(db_session, "pull_results")
    db_session.commit()
    with Session(engine) as other:
        second = periodic.begin(other, "pull_results")
        other.commit()
        pass_time(181)
        third = periodic.begin(other, "pull_results")
        other.commit()

    assert (first is None, second is None, third is None) == (False, True, False)


def test_tallies_that_no_cap_counts_are_deleted(
    lost: Sandbox, run_delivery: Run, run_periodic: Run, db_session: Session, pass_time: Pass
) -> None:
    add_messages(db_session)
    run_delivery()
    pass_time(3 * 3600)
    add_messages(db_session)
    run_delivery()

    run_periodic()

    assert db_session.scalars(text("SELECT sum(started) FROM delivery_tallies")).one() == 1


def test_a_thousand_results_come_in_pages(lost: Sandbox, run_periodic: Run, db_session: Session) -> None:
    first: list[UUID] = add_messages(db_session)
    user_id = look(db_session, first[0]).user_id
    db_session.execute(
        text("""
            WITH rows AS (
                INSERT INTO notifications (id, user_id, kind, idempotency_key, variables, status, schedule_at,
                    due_at, expires_at, attempt_count)
                SELECT gen_random_uuid(), :user, 'notice', n::text, '{}', 'SENT', now(), now(),
                    now() + interval '1 day', 1 FROM generate_series(1, 1200) AS n
                RETURNING id, idempotency_key
            )
            INSERT INTO notification_provider_codes (notification_id, provider, attempt_no, request_key,
                provider_request_id, recipient_seq, outcome, captured_at)
            SELECT id, 'alimtalk', 1, 'k', 'r-1', idempotency_key::int, 'ok', now() FROM rows
        """),
        {"user": user_id},
    )
    db_session.commit()
    for start in (1, 1001):
        rows = [
            {
                "requestId": "r-1",
                "recipientSeq": n,
                "resultCode": "1000",
                "receiveDate": "2026-01-05 07:00:03",
            }
            for n in range(start, min(start + 1000, 1201))
        ]
        lost.script("results", body={"header": {"resultCode": 0}, "messages": rows, "totalCount": 1200})

    run_periodic()

    assert states(db_session).count("DELIVERED") == 1200
