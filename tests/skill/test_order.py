"""Exercises may be done in another order than the plan's: by naming one, or by beginning it on the page."""

from typing import Any

import pytest
from factories import get_plan, report
from openapi_client import SpecClient
from skill_builders import Chat
from test_workout import states

SQUAT, BENCH = 1, 2  # places in the lifter's plan
PENDING = ("PENDING", None, None)


@pytest.mark.parametrize("said", ["벤치 8회 40kg 완료", "벤치프레스 8개 40키로", "벤치 프레스 40에 8개"])
def test_a_report_that_names_another_exercise_is_about_that_one(
    client: SpecClient, chat: Chat, plan: Any, said: str
) -> None:
    text = chat.say(said)

    assert "벤치프레스 1/3세트 완료" in text
    assert states(client, plan, BENCH)[:2] == [("DONE", 8, 40), PENDING]
    assert states(client, plan, SQUAT)[0] == PENDING


@pytest.mark.parametrize(
    "said", ["스쿼트 4회 30kg", "바벨 4회 30kg", "덤벨 로우 4회 30kg", "프레스 4회 30kg"]
)
def test_the_present_exercise_its_equipment_or_what_is_not_clear_changes_nothing(
    client: SpecClient, chat: Chat, plan: Any, said: str
) -> None:
    chat.say(said)

    assert states(client, plan, SQUAT)[0] == ("DONE", 4, 30)


def test_another_exercise_is_skipped_by_its_name(client: SpecClient, chat: Chat, plan: Any) -> None:
    chat.say("벤치프레스는 건너뛸게요")

    assert {status for status, *_ in states(client, plan, BENCH)} == {"SKIPPED"}
    assert states(client, plan, SQUAT)[0] == PENDING


def test_an_exercise_that_is_through_is_not_taken_for_another(
    client: SpecClient, chat: Chat, plan: Any
) -> None:
    chat.say("이 운동 건너뛰기")

    text = chat.say("스쿼트 완료")

    assert "이미 기록했어요" in text
    assert states(client, plan, BENCH)[0] == PENDING


@pytest.mark.parametrize("way", ["named", "on the page"])
def test_the_exercise_begun_last_goes_on(client: SpecClient, chat: Chat, plan: Any, way: str) -> None:
    if way == "named":
        chat.say("벤치 6회 32.5kg")
    else:
        report(client, plan, BENCH, 1)

    assert "벤치프레스 2/3세트" in chat.say("다음")
    chat.say("두 세트 완료")

    assert [status for status, *_ in states(client, plan, BENCH)] == ["DONE"] * 3
    assert "바벨 백스쿼트 1/4세트" in chat.text


@pytest.mark.parametrize("asked", ["5회", "정정"])
def test_who_names_another_exercise_does_not_answer_our_question(
    client: SpecClient, chat: Chat, plan: Any, asked: str
) -> None:
    chat.say("완료")
    chat.say(asked)

    chat.say("벤치 8회 40kg")

    assert states(client, plan, BENCH)[0] == ("DONE", 8, 40)
    assert states(client, plan, SQUAT)[:2] == [("DONE", 4, 30), PENDING]


def test_a_name_that_fits_two_means_the_one_that_waits(client: SpecClient, chat: Chat, plan: Any) -> None:
    chat.say("허리 아파요")  # another row comes in the place of the first
    first, second = [each for each in exercises(client, plan) if "로우" in each["exercise_name"]]
    assert {each["status"] for each in first["sets"]} == {"SKIPPED"}

    chat.say("로우 5회 20kg")

    assert states(client, plan, second["order_no"])[0] == ("DONE", 5, 20)


def exercises(client: SpecClient, plan: dict[str, Any]) -> list[dict[str, Any]]:
    """As they are now."""
    return list(get_plan(client, plan["id"])["sessions"])
