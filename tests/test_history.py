"""What was done shapes what comes next: progression through the API, and past plans in the coach's terms."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from factories import (
    add_plan,
    add_user,
    make_lifter,
    make_plan,
    make_user,
    report,
    report_all,
    shift_plan,
    today,
)
from openapi_client import SpecClient
from sqlalchemy.orm import Session

from app import coach
from app.coach import SetState
from app.domain.history import load_history

Targets = dict[str, tuple[int, float]]


def targets(plan: dict[str, Any]) -> Targets:
    """Reps and kg of the exercises that have both."""
    return {
        each["exercise"]: (each["target_reps"], each["target_weight_kg"])
        for each in plan["sessions"]
        if each["target_weight_kg"] is not None
    }


def test_the_same_trainee_and_the_same_past_get_the_same_plan(client: SpecClient) -> None:
    plans = []
    for _ in range(2):
        user = make_lifter(client)
        report_all(client, make_plan(client, user["id"]), rir=1)
        plans.append(make_plan(client, user["id"], days=2))

    one, other = plans
    assert targets(one) == targets(other)
    assert [each["notes"] for each in one["sessions"]] == [each["notes"] for each in other["sessions"]]


def test_after_all_sets_were_done_there_are_more_reps_at_the_same_load(client: SpecClient) -> None:
    user = make_lifter(client)
    first = make_plan(client, user["id"])
    report_all(client, first, rir=2)

    second = make_plan(client, user["id"], days=2)

    before, after = targets(first), targets(second)
    assert after.keys() == before.keys()
    assert {slug: (reps[0] > before[slug][0], reps[1]) for slug, reps in after.items()} == {
        slug: (True, kg) for slug, (_, kg) in before.items()
    }


def test_when_it_was_easy_there_is_more_load(client: SpecClient) -> None:
    user = make_lifter(client)
    first = make_plan(client, user["id"])
    report_all(client, first, rir=5)

    second = make_plan(client, user["id"], days=2)

    assert targets(first)["barbell_back_squat"] == (4, 30)
    assert targets(second)["barbell_back_squat"] == (4, 32.5)
    assert "무게를 올렸어요" in second["sessions"][0]["notes"]


def test_after_a_set_that_was_far_too_much_there_is_less_load(client: SpecClient) -> None:
    user = make_lifter(client)
    first = make_plan(client, user["id"])
    report_all(client, first, "FAILED", performed_reps=1)

    second = make_plan(client, user["id"], days=2)

    assert targets(second)["barbell_back_squat"][1] < targets(first)["barbell_back_squat"][1]


def test_what_was_not_done_changes_nothing(client: SpecClient, db_session: Session) -> None:
    user = make_lifter(client)
    first = make_plan(client, user["id"])
    shift_plan(db_session, first["id"], days=-3)

    second = make_plan(client, user["id"])

    assert targets(second) == targets(first)


def test_what_was_lifted_counts_and_not_what_was_planned(client: SpecClient) -> None:
    user = make_lifter(client)
    first = make_plan(client, user["id"])
    for number in (1, 2, 3, 4):
        report(client, first, 1, number, performed_reps=4, performed_weight_kg=50, rir=2)
    for session in first["sessions"][1:]:
        for each in session["sets"]:
            report(client, first, session["order_no"], each["set_no"])

    second = make_plan(client, user["id"], days=2)

    assert targets(second)["barbell_back_squat"] == (5, 50)


def test_open_plans_of_days_to_come_move_the_rotation_on(client: SpecClient) -> None:
    user = make_user(client, profile={"days_per_week": 3})

    summaries = [make_plan(client, user["id"], days=days)["summary"][:4] for days in (1, 3, 5, 8)]

    assert summaries == ["전신 A", "전신 B", "전신 C", "전신 A"]


def test_an_open_plan_of_a_day_that_is_over_leaves_the_rotation_where_it_was(
    client: SpecClient, db_session: Session
) -> None:
    user = make_user(client, profile={"days_per_week": 3})
    first = make_plan(client, user["id"], days=1)
    shift_plan(db_session, first["id"], days=-4)

    assert make_plan(client, user["id"], days=1)["summary"].startswith("전신 A")


def states(past: tuple[coach.PastSession, ...]) -> list[tuple[date, list[SetState]]]:
    return [(one.on, [each.state for item in one.items for each in item.sets]) for one in past]


def test_open_sets_are_assumed_done_until_their_day_is_over(db_session: Session) -> None:
    user = add_user(db_session)
    for days in (-1, 0, 1):
        add_plan(db_session, user.id, today(days=days), ["DONE", "SKIPPED", "PENDING"])

    past, existing = load_history(db_session, user.id, today(days=2), today())

    done, skipped = SetState.DONE, SetState.SKIPPED
    assert existing is None
    assert states(past) == [
        (today(days=-1), [done, skipped, SetState.PENDING]),
        (today(), [done, skipped, SetState.ASSUMED_DONE]),
        (today(days=1), [done, skipped, SetState.ASSUMED_DONE]),
    ]


def test_canceled_plans_days_of_rest_and_later_days_are_no_past(db_session: Session) -> None:
    user = add_user(db_session)
    add_plan(db_session, user.id, today(days=-3), ["DONE"], status="DONE")
    add_plan(db_session, user.id, today(days=-2), ["SKIPPED"], status="CANCELED")
    add_plan(db_session, user.id, today(days=-1), [], kind="rest", template=None, rotation_index=None)
    add_plan(db_session, user.id, today(days=2), ["PENDING"])
    add_plan(db_session, add_user(db_session).id, today(days=-1), ["DONE"])
    plan = add_plan(db_session, user.id, today(), ["PENDING"])

    past, existing = load_history(db_session, user.id, today(), today())

    assert [one.on for one in past] == [today(days=-3)]
    assert existing == plan.id


def test_the_past_is_mapped_field_by_field(client: SpecClient, db_session: Session) -> None:
    user = make_lifter(client)
    plan = make_plan(client, user["id"])
    report(client, plan, 1, 1, performed_reps=3, performed_weight_kg=27.125, rir=1)

    past, _ = load_history(db_session, UUID(user["id"]), today(days=1), today())

    (one,) = past
    first = one.items[0]
    assert (one.on, one.template, one.rotation_index, one.deload) == (today(), coach.Template.FB_A, 0, False)
    assert (first.slot, first.slug, first.tier) == ("squat/0", "barbell_back_squat", coach.Tier.MAIN)
    assert (first.target_rir, first.caution, len(one.items)) == (2, False, 7)
    assert first.sets[0] == coach.PastSet(
        SetState.DONE,
        target_reps=4,
        target_kg=Decimal(30),
        performed_reps=3,
        performed_kg=Decimal("27.125"),
        rir=1,
    )
