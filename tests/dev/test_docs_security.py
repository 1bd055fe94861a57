"""What `docs/security.md` names is there: tests, tables, secrets, limits."""

import ast
import re
from pathlib import Path

import pytest
from test_docs import ROOT, names, rows

from app import config, guesses, web
from app.models import Base

PAGE = ROOT / "docs/security.md"
THREATS = rows(PAGE, "Threats")


def collectable(path: Path) -> set[str]:
    """The tests that pytest finds in a file."""
    assert path.name.startswith("test_"), path
    tree = ast.parse(path.read_text())
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef) and each.name[:5] == "test_"}


@pytest.mark.parametrize("row", THREATS, ids=lambda row: row[0])
def test_every_threat_has_tests_that_exist(row: list[str]) -> None:
    named = [each.split("::") for each in names(row[2])]

    assert named
    assert [each for each in named if each[1] not in collectable(ROOT / each[0])] == []


def test_every_test_the_page_names_is_in_the_table() -> None:
    assert sorted(re.findall(r"`(tests/\S+::\S+)`", PAGE.read_text())) == sorted(
        each for row in THREATS for each in names(row[2])
    )


def test_every_table_is_listed() -> None:
    listed = [names(first)[0] for first, *_ in rows(PAGE, "What is stored")]

    assert sorted(listed) == sorted(Base.metadata.tables)


def test_every_secret_has_its_rotation() -> None:
    listed = {name for first, *_ in rows(PAGE, "Secrets and their rotation") for name in names(first)}

    secrets = {"SECRET_KEY" if name == "SECRET_KEYS" else name for name in config.SECRETS}
    assert listed == secrets | {"DATABASE_URL", "REDIS_URL"}


def test_the_figures_are_those_of_the_code() -> None:
    page = " ".join(PAGE.read_text().split())

    assert f"{web.HEAD_S:.0f} s for its head, {web.BODY_S:.0f} s for its body" in page
    assert f"an answer to be taken | {web.SEND_S:.0f} s" in page
    assert f"From the {guesses.AN_INSTANCE + 1}st wrong key" in page
    assert f"at most {guesses.FORGERIES_NOTED} a minute" in page
    assert f"{config.STATEMENT_TIMEOUT_MS // 1000} s, {config.IDLE_TIMEOUT_MS // 1000} s" in page
