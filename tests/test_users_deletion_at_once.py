"""Withdrawing while others work on the same trainee."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from factories import (
    AS_CLIENT,
    add_user,
    at_once,
    create_user,
    delete_user,
    make_notification,
    make_plan,
    make_user,
    overlapping,
    report,
    wait_for_blocked,
)
from flask import Flask
from openapi_client import SpecClient
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from app.models import (
    NotificationProviderCode,
)


def test_the_phone_and_the_kakao_id_are_free_at_once(client: SpecClient) -> None:
    said: dict[str, Any] = {"name": "김하나", "phone_number": "01012345678", "kakao_user_id": "k1"}
    user = create_user(client, **said).json

    delete_user(client, user["id"])

    again = create_user(client, **said)
    assert again.status_code == 201
    assert again.json["id"] != user["id"]


def test_of_two_withdrawals_at_once_one_finds_nobody(app: Flask, client: SpecClient) -> None:
    user = make_user(client)

    responses = at_once(2, lambda _: delete_user(app.test_client(), user["id"]))

    assert sorted(response.status_code for response in responses) == [204, 404]


def test_a_withdrawal_and_a_worker_do_not_wait_for_each_other(
    app: Flask, engine: Engine, db_session: Session
) -> None:
    user = add_user(db_session)
    make_notification(db_session, user.id, status="SENT", attempt_count=1)
    note = text("UPDATE notifications SET ask_count = ask_count + 1")

    with ThreadPoolExecutor(1) as pool, engine.begin() as worker:
        worker.execute(note)
        deleted = pool.submit(lambda: delete_user(app.test_client(), str(user.id)))
        wait_for_blocked(engine, 1)
        worker.execute(note)  # the second time in one transaction, its foreign keys are looked at again
        worker.execute(text("UPDATE notification_provider_codes SET delivery_code = '1000'"))
        worker.commit()
        status = deleted.result().status_code

    assert status == 204
    assert db_session.scalars(select(NotificationProviderCode.delivery_code)).one() == "1000"


def test_a_withdrawal_a_report_and_a_cancelation_do_not_wait_for_each_other(
    app: Flask, client: SpecClient, engine: Engine
) -> None:
    user = make_user(client)
    one, other = (make_plan(client, user["id"], days=days) for days in (1, 3))
    calls = [
        lambda: delete_user(app.test_client(), user["id"]),
        lambda: report(app.test_client(), one, 1, 1),
        lambda: app.test_client().post(f"/plans/{other['id']}/cancel", headers=AS_CLIENT),
    ]

    answers = overlapping(engine, "SELECT FROM notifications FOR UPDATE", calls)

    assert [each.status_code for each in answers] == [204, 404, 200]
