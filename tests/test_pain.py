"""Pain during a set: the exercise ends, the area is spared, another exercise takes its place."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import (
    add_plan,
    add_user,
    ask_plan,
    get_plan,
    make_lifter,
    make_plan,
    make_user,
    patch_user,
    read_user,
    report,
    shift_plan,
    today,
)
from openapi_client import SpecClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ManualReview

SQUAT, BENCH = 1, 2  # places in the lifter's plan
KNEE: dict[str, Any] = {"area": "knee", "score": 4}


def injuries(client: SpecClient, user_id: str) -> Any:
    return read_user(client, user_id).json["profile"]["injuries"]


@pytest.mark.parametrize(
    ("score", "severity"), [(1, "MILD"), (3, "MILD"), (4, "MODERATE"), (6, "MODERATE"), (7, "SEVERE")]
)
def test_the_area_is_spared_for_two_weeks_or_until_somebody_looked(
    client: SpecClient, score: int, severity: str
) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])

    report(client, plan, SQUAT, 1, pain={"area": "knee", "score": score})

    until = None if severity == "SEVERE" else str(today() + timedelta(days=14))
    assert injuries(client, user["id"]) == [{"area": "knee", "severity": severity, "until": until}]


def test_the_rest_of_the_exercise_is_skipped_and_a_substitute_is_added(client: SpecClient) -> None:
    plan = make_plan(client, make_lifter(client)["id"])
    report(client, plan, SQUAT, 1)

    answer = report(client, plan, SQUAT, 2, "FAILED", performed_reps=1, pain=KNEE)

    assert (answer.status_code, answer.json["plan_changed"], answer.json["plan_status"]) == (
        200,
        True,
        "ACTIVE",
    )
    assert answer.json["set"]["status"] == "FAILED"
    after = get_plan(client, plan["id"])
    squat, substitute = after["sessions"][0], after["sessions"][-1]
    states = [(each["status"], each["skip_reason"]) for each in squat["sets"]]
    assert states == [("DONE", None), ("FAILED", None), ("SKIPPED", "pain"), ("SKIPPED", "pain")]
    assert after["sessions"][1:-1] == plan["sessions"][1:]
    assert substitute["order_no"] == len(plan["sessions"]) + 1
    assert substitute["exercise"] not in {each["exercise"] for each in plan["sessions"]}
    assert (substitute["tier"], substitute["target_sets"]) == ("MAIN", 2)
    assert [each["status"] for each in substitute["sets"]] == ["PENDING"] * 2
    assert report(client, after, substitute["order_no"], 1).status_code == 200


def test_a_skipped_set_may_be_skipped_for_pain(client: SpecClient) -> None:
    plan = make_plan(client, make_lifter(client)["id"])

    answer = report(client, plan, SQUAT, 1, "SKIPPED", skip_reason="pain", pain=KNEE)

    assert answer.json["plan_changed"] is True
    assert get_plan(client, plan["id"])["sessions"][-1]["target_sets"] == 3


def test_the_same_pain_again_changes_nothing(client: SpecClient) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])
    first = report(client, plan, SQUAT, 1, pain=KNEE)
    before = get_plan(client, plan["id"])

    second = report(client, plan, SQUAT, 1, pain=KNEE)

    assert (second.status_code, second.json["plan_changed"]) == (200, False)
    assert second.json["next"] == first.json["next"]
    assert get_plan(client, plan["id"]) == before
    assert len(injuries(client, user["id"])) == 1


def test_the_same_pain_again_after_three_days_is_no_conflict(client: SpecClient, db_session: Session) -> None:
    plan = make_plan(client, make_lifter(client)["id"])
    report(client, plan, SQUAT, 1, pain=KNEE)
    shift_plan(db_session, plan["id"], days=-4)

    same, worse = report(client, plan, SQUAT, 1, pain=KNEE), report(client, plan, BENCH, 1, pain=KNEE)

    assert (same.status_code, worse.status_code) == (200, 409)


def test_a_pain_that_is_told_after_the_set_is_not_lost(client: SpecClient) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])
    report(client, plan, SQUAT, 1)

    answer = report(client, plan, SQUAT, 1, pain=KNEE)

    assert (answer.status_code, answer.json["plan_changed"]) == (200, True)
    assert [each["severity"] for each in injuries(client, user["id"])] == ["MODERATE"]
    assert get_plan(client, plan["id"])["sessions"][0]["sets"][1]["skip_reason"] == "pain"


def test_a_pain_told_after_the_last_set_spares_the_area(client: SpecClient) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])
    for number in (1, 2, 3, 4):
        report(client, plan, SQUAT, number)

    answer = report(client, plan, SQUAT, 4, pain=KNEE)

    assert (answer.status_code, answer.json["plan_changed"]) == (200, False)
    assert [each["area"] for each in injuries(client, user["id"])] == ["knee"]


def test_after_a_severe_pain_nothing_is_offered_and_a_human_looks_first(client: SpecClient) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])

    answer = report(client, plan, SQUAT, 1, pain={"area": "lower_back", "score": 8})

    assert answer.json["plan_changed"] is True
    assert len(get_plan(client, plan["id"])["sessions"]) == len(plan["sessions"])
    refused = ask_plan(client, user["id"], days=2)
    assert (refused.status_code, refused.json["code"]) == (409, "needs_review")
    assert refused.json["reasons"] == ["INJURY_SEVERE"]
    patch_user(client, user["id"], profile={"injuries": []})
    assert ask_plan(client, user["id"], days=2).status_code == 201


def test_a_severe_pain_calls_a_human_at_once_and_announces_no_other_plan(
    client: SpecClient, db_session: Session
) -> None:
    user = make_lifter(client)
    plan, ahead = make_plan(client, user["id"]), make_plan(client, user["id"], days=7)

    report(client, plan, SQUAT, 1, pain={"area": "lower_back", "score": 8})

    review = db_session.scalars(select(ManualReview)).one()
    assert (review.cause, review.reason_code) == (user["id"], "INJURY_SEVERE")
    assert get_plan(client, ahead["id"])["notification"]["status"] == "CANCELED"


def test_the_next_plan_spares_the_area(client: SpecClient) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])
    report(client, plan, SQUAT, 1, pain=KNEE)

    after = make_plan(client, user["id"], days=2)

    slugs = [each["exercise"] for each in after["sessions"]]
    assert "barbell_back_squat" not in slugs


def test_pain_in_the_only_exercise_there_is_ends_the_plan(client: SpecClient, db_session: Session) -> None:
    user = make_user(client, profile={"excluded": [], "equipment": []})
    plan = make_plan(client, user["id"])
    worst = {"area": "hip", "score": 9}
    for session in plan["sessions"][1:]:
        for number in range(1, session["target_sets"] + 1):
            report(client, plan, session["order_no"], number)

    answer = report(client, plan, 1, 1, pain=worst)

    assert (answer.json["next"], answer.json["plan_status"]) == (None, "DONE")


def test_on_a_day_that_is_over_only_the_area_is_spared(client: SpecClient, db_session: Session) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])
    shift_plan(db_session, plan["id"], days=-1)

    answer = report(client, plan, SQUAT, 1, pain=KNEE)

    assert answer.json["plan_changed"] is True
    after = get_plan(client, plan["id"])
    assert len(after["sessions"]) == len(plan["sessions"])
    assert after["sessions"][0]["sets"][3]["skip_reason"] == "pain"
    assert injuries(client, user["id"])[0]["until"] == str(today() + timedelta(days=14))


def test_an_injury_that_was_known_is_kept(client: SpecClient) -> None:
    wrist = {"area": "wrist", "severity": "MILD", "until": None}
    user = make_lifter(client, injuries=[wrist])
    plan = make_plan(client, user["id"])

    report(client, plan, SQUAT, 1, pain=KNEE)

    assert injuries(client, user["id"])[0] == wrist
    assert len(injuries(client, user["id"])) == 2


def test_a_substitute_is_never_what_was_trained_already(client: SpecClient) -> None:
    plan = make_plan(client, make_lifter(client)["id"])

    for number in (1, 2, 3):
        report(client, get_plan(client, plan["id"]), number, 1, pain={"area": "wrist", "score": 2})

    slugs = [each["exercise"] for each in get_plan(client, plan["id"])["sessions"]]
    assert len(slugs) == len(set(slugs))


def test_a_plan_made_past_the_rules_takes_pain_too(client: SpecClient, db_session: Session) -> None:
    user = add_user(db_session)
    row = add_plan(db_session, user.id, today(), ["PENDING", "PENDING"])
    plan = get_plan(client, str(row.id))

    answer = report(client, plan, 1, 1, pain=KNEE)

    assert (answer.status_code, answer.json["plan_changed"]) == (200, True)
    assert UUID(get_plan(client, plan["id"])["sessions"][0]["id"])
