"""What docs/scaling.md quotes of the bench stands there, and what it says of connections is in the code."""

import re

import pytest
from test_docs import ROOT, names, rows

from app.config import from_env
from app.models import Base

PAGE = ROOT / "docs/scaling.md"
PERFORMANCE = (ROOT / "docs/performance.md").read_text()
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text()
    for path in (*(ROOT / "app").rglob("*.py"), ROOT / "migrations/env.py")
}


def using(pattern: str) -> set[str]:
    return {name for name, text in SOURCES.items() if re.search(pattern, text)}


def section(heading: str) -> str:
    return PAGE.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]


def test_what_is_called_measured_is_in_the_figures_of_the_bench() -> None:
    computed = {"37"}  # of the 27 ms that are there

    for what, measured in rows(PAGE, "What was measured"):
        for figure in re.findall(r"\d[\d,.–]*", measured):
            assert figure in PERFORMANCE or figure in computed, what
    assert "took 27 ms each" in PERFORMANCE


@pytest.mark.parametrize("threads", [1, 4, 16])
def test_a_web_process_has_the_connections_that_the_page_says(threads: int) -> None:
    config = from_env(
        {
            "APP_ENV": "test",
            "DATABASE_URL": "postgresql://u@db.test/app",
            "REDIS_URL": "redis://redis.test",
            "WEB_THREADS": str(threads),
            **{name: f"{name}-0123456789abcdef0123" for name in ("SECRET_KEY", "CLIENT_API_KEYS")},
            "OPERATOR_API_KEYS": "OPERATOR-0123456789abcdef0123",
        }
    )
    pool = config["SQLALCHEMY_ENGINE_OPTIONS"]

    assert pool["pool_size"] + pool["max_overflow"] == threads + 4
    assert f"`options={pool['connect_args']['options']}`" in PAGE.read_text()


def test_what_would_break_behind_a_pooler_is_what_the_code_uses() -> None:
    told = {
        names(what)[0] if names(what) else what: names(where) for what, where, _ in rows(PAGE, "PgBouncer")
    }

    assert set(told["advisory locks of a transaction"]) == using(r"advisory_xact_lock")
    assert using(r"pg_advisory_(?:un)?lock\(") == {"migrations/env.py"}
    assert set(told["SET LOCAL"]) == using(r"SET LOCAL|set_config")
    assert using(r'"SET [a-z_]+ =') == {"app/cli.py", "migrations/env.py"}
    assert using(r"\bLISTEN\b|\bNOTIFY\b|CREATE TEMP|WITH HOLD|stream_results|yield_per|\bPREPARE\b") == set()


def test_the_tables_that_grow_are_tables() -> None:
    for heading in ("How the tables grow", "Partitioning"):
        assert {names(first)[0] for first, *_ in rows(PAGE, heading)} <= set(Base.metadata.tables)


def test_the_kb_a_year_are_bytes_times_rows() -> None:
    for _, size, count, kb, kept in rows(PAGE, "How the tables grow"):
        if kept == "for good" and "same" not in count:
            expected = int(size.replace(",", "")) * int(
                re.findall(r"[\d,]+", count)[0].strip(",").replace(",", "")
            )
            assert int(kb.partition(",")[0]) == pytest.approx(expected / 1000, rel=0.01)
