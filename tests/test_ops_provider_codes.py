"""`flask ops provider-codes`: the collection rate, and every code with its count."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import Result
from factories import add_user, make_notification
from flask import Flask
from sqlalchemy.orm import Session

from app.models import NotificationProviderCode


def provider_codes(app: Flask, *args: str) -> Result:
    return app.test_cli_runner().invoke(args=["ops", "provider-codes", *args])


def lines(app: Flask, *args: str) -> dict[str, Any]:
    """The first line of each name."""
    found = json.loads(provider_codes(app, "--json", *args).stdout)["lines"]
    return {each["name"]: each for each in reversed(found)}


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


def add_attempts(session: Session, count: int = 1, **fields: Any) -> None:
    """Attempts that began ten minutes ago and were answered with 0 at once, unless said otherwise."""
    user = add_user(session)
    at = fields.get("started_at", ago(minutes=10))
    known = {"provider": "alimtalk", "started_at": at, "captured_at": at, "outcome": "ok"}
    known |= {"provider_status_code": "0", "attempt_no": 1, "request_key": "k"}
    for _ in range(count):
        row = make_notification(session, user.id)
        session.add(NotificationProviderCode(notification_id=row.id, **known | fields))
    session.commit()


NO_ANSWER = {"captured_at": None, "outcome": None, "provider_status_code": None}


def test_without_attempts_all_is_well(app: Flask) -> None:
    result = provider_codes(app)

    assert result.exit_code == 0
    assert [line.split()[:3] for line in result.stdout.splitlines()] == [
        ["ok", "collection-rate", "-:"],
        ["ok", "unknown-codes", "none"],
    ]


@pytest.mark.parametrize(
    ("answered", "lost", "is_ok"), [(19, 1, True), (18, 2, False), (0, 20, False), (0, 19, True)]
)
def test_the_rate_fails_below_95_percent_of_20(
    app: Flask, db_session: Session, answered: int, lost: int, is_ok: bool
) -> None:
    add_attempts(db_session, answered)
    add_attempts(db_session, lost, **NO_ANSWER)

    result = provider_codes(app)

    assert result.exit_code == (0 if is_ok else 1)
    line = lines(app)["collection-rate"]
    assert line["ok"] is is_ok
    assert line["data"] == {
        "rate": answered / (answered + lost),
        "started": answered + lost,
        "completed": answered,
        "due": answered + lost,
        "due_completed": answered,
    }


def test_what_began_just_now_need_not_have_ended(app: Flask, db_session: Session) -> None:
    add_attempts(db_session, 20)
    add_attempts(db_session, 30, **NO_ANSWER, started_at=ago(minutes=1))

    line = lines(app)["collection-rate"]

    assert (line["ok"], line["data"]["rate"], line["data"]["due"]) == (True, 0.4, 20)


def test_only_the_window_counts(app: Flask, db_session: Session) -> None:
    add_attempts(db_session, 20, **NO_ANSWER, started_at=ago(hours=25))
    add_attempts(db_session, provider_status_code="-99", outcome="unknown", started_at=ago(hours=25))

    assert provider_codes(app).exit_code == 0
    assert provider_codes(app, "--hours", "26").exit_code == 1
    assert set(lines(app)) == {"collection-rate", "unknown-codes"}


def test_every_code_is_counted_and_read(app: Flask, db_session: Session) -> None:
    add_attempts(db_session, 3)
    add_attempts(db_session, 2, provider_status_code="-9999", outcome="retry")
    add_attempts(db_session, provider_status_code="TIMEOUT", outcome="unknown")
    add_attempts(db_session, delivery_code="3019", delivery_at=ago(minutes=1))

    result = provider_codes(app)

    assert result.exit_code == 0, result.stdout
    assert [line.split()[1:6] for line in result.stdout.splitlines()[2:]] == [
        ["code", "alimtalk", "0", "ok", "4×"],
        ["code", "alimtalk", "-9999", "retry", "2×"],
        ["code", "alimtalk", "TIMEOUT", "unknown", "1×"],
        ["delivery-code", "alimtalk", "3019", "recipient", "1×"],
    ]
    assert "발송 요청이 접수되었습니다. / Accepted for sending." in result.stdout
    assert "카카오톡 사용자가 아닙니다. / Not a KakaoTalk user." in result.stdout


def test_a_code_in_no_table_fails_with_its_count_and_when_it_was_seen(
    app: Flask, db_session: Session
) -> None:
    first, last = ago(hours=3), ago(minutes=5)
    unknown = {"provider_status_code": "-4242", "outcome": "unknown"}
    add_attempts(db_session, 2, **unknown, captured_at=first)
    add_attempts(db_session, 1, **unknown, captured_at=last)

    result = provider_codes(app)

    assert result.exit_code == 1
    found = lines(app)
    assert (found["unknown-codes"]["ok"], found["unknown-codes"]["data"]) == (False, {"codes": 1, "times": 3})
    data = found["code"]["data"]
    assert (data["code"], data["outcome"], data["count"], data["is_known"]) == ("-4242", "unknown", 3, False)
    assert datetime.fromisoformat(data["first_at"]) == first
    assert datetime.fromisoformat(data["last_at"]) == last
    assert "FAIL  code" in result.stdout


@pytest.mark.parametrize("stored", [None, "unknown"])
def test_a_delivery_code_in_no_table_is_unknown_too(
    app: Flask, db_session: Session, stored: str | None
) -> None:
    add_attempts(db_session, delivery_code="7777", delivery_outcome=stored, delivery_at=ago(minutes=1))

    found = lines(app)

    assert found["unknown-codes"]["ok"] is False
    assert (found["delivery-code"]["data"]["outcome"], found["delivery-code"]["ok"]) == ("unknown", False)


def test_a_result_that_came_two_days_after_its_attempt_is_seen(app: Flask, db_session: Session) -> None:
    add_attempts(db_session, delivery_code="1000", delivery_at=ago(minutes=1), started_at=ago(hours=70))

    found = lines(app)

    assert found["delivery-code"]["data"]["count"] == 1
    assert "code" not in found


def test_the_newest_unknown_code_is_on_top(app: Flask, db_session: Session) -> None:
    add_attempts(db_session, 5, provider_status_code="-4001", outcome="unknown", captured_at=ago(hours=2))
    add_attempts(db_session, 1, provider_status_code="-4242", outcome="unknown", captured_at=ago(hours=1))
    add_attempts(db_session, 9)

    codes = [line.split()[3] for line in provider_codes(app).stdout.splitlines()[2:]]

    assert codes == ["-4242", "-4001", "0"]


def test_what_is_known_of_one_provider_is_unknown_of_another(app: Flask, db_session: Session) -> None:
    add_attempts(db_session, provider_status_code="-1001", outcome="unknown", provider="memo")
    add_attempts(db_session, provider_status_code="-1001", outcome="alert")

    found = [line.split()[:4] for line in provider_codes(app).stdout.splitlines()[2:]]

    assert found == [["FAIL", "code", "memo", "-1001"], ["ok", "code", "alimtalk", "-1001"]]


def test_a_result_from_before_the_window_is_not_seen(app: Flask, db_session: Session) -> None:
    add_attempts(db_session, delivery_code="7777", delivery_at=ago(hours=25), started_at=ago(hours=30))

    result = provider_codes(app)

    assert result.exit_code == 0
    assert "7777" not in result.stdout
