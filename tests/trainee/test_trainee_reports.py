"""Reporting by the forms of the page alone: a whole workout, corrections, skips and pain."""

from typing import Any

import pytest
from factories import get_plan, read_user, report, shift_plan
from openapi_client import SpecClient
from sqlalchemy.orm import Session
from trainee_pages import current, follow, lifter_plan, open_page, session_id

SQUAT = 0  # places in the lifter's plan


def sets(client: SpecClient, plan: dict[str, Any], place: int) -> Any:
    return get_plan(client, plan["id"])["sessions"][place]["sets"]


def test_a_whole_workout_is_done_by_forms_alone(client: SpecClient) -> None:
    plan = lifter_plan(client)
    page, taps = open_page(client, plan), 0

    while current_forms := [each for each in page.forms if ("status", "DONE") in each.buttons]:
        if "마쳤어요" in current(page):
            break
        page, taps = follow(client, current_forms[0].send(client, "DONE")), taps + 1

    after = get_plan(client, plan["id"])
    assert (taps, after["status"]) == (20, "DONE")
    assert {each["status"] for session in after["sessions"] for each in session["sets"]} == {"DONE"}
    assert "운동을 다 마쳤어요!" in page.headings()


def test_a_report_leads_back_to_the_page_which_says_so(client: SpecClient) -> None:
    plan = lifter_plan(client)
    form = open_page(client, plan).form(session_id(plan, SQUAT), 1)

    page = follow(client, form.send(client, "DONE", performed_reps="5", performed_weight_kg="32.5", rir="1"))

    assert "바벨 백스쿼트 1세트 완료! 32.5 kg × 5회" in page.headings()
    assert page.title.startswith("바벨 백스쿼트 1세트 완료!")
    assert "바벨 백스쿼트 2 / 4세트" in current(page)
    first = sets(client, plan, SQUAT)[0]
    assert (first["performed_reps"], first["performed_weight_kg"], first["rir"]) == (5, 32.5, 1)


@pytest.mark.parametrize("typed", ["42,5", "４２．５", " 42.5 "])
def test_a_weight_may_be_typed_as_the_phones_keyboard_has_it(client: SpecClient, typed: str) -> None:
    plan = lifter_plan(client)
    form = open_page(client, plan).form(session_id(plan, SQUAT), 1)

    follow(client, form.send(client, "DONE", performed_weight_kg=typed))

    assert sets(client, plan, SQUAT)[0]["performed_weight_kg"] == 42.5


def test_a_second_tap_changes_nothing(client: SpecClient) -> None:
    plan = lifter_plan(client)
    form = open_page(client, plan).form(session_id(plan, SQUAT), 1)

    first = form.send(client, "DONE")
    before = get_plan(client, plan["id"])
    second = form.send(client, "DONE")

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert get_plan(client, plan["id"]) == before


def test_a_failed_set_lowers_what_is_offered_next(client: SpecClient) -> None:
    plan = lifter_plan(client)
    form = open_page(client, plan).form(session_id(plan, SQUAT), 1)

    page = follow(client, form.send(client, "FAILED", performed_reps="2"))

    assert "실패로 기록했어요" in page.title
    offered = report(client, plan, 1, 1, "FAILED", performed_reps=2).json["next"]["offered_weight_kg"]
    assert offered < 30
    assert f"30 kg에서 {offered:g} kg으로 낮췄어요" in page.text
    assert f"{offered:g} kg × 4회" in current(page)
    follow(client, page.form(session_id(plan, SQUAT), 2).send(client, "DONE"))
    assert sets(client, plan, SQUAT)[1]["performed_weight_kg"] == offered


def test_a_reported_set_is_reported_anew(client: SpecClient) -> None:
    plan = lifter_plan(client)
    report(client, plan, 1, 1, actual_rest_sec=100)
    form = open_page(client, plan).form(session_id(plan, SQUAT), 1)
    assert (form.fields["performed_reps"], form.fields["performed_weight_kg"]) == ("4", "30")

    follow(client, form.send(client, "DONE", performed_reps="3"))

    first = sets(client, plan, SQUAT)[0]
    assert (first["performed_reps"], first["performed_weight_kg"], first["actual_rest_sec"]) == (3, 30, 100)


def test_a_set_is_corrected_three_days_later_too(client: SpecClient, db_session: Session) -> None:
    plan = lifter_plan(client)
    report(client, plan, 1, 1)
    shift_plan(db_session, plan["id"], days=-3)
    form = open_page(client, plan).form(session_id(plan, SQUAT), 1)

    follow(client, form.send(client, "FAILED", performed_reps="1"))

    assert sets(client, plan, SQUAT)[0]["status"] == "FAILED"


@pytest.mark.parametrize("reason", ["", "time", "busy", "other"])
def test_a_set_is_skipped_with_or_without_a_reason(client: SpecClient, reason: str) -> None:
    plan = lifter_plan(client)
    form = open_page(client, plan).form(session_id(plan, SQUAT), 1, has="skip_reason")
    assert ("skip_reason", reason) in form.buttons

    page = follow(client, form.send(client, skip_reason=reason))

    first = sets(client, plan, SQUAT)[0]
    assert (first["status"], first["skip_reason"]) == ("SKIPPED", reason or None)
    assert "건너뛰었어요" in page.title


def test_pain_ends_the_exercise_and_the_page_says_what_changed(client: SpecClient) -> None:
    plan = lifter_plan(client)
    form = open_page(client, plan).form(session_id(plan, SQUAT), 1, has="pain_area")

    page = follow(client, form.send(client, pain_area="knee", pain_score="4"))

    after = get_plan(client, plan["id"])
    assert {(each["status"], each["skip_reason"]) for each in after["sessions"][0]["sets"]} == {
        ("SKIPPED", "pain")
    }
    substitute = after["sessions"][-1]
    assert len(after["sessions"]) == len(plan["sessions"]) + 1
    assert "4세트를 건너뛰었어요." in page.text
    assert f"대신 {substitute['exercise_name']}" in page.text
    assert "무릎을 " in page.text and "아껴서 계획할게요." in page.text
    assert read_user(client, plan["user_id"]).json["profile"]["injuries"][0]["area"] == "knee"


def test_pain_after_the_last_set_keeps_what_was_lifted(client: SpecClient) -> None:
    plan = lifter_plan(client)
    for number in (1, 2, 3, 4):
        report(client, plan, 1, number, performed_reps=5)
    form = open_page(client, plan).form(session_id(plan, SQUAT), 4, has="pain_area")

    page = follow(client, form.send(client, pain_area="knee", pain_score="2"))

    last = sets(client, plan, SQUAT)[3]
    assert (last["status"], last["performed_reps"]) == ("DONE", 5)
    assert "무릎을 " in page.text and "건너뛰었어요" not in page.text


def test_a_severe_pain_sends_to_a_doctor_for_as_long_as_it_lasts(client: SpecClient) -> None:
    plan = lifter_plan(client)
    form = open_page(client, plan).form(session_id(plan, SQUAT), 1, has="pain_area")

    page = follow(client, form.send(client, pain_area="lower_back", pain_score="9"))

    assert "병원 진료를 먼저 받아 주세요" in page.text and "다 나을 때까지" in page.text
    assert "병원 진료를 먼저 받아 주세요" in open_page(client, plan).text
