"""Looking at messages: their attempts, and the operators' list."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from factories import AS_CLIENT, AS_OPERATOR, add_user, get_notice, make_notification, pointers
from openapi_client import SpecClient
from sqlalchemy.orm import Session

from app.models import Notification, NotificationProviderCode

STATUSES = ("SCHEDULED", "SENT", "FAILED", "MANUAL_REVIEW")


def listed(client: SpecClient, **query: Any) -> dict[str, Any]:
    response = client.get("/notifications", query_string=query, headers=AS_OPERATOR)
    assert response.status_code == 200, response.text
    return dict(response.json)


def ids(page: dict[str, Any]) -> list[str]:
    return [each["id"] for each in page["items"]]


def add_rows(session: Session, count: int, **fields: Any) -> list[Notification]:
    """Notices of one trainee, newest first as their ids say."""
    user = add_user(session)
    rows = [make_notification(session, user.id, **fields) for _ in range(count)]
    return sorted(rows, key=lambda each: each.id, reverse=True)


def test_attempts_are_shown_newest_last_and_without_the_providers_words(
    client: SpecClient, db_session: Session
) -> None:
    (row,) = add_rows(db_session, 1, status="SENT", attempt_count=1)
    late = NotificationProviderCode(
        notification_id=row.id,
        provider="alimtalk",
        attempt_no=10,
        request_key="key-10",
        outcome="ok",
        provider_status_code="0",
        provider_response='{"recipientNo": "010"}',
        http_status=200,
        latency_ms=12,
        captured_at=datetime.now(UTC),
    )
    early = NotificationProviderCode(
        notification_id=row.id, provider="alimtalk", attempt_no=2, request_key="key-2"
    )
    db_session.add_all([late, early])
    db_session.commit()

    codes = get_notice(client, str(row.id))["provider_codes"]

    assert [each["attempt_no"] for each in codes] == [1, 2, 10]
    assert codes[2] | {"started_at": "", "captured_at": ""} == {
        "provider": "alimtalk",
        "attempt_no": 10,
        "request_key": "key-10",
        "outcome": "ok",
        "provider_status_code": "0",
        "http_status": 200,
        "latency_ms": 12,
        "started_at": "",
        "captured_at": "",
        "delivery_code": None,
        "delivery_at": None,
    }
    assert (codes[0]["outcome"], codes[0]["captured_at"]) == (None, None)


def test_only_operators_see_the_list(client: SpecClient) -> None:
    refused = client.get("/notifications", headers=AS_CLIENT)
    unknown = client.get("/notifications")

    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
    assert (unknown.status_code, unknown.json["code"]) == (401, "unauthorized")


def test_the_newest_come_first_page_by_page(client: SpecClient, db_session: Session) -> None:
    rows = add_rows(db_session, 5)

    pages = [listed(client, limit=2)]
    while pages[-1]["next_cursor"]:
        pages.append(listed(client, limit=2, cursor=pages[-1]["next_cursor"]))

    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert [each for page in pages for each in ids(page)] == [str(row.id) for row in rows]


def test_rows_of_one_moment_are_all_listed_once(client: SpecClient, db_session: Session) -> None:
    user, at = add_user(db_session), datetime.now(UTC)
    rows = [make_notification(db_session, user.id, created_at=at) for _ in range(5)]

    pages = [listed(client, limit=2)]
    while pages[-1]["next_cursor"]:
        pages.append(listed(client, limit=2, cursor=pages[-1]["next_cursor"]))

    found = [each for page in pages for each in ids(page)]
    assert sorted(found) == sorted(str(row.id) for row in rows)


def test_messages_that_come_in_between_do_not_shift_the_pages(
    client: SpecClient, db_session: Session
) -> None:
    rows = add_rows(db_session, 4)
    first = listed(client, limit=2)
    make_notification(db_session, rows[0].user_id)

    second = listed(client, limit=2, cursor=first["next_cursor"])

    assert ids(first) + ids(second) == [str(row.id) for row in rows]
    assert second["next_cursor"] is None


def test_the_list_is_narrowed_by_status_kind_and_trainee(client: SpecClient, db_session: Session) -> None:
    for status in STATUSES:
        add_rows(db_session, 1, status=status)
    (summary,) = add_rows(db_session, 1, status="SENT", kind="summary")

    by_status = listed(client, status="SENT")
    by_kind = listed(client, kind="summary")
    by_user = listed(client, user_id=summary.user_id)
    by_all = listed(client, status="SENT", kind="summary", user_id=summary.user_id)

    assert len(by_status["items"]) == 2
    assert ids(by_kind) == ids(by_user) == ids(by_all) == [str(summary.id)]
    assert listed(client, status="EXPIRED")["items"] == []
    assert listed(client, user_id=uuid4())["items"] == []


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"status": "sent"}, "#/status"),
        ({"kind": "ad"}, "#/kind"),
        ({"user_id": "1"}, "#/user_id"),
        ({"limit": "ten"}, "#/limit"),
        ({"cursor": "WyIyMDI2Il0"}, "#/cursor"),
        ({"cursor": "\x00"}, "#/cursor"),
        ({"sort": "asc"}, "#/sort"),
    ],
)
def test_a_query_that_does_not_fit_is_pointed_at(
    client: SpecClient, query: dict[str, Any], wrong: str
) -> None:
    response = client.get("/notifications", query_string=query, headers=AS_OPERATOR)

    assert pointers(response) == {wrong}


def test_what_was_erased_is_listed_without_its_text(client: SpecClient, db_session: Session) -> None:
    (row,) = add_rows(db_session, 1)
    client.delete(f"/users/{row.user_id}", headers=AS_CLIENT)

    (item,) = listed(client)["items"]

    assert (UUID(item["id"]), item["status"], item["variables"]) == (row.id, "CANCELED", {})
