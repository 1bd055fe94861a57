"""The trainee's page in a real browser: by keyboard alone, its rest timer, a second tap, and in the dark."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from factories import get_plan, make_lifter, make_plan
from openapi_client import SpecClient
from pages import PHONE, by_role, by_text, is_larger_than_the_screen, picture, until
from real_processes import web
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from app.domain.links import page_address

Window = Callable[..., Chrome]


@pytest.fixture
def plan(client: SpecClient) -> dict[str, Any]:
    return make_plan(client, make_lifter(client)["id"])


@pytest.fixture
def address(plan: dict[str, Any], env: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """Where the page of the plan is."""
    with web(env, tmp_path / "log") as url:
        yield page_address(url, env["SECRET_KEY"].split(","), UUID(plan["id"]))


def first_set(client: SpecClient, plan: dict[str, Any]) -> dict[str, Any]:
    return dict(get_plan(client, plan["id"])["sessions"][0]["sets"][0])


def tab_to(window: Chrome, selector: str) -> Any:
    """Press Tab until an element of that kind has the focus; the focus can be seen on each."""
    for _ in range(40):
        window.switch_to.active_element.send_keys(Keys.TAB)
        at = window.switch_to.active_element
        assert window.execute_script("return arguments[0].matches(':focus-visible')", at)
        if window.execute_script("return arguments[0].matches(arguments[1])", at, selector):
            return at
    raise AssertionError(f"Tab does not lead to {selector}")


def test_the_keyboard_alone_reports_and_corrects_a_set(
    browser: Window, client: SpecClient, plan: dict[str, Any], address: str
) -> None:
    window = browser(PHONE)
    window.get(address)

    tab_to(window, ".current input[name=performed_reps]").send_keys("6", Keys.ENTER)
    by_text(window, "1세트 완료!")
    assert (first_set(client, plan)["status"], first_set(client, plan)["performed_reps"]) == ("DONE", 6)
    tab_to(window, "ol.exercises > li > details > summary").send_keys(Keys.ENTER)
    tab_to(window, "ul.sets summary").send_keys(Keys.ENTER)
    field = tab_to(window, "ul.sets input[name=performed_reps]")
    field.send_keys(Keys.BACKSPACE, "7", Keys.ENTER)

    until(window, lambda: first_set(client, plan)["performed_reps"] == 7)
    assert first_set(client, plan)["status"] == "DONE"


def test_the_rest_counts_down_and_can_be_ended(browser: Window, plan: dict[str, Any], address: str) -> None:
    window = browser(PHONE)
    window.get(address)
    window.find_element(By.CSS_SELECTOR, ".current button.primary").click()

    def left() -> str:
        return window.find_element(By.CSS_SELECTOR, "[data-clock]").text

    began = until(window, lambda: left() if ":" in left() else None)
    until(window, lambda: left() != began)
    by_role(window, "button", "그만 쉬기").click()

    by_text(window, "다음 세트를 시작해요.")
    until(window, lambda: window.find_element(By.ID, "live").get_attribute("textContent"))


def test_two_quick_taps_are_one_report(
    browser: Window, client: SpecClient, plan: dict[str, Any], address: str
) -> None:
    window = browser(PHONE)
    window.get(address)

    button = window.find_element(By.CSS_SELECTOR, ".current button.primary")
    window.execute_script("arguments[0].click(); arguments[0].click()", button)
    by_text(window, "1세트 완료!")

    sets = [each["status"] for each in get_plan(client, plan["id"])["sessions"][0]["sets"]]
    assert sets.count("DONE") == 1


def test_the_page_is_dark_where_the_phone_is(browser: Window, plan: dict[str, Any], address: str) -> None:
    window = browser(PHONE)
    grounds = []

    for scheme in ("light", "dark"):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        window.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        window.get(address)
        script = "return getComputedStyle(document.body).backgroundColor"
        grounds.append(window.execute_script(script))
        picture(window, f"page-{scheme}-360")

    assert grounds == ["rgb(244, 243, 238)", "rgb(15, 20, 18)"]
    assert is_larger_than_the_screen(window)[0] is False
