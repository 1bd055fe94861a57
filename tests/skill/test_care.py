"""Pain, emergencies and taken machines, told in chat."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from factories import (
    AS_OPERATOR,
    add_plan,
    ask_plan,
    get_notice,
    get_plan,
    make_lifter,
    make_notification,
    make_plan,
    make_user,
    read_user,
    shift_plan,
    today,
)
from flask import Flask
from openapi_client import SpecClient
from skill_builders import Chat, joined
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import coach
from app.domain import talk
from app.domain.chats import Turn
from app.models import ExerciseSetState, ManualReview
from app.workers.world import world


def injuries(client: SpecClient, user: dict[str, Any]) -> list[tuple[str, str]]:
    found = read_user(client, user["id"]).json["profile"]["injuries"]
    return [(each["area"], each["severity"]) for each in found]


def pending(plan: dict[str, Any]) -> set[str]:
    """The exercises that have something left to do."""
    return {
        session["exercise"]
        for session in plan["sessions"]
        if any(each["status"] == "PENDING" for each in session["sets"])
    }


def reviews(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.execute(select(ManualReview.reason_code, ManualReview.cause))
    return sorted((row.reason_code, row.cause) for row in rows)


def test_a_sore_knee_is_spared_in_the_whole_rest_of_the_day(
    client: SpecClient, chat: Chat, user: dict[str, Any], plan: dict[str, Any]
) -> None:
    assert "barbell_back_squat" in pending(plan)

    text = chat.say("아파요 무릎")

    after = get_plan(client, plan["id"])
    assert injuries(client, user) == [("knee", "MODERATE")]
    assert "무릎 통증을 기록했어요" in text and "뺀 운동: 바벨 백스쿼트" in text and "대신 할 운동" in text
    for slug in pending(after):
        exercise = coach.exercises()[slug]
        assert coach.Area.KNEE not in exercise.avoid | exercise.caution, slug
    assert len(after["sessions"]) > len(plan["sessions"])


def test_what_was_done_before_stays(client: SpecClient, chat: Chat, plan: dict[str, Any]) -> None:
    chat.say("완료")
    chat.say("무릎 아파요")

    squat = get_plan(client, plan["id"])["sessions"][0]["sets"]
    assert [each["status"] for each in squat] == ["DONE"] + ["SKIPPED"] * (len(squat) - 1)
    assert {each["skip_reason"] for each in squat[1:]} == {"pain"}


def test_a_mild_pain_makes_what_is_left_lighter(client: SpecClient, db_session: Session) -> None:
    user = make_user(client, profile={"equipment": ["machine"]})
    fields = {"exercise": "leg_press", "target_weight_kg": 50, "target_rir": 2, "slot": "squat/0"}
    plan_id = add_plan(db_session, UUID(user["id"]), today(), ["PENDING"] * 3, **fields).id
    chat = joined(client, user)

    text = chat.say("무릎이 살짝 아파요")

    [session] = get_plan(client, str(plan_id))["sessions"]
    assert injuries(client, user) == [("knee", "MILD")]
    assert (session["target_weight_kg"], session["target_rir"]) == (40, 3)
    assert "가볍게 할 운동: 레그 프레스" in text


def test_a_severe_pain_ends_the_day_and_calls_a_human(
    client: SpecClient, chat: Chat, user: dict[str, Any], plan: dict[str, Any], db_session: Session
) -> None:
    text = chat.say("허리 아파 9점")

    after = get_plan(client, plan["id"])
    assert "병원 진료" in text
    assert (after["status"], pending(after), len(after["sessions"])) == (
        "DONE",
        set(),
        len(plan["sessions"]),
    )
    assert reviews(db_session) == [("INJURY_SEVERE", user["id"])]


def test_pain_without_a_place_is_asked_where(client: SpecClient, chat: Chat, user: dict[str, Any]) -> None:
    assert "어디가 아픈가요" in chat.say("아파요")
    assert injuries(client, user) == []

    chat.tap("무릎 아파요")

    assert injuries(client, user) == [("knee", "MODERATE")]


def test_pain_on_a_day_without_a_plan_is_kept_for_the_next(client: SpecClient) -> None:
    user = make_lifter(client)

    joined(client, user).say("무릎 아파요")

    assert injuries(client, user) == [("knee", "MODERATE")]
    made = ask_plan(client, user["id"]).json
    assert "barbell_back_squat" not in pending(made)


def test_a_pain_that_touches_nothing_leaves_the_plan(client: SpecClient, db_session: Session) -> None:
    user = make_user(client)
    plan = add_plan(db_session, UUID(user["id"]), today(), ["PENDING"], exercise="dead_bug")
    chat = joined(client, user)

    assert "그대로 가요" in chat.say("발목 아파요")
    assert len(get_plan(client, str(plan.id))["sessions"]) == 1


def test_a_skip_for_pain_that_the_bot_asked_about_spares_the_area(
    client: SpecClient, chat: Chat, user: dict[str, Any], plan: dict[str, Any]
) -> None:
    chat.say("건너뛰기", reason="무릎 통증")

    first = get_plan(client, plan["id"])["sessions"][0]["sets"][0]
    assert (first["status"], first["skip_reason"]) == ("SKIPPED", "pain")
    assert injuries(client, user) == [("knee", "MODERATE")]


def test_an_emergency_stops_everything(
    client: SpecClient, chat: Chat, user: dict[str, Any], plan: dict[str, Any], db_session: Session
) -> None:
    text = chat.say("가슴이 조여요")

    assert "119" in text
    assert pending(get_plan(client, plan["id"])) == set()
    assert reviews(db_session) == [("EMERGENCY_STOP", user["id"])]
    assert read_user(client, user["id"]).json["profile"]["health"]["emergency_symptom"] is True
    assert ask_plan(client, user["id"], days=1).json["code"] == "needs_review"


def test_after_an_emergency_the_chat_makes_no_plan(client: SpecClient) -> None:
    chat = joined(client, make_lifter(client))
    chat.say("숨이 안 쉬어져요")

    text = chat.say("오늘 운동")

    assert "119" in text and "담당자" in text


def test_a_taken_machine_is_replaced_without_its_equipment(
    client: SpecClient, chat: Chat, plan: dict[str, Any]
) -> None:
    first = plan["sessions"][0]
    chat.say("완료")

    text = chat.say("자리 없어요")

    after = get_plan(client, plan["id"])
    states = [each["status"] for each in after["sessions"][0]["sets"]]
    assert states == ["DONE"] + ["SKIPPED"] * (first["target_sets"] - 1)
    assert {each["skip_reason"] for each in after["sessions"][0]["sets"][1:]} == {"busy"}
    added = after["sessions"][-1]
    assert added["exercise_name"] in text
    assert added["target_sets"] <= first["target_sets"] - 1
    taken = coach.exercises()[first["exercise"]].equipment
    assert coach.exercises()[added["exercise"]].equipment.isdisjoint(taken)


def test_without_another_exercise_nothing_is_taken_away(client: SpecClient, db_session: Session) -> None:
    user = make_user(client, profile={"excluded": [slug for slug in coach.exercises() if slug != "plank"]})
    plan = add_plan(
        db_session,
        UUID(user["id"]),
        today(),
        ["PENDING"],
        exercise="plank",
        slot="core/0",
        tier="CORE",
        target_reps=None,
        target_seconds=20,
        target_weight_kg=None,
    )
    chat = joined(client, user)

    assert "찾지 못했어요" in chat.say("자리 없어요")
    assert pending(get_plan(client, str(plan.id))) == {"plank"}


@pytest.mark.parametrize("way", ["typed", "tapped"])
def test_how_bad_it_is_is_not_forgotten_when_asked_where(
    client: SpecClient, chat: Chat, user: dict[str, Any], way: str
) -> None:
    assert "어디가 아픈가요" in chat.say("너무 아파요")

    chat.say("무릎이요") if way == "typed" else chat.tap("무릎 아파요")

    assert injuries(client, user) == [("knee", "SEVERE")]


def test_a_tapped_skip_for_pain_that_the_bot_asked_about_spares_the_area(
    client: SpecClient, chat: Chat, user: dict[str, Any], plan: dict[str, Any]
) -> None:
    chat.say("시작")
    (skip,) = [each for each in chat.quick if each["label"] == "건너뛰기"]

    chat.say("건너뛰기", extra=skip["extra"], reason="무릎이 아파서")

    first = get_plan(client, plan["id"])["sessions"][0]["sets"][0]
    assert (first["status"], first["skip_reason"]) == ("SKIPPED", "pain")
    assert injuries(client, user) == [("knee", "MODERATE")]


def test_a_day_given_up_for_pain_is_over(
    client: SpecClient, chat: Chat, user: dict[str, Any], plan: dict[str, Any]
) -> None:
    chat.say("무릎 아파서 오늘은 쉴래요")

    after = get_plan(client, plan["id"])
    assert (after["status"], pending(after)) == ("DONE", set())
    assert len(after["sessions"]) == len(plan["sessions"])
    assert injuries(client, user) == [("knee", "MODERATE")]


@pytest.mark.parametrize(("said", "left"), [("무릎 아파요", "barbell_bench_press"), ("무릎 아파 9점", None)])
def test_pain_after_midnight_ends_what_must_not_be_done(
    client: SpecClient,
    chat: Chat,
    plan: dict[str, Any],
    app: Flask,
    db_session: Session,
    said: str,
    left: str,
) -> None:
    chat.say("완료")
    night = datetime.combine(today(), time(0, 20), ZoneInfo("Asia/Seoul"))
    shift_plan(db_session, plan["id"], -1)
    done = update(ExerciseSetState).where(ExerciseSetState.status == "DONE")
    db_session.execute(done.values(reported_at=night - timedelta(minutes=5)))
    db_session.commit()

    asked = Turn("bot-user-1", None, said, {}, None, None, "", "event", None, {})
    with app.app_context():
        talk.answer(db_session, asked, world(app.config, night))
        db_session.commit()

    after = get_plan(client, plan["id"])
    assert "barbell_back_squat" not in pending(after)
    assert (left in pending(after)) if left else after["status"] == "DONE"
    assert len(after["sessions"]) == len(plan["sessions"])


@pytest.mark.parametrize("said", ["가슴이 조여요", "허리 아파 9점"])
def test_no_plan_is_announced_until_a_human_has_looked(
    client: SpecClient, db_session: Session, said: str
) -> None:
    user = make_lifter(client, days_per_week=7)
    plan = make_plan(client, user["id"], days=1)
    tomorrow = plan["notification"]
    notice = make_notification(db_session, UUID(user["id"]))

    joined(client, user).say(said)

    assert message(client, tomorrow["id"]) == ("CANCELED", "needs_review")
    assert message(client, str(notice.id)) == ("SCHEDULED", None)
    [review] = client.get("/manual-reviews?state=open", headers=AS_OPERATOR).json["items"]
    decision = {"action": "retry", "memo": "진단서를 보았습니다", "actor": "kim"}
    client.post(f"/manual-reviews/{review['id']}/resolve", json=decision, headers=AS_OPERATOR)
    announced = get_plan(client, plan["id"])["notification"]
    assert (announced["status"], announced["schedule_at"]) == ("SCHEDULED", tomorrow["schedule_at"])


def message(client: SpecClient, notification_id: str) -> tuple[str, str | None]:
    """Its state and why."""
    found = get_notice(client, notification_id)
    return found["status"], found["reason_code"]
