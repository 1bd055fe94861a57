"""What the documentation says of names, files, commands and states is what the code has."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.config import ALIMTALK, ALWAYS, APP_ENV, MEMO, NEVER, PRODUCTION, SETTINGS
from app.models import Base
from app.models.notification import LEGAL_MOVES

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [README, ROOT / "README.ko.md", *sorted((ROOT / "docs").rglob("*.md"))]
REQUIRED = {
    ALWAYS: "always",
    PRODUCTION: "production",
    ALIMTALK: "production, alimtalk",
    MEMO: "production, memo",
    NEVER: "no",
}
FOLDERS = ("app", "bench", "dev", "docs", "migrations", "tests")
NOT_USED_YET = "†"
METHODS = "GET|POST|PUT|PATCH|DELETE"

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def code(text: str) -> Iterator[str]:
    """What stands in code blocks, and between backticks outside them."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    yield from re.findall(r"^```\w*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    yield from re.findall(r"`([^`\n]+)`", prose)


def rows(page: Path, heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its own two first lines."""
    section = page.read_text().partition(f"# {heading}\n")[2].partition("\n#")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    assert lines, f"{page.name} has no table below '{heading}'"
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@every_page
def test_links_to_files_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())

    own = [link for link in links if not link.startswith(("http:", "https:"))]
    assert [link for link in own if not (page.parent / link).exists()] == []


def anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_links_to_headings_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([\w./-]*)#([^)]+)\)", page.read_text())

    targets = [(page.parent / name if name else page, anchor) for name, anchor in links]
    assert [f"{target.name}#{anchor}" for target, anchor in targets if anchor not in anchors(target)] == []


@every_page
def test_paths_in_code_exist(page: Path) -> None:
    found = [
        word
        for part in code(page.read_text())
        for word in re.findall(r"(?<![\w/.-])[a-z]+/[\w./-]*\w/?", part)
    ]

    ours = {path for path in found if path.split("/")[0] in FOLDERS}
    assert {path for path in ours if not (ROOT / path).exists()} == set()


@every_page
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = {
        target for part in code(page.read_text()) for target in re.findall(r"(?<![\w-])make ([a-z]+)", part)
    }

    assert named - targets == set()


@every_page
def test_routes_exist(page: Path, migrated_app: Flask) -> None:
    routes = {
        (method, re.sub(r"<[^>]+>", "{}", rule.rule))
        for rule in migrated_app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    named = {
        (method, re.sub(r"\{[^}]+\}", "{}", path))
        for part in code(page.read_text())
        for method, path in re.findall(rf"^({METHODS}) (/[^\s?]*)", part)
    }

    assert named - routes == set()


def test_the_environment_table_is_the_one_of_the_code() -> None:
    table = {
        names(name)[0]: (required, default.strip("`"))
        for name, required, default, _ in rows(README, "Environment")
    }

    assert table == {
        each.name: (REQUIRED[each.required], each.default or "–") for each in (APP_ENV, *SETTINGS)
    }


def test_names_that_nothing_reads_yet_are_marked() -> None:
    sources = [path for path in (ROOT / "app").rglob("*.py") if not path.name.startswith("config")]
    text = "\n".join(path.read_text() for path in (*sources, ROOT / "gunicorn.conf.py"))
    used_by_config = {"APP_ENV", "DATABASE_URL"}
    unread = {each.name for each in SETTINGS if not re.search(rf"\b{each.name}\b", text)} - used_by_config

    marked = {names(name)[0] for name, *_ in rows(README, "Environment") if NOT_USED_YET in name}

    assert marked == unread, "README.md, Environment: set or remove the † of these names"


def test_the_table_of_legal_moves_is_the_one_of_the_code() -> None:
    table = {names(old)[0]: tuple(names(new)) for old, new in rows(ROOT / "docs/delivery.md", "Legal moves")}

    assert table == LEGAL_MOVES


def test_the_list_of_tables_is_the_one_of_the_models() -> None:
    listed = {
        name for first, *_ in rows(ROOT / "docs/architecture.md", "The tables") for name in names(first)
    }

    assert listed == set(Base.metadata.tables)
