"""A real browser, headless, for the pages. What it writes to its console as an error fails the test."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pages import PHONE, errors
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No sandbox: CI runs as root. The rest keeps it from calling anywhere.
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--lang=ko-KR",
]

WINDOWS, ERRORS = pytest.StashKey[list[Chrome]](), pytest.StashKey[list[str]]()
Window = Callable[..., Chrome]


@pytest.fixture(scope="session")
def programs() -> tuple[str, str]:
    """The paths of the browser and of its driver. Without them: skipped, in CI failed."""
    browser, driver = next(filter(None, map(shutil.which, BROWSERS)), None), shutil.which("chromedriver")
    if browser and driver:
        return browser, driver
    reason = "no Chromium with its chromedriver here; on Debian: apt install chromium chromium-driver"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def browser(
    request: pytest.FixtureRequest, programs: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Window]:
    """`browser(size)` opens a window of that size, a phone's when not said; closed when the test ends.

    A test that expects an error in the console takes it out with `pages.errors`.
    """
    monkeypatch.setenv("SE_OFFLINE", "true")  # selenium itself downloads nothing
    windows = request.node.stash.setdefault(WINDOWS, [])
    found = request.node.stash.setdefault(ERRORS, [])

    def open_window(size: tuple[int, int] = PHONE) -> Chrome:
        windows.append(started(*programs, tmp_path / f"profile-{len(windows)}"))
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE}
        windows[-1].execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        return windows[-1]

    yield open_window
    assert found == [], "the console has errors"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Close the windows before any server that they still ask."""
    for window in item.stash.get(WINDOWS, []):
        try:
            item.stash[ERRORS] += errors(window)
        finally:
            window.quit()


def started(browser: str, driver: str, profile: Path) -> Chrome:
    options = ChromeOptions()
    options.binary_location = browser
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    window = Chrome(options, Service(driver))
    window.set_page_load_timeout(30)
    return window
