"""Finding plans again and canceling them."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from factories import (
    AS_CLIENT,
    add_plan,
    add_user,
    ask_plan,
    get_plan,
    make_lifter,
    make_notification,
    make_plan,
    make_user,
    pointers,
    report,
    today,
)
from openapi_client import SpecClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Notification


def list_plans(client: SpecClient, **query: Any) -> Any:
    return client.get("/plans", query_string=query, headers=AS_CLIENT)


def cancel(client: SpecClient, plan_id: str) -> Any:
    return client.post(f"/plans/{plan_id}/cancel", headers=AS_CLIENT)


def test_plans_are_listed_by_date_page_by_page(client: SpecClient, db_session: Session) -> None:
    user = add_user(db_session)
    other = add_user(db_session)
    add_plan(db_session, other.id, today())
    made = [add_plan(db_session, user.id, today(days=days)) for days in (3, 1, -2, 0, 2)]
    wanted = [str(plan.id) for plan in sorted(made, key=lambda plan: plan.target_date)]

    pages = [list_plans(client, user_id=user.id, limit=2).json]
    while pages[-1]["next_cursor"]:
        cursor = pages[-1]["next_cursor"]
        pages.append(list_plans(client, user_id=user.id, limit=2, cursor=cursor).json)

    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert [each["id"] for page in pages for each in page["items"]] == wanted


def test_pages_do_not_shift_when_plans_are_added(client: SpecClient, db_session: Session) -> None:
    user = add_user(db_session)
    for days in (1, 2, 3):
        add_plan(db_session, user.id, today(days=days))
    first = list_plans(client, user_id=user.id, limit=2).json
    add_plan(db_session, user.id, today(days=-1))
    canceled = add_plan(db_session, user.id, today(days=2), status="CANCELED")

    second = list_plans(client, user_id=user.id, limit=200, cursor=first["next_cursor"]).json

    rest = [each for each in second["items"] if each["id"] != str(canceled.id)]
    assert [each["target_date"] for each in rest] == [str(today(days=3))]
    assert second["next_cursor"] is None


def test_plans_of_several_exercises_are_listed_whole(client: SpecClient) -> None:
    user = make_lifter(client)
    plans = [make_plan(client, user["id"], days=days) for days in (1, 3)]

    assert list_plans(client, user_id=user["id"]).json == {"items": plans, "next_cursor": None}


def test_from_and_to_are_both_included(client: SpecClient, db_session: Session) -> None:
    user = add_user(db_session)
    for days in (0, 1, 2, 3):
        add_plan(db_session, user.id, today(days=days))

    found = list_plans(client, user_id=user.id, **{"from": today(days=1), "to": today(days=2)})

    assert [each["target_date"] for each in found.json["items"]] == [
        str(today(days=1)),
        str(today(days=2)),
    ]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"user_id": ""}, "#/user_id"),
        ({"limit": 0}, "#/limit"),
        ({"limit": 201}, "#/limit"),
        ({"limit": "9" * 5000}, "#/limit"),
        ({"from": "yesterday"}, "#/from"),
        ({"to": "20261123"}, "#/to"),
        ({"cursor": "x"}, "#/cursor"),
        ({"cursor": "WzEsMl0"}, "#/cursor"),
        ({"cursor": "W10"}, "#/cursor"),
        ({"offset": 1}, "#/offset"),
        ({"status": "DONE"}, "#/status"),
    ],
)
def test_a_query_that_does_not_fit_is_pointed_at(
    client: SpecClient, query: dict[str, Any], pointer: str
) -> None:
    assert pointers(list_plans(client, **{"user_id": uuid4()} | query)) == {pointer}


def test_a_list_needs_a_trainee_and_an_unknown_one_has_none(client: SpecClient) -> None:
    assert pointers(list_plans(client)) == {"#/user_id"}
    assert list_plans(client, user_id=uuid4()).json == {"items": [], "next_cursor": None}


def test_an_unknown_plan_is_not_found(client: SpecClient) -> None:
    answers = [client.get(f"/plans/{uuid4()}", headers=AS_CLIENT), cancel(client, str(uuid4()))]

    assert {(each.status_code, each.json["code"]) for each in answers} == {(404, "not_found")}


def test_canceling_frees_the_day_and_stops_the_message(client: SpecClient) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"], days=1)

    response = cancel(client, plan["id"])

    assert response.status_code == 200
    message = plan["notification"] | {"status": "CANCELED"}
    assert response.json == plan | {"status": "CANCELED", "notification": message}
    assert get_plan(client, plan["id"]) == response.json
    again = make_plan(client, user["id"], days=1)
    assert again["id"] != plan["id"]
    assert len(list_plans(client, user_id=user["id"]).json["items"]) == 2


def test_canceling_twice_changes_nothing(client: SpecClient) -> None:
    plan = make_plan(client, make_user(client)["id"], days=1)
    first = cancel(client, plan["id"])

    second = cancel(client, plan["id"])

    assert (second.status_code, second.json) == (200, first.json)


def test_canceling_a_day_of_rest_works(client: SpecClient) -> None:
    weekdays = [today(days=2).isoweekday()]
    user = make_user(client, profile={"weekdays": weekdays})
    plan = make_plan(client, user["id"], days=1, force=False)

    assert cancel(client, plan["id"]).json["status"] == "CANCELED"
    assert make_plan(client, user["id"], days=1)["kind"] == "training"


@pytest.mark.parametrize("status", ["DONE", "FAILED"])
def test_a_plan_that_was_begun_is_not_canceled(client: SpecClient, status: str) -> None:
    plan = make_plan(client, make_user(client)["id"])
    report(client, plan, 1, 1, status)

    response = cancel(client, plan["id"])

    assert (response.status_code, response.json["code"]) == (409, "conflict")
    assert get_plan(client, plan["id"])["status"] == "ACTIVE"
    assert get_plan(client, plan["id"])["notification"]["status"] == "SCHEDULED"


def test_a_plan_of_which_sets_were_only_skipped_is_canceled(client: SpecClient) -> None:
    plan = make_plan(client, make_user(client)["id"])
    report(client, plan, 1, 1, "SKIPPED", skip_reason="time")

    assert cancel(client, plan["id"]).status_code == 200


def test_a_message_on_its_way_is_flagged_and_not_canceled(client: SpecClient, db_session: Session) -> None:
    user = add_user(db_session)
    plan = add_plan(db_session, user.id, today())
    message = make_notification(db_session, user.id, kind="daily_plan", plan_id=plan.id, status="SENDING")

    cancel(client, str(plan.id))

    db_session.expire_all()
    assert (message.status, message.cancel_requested) == ("SENDING", True)


def test_canceling_leaves_other_messages_alone(client: SpecClient, db_session: Session) -> None:
    user = make_user(client)
    plan = make_plan(client, user["id"], days=1)
    make_plan(client, user["id"], days=3)
    make_notification(db_session, UUID(user["id"]))

    cancel(client, plan["id"])

    rows = db_session.scalars(select(Notification)).all()
    assert sorted(row.status for row in rows) == ["CANCELED", "SCHEDULED", "SCHEDULED"]


def test_a_canceled_plan_counts_for_nothing(client: SpecClient) -> None:
    user = make_lifter(client)
    cancel(client, make_plan(client, user["id"], days=1)["id"])

    assert make_plan(client, user["id"], days=2)["kind"] == "training"
    assert ask_plan(client, user["id"], days=1).status_code == 201
