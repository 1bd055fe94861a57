"""`flask ops rollback-check`: ways to call it, and rows that its signals are read from."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from click.testing import Result
from factories import add_plan, add_user, make_notification
from flask import Flask
from review_builders import add_review
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.domain import summaries
from app.models import NotificationProviderCode

SIGNALS = ("summary-error", "review-surge", "failure-rate")
MINUTE = timedelta(minutes=1)
MIDDLES = tuple(MINUTE * each for each in (2.5, 7.5, 12.5))  # of the three windows


def check(app: Flask, *args: str) -> Result:
    return app.test_cli_runner().invoke(args=["ops", "rollback-check", *args])


def lines(app: Flask, *args: str) -> dict[str, Any]:
    """Each line by its name."""
    found = json.loads(check(app, "--json", *args).stdout)["lines"]
    assert [each["name"] for each in found] == [*SIGNALS, "verdict"]
    return {each["name"]: each for each in found}


def figures(app: Flask, name: str, *args: str) -> dict[str, Any]:
    return dict(lines(app, *args)[name]["data"])


def reasons(app: Flask) -> list[str]:
    """What asks for the release before; the verdict, the lines and the exit code agree."""
    found, result = lines(app), check(app)
    verdict = found["verdict"]["data"]
    asking = [name for name in SIGNALS if found[name]["data"]["trips"]]
    assert asking == verdict["reasons"] == [name for name in SIGNALS if not found[name]["ok"]]
    assert (result.exit_code, verdict["verdict"]) == ((1, "roll back") if asking else (0, "keep"))
    assert ("roll back" in result.stdout) == bool(asking)
    return asking


def change(engine: Engine, statement: str, **given: Any) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement), given)


def add_history(session: Session, days: int = 5, first: date | None = None) -> UUID:
    """A trainee who trained on so many days in a row up to yesterday, all of them closed and summed up."""
    user_id = add_user(session).id
    first = first or datetime.now(UTC).date() - timedelta(days=days)
    for number in range(days):
        on = first + timedelta(days=number)
        add_plan(session, user_id, on, ["DONE", "FAILED"], status="DONE", closed_at=datetime.now(UTC))
    summaries.write(session, {user_id: first})
    session.commit()
    return user_id


def open_reviews(session: Session, how_many: int, ago: timedelta = 30 * MINUTE, **fields: Any) -> None:
    """So many reviews opened then, each of a cause of its own."""
    at = datetime.now(UTC) - ago
    for number in range(how_many):
        known = {"opened_at": at, "last_seen_at": at, "cause": f"notice:{ago}:{number}"}
        add_review(session, **known | fields)


def open_before(session: Session, counts: Sequence[int]) -> None:
    """Reviews at this hour of yesterday, of the day before, and so on."""
    for days_ago, count in enumerate(counts, start=1):
        open_reviews(session, count, timedelta(days=days_ago, minutes=30))


def add_attempts(session: Session, ago: timedelta, ok: int, failed: int = 0, **fields: Any) -> None:
    """Attempts begun then: some answered `ok`, others with the outcome `request`, or as `fields` say."""
    user, at = add_user(session), datetime.now(UTC) - ago
    known = {"provider": "alimtalk", "attempt_no": 1, "request_key": "k", "started_at": at, "captured_at": at}
    for number in range(ok + failed):
        row = known | ({"outcome": "ok"} if number < ok else {"outcome": "request"} | fields)
        session.add(NotificationProviderCode(notification_id=make_notification(session, user.id).id, **row))
    session.commit()
