"""Odd answers: none makes a whole batch fail."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from messages import add_messages, attempts, states
from openapi_client import SpecClient
from receipts import SIGNED, URL, envelope, hook, request_id_of
from sqlalchemy.orm import Session

from dev.sandbox.client import Sandbox

Run = Callable[[], None]
ODD = ["😀", "\ud800", "\x00", '"', "\\", "가", "\u2028"]


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_answer_is_recorded(
    sandbox: Sandbox, run_delivery: Run, db_session: Session, odd: str
) -> None:
    long = odd * 5000
    ids = add_messages(db_session, 2)
    entry: dict[str, Any] = {"recipientGroupingKey": long, "resultMessage": long, "recipientNo": long}
    results = [
        entry | {"recipientSeq": 1, "resultCode": -5000},
        entry | {"recipientSeq": 2, "resultCode": long},
    ]
    body = {
        "header": {"resultCode": 0, "resultMessage": long, "isSuccessful": long},
        "message": {"requestId": long, "senderGroupingKey": long, "sendResults": results},
    }
    sandbox.script("send", body=json.dumps(body))

    run_delivery()

    assert sorted(states(db_session)) == ["FAILED", "SENDING"]
    kept = [attempts(db_session, each)[0].provider_response for each in ids]
    assert all(each is not None and len(each.encode()) <= 4096 for each in kept)


def test_an_uncertain_result_does_not_hide_a_certain_one(
    client: SpecClient, sandbox: Sandbox, run_delivery: Run, run_webhooks: Run, db_session: Session
) -> None:
    [message_id] = add_messages(db_session)
    run_delivery()
    request_id = request_id_of(db_session, message_id)

    for number, code in enumerate(["3019", "3005"]):
        body = envelope(hook(message_id, code, f"hook-{number}", request_id))
        client.post(URL, json=body, headers=SIGNED)
        run_webhooks()

    assert attempts(db_session, message_id)[0].delivery_code == "3019"
