"""The browser tests would notice: errors in the console, and that there is no browser."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pages import DESK, PHONE, ROOT, all_by_text, by_text, errors, picture, until
from selenium.webdriver import Chrome

from dev.sandbox.client import Sandbox, running_sandbox

Window = Callable[..., Chrome]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


def test_a_breach_of_the_content_policy_is_an_error(browser: Window, sandbox: Sandbox) -> None:
    window = browser()
    window.get(sandbox.base_url)
    by_text(window, "아직 대화방이 없습니다")
    assert errors(window) == []

    window.execute_script(
        "const one = document.createElement('script'); one.textContent = 'x'; document.body.append(one);"
    )

    (found,) = until(window, lambda: errors(window))
    assert "Content Security Policy" in found


def test_a_part_that_is_not_there_is_an_error(browser: Window, sandbox: Sandbox) -> None:
    window = browser()
    window.get(sandbox.base_url)

    window.execute_script("fetch('/nothing')")

    (found,) = until(window, lambda: errors(window))
    assert "404" in found


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_a_window_has_the_size_that_was_asked_for(
    size: tuple[int, int], browser: Window, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_OUTPUT", str(tmp_path / "pictures"))
    window = browser(size)
    window.get(sandbox.base_url)

    path = picture(window, "empty")

    header = path.read_bytes()[:24]  # PNG: width and height are at 16 and 20
    assert (int.from_bytes(header[16:20]), int.from_bytes(header[20:24])) == size
    assert path.parent == tmp_path / "pictures"


def test_text_with_quotes_is_found(browser: Window, sandbox: Sandbox) -> None:
    window = browser()
    window.get(sandbox.base_url)

    window.execute_script("document.getElementById('empty').textContent = arguments[0]", "a \"b\" 'c'")

    assert by_text(window, "\"b\" 'c'").get_attribute("id") == "empty"
    assert all_by_text(window, '"c"') == []


@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 error")])
def test_without_a_browser_a_test_is_skipped_and_in_ci_failed(ci: str, outcome: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "PATH")}
    environment |= {"PATH": "/nowhere", **({"CI": ci} if ci else {})}
    this = f"{Path(__file__).relative_to(ROOT)}::test_a_part_that_is_not_there_is_an_error"

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", this]
    answer = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )

    assert outcome in answer.stdout
    assert "apt install chromium chromium-driver" in answer.stdout
