"""`flask ops guardrail` and `flask ops review`: lines, exit codes, JSON."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import Result
from flask import Flask
from redis import Redis
from review_builders import add_message, add_review, fresh, log_row
from settings import CLIENT_KEY, OPERATOR_KEY
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Guardrail, MaintenanceLog

BY_KIM = ("--reason", "점검", "--actor", "kim")
DECIDED = ("--memo", "확인", "--actor", "kim")


def ops(app: Flask, *args: object) -> Result:
    return app.test_cli_runner().invoke(args=["ops", *map(str, args)])


def rows(result: Result) -> list[list[str]]:
    return [line.split() for line in result.stdout.splitlines()]


def as_json(result: Result) -> dict[str, Any]:
    return dict(json.loads(result.stdout))


def test_guardrails_are_listed_one_a_line(app: Flask) -> None:
    result = ops(app, "guardrail", "list")

    assert result.exit_code == 0
    assert rows(result) == [
        ["ok", "auto_cap", "null", "default"],
        ["ok", "force_rule", "false", "default"],
        ["ok", "llm_enabled", "true", "default"],
        ["ok", "send_cap_per_minute", "null", "default"],
        ["ok", "send_paused", "false", "default"],
    ]


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("send_paused", "true", True),
        ("llm_enabled", "false", False),
        ("send_cap_per_minute", "30", 30),
        ("send_cap_per_minute", "null", None),
    ],
)
def test_a_guardrail_is_set(app: Flask, db_session: Session, name: str, value: str, stored: Any) -> None:
    result = ops(app, "guardrail", "set", name, value, *BY_KIM)

    assert result.exit_code == 0, result.output
    assert rows(result)[0][:4] == ["ok", name, value, "kim"]
    kept = db_session.scalars(select(Guardrail)).one()
    assert (kept.name, kept.value, kept.reason, kept.actor, kept.expires_at) == (
        name,
        stored,
        "점검",
        "kim",
        None,
    )
    assert db_session.scalars(select(MaintenanceLog.actor)).one() == "kim"


def test_a_guardrail_is_set_until_a_time(app: Flask, db_session: Session) -> None:
    until = (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0)

    result = ops(app, "guardrail", "set", "send_paused", "true", *BY_KIM, "--until", until.isoformat())

    assert result.exit_code == 0, result.output
    assert f"until {until.isoformat()}: 점검" in result.stdout
    assert db_session.scalars(select(Guardrail.expires_at)).one() == until


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("send_paused", "1", *BY_KIM), "value: Must be true or false."),
        (("auto_cap", "30", *BY_KIM), "value: Must be null"),
        (("send_cap_per_minute", "NaN", *BY_KIM), "value: Must be an integer"),
        (("send_paused", "true", "--reason", " ", "--actor", "kim"), "reason: Must be 1 to 200"),
        (("send_paused", "true", "--reason", "r", "--actor", "coach"), "actor: 'coach' is the service"),
        (("send_paused", "true", *BY_KIM, "--until", "2020-01-01T00:00:00Z"), "expires_at: Must lie ahead."),
    ],
)
def test_what_the_rules_refuse_is_a_fail_and_ends_with_1(
    app: Flask, db_session: Session, args: tuple[str, ...], said: str
) -> None:
    result = ops(app, "guardrail", "set", *args)

    assert result.exit_code == 1
    assert result.stdout.startswith("FAIL  guardrail set")
    assert said in result.stdout
    assert db_session.scalars(select(Guardrail)).all() == []


@pytest.mark.parametrize(
    "args",
    [
        ("guardrail",),
        ("guardrail", "drop"),
        ("guardrail", "set", "send_paused", "true", "--reason", "r"),
        ("guardrail", "set", "send_paused", "true", "--actor", "kim"),
        ("guardrail", "set", "send_paused", "yes", *BY_KIM),
        ("guardrail", "set", "nothing", "true", *BY_KIM),
        ("guardrail", "set", "send_paused", "true", *BY_KIM, "--until", "tomorrow"),
        ("guardrail", "set", "send_paused", "true", *BY_KIM, "--until", "2199-01-01T00:00:00"),
        ("review", "list", "--state", "closed"),
        ("review", "list", "--limit", "0"),
        ("review", "resolve", "1", "retry", *DECIDED),
        ("review", "resolve", uuid4(), "drop", *DECIDED),
        ("review", "resolve", uuid4(), "retry", "--actor", "kim"),
        ("provider-codes", "--hours", "0"),
    ],
)
def test_wrong_use_ends_with_2_and_says_so_on_stderr(
    app: Flask, db_session: Session, args: tuple[object, ...]
) -> None:
    result = ops(app, *args)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Usage:" in result.stderr
    assert db_session.scalars(select(MaintenanceLog)).all() == []


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("guardrail",),
        ("guardrail", "list"),
        ("guardrail", "set"),
        ("review",),
        ("review", "list"),
        ("review", "resolve"),
        ("provider-codes",),
    ],
)
def test_every_command_explains_itself(app: Flask, args: tuple[str, ...]) -> None:
    result = ops(app, *args, "--help")

    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) > 6


def test_reviews_are_listed_newest_first(app: Flask, db_session: Session) -> None:
    new = add_review(db_session, "sender", cause="alimtalk", reason_code="bad_secret_key")
    old = add_review(db_session, cause="notice:-1", count=3, id=UUID(int=new.id.int - 1))

    result = ops(app, "review", "list")

    assert result.exit_code == 0
    assert [row[:7] for row in rows(result)] == [
        ["ok", str(new.id), "open", "1×", "sender", "alimtalk", "bad_secret_key"],
        ["ok", str(old.id), "open", "3×", "notification", "notice:-1", "outcome_unknown"],
    ]


def test_the_list_of_reviews_is_narrowed_and_says_when_there_is_more(app: Flask, db_session: Session) -> None:
    add_review(db_session, "sender", cause="alimtalk")
    for number in range(3):
        add_review(db_session, cause=f"notice:{number}")

    narrowed = ops(app, "review", "list", "--state", "open", "--subject", "sender")
    first = ops(app, "review", "list", "--limit", "2")
    none = ops(app, "review", "list", "--state", "resolved")

    assert [row[4] for row in rows(narrowed)] == ["sender"]
    assert [row[1] for row in rows(first)][2:] == ["more"]
    assert rows(none) == [["ok", "reviews", "none"]]


def test_a_review_is_decided_and_the_bell_is_rung(app: Flask, redis: Redis, db_session: Session) -> None:
    review = add_review(db_session)
    message = add_message(db_session, review)

    result = ops(app, "review", "resolve", review.id, "retry", *DECIDED)

    assert result.exit_code == 0, result.output
    assert rows(result) == [["ok", str(review.id), "retry", "by", "kim,", "rows", "changed:", "1"]]
    assert fresh(db_session, message).status == "RETRY_SCHEDULED"
    assert log_row(db_session).detail["memo"] == "확인"
    assert redis.llen("rq:queue:delivery") == 1


def test_a_decision_that_is_refused_changes_nothing(app: Flask, db_session: Session) -> None:
    review = add_review(db_session, reason_code="retries_exhausted")
    add_message(db_session, review, human_retries=3)

    refused = ops(app, "review", "resolve", review.id, "retry", *DECIDED)
    unknown = ops(app, "review", "resolve", uuid4(), "retry", *DECIDED)

    assert (refused.exit_code, unknown.exit_code) == (1, 1)
    assert refused.stdout.startswith("FAIL  review resolve")
    assert "confirm_sent or discard" in refused.stdout
    assert fresh(db_session, review).state == "open"


def test_what_somebody_wrote_stays_on_its_line(app: Flask, db_session: Session) -> None:
    review = add_review(db_session)
    memo = "one\ntwo \x1b[2J\u2028three"

    ops(app, "review", "resolve", review.id, "discard", "--memo", memo, "--actor", "kim")
    result = ops(app, "review", "list")

    assert len(result.stdout.splitlines()) == 1
    assert "\x1b" not in result.stdout
    assert fresh(db_session, review).memo == memo


@pytest.mark.parametrize("args", [("guardrail", "list"), ("review", "list"), ("provider-codes",)])
def test_json_is_one_document(app: Flask, db_session: Session, args: tuple[str, ...]) -> None:
    add_message(db_session, add_review(db_session))

    result = ops(app, *args, "--json")

    found = as_json(result)
    assert (result.exit_code, found["ok"]) == (0, True)
    assert all(set(line) == {"ok", "name", "detail", "data"} for line in found["lines"])
    assert all(line["data"] for line in found["lines"])


def test_a_refusal_is_json_too(app: Flask) -> None:
    result = ops(app, "guardrail", "set", "send_paused", "1", *BY_KIM, "--json")

    found = as_json(result)
    assert (result.exit_code, found["ok"]) == (1, False)
    assert found["lines"][0]["data"] == {"code": "validation"}


def test_what_is_logged_does_not_mix_with_the_lines(
    another_app: Callable[..., Flask], app: Flask, db_session: Session
) -> None:
    review = add_review(db_session)
    deaf = another_app(REDIS_URL="redis://127.0.0.1:9")

    result = ops(deaf, "review", "resolve", review.id, "retry", *DECIDED, "--json")

    assert as_json(result)["ok"] is True
    assert "bell not rung" in result.stderr


@pytest.mark.parametrize("args", [("guardrail", "list"), ("review", "list"), ("provider-codes",)])
def test_a_database_that_is_away_is_a_fail(
    another_app: Callable[..., Flask], app: Flask, args: tuple[str, ...]
) -> None:
    away = another_app(DATABASE_URL="postgresql://nobody:hunter22@127.0.0.1:9/none")

    result = ops(away, *args)

    assert result.exit_code == 1
    assert rows(result)[0][:2] == ["FAIL", "database"]
    assert "hunter22" not in result.output


@pytest.mark.parametrize("args", [("guardrail", "list"), ("review", "list"), ("provider-codes",)])
def test_no_secret_is_printed(app: Flask, env: dict[str, str], args: tuple[str, ...]) -> None:
    secrets = [CLIENT_KEY, OPERATOR_KEY, env["SECRET_KEY"], env["KAKAO_TOKEN"], env["DATABASE_URL"]]

    printed = ops(app, *args).output + ops(app, *args, "--json").output

    assert [each for each in secrets if each in printed] == []
