"""`app.json`, `.python-version` and the page on deploying agree with environment table and Procfile."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from test_docs import README, ROOT, names, rows

from app.config import ALIMTALK, ALWAYS, NAMES, PRODUCTION, SETTINGS, from_env

DEPLOYING = ROOT / "docs/deploying.md"
MANIFEST: dict[str, Any] = json.loads((ROOT / "app.json").read_text())
BY_ADD_ONS = {"heroku-postgresql": "DATABASE_URL", "heroku-redis": "REDIS_URL"}
NEEDED = {each.name for each in SETTINGS if each.required in (ALWAYS, PRODUCTION, ALIMTALK)}
ASKED = NEEDED - set(BY_ADD_ONS.values())
# Nobody but us chooses these, so they may be random; the others are Kakao's or the dealer's.
OURS = {
    "SECRET_KEY",
    "CLIENT_API_KEYS",
    "OPERATOR_API_KEYS",
    "KAKAO_SKILL_TOKENS",
    "KAKAO_RESULT_SIGNATURES",
}
HEADINGS = {README: "Deploying", DEPLOYING: "Deploying"}


def processes() -> list[str]:
    return re.findall(r"^(\w+):", (ROOT / "Procfile").read_text(), flags=re.MULTILINE)


def test_app_json_asks_for_every_name_that_is_required_and_for_none_that_nobody_knows() -> None:
    env = MANIFEST["env"]

    assert set(env) - NAMES == set(), "app.json names what app/config.py does not know"
    assert {name for name in env if env[name].get("required", True)} >= ASKED
    assert set(env) & set(BY_ADD_ONS.values()) == set(), "the add-ons set these"
    assert all(env[name]["description"] for name in env)


def test_app_json_makes_our_own_secrets_and_writes_down_none() -> None:
    env = MANIFEST["env"]

    assert {name for name in env if "generator" in env[name]} == OURS
    assert {name for name in ASKED if "value" in env[name]} == set()


def test_the_environment_of_app_json_is_one_that_production_takes() -> None:
    given = {
        name: each.get("value", f"https://{name.lower()}.test") for name, each in MANIFEST["env"].items()
    }
    typed = {name: f"{name}-0123456789abcdef0123" for name in OURS} | {
        "DATABASE_URL": "postgres://u:p@db.test/app",
        "REDIS_URL": "rediss://:p@redis.test:6379",
    }

    config = from_env({**given, **typed})

    assert config["APP_ENV"] == "production"
    assert config["REDIS_TLS_VERIFY"] is False


def test_app_json_runs_what_the_procfile_runs() -> None:
    assert set(MANIFEST["formation"]) == set(processes()) - {"release"}
    assert all(each["quantity"] >= 1 for each in MANIFEST["formation"].values())
    assert MANIFEST["formation"]["scheduler"]["quantity"] == 1
    assert {each.partition(":")[0] for each in MANIFEST["addons"]} == set(BY_ADD_ONS)
    assert "scripts" not in MANIFEST, "the release process migrates"


@pytest.mark.parametrize("page", HEADINGS, ids=lambda page: page.name)
def test_the_table_of_processes_is_the_procfile(page: Path) -> None:
    assert [names(first)[0] for first, *_ in rows(page, HEADINGS[page])] == processes()


def test_the_page_sets_every_name_that_is_required() -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", DEPLOYING.read_text(), flags=re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"\b([A-Z][A-Z_]+)=", "\n".join(blocks)))

    assert named - NAMES == set()
    assert ASKED - named == set()


def test_the_pythons_version_is_one_that_we_run_on() -> None:
    wanted = (ROOT / ".python-version").read_text().strip()

    assert re.fullmatch(r"3\.(1[1-9]|2\d)", wanted), "major.minor: the platform adds the latest fixes"
    assert f"which Python, {wanted}," in DEPLOYING.read_text()


def test_any_new_enough_python_makes_the_environment_here(tmp_path: Path) -> None:
    """As with pyenv, whose `python3` does not run in a folder that asks for a version it does not have."""
    there = tmp_path / "clone"
    (there / "dev").mkdir(parents=True)
    (there / ".python-version").write_text("3.99\n")
    (there / "dev/bootstrap.sh").write_text((ROOT / "dev/bootstrap.sh").read_text())
    (there / "dev/bootstrap.py").write_text("print('made')\n")
    stand_in = tmp_path / "python3"
    stand_in.write_text(f'#!/bin/sh\n[ -e .python-version ] && exit 127\nexec "{sys.executable}" "$@"\n')
    stand_in.chmod(0o755)

    done = subprocess.run(
        ["/bin/sh", "dev/bootstrap.sh"],
        cwd=there,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert done.stdout == "made\n", done.stderr
