"""Log lines: JSON, traceable, and without what must not be in them."""

import json
import logging
import time
from typing import Any
from uuid import uuid4

import pytest
from openapi_client import SpecClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from app.logs import bound, configure, hide, mask

log = logging.getLogger("tests.logs")


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Any:
    """The objects that have been logged so far."""
    configure("INFO")
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_request_ends_with_one_line(probe: SpecClient, lines: Any) -> None:
    lines()
    probe.get("/probe/list?limit=7", headers={"X-Request-Id": "trace-1"})

    (line,) = [each for each in lines() if each["event"] == "request" and each["route"] != "/openapi.json"]
    assert (line["request_id"], line["route"], line["method"]) == ("trace-1", "/probe/list", "GET")
    assert line["status"] == 200 and line["ms"] >= 0 and line["level"] == "info"
    assert line["time"].endswith("+00:00")


@pytest.mark.parametrize("path", ["/probe/list?cursor=a-secret", "/probe/path/a-secret", "/a-secret"])
def test_no_path_and_no_query_is_logged(probe: SpecClient, lines: Any, path: str) -> None:
    probe.get(path)

    assert "a-secret" not in json.dumps(lines())


def test_a_line_carries_what_is_bound_and_given(lines: Any) -> None:
    notification_id = str(uuid4())
    with bound(job="deliver", request_id="trace-2"):
        log.info("sent", extra={"notification_id": notification_id, "count": 3})
    log.info("after")

    inside, after = lines()
    assert (inside["job"], inside["request_id"], inside["count"]) == ("deliver", "trace-2", 3)
    assert inside["notification_id"] == notification_id
    assert "job" not in after


@pytest.mark.parametrize("piece", ["http://", "a.", "a://", "Bearer ", "DETAIL:\n", "1", "82 "])
def test_a_long_text_is_masked_in_no_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))

    began = time.perf_counter()
    masked = mask(text)

    assert time.perf_counter() - began < 2
    assert len(masked) < 10_000


@pytest.mark.parametrize(
    "secret",
    [
        "01012345678",
        "010-1234-5678",
        "010 1234 5678",
        "+82 10-1234-5678",
        "821012345678",
        "(01012345678)",
        "123456789",
        "Bearer abc.def",
        "KakaoAK 0123abc",
        "/t/eyJwIjoiMSJ9.abc-_x",
        "https://kapi.test/v2?token=abc",
        "redis://:pass-word@cache.test:6379/0",
        "postgresql+psycopg2://coach:pass@word@db.test/coach",
    ],
)
def test_what_must_not_be_logged_is_masked(lines: Any, secret: str) -> None:
    log.warning("sent to %s", secret, extra={"note": f"for {secret}"})

    assert secret not in json.dumps(lines())


def test_a_hidden_text_is_masked_however_deep_it_stands(lines: Any) -> None:
    hide(["hidden/text@1", "short"])
    log.warning("with hidden/text@1", extra={"all": [{"hidden/text@1": ("hidden%2Ftext%401", 3)}]})

    (line,) = lines()
    assert line["event"] == "with ***" and line["all"] == [{"***": ["***", 3]}]
    assert mask("short") == "short"


def test_ids_and_short_numbers_survive() -> None:
    sentence = f"{uuid4()} and 00000000-0000-4000-8000-123456789012 took 12345678 of 2026-11-23"

    assert mask(sentence) == sentence


def test_a_long_text_is_cut_in_the_middle() -> None:
    cut = mask("first" + "x" * 100_000 + "last")

    assert len(cut) < 8100
    assert cut.startswith("first") and cut.endswith("last")


def test_a_refused_row_is_not_quoted(engine: Engine, lines: Any) -> None:
    statement = text("INSERT INTO guardrails (name, reason, actor) VALUES (:name, NULL, :actor)")
    row = {"name": "a-name", "actor": "김철수\n\n[다음 줄] 010-1111-2222"}
    try:
        with engine.begin() as connection:
            connection.execute(statement, row)
    except IntegrityError:
        log.exception("refused")

    (line,) = lines()
    assert "NotNullViolation" in line["exception"] and "Traceback" in line["exception"]
    for quoted in ("김철수", "다음 줄", "a-name", "1111"):
        assert quoted not in line["exception"]
