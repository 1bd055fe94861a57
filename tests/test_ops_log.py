"""`flask ops log`: rows are listed, written and exported."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from app.domain.maintenance import PAGE
from app.models import MaintenanceLog
from dev.processes import wait_until

ROOT = Path(__file__).parents[1]
BY_KIM = ("--kind", "deploy", "--actor", "kim", "--message", "v1.2")


def log(app: Flask, *args: object) -> Result:
    return app.test_cli_runner().invoke(args=["ops", "log", *map(str, args)])


def lines(app: Flask, *args: object) -> list[dict[str, Any]]:
    result = log(app, *args, "--json")
    assert result.exit_code == 0, result.output
    return list(json.loads(result.stdout)["lines"])


def add_rows(session: Session, count: int, **fields: Any) -> list[MaintenanceLog]:
    usual = {"kind": "maintenance", "actor": "kim", "message": "점검"}
    rows = [MaintenanceLog(**usual | fields) for _ in range(count)]
    session.add_all(rows)
    session.commit()
    return rows


def stored(session: Session) -> list[MaintenanceLog]:
    session.rollback()
    return list(session.scalars(select(MaintenanceLog).order_by(MaintenanceLog.id)))


@pytest.mark.parametrize("kind", ["deploy", "rollback", "maintenance", "incident"])
def test_what_somebody_did_is_recorded_and_listed(app: Flask, db_session: Session, kind: str) -> None:
    given = ("--kind", kind, "--actor", " kim ", "--message", "Redis 교체", "--detail", '{"ticket": 12}')

    recorded = log(app, "record", *given)
    listed = log(app, "list")

    assert (recorded.exit_code, recorded.stdout) == (0, listed.stdout)
    (row,) = stored(db_session)
    assert (row.kind, row.actor, row.message, row.detail) == (kind, "kim", "Redis 교체", {"ticket": 12})
    words = listed.stdout.split()
    assert words[:2] == ["ok", str(row.id)] and words[3:] == [kind, "kim:", "Redis", "교체"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("--actor", "Coach"), "actor: 'coach' is the service itself"),
        (("--actor", "  "), "actor: Must be 1 to 200"),
        (("--actor", "k" * 201), "actor: Must be 1 to 200"),
        (("--message", " "), "message: Must be 1 to 1000"),
        (("--message", "m" * 1001), "message: Must be 1 to 1000"),
        (("--message", "a\x00b"), "message: Holds characters"),
        (("--message", "a\ud800b"), "message: Holds characters"),
        (("--detail", json.dumps({"a": "한" * 1400})), "detail: Must be at most 4096 bytes"),
    ],
)
def test_words_that_are_refused_end_with_1_and_write_nothing(
    app: Flask, db_session: Session, change: tuple[str, str], said: str
) -> None:
    result = log(app, "record", *BY_KIM, *change)

    assert result.exit_code == 1
    assert result.stdout.startswith("FAIL  log record")
    assert said in result.stdout
    assert stored(db_session) == []


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("drop",),
        ("record", "--actor", "kim", "--message", "m"),
        ("record", "--kind", "deploy", "--actor", "kim"),
        ("record", *BY_KIM, "--kind", "review"),
        ("record", *BY_KIM, "--detail", "{"),
        ("record", *BY_KIM, "--detail", "[1]"),
        ("record", *BY_KIM, "--detail", '{"a": NaN}'),
        ("record", *BY_KIM, "--detail", '{"a": "\\u0000"}'),
        ("record", *BY_KIM, "--detail", "[" * 100_000),
        ("list", "--kind", "party"),
        ("list", "--limit", "0"),
        ("list", "--limit", "201"),
        ("list", "--since", "yesterday"),
        ("list", "--before", "0"),
        ("list", "--before", 2**63),
        ("export", "--since", "2026-11-23"),
    ],
)
def test_wrong_use_ends_with_2_and_writes_nothing(
    app: Flask, db_session: Session, args: tuple[object, ...]
) -> None:
    result = log(app, *args)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Usage:" in result.stderr
    assert stored(db_session) == []


def test_the_list_goes_back_page_by_page_without_gap_or_repeat(app: Flask, db_session: Session) -> None:
    rows = add_rows(db_session, 5)
    seen: list[str] = []

    before: tuple[object, ...] = ()
    for _ in range(3):
        *page, last = lines(app, "list", "--limit", 2, *before)
        seen += [each["name"] for each in page]
        before = ("--before", last["data"].get("before"))

    assert [*seen, last["name"]] == [str(each.id) for each in reversed(rows)]
    assert lines(app, "list", "--before", rows[0].id)[0]["detail"] == "none"


def test_the_list_is_narrowed_by_kind_and_time(app: Flask, db_session: Session) -> None:
    now = datetime.now(UTC)
    add_rows(db_session, 2, created_at=now - timedelta(hours=2))
    add_rows(db_session, 1, created_at=now - timedelta(hours=1), kind="deploy")
    add_rows(db_session, 1, kind="review")

    recent = lines(app, "list", "--since", (now - timedelta(minutes=90)).isoformat())
    deploys = lines(app, "list", "--kind", "deploy")

    assert [each["data"]["kind"] for each in recent] == ["review", "deploy"]
    assert [each["data"]["kind"] for each in deploys] == ["deploy"]


def test_what_somebody_wrote_stays_on_its_line(app: Flask, db_session: Session) -> None:
    add_rows(db_session, 1, message="one\ntwo \x1b[2J\u2028three")

    result = log(app, "list")

    assert len(result.stdout.splitlines()) == 1
    assert "\x1b" not in result.stdout


def test_the_export_is_every_row_oldest_first_as_json_lines(app: Flask, db_session: Session) -> None:
    rows = add_rows(db_session, PAGE + 3, message="one\ntwo 점검", detail={"a": [1]})

    result = log(app, "export")

    found = [json.loads(line) for line in result.stdout.split("\n")[:-1]]
    assert result.exit_code == 0
    assert [each["id"] for each in found] == [each.id for each in rows]
    assert found[0] == {
        "id": rows[0].id,
        "at": rows[0].created_at.isoformat(),
        "kind": "maintenance",
        "actor": "kim",
        "message": "one\ntwo 점검",
        "detail": {"a": [1]},
        "request_id": None,
    }


def test_the_export_is_from_a_time_to_a_time(app: Flask, db_session: Session) -> None:
    now = datetime.now(UTC)
    rows = [add_rows(db_session, 1, created_at=now - timedelta(hours=n))[0] for n in (3, 2, 1)]

    since, until = (rows[n].created_at.isoformat() for n in (1, 2))
    result = log(app, "export", "--json", "--since", since, "--until", until)

    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [rows[1].id]


@pytest.fixture
def exporting(db_session: Session) -> Iterator[subprocess.Popen[str]]:
    """The command as a process that nobody reads from, with far more rows than a pipe holds."""
    add_rows(db_session, 5 * PAGE, message="점검 " * 200)
    command = [sys.executable, "-m", "flask", "ops", "log", "export"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as process:
        yield process
        process.kill()


def test_an_export_that_is_taken_slowly_holds_no_transaction(
    exporting: subprocess.Popen[str], engine: Engine
) -> None:
    assert exporting.stdout is not None
    first = json.loads(exporting.stdout.readline())
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND state <> 'idle' AND pid <> pg_backend_pid()"
    )

    def is_idle() -> bool:
        with engine.connect() as connection:
            return bool(connection.scalar(query) == 0)

    wait_until(is_idle, 10, "no transaction")
    assert first["kind"] == "maintenance"
    assert exporting.poll() is None


def test_an_export_whose_reader_goes_away_ends_without_a_word(exporting: subprocess.Popen[str]) -> None:
    assert exporting.stdout is not None and exporting.stderr is not None
    exporting.stdout.readline()
    exporting.stdout.close()

    said = exporting.stderr.read()

    assert (exporting.wait(20), said) == (1, "")


def test_an_empty_log_exports_nothing(app: Flask) -> None:
    result = log(app, "export")

    assert (result.exit_code, result.stdout) == (0, "")


@pytest.mark.parametrize("command", ["list", "export"])
def test_a_database_that_is_away_is_a_fail(
    another_app: Callable[..., Flask], app: Flask, command: str
) -> None:
    away = another_app(DATABASE_URL="postgresql://nobody:hunter22@127.0.0.1:9/none")

    result = log(away, command)

    assert result.exit_code == 1
    assert result.output.startswith("FAIL  database")
    assert "hunter22" not in result.output


@pytest.mark.parametrize("args", [(), ("list",), ("record",), ("export",)])
def test_every_command_explains_itself(app: Flask, args: tuple[str, ...]) -> None:
    result = log(app, *args, "--help")

    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) > 6
