"""What the dealer took and never told of again goes to a human after three days."""

from collections.abc import Callable

from messages import add_messages, look, open_reviews, states
from openapi_client import SpecClient
from receipts import SIGNED, URL, envelope, hook, request_id_of
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.models import Notification
from dev.sandbox.client import Sandbox

Run = Callable[[], None]
Pass = Callable[[float], None]


def test_after_three_days_of_silence_a_human_is_asked_once_a_day(
    lost: Sandbox, run_delivery: Run, run_periodic: Run, db_session: Session, pass_time: Pass
) -> None:
    uncertain, silent, late = add_messages(db_session, 3)
    lost.configure(delivery_codes={str(uncertain): "3005"})
    run_delivery()
    db_session.execute(
        update(Notification).where(Notification.id == late).values(receipt_due_at=Notification.expires_at)
    )
    db_session.execute(update(Notification).where(Notification.id == late).values(status="DELIVERED"))
    db_session.commit()
    lost.always("results", header_code=-9999)
    pass_time(72 * 3600 - 60)
    run_periodic()
    assert states(db_session) == ["DELIVERED", "SENT", "SENT"]

    pass_time(700)
    run_periodic()

    for message_id in (uncertain, silent):
        message = look(db_session, message_id)
        assert (message.status, message.reason_code) == ("MANUAL_REVIEW", "no_receipt")
    [(subject, cause, reason, count)] = open_reviews(db_session)
    assert (subject, cause.split(":")[0], reason, count) == ("notification", "no_receipt", "no_receipt", 2)


def test_a_result_that_comes_even_later_still_wins(
    client: SpecClient,
    lost: Sandbox,
    run_delivery: Run,
    run_webhooks: Run,
    run_periodic: Run,
    db_session: Session,
    pass_time: Pass,
) -> None:
    [message_id] = add_messages(db_session)
    run_delivery()
    request_id = request_id_of(db_session, message_id)
    lost.always("results", header_code=-9999)
    pass_time(73 * 3600)
    run_periodic()

    client.post(URL, json=envelope(hook(message_id, "1000", request_id=request_id)), headers=SIGNED)
    run_webhooks()

    message = look(db_session, message_id)
    assert (message.status, message.reason_code) == ("DELIVERED", None)
