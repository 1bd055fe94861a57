"""Finding things on a page as people do, by role, label and text; waiting; pictures; the console."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from selenium.common.exceptions import (
    NoSuchElementException,
    StaleElementReferenceException,
    WebDriverException,
)
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

ROOT = Path(__file__).parents[2]
PHONE, DESK = (360, 740), (1280, 800)
PATIENCE_S = 10.0
FIELDS = "input, textarea, select"
ROLES = {
    "button": "button, summary, input[type=submit], [role=button]",
    "link": "a[href], [role=link]",
    "textbox": "input, textarea",
    "checkbox": "input[type=checkbox]",
    "combobox": "select",
    "heading": "h1, h2, h3, h4, [role=heading]",
    "navigation": "nav",
    "main": "main",
}
GONE = "does not belong to the document"  # what Chromium says of an element while the next page comes
T = TypeVar("T")


def until(window: Chrome, probe: Callable[[], T], timeout_s: float = PATIENCE_S) -> T:
    """Ask again and again until the answer is true; TimeoutException after the deadline."""

    def tried(_: Chrome) -> T | None:
        try:
            return probe()
        except WebDriverException as error:
            if isinstance(error, NoSuchElementException) or is_of_another_page(error):
                return None
            raise

    found: T = WebDriverWait(window, timeout_s, poll_frequency=0.05).until(tried)
    return found


def is_of_another_page(error: WebDriverException) -> bool:
    """Whether an element was asked for something after its page had gone."""
    return isinstance(error, StaleElementReferenceException) or GONE in str(error)


def until_left(window: Chrome, element: WebElement) -> None:
    """Until the page that an element was on is no more; TimeoutException after the deadline."""
    until(window, lambda: _is_gone(element))


def _is_gone(element: WebElement) -> bool:
    try:
        element.is_enabled()
    except WebDriverException as error:
        if not is_of_another_page(error):
            raise
        return True
    return False


def by_role(window: Chrome, role: str, name: str | None = None) -> WebElement:
    """The first visible element of an ARIA role with that accessible name, once it is there."""
    return until(window, lambda: next(iter(all_by_role(window, role, name)), None) or missing(role, name))


def all_by_role(window: Chrome, role: str, name: str | None = None) -> list[WebElement]:
    """Those that are visible now."""
    found = window.find_elements(By.CSS_SELECTOR, ROLES.get(role, f"[role={role}]"))
    return [one for one in found if one.is_displayed() and name in (None, one.accessible_name)]


def by_label(window: Chrome, label: str) -> WebElement:
    """The first visible form field with that label."""

    def probe() -> WebElement:
        fields = window.find_elements(By.CSS_SELECTOR, FIELDS)
        named = (one for one in fields if one.is_displayed() and one.accessible_name == label)
        return next(named, None) or missing("field", label)

    return until(window, probe)


def by_text(window: Chrome, text: str) -> WebElement:
    """The innermost visible element that has that text, or a part of it, once it is there."""

    def probe() -> WebElement:
        return next(iter(all_by_text(window, text)), None) or missing("text", text)

    return until(window, probe)


def all_by_text(window: Chrome, text: str) -> list[WebElement]:
    """Those that are visible now; inner ones first."""
    parts = """, '"', """.join(f'"{part}"' for part in text.split('"'))  # XPath has no escapes
    quoted = f"concat('', {parts})"
    found = window.find_elements(By.XPATH, f"//body//*[contains(normalize-space(.), {quoted})]")
    return [one for one in reversed(found) if one.is_displayed()]


def missing(kind: str, name: str | None) -> Any:
    raise NoSuchElementException(f"no visible {kind} {name!r}")


def is_larger_than_the_screen(window: Chrome) -> tuple[bool, bool]:
    """Whether the page itself scrolls sideways, and whether up and down."""
    page = "document.documentElement"
    script = f"return [{page}.scrollWidth > innerWidth, {page}.scrollHeight > innerHeight]"
    wide, high = window.execute_script(script)
    return wide, high


def picture(window: Chrome, name: str) -> Path:
    """Write what is seen to `name`.png, in the folder that `CI_OUTPUT` names or `.dev/pictures`."""
    folder = Path(os.environ.get("CI_OUTPUT") or ROOT / ".dev" / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    assert window.save_screenshot(str(path)), f"{path} cannot be written"
    return path


def errors(window: Chrome) -> list[str]:
    """The errors in the console since the last call: of scripts, of loading, of the content policy.

    The icon that a browser asks for by itself, where a page names none, does not count.
    """
    entries: list[dict[str, Any]] = window.get_log("browser")
    found = [entry["message"] for entry in entries if entry["level"] == "SEVERE"]
    return [message for message in found if "/favicon.ico - " not in message]
