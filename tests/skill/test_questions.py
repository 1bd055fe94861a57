"""Answers to what we ask back are about the set we asked about; corrections about the one done last."""

from typing import Any

import pytest
from openapi_client import SpecClient
from skill_builders import Chat
from test_workout import states

PENDING = ("PENDING", None, None)


@pytest.mark.parametrize("way", ["typed", "tapped"])
def test_half_a_report_of_an_earlier_set_is_completed_for_that_set(
    client: SpecClient, chat: Chat, plan: Any, way: str
) -> None:
    chat.say("완료 4회 35kg")

    assert "1/4세트: 몇 kg였나요?" in chat.say("1세트 7회")
    chat.say("30") if way == "typed" else chat.tap("30 kg")

    assert states(client, plan)[:2] == [("DONE", 7, 30), PENDING]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("7회 40kg", ("DONE", 7, 40)),
        ("완료", ("DONE", 4, 30)),
        ("2개에서 실패", ("FAILED", 2, 35)),
        ("건너뛰기", ("SKIPPED", None, None)),
    ],
)
def test_what_a_correction_should_be_may_be_typed(
    client: SpecClient, chat: Chat, plan: Any, said: str, expected: Any
) -> None:
    chat.say("완료 5회 35kg")
    assert "어떻게 바꿀까요" in chat.say("정정")

    chat.say(said)

    assert states(client, plan)[:2] == [expected, PENDING]


def test_another_set_than_the_one_to_correct_may_be_named(client: SpecClient, chat: Chat, plan: Any) -> None:
    chat.say("완료 5회 35kg")
    chat.say("정정")

    chat.say("2세트 7회 40kg")

    assert states(client, plan)[:2] == [("DONE", 5, 35), ("DONE", 7, 40)]


def test_a_weight_is_kept_when_the_set_then_failed(client: SpecClient, chat: Chat, plan: Any) -> None:
    chat.say("35kg")

    chat.say("3개에서 실패")

    assert states(client, plan)[0] == ("FAILED", 3, 35)


@pytest.mark.parametrize("why", ["무릎 아파요", "오늘 운동 못 해요"])
def test_a_correction_means_the_last_set_that_was_done_not_those_skipped_at_once(
    client: SpecClient, chat: Chat, plan: Any, why: str
) -> None:
    chat.say("완료")
    chat.say(why)

    chat.say("아니 7회")

    skipped = ("SKIPPED", None, None)
    assert states(client, plan) == [("DONE", 7, 30), skipped, skipped, skipped]


def test_a_set_that_was_skipped_by_itself_can_be_corrected(client: SpecClient, chat: Chat, plan: Any) -> None:
    chat.say("완료")
    chat.say("건너뛰기")

    chat.say("아니 7회")

    assert states(client, plan)[:2] == [("DONE", 4, 30), ("DONE", 7, 30)]
