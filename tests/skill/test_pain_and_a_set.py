"""Pain told together with a set: the set counts for the next plan, and what hurts leaves the day."""

from typing import Any

import pytest
from factories import get_plan, make_lifter, read_user
from openapi_client import SpecClient
from skill_builders import Chat, joined
from test_workout import states


def injured(client: SpecClient, user: Any) -> list[str]:
    return [each["area"] for each in read_user(client, user["id"]).json["profile"]["injuries"]]


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("7회 25키로 했는데 무릎 아파", ("DONE", 7, 25)),
        ("무릎 아픈데 7회 했어", ("DONE", 7, 30)),
    ],
)
def test_both_are_recorded_and_said(
    client: SpecClient, chat: Chat, user: Any, plan: Any, said: str, first: Any
) -> None:
    text = chat.say(said)

    assert states(client, plan)[0] == first
    assert {status for status, *_ in states(client, plan)[1:]} == {"SKIPPED"}
    assert injured(client, user) == ["knee"]
    assert text.startswith(
        f"바벨 백스쿼트 1/4세트 완료 ({first[2]}\u00a0kg\u00a0× 7회)\n\n무릎 통증을 기록했어요."
    )


def test_half_of_a_report_is_not_made_whole_by_a_guess(client: SpecClient, chat: Chat, plan: Any) -> None:
    chat.say("35kg")

    text = chat.say("3개 했는데 무릎 아파")

    assert text.startswith("세트는 기록하지 못했어요. 다시 한번 알려 주세요.\n\n무릎 통증을 기록했어요.")
    assert {status for status, *_ in states(client, plan)} == {"SKIPPED"}


def test_a_set_in_another_measure_than_the_exercise_is_not_recorded(
    client: SpecClient, chat: Chat, user: Any, plan: Any
) -> None:
    text = chat.say("30초 했는데 무릎 아파")

    assert text.startswith("세트는 기록하지 못했어요.")
    assert {status for status, *_ in states(client, plan)} == {"SKIPPED"}
    assert injured(client, user) == ["knee"]


def test_where_it_hurts_is_still_asked(client: SpecClient, chat: Chat, user: Any, plan: Any) -> None:
    text = chat.say("7회 25키로 했는데 아파")

    assert "1/4세트 완료" in text and "어디가 아픈가요?" in text
    chat.say("무릎이요")
    assert (states(client, plan)[0], injured(client, user)) == (("DONE", 7, 25), ["knee"])


def test_without_an_open_set_only_the_pain_is_kept(client: SpecClient) -> None:
    user = make_lifter(client)

    text = joined(client, user).say("8개 했는데 무릎 아파")

    assert text.startswith("무릎 통증을 기록했어요.")
    assert injured(client, user) == ["knee"]


def test_the_set_that_hurt_and_ended_the_day_counts(client: SpecClient, chat: Chat, plan: Any) -> None:
    chat.say("7회 25키로 했는데 허리 아파 9점")

    after = get_plan(client, plan["id"])
    assert (after["status"], states(client, plan)[0]) == ("DONE", ("DONE", 7, 25))
