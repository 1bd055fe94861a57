"""What a decision does to a sender that was stopped, and for a trainee who must see a doctor."""

from typing import Any

from factories import AS_CLIENT, make_user, patch_user, read_user, today
from openapi_client import SpecClient
from review_builders import add_review, decided, log_row
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import guardrails
from app.models import Guardrail, SenderHold


def hold(session: Session, scope: str, until: Any = None) -> None:
    session.add(SenderHold(scope=scope, until=until, reason_code="bad_secret_key", code="-1001"))
    session.commit()


def held(session: Session) -> set[str]:
    session.rollback()
    return set(session.scalars(select(SenderHold.scope)))


def test_a_sender_goes_on_when_its_stop_is_lifted(client: SpecClient, db_session: Session) -> None:
    guardrails.stop_sending(db_session, "-1001")
    for scope in ("alimtalk", "alimtalk:daily_plan", "memo"):
        hold(db_session, scope)
    review = add_review(db_session, "sender", cause="alimtalk", reason_code="bad_secret_key")

    found = decided(client, review.id, "retry")

    assert found["applied"] == 2
    assert held(db_session) == {"alimtalk:daily_plan", "memo"}
    pause = db_session.scalars(select(Guardrail)).one()
    assert (pause.value, pause.actor, pause.reason) == (False, "kim", "확인했습니다")
    detail = log_row(db_session).detail
    assert detail["before"] == {"holds": 1, "paused": 1}
    assert detail["after"] == {"holds": 0, "paused": 0}


def test_an_operators_own_pause_and_a_quota_stay(client: SpecClient, db_session: Session) -> None:
    guardrails.change(db_session, "send_paused", True, reason="r", actor="lee")
    hold(db_session, "alimtalk", "2199-01-01T00:00:00Z")
    review = add_review(db_session, "sender", cause="alimtalk", reason_code="bad_secret_key")

    found = decided(client, review.id, "retry")

    assert found["applied"] == 0
    assert held(db_session) == {"alimtalk"}
    pause = db_session.scalars(select(Guardrail)).one()
    assert (pause.value, pause.actor) == (True, "lee")


def test_one_kind_of_messages_goes_on_by_itself(client: SpecClient, db_session: Session) -> None:
    guardrails.stop_sending(db_session, "-1001")
    for scope in ("alimtalk", "alimtalk:daily_plan", "alimtalk:summary"):
        hold(db_session, scope)
    review = add_review(db_session, "sender", cause="alimtalk:daily_plan", reason_code="template_changed")

    found = decided(client, review.id, "retry")

    assert found["applied"] == 1
    assert held(db_session) == {"alimtalk", "alimtalk:summary"}
    assert db_session.scalars(select(Guardrail.value)).one() is True


def test_a_clearance_is_dated_today_where_the_trainee_is(client: SpecClient, db_session: Session) -> None:
    zone = "Pacific/Kiritimati"
    health = {"parq_yes": True, "active_3_months": True}
    user = make_user(client, timezone=zone, profile={"health": health})
    review = add_review(db_session, "health", cause=user["id"], reason_code="PARQ_YES")

    found = decided(client, review.id, "retry")

    kept = read_user(client, user["id"]).json["profile"]["health"]
    assert found["applied"] == 1
    assert kept["clearance_on"] == str(today(zone))
    assert (kept["parq_yes"], kept["active_3_months"]) == (True, True)


def test_a_block_that_is_kept_leaves_the_profile_alone(client: SpecClient, db_session: Session) -> None:
    user = make_user(client, profile={"health": {"parq_yes": True}})
    review = add_review(db_session, "health", cause=user["id"], reason_code="PARQ_YES")

    decided(client, review.id, "discard")

    assert read_user(client, user["id"]).json["profile"]["health"]["clearance_on"] is None
    assert patch_user(client, user["id"], name="x").status_code == 200


def test_a_clearance_for_somebody_who_left_only_closes_the_review(
    client: SpecClient, db_session: Session
) -> None:
    user = make_user(client)
    review = add_review(db_session, "health", cause=user["id"], reason_code="PARQ_YES")
    client.delete(f"/users/{user['id']}", headers=AS_CLIENT)

    found = decided(client, review.id, "retry")

    assert (found["state"], found["applied"]) == ("resolved", 0)
