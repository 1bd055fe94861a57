"""What the trainee's page refuses, and how: wrong numbers, a wrong turn, foreign and dead links."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from factories import (
    add_user,
    delete_user,
    get_plan,
    make_plan,
    make_user,
    report,
    shift_plan,
    stored_set,
    wait_for_blocked,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_client import SpecClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from trainee_pages import Page, lifter_plan, open_page, session_id, token_of

from app.schemas.trainee import SetForm

SQUAT = 0  # places in the lifter's plan


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"performed_reps": "여덟"}, {"performed_reps"}),
        ({"performed_reps": "101"}, {"performed_reps"}),
        ({"performed_reps": "8.5"}, {"performed_reps"}),
        ({"performed_reps": "-1"}, {"performed_reps"}),
        ({"performed_reps": "8,5"}, {"performed_reps"}),
        ({"performed_weight_kg": "1,500"}, {"performed_weight_kg"}),
        ({"performed_weight_kg": "1.0001"}, {"performed_weight_kg"}),
        ({"performed_weight_kg": "501", "rir": "11"}, {"performed_weight_kg", "rir"}),
        ({"performed_reps": "9" * 5000}, {"performed_reps"}),
        ({"performed_weight_kg": "NaN"}, {"performed_weight_kg"}),
    ],
)
def test_a_wrong_number_is_shown_again_with_what_is_wrong(
    client: SpecClient, typed: dict[str, str], wrong: set[str]
) -> None:
    plan = lifter_plan(client)
    form = open_page(client, plan).form(session_id(plan, SQUAT), 1)

    page = Page(form.send(client, "DONE", **typed))

    assert page.status == 400
    again = page.form(session_id(plan, SQUAT), 1)
    assert again.fields == form.fields | typed
    invalid = [each for each in page.all("input", "select") if each.attrs.get("aria-invalid") == "true"]
    assert {each.attrs["name"] for each in invalid} == wrong
    assert len([each for each in page.elements if "autofocus" in each.attrs]) == 1
    faults = {each.attrs["id"]: each.text for each in page.all("p", **{"class": "fault"})}
    assert {each.attrs["aria-describedby"] for each in invalid} == set(faults)
    links = {each.attrs["href"] for each in page.all("a")}
    assert {f"#{each.attrs['id']}" for each in invalid} <= links
    assert all("주세요" in text for text in faults.values())
    assert get_plan(client, plan["id"]) == plan


def test_a_wrong_correction_opens_where_it_stands(client: SpecClient) -> None:
    plan = lifter_plan(client)
    report(client, plan, 1, 1)
    form = open_page(client, plan).form(session_id(plan, SQUAT), 1)

    page = Page(form.send(client, "DONE", performed_reps="x"))

    (field,) = [each for each in page.all("input") if each.attrs.get("aria-invalid") == "true"]
    folds = [each for each in field.parents if each.name == "details"]
    assert folds and all("open" in each.attrs for each in folds)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({}, {"pain_area", "pain_score"}),
        ({"pain_area": "knee"}, {"pain_score"}),
        ({"pain_score": "3"}, {"pain_area"}),
        ({"pain_area": "head", "pain_score": "11"}, {"pain_area", "pain_score"}),
    ],
)
def test_pain_needs_an_area_and_a_score(client: SpecClient, typed: dict[str, str], wrong: set[str]) -> None:
    plan = lifter_plan(client)
    form = open_page(client, plan).form(session_id(plan, SQUAT), 1, has="pain_area")

    page = Page(form.send(client, **typed))

    assert page.status == 400
    invalid = [each for each in page.all("select") if each.attrs.get("aria-invalid") == "true"]
    assert {each.attrs["name"] for each in invalid} == wrong
    assert all("open" in each.attrs for field in invalid for each in field.parents if each.name == "details")
    assert get_plan(client, plan["id"]) == plan


def test_a_set_before_its_turn_is_told_which_comes_first(client: SpecClient) -> None:
    plan = lifter_plan(client)
    form = open_page(client, plan).form(session_id(plan, SQUAT), 1)
    form.action = form.action.removesuffix("1") + "3"

    page = Page(form.send(client, "DONE"))

    assert page.status == 409
    assert "먼저 1세트부터 기록해 주세요." in page.text
    assert get_plan(client, plan["id"]) == plan


def post(client: SpecClient, token: str, where: str, /, **data: str) -> Page:
    return Page(client.post(f"/t/{token}/{where}", data={"status": "DONE"} | data))


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"status": "PENDING"}, 400),
        ({"status": ""}, 400),
        ({"status": "SKIPPED", "performed_reps": "3"}, 400),
        ({"performed_seconds": "30"}, 400),
        ({"skip_reason": "time"}, 400),
        ({"status": "SKIPPED", "skip_reason": "lazy"}, 400),
        ({"more": "1"}, 400),
        ({"performed_reps": "\x00"}, 400),
    ],
)
def test_a_form_we_never_made_is_refused_kindly(
    client: SpecClient, data: dict[str, str], status: int
) -> None:
    plan = lifter_plan(client)

    page = post(client, token_of(plan), f"sessions/{session_id(plan, SQUAT)}/sets/1", **data)

    assert page.status == status
    assert "주세요" in page.text
    assert get_plan(client, plan["id"]) == plan


@pytest.mark.parametrize("set_no", [0, 5, 10**30])
def test_a_set_that_is_not_there_is_a_page_with_the_way_back(client: SpecClient, set_no: int) -> None:
    plan = lifter_plan(client)

    page = post(client, token_of(plan), f"sessions/{session_id(plan, SQUAT)}/sets/{set_no}")

    assert page.status == 404
    assert [each.attrs["href"] for each in page.all("a")] == [f"/t/{token_of(plan)}"]


def test_a_set_of_another_plan_is_not_there(client: SpecClient) -> None:
    mine, other = lifter_plan(client), lifter_plan(client)

    page = post(client, token_of(mine), f"sessions/{session_id(other, SQUAT)}/sets/1")

    assert page.status == 404
    assert get_plan(client, other["id"]) == other


def test_an_altered_link_is_a_kind_page(client: SpecClient) -> None:
    plan = lifter_plan(client)
    token = token_of(plan)
    altered = token[:-1] + ("A" if token[-1] != "A" else "E")

    read = Page(client.get(f"/t/{altered}"))
    wrote = post(client, altered, f"sessions/{session_id(plan, SQUAT)}/sets/1")

    for page in (read, wrote):
        assert page.status == 404
        assert page.headings() == ["페이지를 찾지 못했어요"]
        assert page.all("a") == []
    assert get_plan(client, plan["id"]) == plan


FIELDS = (*SetForm().fields, "more")
texts = (
    st.text(max_size=12)
    | st.integers().map(str)
    | st.floats().map(str)
    | st.sampled_from(
        [
            "DONE",
            "FAILED",
            "SKIPPED",
            "pain",
            "time",
            "knee",
            "4",
            "12.5",
            "HEAVY",
            "",
            "９",
            "1e3",
            "\x00",
            "\u200b8",
        ]
    )
)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.dictionaries(st.sampled_from(FIELDS), texts))
def test_any_form_is_taken_or_refused(client: SpecClient, data: dict[str, str]) -> None:
    plan = lifter_plan(client)
    path = f"/t/{token_of(plan)}/sessions/{session_id(plan, SQUAT)}/sets/1"

    answer = client.post(path, data=data, content_type="application/x-www-form-urlencoded")

    assert answer.status_code in (303, 400)
    assert open_page(client, plan).status == 200


def gone(client: SpecClient, plan: dict[str, Any]) -> list[Page]:
    """What reading and reporting answer."""
    return [
        open_page(client, plan),
        post(client, token_of(plan), f"sessions/{session_id(plan, SQUAT)}/sets/1"),
    ]


def test_an_old_plan_is_gone(client: SpecClient, db_session: Session) -> None:
    plan = lifter_plan(client)
    shift_plan(db_session, plan["id"], days=-4)

    assert [(each.status, each.headings()) for each in gone(client, plan)] == [(410, ["지난 계획이에요"])] * 2


def test_a_canceled_plan_is_gone(client: SpecClient, as_client: dict[str, str]) -> None:
    plan = lifter_plan(client)
    client.post(f"/plans/{plan['id']}/cancel", headers=as_client)

    assert [(each.status, each.headings()) for each in gone(client, plan)] == [
        (410, ["취소된 계획이에요"])
    ] * 2


def test_a_plan_canceled_while_a_report_waits_takes_it_no_more(
    client: SpecClient, engine: Engine, db_session: Session
) -> None:
    plan = lifter_plan(client)
    form = open_page(client, plan).form(session_id(plan, SQUAT), 1)
    cancel = text("UPDATE exercise_plans SET status = 'CANCELED' WHERE id = :id")

    with ThreadPoolExecutor(1) as pool, engine.connect() as other:
        other.execute(cancel, {"id": plan["id"]})
        sent = pool.submit(form.send, client, "DONE")
        wait_for_blocked(engine, 1)
        other.commit()
        page = Page(sent.result())

    assert (page.status, page.headings()) == (409, ["지금은 기록할 수 없어요"])
    assert stored_set(db_session, plan).status == "PENDING"


def test_the_plan_of_somebody_who_unlinked_is_gone_until_they_are_back(
    client: SpecClient, db_session: Session
) -> None:
    plan = lifter_plan(client)
    db_session.execute(text("UPDATE users SET unlinked_at = now()"))
    db_session.commit()

    assert [(each.status, each.headings()) for each in gone(client, plan)] == [(410, ["닫힌 페이지예요"])] * 2

    db_session.execute(text("UPDATE users SET unlinked_at = NULL"))
    db_session.commit()
    assert open_page(client, plan).status == 200


def test_the_plan_of_somebody_who_left_is_gone(client: SpecClient) -> None:
    plan = lifter_plan(client)
    delete_user(client, plan["user_id"])

    assert [(each.status, each.headings()) for each in gone(client, plan)] == [(410, ["닫힌 페이지예요"])] * 2


def test_a_link_to_a_plan_that_never_was_is_not_found(client: SpecClient, db_session: Session) -> None:
    add_user(db_session)

    assert open_page(client, {"id": str(uuid4())}).status == 404


def test_a_form_opened_again_as_an_address_leads_to_the_page(client: SpecClient) -> None:
    plan = lifter_plan(client)

    answer = client.get(f"/t/{token_of(plan)}/sessions/{session_id(plan, SQUAT)}/sets/1")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/t/{token_of(plan)}")


@pytest.mark.parametrize(
    "query", ["?set=x", "?set=1.2&pain=head", "?pain=knee", f"?set={uuid4()}.1", "?utm=1", "?set=a&set=b"]
)
def test_an_odd_query_says_nothing(client: SpecClient, query: str) -> None:
    plan = make_plan(client, make_user(client)["id"])

    page = open_page(client, plan, query)

    assert (page.status, [each.attrs for each in page.elements if "data-say" in each.attrs]) == (200, [])
