"""Memos: one call a message with the trainee's own token, several in flight, nothing to wait for after."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import pytest
from factories import add_plan
from flask import Flask
from memos import add_memo_for, add_memos, change_token, give_token, used_tokens
from messages import add_messages, attempts, look, open_reviews, phone, states
from openapi_client import SpecClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain import claims
from app.domain.days import KST
from app.extensions import db, kakao_api
from app.models import Notification, User
from app.workers import memo
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
LONG = {"안내드리는제목": "휴관", "안내드리는자세한내용": "가" * 200}


def test_each_memo_goes_out_with_its_own_trainees_token(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    add_memos(db_session, 3)

    run_delivery()

    assert used_tokens(memo_sandbox) == ["access-of-0", "access-of-1", "access-of-2"]
    assert memo_sandbox.memo_effects() == {"trainee-0": 1, "trainee-1": 1, "trainee-2": 1}


def test_a_sent_memo_is_final_and_its_attempt_complete(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [message_id] = add_memos(db_session)

    run_delivery()
    run_delivery()

    message, [attempt] = look(db_session, message_id), attempts(db_session, message_id)
    assert (message.status, message.receipt_due_at, message.reason_code) == ("SENT", None, None)
    assert message.sent_at is not None
    assert (attempt.provider, attempt.outcome, attempt.provider_status_code) == ("memo", "ok", "0")
    assert (attempt.http_status, attempt.provider_response) == (200, '{"result_code": 0}')
    assert attempt.latency_ms is not None and attempt.captured_at is not None
    assert memo_sandbox.memo_effects() == {"trainee-0": 1}


def test_each_call_has_a_key_of_its_own(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    ids = add_memos(db_session, 6)

    run_delivery()

    rows = [attempts(db_session, each) for each in ids]
    assert [len(each) for each in rows] == [1] * 6
    assert len({each.request_key for [each] in rows}) == 6
    assert {each.request_key for [each] in rows} == {look(db_session, each).request_key for each in ids}


@pytest.mark.parametrize(
    ("columns", "kind"), [({}, "text"), ({"variables": LONG}, "feed"), ({"kind": "summary"}, "text")]
)
def test_a_short_message_is_a_text_and_a_long_one_a_feed(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, columns: dict[str, Any], kind: str
) -> None:
    add_memos(db_session, 1, **columns)

    run_delivery()

    [request] = memo_sandbox.requests("memo")
    assert f'"object_type": "{kind}"' in request.form["template_object"]
    assert "https://coach.test" in request.form["template_object"]
    assert states(db_session) == ["SENT"]


def test_the_memo_of_a_plan_leads_to_the_page_of_that_plan(
    client: SpecClient, memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [message_id] = add_memos(db_session, kind="daily_plan")
    message = look(db_session, message_id)
    plan = add_plan(db_session, message.user_id, datetime.now(KST).date())
    db_session.execute(update(Notification).where(Notification.id == message_id).values(plan_id=plan.id))
    db_session.commit()

    run_delivery()

    [request] = memo_sandbox.requests("memo")
    link = json.loads(request.form["template_object"])["link"]["mobile_web_url"]
    assert link.startswith("https://coach.test/t/")
    assert "고블릿 스쿼트" in client.get(link.removeprefix("https://coach.test")).text


def test_as_many_are_in_flight_as_the_setting_says(
    app: Flask, memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    app.config |= {"DELIVERY_CONCURRENCY": 5, "KAKAO_DEADLINE_S": 15}
    kakao_api.init_app(app)
    memo_sandbox.always("memo", action="hang")
    add_memos(db_session, 7)

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(run_delivery)
        memo_sandbox.until_hanging(5)
        in_flight = memo_sandbox.state()["hanging"], len(memo_sandbox.requests("memo"))
        memo_sandbox.clear_rules("memo")
        memo_sandbox.release()
        working.result()

    assert in_flight == (5, 5)
    assert states(db_session) == ["SENT"] * 7
    assert set(memo_sandbox.memo_effects().values()) == {1}


def test_a_token_that_hangs_holds_nobody_else_up(
    app: Flask, memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    app.config["DELIVERY_CONCURRENCY"] = 3
    memo_sandbox.script("memo", action="hang")
    add_memos(db_session, 8)
    before = monotonic()

    run_delivery()

    assert states(db_session) == ["MANUAL_REVIEW"] + ["SENT"] * 7
    assert monotonic() - before < 5
    assert set(memo_sandbox.memo_effects().values()) == {1}


def test_without_a_token_a_message_fails_and_the_others_leave(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [without] = add_messages(db_session)
    add_memos(db_session)

    run_delivery()

    message = look(db_session, without)
    assert (message.status, message.reason_code, message.attempt_count) == ("FAILED", "no_address", 0)
    assert memo_sandbox.memo_effects() == {"trainee-1": 1}


def test_a_memo_needs_no_phone_number(memo_sandbox: Sandbox, run_delivery: Run, db_session: Session) -> None:
    add_memos(db_session)
    db_session.execute(update(User).values(phone_number=None))
    db_session.commit()

    run_delivery()

    assert states(db_session) == ["SENT"]


def test_outside_production_only_listed_numbers_get_memos(
    app: Flask, memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    first, second = add_memos(db_session, 2)
    app.config["SEND_ALLOW_LIST"] = [phone(1)]

    run_delivery()

    assert (look(db_session, first).status, look(db_session, first).reason_code) == (
        "CANCELED",
        "not_on_allow_list",
    )
    assert memo_sandbox.memo_effects() == {"trainee-1": 1}
    assert look(db_session, second).status == "SENT"


def test_outside_production_a_real_address_gets_nothing_without_a_list(
    app: Flask, memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    app.config["KAKAO_API_BASE_URL"] = "https://kapi.kakao.com"  # the client still has the sandbox's
    [message_id] = add_memos(db_session)

    run_delivery()

    assert look(db_session, message_id).reason_code == "not_on_allow_list"
    assert memo_sandbox.requests("memo") == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_sandbox": True}, "sandbox_user"),
        ({"notifications_enabled": False}, "notifications_off"),
        ({"name": None, "phone_number": None, "deleted_at": datetime.now(UTC)}, "user_deleted"),
    ],
)
def test_who_must_not_be_written_to_gets_no_memo(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session, change: dict[str, Any], reason: str
) -> None:
    first, second = add_memos(db_session, 2)
    db_session.execute(update(User).where(User.id == look(db_session, first).user_id).values(**change))
    db_session.commit()

    run_delivery()

    assert (look(db_session, first).status, look(db_session, first).reason_code) == ("CANCELED", reason)
    assert look(db_session, second).status == "SENT"
    assert memo_sandbox.memo_effects() == {"trainee-1": 1}


def test_a_token_with_a_fault_is_skipped_until_there_is_a_new_one(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [first] = add_memos(db_session)
    change_token(db_session, first, fault="unlinked")
    run_delivery()
    failed = look(db_session, first)
    assert (failed.status, failed.reason_code, failed.attempt_count) == ("FAILED", "unlinked", 0)

    give_token(db_session, failed.user_id, 0)
    second = add_memo_for(db_session, first)
    run_delivery()

    assert look(db_session, second).status == "SENT"
    assert memo_sandbox.memo_effects() == {"trainee-0": 1}


def test_a_marked_phone_number_is_nothing_to_a_memo(
    memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    add_memos(db_session)
    db_session.execute(update(User).values(phone_fault="not_kakaotalk_user"))
    db_session.commit()

    run_delivery()

    assert states(db_session) == ["SENT"]


def test_with_too_little_of_the_lease_left_no_memo_leaves(
    app: Flask, memo_sandbox: Sandbox, run_delivery: Run, db_session: Session
) -> None:
    [message_id] = add_memos(db_session)
    with app.app_context():
        request = claims.claim(db.session(), limit=1, provider="memo")
        db.session.commit()
        assert request is not None

        answers = memo.send(request, monotonic() + memo.LEASE_LEFT_S - 1)

    assert (answers[message_id].code, answers[message_id].outcome) == ("LEASE_SHORT", "retry")
    assert memo_sandbox.requests("memo") == []
    assert open_reviews(db_session) == []
