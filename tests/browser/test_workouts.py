"""A whole workout as a trainee lives it, in a real browser against real processes: by chat, by the page."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from factories import AS_CLIENT, get_plan, make_plan, make_user, shift_plan, today
from openapi_client import SpecClient
from pages import (
    DESK,
    PHONE,
    by_label,
    by_role,
    by_text,
    is_larger_than_the_screen,
    picture,
    until,
    until_left,
)
from real_processes import clock, web, worker
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from settings import sandbox_options
from skill_builders import link_code
from sqlalchemy.orm import Session

from dev.sandbox.client import Sandbox, running_sandbox

Window = Callable[..., Chrome]
NUMBER = "01000000001"
PROFILE = {
    "sex": "M",
    "weight_kg": 76,
    "goal": "HYPERTROPHY",
    "days_per_week": 1,
    "weekdays": [today().isoweekday()],
    "max_daily_minutes": 30,
    "equipment": ["dumbbell", "bench", "machine", "cable"],
}


@pytest.fixture
def town(app: Any, env: dict[str, str], tmp_path: Path) -> Iterator[Sandbox]:
    """Web, worker and clock as an operator runs them, and the sandbox that speaks to them."""
    options = sandbox_options(env) | {
        "skill_token": env["KAKAO_SKILL_TOKENS"],
        "admin_key": env["KAKAO_ADMIN_KEYS"],
    }
    with running_sandbox(**options) as sandbox:
        kakao = {"KAKAO_ALIMTALK_BASE_URL": sandbox.base_url, "KAKAO_API_BASE_URL": sandbox.base_url}
        own, log = env | kakao | {"LLM_API_KEY": "key"}, tmp_path / "log"
        with web(own, log) as address, worker(own, log), clock(own, log):
            sandbox.configure(app_url=address)
            yield sandbox


@pytest.fixture
def user(client: SpecClient, town: Sandbox) -> dict[str, Any]:
    return make_user(client, phone_number=NUMBER, reminder_time="00:00", profile=PROFILE)


def say(window: Chrome, words: str) -> str:
    """Type something into the chat; the text of the answer."""
    before = len(answers(window))
    by_label(window, "메시지").send_keys(words, Keys.ENTER)
    return until(window, lambda: answers(window)[before:])[-1]


def tap(window: Chrome, label: str) -> str:
    """Tap the quick reply; the text of the answer."""
    before = len(answers(window))
    row = by_role(window, "group", "바로 답하기")
    row.find_element(By.XPATH, f".//button[normalize-space(.)='{label}']").click()
    return until(window, lambda: answers(window)[before:])[-1]


def answers(window: Chrome) -> list[str]:
    found = window.find_elements(By.CSS_SELECTOR, "#log .theirs")
    return [one.text for one in found]


def statuses(client: SpecClient, plan: dict[str, Any]) -> list[str]:
    sessions = get_plan(client, plan["id"])["sessions"]
    return [each["status"] for session in sessions for each in session["sets"]]


@pytest.mark.timeout(240)
def test_a_workout_by_chat_alone(
    browser: Window, client: SpecClient, town: Sandbox, user: dict[str, Any], db_session: Session
) -> None:
    window = browser(PHONE)
    room = town.open_room()
    window.get(f"{town.base_url}/#{room}")

    assert "6자리 코드" in say(window, "안녕하세요")
    assert "연결됐어요" in say(window, link_code(client, user["id"]))
    say(window, "오늘 운동")  # promised, then given through the callback
    by_text(window, "1. ")
    listed = client.get(f"/plans?user_id={user['id']}", headers=AS_CLIENT).json["items"]
    [plan] = listed
    total = len(statuses(client, plan))
    assert "완료 (" in tap(window, "완료")
    first = plan["sessions"][0]
    assert "몇 kg였나요" in say(window, "8회")
    assert "14 kg" in say(window, "14")
    assert "16 kg" in say(window, f"{first['target_reps']}개 16키로")
    assert "고쳤어요" in say(window, "아니 7회")
    picture(window, "workout-chat-360")
    for _ in range(total - 3):
        text = tap(window, "완료")
    assert "모두 마쳤어요" in text
    assert f"{total}/{total}" in say(window, "요약")

    assert town.violations() == []
    assert statuses(client, plan) == ["DONE"] * total
    sets = [each for session in get_plan(client, plan["id"])["sessions"] for each in session["sets"]]
    assert [each["performed_reps"] for each in sets[:3]] == [first["target_reps"], 8, 7]
    grown = next_targets(client, user, plan, db_session)
    assert grown[0] == (first["target_reps"] + 2, first["target_weight_kg"])  # both sets were met
    assert grown[1] == targets(plan)[1]  # 7 of 8: once more


def targets(plan: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Reps and kg of each exercise."""
    return [(each["target_reps"], each["target_weight_kg"]) for each in plan["sessions"]]


def next_targets(
    client: SpecClient, user: dict[str, Any], plan: dict[str, Any], session: Session
) -> list[tuple[Any, Any]]:
    """The targets of the same session a week later."""
    shift_plan(session, plan["id"], -7)
    again = make_plan(client, user["id"])
    assert [each["exercise"] for each in again["sessions"]] == [each["exercise"] for each in plan["sessions"]]
    return targets(again)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_workout_by_the_page_alone(
    browser: Window,
    client: SpecClient,
    town: Sandbox,
    user: dict[str, Any],
    db_session: Session,
    size: tuple[int, int],
) -> None:
    plan = make_plan(client, user["id"])
    total = len(statuses(client, plan))
    until_arrived(town)
    town.say(NUMBER, link_code(client, user["id"]))
    shown = town.say(NUMBER, "오늘 운동")
    window = browser(size)
    window.get(page_of(shown))

    picture(window, f"page-start-{size[0]}")
    assert is_larger_than_the_screen(window)[0] is False
    press(window, "완료")
    field = window.find_element(By.CSS_SELECTOR, "input[name=performed_reps]")
    field.send_keys("6")
    picture(window, f"page-set-{size[0]}")
    press(window, "완료")
    assert statuses(client, plan)[:2] == ["DONE", "DONE"]
    for _ in range(total - 2):
        press(window, "완료")
    by_text(window, "다 마쳤어요")
    picture(window, f"page-done-{size[0]}")
    assert is_larger_than_the_screen(window)[0] is False

    assert statuses(client, plan) == ["DONE"] * total
    sets = [each for session in get_plan(client, plan["id"])["sessions"] for each in session["sets"]]
    assert sets[1]["performed_reps"] == 6
    grown = next_targets(client, user, plan, db_session)
    assert grown[0] == targets(plan)[0]  # 14 of 16: once more
    assert grown[1][0] == targets(plan)[1][0] + 2  # both sets were met


def until_arrived(town: Sandbox) -> None:
    """Until the message that announces the plan is in the chat."""
    town.until(lambda: town.messages(recipient=NUMBER), 30)


def page_of(entry: dict[str, Any]) -> str:
    """The address behind the button of an answer."""
    (card,) = [each["textCard"] for each in entry["outputs"] if "textCard" in each]
    return str(card["buttons"][0]["webLinkUrl"])


def press(window: Chrome, label: str) -> None:
    """Press the big button of the set that is next, and wait for the page that follows."""
    button = window.find_element(By.CSS_SELECTOR, ".current form.numbers button.primary")
    assert button.text.startswith(label)
    button.click()
    until_left(window, button)


def test_the_page_works_without_javascript(
    browser: Window, client: SpecClient, town: Sandbox, user: dict[str, Any]
) -> None:
    plan = make_plan(client, user["id"])
    town.say(NUMBER, link_code(client, user["id"]))
    window = browser(PHONE)
    window.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    window.get(page_of(town.say(NUMBER, "오늘 운동")))

    press(window, "완료")

    assert statuses(client, plan)[0] == "DONE"
    by_text(window, "1세트 완료!")
