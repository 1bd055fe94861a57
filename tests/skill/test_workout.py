"""A whole workout with nothing but the chat: typed, tapped, corrected; the next plan follows from it."""

from typing import Any

import pytest
from factories import AS_CLIENT, get_plan, make_plan, make_user, shift_plan, today
from openapi_client import SpecClient
from skill_builders import Chat, joined
from sqlalchemy.orm import Session


def states(client: SpecClient, plan: dict[str, Any], order_no: int = 1) -> list[tuple[Any, ...]]:
    """How the sets of an exercise ended: status, reps, kg."""
    found = get_plan(client, plan["id"])["sessions"][order_no - 1]["sets"]
    return [(each["status"], each["performed_reps"], each["performed_weight_kg"]) for each in found]


def test_today_shows_every_exercise_with_what_to_do_and_the_phone_page(chat: Chat, plan: Any) -> None:
    text = chat.say("오늘 운동")

    for session in plan["sessions"]:
        assert session["exercise_name"] in text
    assert plan["summary"] in text
    assert chat.labels == ["완료", "실패", "건너뛰기", "남은 세트"]
    assert chat.link.startswith("https://coach.test/t/")


def test_a_tap_and_a_word_report_as_prescribed(client: SpecClient, chat: Chat, plan: Any) -> None:
    first = plan["sessions"][0]

    chat.say("시작")
    chat.tap("완료")
    chat.say("완료")

    done = ("DONE", first["target_reps"], first["target_weight_kg"])
    assert states(client, plan)[:3] == [done, done, ("PENDING", None, None)]


@pytest.mark.parametrize(
    ("said", "reps", "kg"),
    [
        ("완료 4회 32.5kg", 4, 32.5),
        ("4개 35키로", 4, 35),
        ("35에 4개", 4, 35),
        ("４개 ３５ｋｇ", 4, 35),
        ("2.5 올려서 4", 4, 32.5),
        ("5개에서 실패", 5, 30),
    ],
)
def test_numbers_are_kept_as_they_were_said(
    client: SpecClient, chat: Chat, plan: Any, said: str, reps: int, kg: float
) -> None:
    assert plan["sessions"][0]["target_weight_kg"] == 30

    chat.say(said)

    status = "FAILED" if "실패" in said else "DONE"
    assert states(client, plan)[0] == (status, reps, kg)


def test_a_change_counts_from_the_set_before(client: SpecClient, chat: Chat, plan: Any) -> None:
    chat.say("완료 4회 40kg")
    chat.say("2.5 올려서 4")
    chat.say("5키로 내려서 5개")

    assert [kg for _, _, kg in states(client, plan)[:3]] == [40, 42.5, 37.5]


@pytest.mark.parametrize("way", ["typed", "tapped", "as prescribed"])
def test_half_a_report_is_asked_for_the_other_half(
    client: SpecClient, chat: Chat, plan: Any, way: str
) -> None:
    assert "몇 kg였나요?" in chat.say("5회")
    assert states(client, plan)[0][0] == "PENDING"

    if way == "typed":
        chat.say("35")
    elif way == "tapped":
        chat.tap("30 kg")
    else:
        chat.say("완료")

    assert states(client, plan)[0] == ("DONE", 5, 35 if way == "typed" else 30)


def test_a_weight_alone_is_asked_for_the_reps(client: SpecClient, chat: Chat, plan: Any) -> None:
    assert "몇 회였나요?" in chat.say("35kg")

    chat.say("4개")

    assert states(client, plan)[0] == ("DONE", 4, 35)


def test_a_question_is_forgotten_when_something_else_is_said(
    client: SpecClient, chat: Chat, plan: Any
) -> None:
    chat.say("5회")
    chat.say("남은 세트")
    chat.say("35kg")

    assert "몇 회였나요?" in chat.text
    assert states(client, plan)[0][0] == "PENDING"


def test_the_set_reported_last_can_be_corrected(client: SpecClient, chat: Chat, plan: Any) -> None:
    chat.say("완료 4회 30kg")
    chat.say("완료 4회 30kg ")

    text = chat.say("아니 7회")

    assert "고쳤어요" in text
    assert states(client, plan)[:3] == [("DONE", 4, 30), ("DONE", 7, 30), ("PENDING", None, None)]


def test_a_set_can_be_named_to_be_corrected(client: SpecClient, chat: Chat, plan: Any) -> None:
    chat.say("완료 4회 30kg")
    chat.say("완료 5회 30kg")

    chat.say("1세트 6회로 고쳐줘")

    assert states(client, plan)[:2] == [("DONE", 6, 30), ("DONE", 5, 30)]


def test_a_set_named_again_without_numbers_stays(client: SpecClient, chat: Chat, plan: Any) -> None:
    chat.say("완료 4회 35kg")

    assert "이미 기록했어요" in chat.say("1세트 완료")
    assert states(client, plan)[:2] == [("DONE", 4, 35), ("PENDING", None, None)]


def test_sets_are_counted_aloud(client: SpecClient, chat: Chat, plan: Any) -> None:
    chat.say("1세트 완료")
    chat.say("2세트 완료")

    assert [status for status, *_ in states(client, plan)][:3] == ["DONE", "DONE", "PENDING"]


def test_a_wrong_tap_can_be_corrected_by_tapping(client: SpecClient, chat: Chat, plan: Any) -> None:
    chat.say("시작")
    chat.tap("완료")
    chat.say("잘못 눌렀어")

    chat.tap("건너뛰기")

    assert states(client, plan)[:2] == [("SKIPPED", None, None), ("PENDING", None, None)]


def test_sets_of_an_exercise_can_be_reported_together(client: SpecClient, chat: Chat, plan: Any) -> None:
    chat.say("두 세트 완료")

    assert [status for status, *_ in states(client, plan)][:3] == ["DONE", "DONE", "PENDING"]


def test_an_exercise_and_the_rest_of_the_day_can_be_skipped(
    client: SpecClient, chat: Chat, plan: Any
) -> None:
    chat.say("이 운동 건너뛰기")
    assert {status for status, *_ in states(client, plan)} == {"SKIPPED"}
    assert states(client, plan, 2)[0][0] == "PENDING"

    chat.say("시간 없어서 오늘은 그만할래")

    found = get_plan(client, plan["id"])
    assert found["status"] == "DONE"
    assert {each["status"] for session in found["sessions"] for each in session["sets"]} == {"SKIPPED"}


def test_a_button_of_a_set_that_has_its_report_changes_nothing(
    client: SpecClient, chat: Chat, plan: Any
) -> None:
    chat.say("시작")
    (skip,) = [each for each in chat.quick if each["label"] == "건너뛰기"]
    chat.tap("완료")

    text = chat.say("건너뛰기", extra=skip["extra"])

    assert "이미 기록했어요" in text
    assert [status for status, *_ in states(client, plan)][:2] == ["DONE", "PENDING"]


def test_a_workout_by_chat_ends_in_a_summary_and_shapes_the_next_plan(
    client: SpecClient, chat: Chat, plan: Any, user: dict[str, Any], db_session: Session
) -> None:
    total = sum(each["target_sets"] for each in plan["sessions"])
    chat.say("오늘 운동")
    for number in range(total):
        text = chat.tap("완료") if number % 2 else chat.say("완료" + " " * number)

    assert "모두 마쳤어요" in text
    assert get_plan(client, plan["id"])["status"] == "DONE"
    assert f"{total}/{total}" in chat.say("요약")
    assert f"{total}/{total}세트" in chat.say("이번 주")
    shift_plan(db_session, plan["id"], -7)
    again = make_plan(client, user["id"])
    before = {each["exercise"]: each["target_reps"] for each in plan["sessions"] if each["target_reps"]}
    grown = [each for each in again["sessions"] if each["target_reps"] != before.get(each["exercise"])]
    assert grown, "everything was done as prescribed: the next plan asks for more"


def test_a_day_without_a_plan_gets_one_in_chat_and_no_message(client: SpecClient) -> None:
    everyday = {"days_per_week": 6, "weekdays": [1, 2, 3, 4, 5, 6, 7]}
    user = make_user(client, profile=everyday)
    chat = joined(client, user)

    assert "아직 계획이 없어요" in chat.say("남은 세트")
    text = chat.say("시작")

    listed = client.get(f"/plans?user_id={user['id']}", headers=AS_CLIENT).json["items"]
    assert [each["target_date"] for each in listed] == [str(today())]
    assert listed[0]["notification"] is None
    assert "1." in text


@pytest.mark.parametrize("said", ["오늘 운동", "다음", "완료", "남은 세트", "건너뛰기", "쉬는 시간"])
def test_a_rest_day_says_why(client: SpecClient, said: str) -> None:
    weekday = today().isoweekday() % 7 + 1
    user = make_user(client, profile={"days_per_week": 1, "weekdays": [weekday]})
    make_plan(client, user["id"], force=False)

    assert "푹 쉬어 주세요" in joined(client, user).say(said)


def test_a_rest_day_is_found_when_it_is_asked_for(client: SpecClient) -> None:
    weekday = today().isoweekday() % 7 + 1
    user = make_user(client, profile={"days_per_week": 1, "weekdays": [weekday]})

    assert "푹 쉬어 주세요" in joined(client, user).say("오늘 운동")


def test_the_rest_is_counted_from_the_last_report(chat: Chat, plan: Any) -> None:
    chat.say("완료")

    assert "남았어요" in chat.say("쉬는 시간")
    assert "남았어요" in chat.say("남은 세트")


def test_what_does_not_fit_the_exercise_is_explained(client: SpecClient, chat: Chat, plan: Any) -> None:
    text = chat.say("완료 30초")

    assert "맞지 않는 숫자" in text
    assert states(client, plan)[0][0] == "PENDING"


def test_words_we_do_not_know_get_a_way_on(chat: Chat) -> None:
    chat.say("블라블라 어쩌고")

    assert len(chat.labels) == 3
    assert "도움말" in chat.labels
