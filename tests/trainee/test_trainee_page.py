"""The trainee's page: what it shows of a plan, and that it can be read, heard and used with a keyboard."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import (
    GYM,
    add_plan,
    ask_plan,
    make_band_plan,
    make_plan,
    make_user,
    report,
    report_all,
    shift_plan,
    today,
)
from openapi_client import SpecClient
from sqlalchemy import Engine, event, update
from sqlalchemy.orm import Session
from trainee_pages import current, lifter_plan, open_page

from app.models import ExerciseSetState

SQUAT, BENCH = 1, 2


def rest_plan(client: SpecClient) -> dict[str, Any]:
    """A plan for a day on which this trainee does not train."""
    tomorrow = today(days=1).isoweekday()
    user = make_user(client, profile={"days_per_week": 1, "weekdays": [tomorrow]})
    plan = ask_plan(client, user["id"], force=False).json
    assert plan["kind"] == "rest"
    return dict(plan)


def done_plan(client: SpecClient) -> dict[str, Any]:
    plan = lifter_plan(client)
    report_all(client, plan)
    return plan


def begun_plan(client: SpecClient) -> dict[str, Any]:
    plan = lifter_plan(client)
    report(client, plan, SQUAT, 1)
    report(client, plan, SQUAT, 2, "FAILED", performed_reps=1)
    return plan


EVERY_PLAN = pytest.mark.parametrize("make", [rest_plan, done_plan, begun_plan, make_band_plan])


def test_the_first_set_is_on_top_with_its_target(client: SpecClient) -> None:
    plan = lifter_plan(client)

    page = open_page(client, plan)

    assert page.status == 200
    assert current(page).startswith("첫 세트 · 허벅지 바벨 백스쿼트 1 / 4세트 30 kg × 4회")
    assert "0 / 20세트" in page.text
    assert page.title == f"{page.headings()[0].split(')')[0]}) 운동 – 갓생 코치"


def test_every_exercise_is_listed_with_its_sets_and_targets(client: SpecClient) -> None:
    plan = lifter_plan(client)

    page = open_page(client, plan)

    assert page.headings()[3:-1] == [each["exercise_name"] for each in plan["sessions"]]
    assert len(page.all("li", **{"class": "pending"})) == sum(len(each["sets"]) for each in plan["sessions"])


def test_the_exercise_that_was_begun_goes_on(client: SpecClient) -> None:
    plan = lifter_plan(client)
    report(client, plan, BENCH, 1)

    page = open_page(client, plan)

    assert "벤치프레스 2 / 3세트" in current(page)


def test_after_an_exercise_comes_the_first_that_waits(client: SpecClient) -> None:
    plan = lifter_plan(client)
    for number in (1, 2, 3):
        report(client, plan, BENCH, number)

    assert "바벨 백스쿼트 1 / 4세트" in current(open_page(client, plan))


def test_keyboards_fit_the_measure(client: SpecClient) -> None:
    plan = lifter_plan(client)

    fields = {
        each.attrs["name"]: each.attrs["inputmode"]
        for each in open_page(client, plan).all("input")
        if each.attrs.get("id", "").startswith("s1-1-")
    }

    assert fields == {"performed_weight_kg": "decimal", "performed_reps": "numeric", "rir": "numeric"}


def test_bands_are_chosen_and_seconds_typed(client: SpecClient) -> None:
    bands = make_band_plan(client)
    profile = {"days_per_week": 1, "weekdays": [today().isoweekday()], "goal": "MOBILITY", "equipment": GYM}
    holds = make_plan(client, make_user(client, profile=profile)["id"])

    band = open_page(client, bands).form(bands["sessions"][1]["id"], 1)
    hold = open_page(client, holds).form(holds["sessions"][-1]["id"], 1)

    assert band.fields == {"performed_band": "", "performed_reps": "", "rir": ""}
    assert hold.fields == {"performed_seconds": ""}


def test_a_rest_day_says_why(client: SpecClient) -> None:
    page = open_page(client, rest_plan(client))

    assert "오늘은 쉬는 날이에요" in page.headings()
    assert "오늘은 운동하지 않는 요일이에요." in page.text
    assert page.forms == []


def test_a_finished_day_is_celebrated_with_its_figures(client: SpecClient) -> None:
    page = open_page(client, done_plan(client))

    assert "운동을 다 마쳤어요!" in page.headings()
    assert [" ".join(each.text.split()) for each in page.all("dd")][0] == "20 / 20"
    assert "20 / 20세트" in page.text


def test_the_week_is_drawn_and_told(client: SpecClient) -> None:
    plan = done_plan(client)

    page = open_page(client, plan)

    assert len(page.all("tr")) == 8
    day = page.all("tr")[today().isoweekday()]
    assert re.match(r"\d+월 \d+일\(.\)20/20[\d,]+\xa0kg$", "".join(day.text.split("\n")).strip())
    (told,) = page.all("desc")
    assert "20세트 중 20세트를 완료했고" in told.text
    assert len(page.all("rect")) == 1


def test_the_rest_after_a_set_is_counted_from_its_report(client: SpecClient, db_session: Session) -> None:
    plan = lifter_plan(client)
    report(client, plan, SQUAT, 1)

    (rest,) = [each for each in open_page(client, plan).all("section") if "data-left" in each.attrs]
    assert 170 < int(rest.attrs["data-left"]) <= int(rest.attrs["data-total"]) == 180
    assert re.search(r"\d\d:\d\d:\d\d까지 쉬어요", rest.text)

    earlier = datetime.now(UTC) - timedelta(seconds=181)
    db_session.execute(
        update(ExerciseSetState)
        .where(
            ExerciseSetState.session_id == UUID(plan["sessions"][0]["id"]), ExerciseSetState.status == "DONE"
        )
        .values(reported_at=earlier)
    )
    db_session.commit()
    assert "쉬는 시간" not in open_page(client, plan).headings()


def test_nobody_rests_after_a_skipped_or_a_corrected_or_the_last_set(client: SpecClient) -> None:
    skipped = lifter_plan(client)
    report(client, skipped, SQUAT, 1, "SKIPPED")
    corrected = begun_plan(client)
    report(client, corrected, SQUAT, 1, performed_reps=3)

    for plan in (skipped, corrected, done_plan(client)):
        assert "쉬는 시간" not in open_page(client, plan).headings()


@pytest.mark.parametrize(("days", "status"), [(0, 200), (-3, 200), (-4, 410), (5, 200)])
def test_a_page_lives_until_three_days_after_its_date(
    client: SpecClient, db_session: Session, days: int, status: int
) -> None:
    plan = lifter_plan(client)
    shift_plan(db_session, plan["id"], days=days)

    assert open_page(client, plan).status == status


def test_a_page_takes_few_queries(client: SpecClient, engine: Engine) -> None:
    plan = begun_plan(client)
    seen: list[str] = []

    def note(*args: Any) -> None:
        seen.append(args[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        open_page(client, plan)
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert 0 < len(seen) <= 8, seen


def test_names_are_escaped(client: SpecClient) -> None:
    name = "<script>alert(1)</script>"
    plan = make_plan(client, make_user(client, name=name, profile={"equipment": GYM})["id"])

    page = open_page(client, plan)

    assert name in page.text
    assert [each.attrs["src"].split("?")[0] for each in page.all("script")] == ["/t/assets/trainee.js"]


@EVERY_PLAN
def test_everything_has_a_name_and_nothing_has_two(client: SpecClient, make: Any) -> None:
    page = open_page(client, make(client))

    ids = [each.attrs["id"] for each in page.elements if "id" in each.attrs]
    assert len(ids) == len(set(ids))
    labels = {each.attrs["for"]: each.text.strip() for each in page.all("label")}
    controls = [
        each for each in page.all("input", "select", "progress") if each.attrs.get("type") != "hidden"
    ]
    assert [each.attrs for each in controls if not labels.get(each.attrs.get("id", ""))] == [
        each.attrs for each in controls if "aria-label" in each.attrs
    ]
    assert all(each.text.strip() for each in page.all("button", "summary", "a", "h1", "h2", "h3", "h4"))
    named = [each.attrs["aria-labelledby"] for each in page.elements if "aria-labelledby" in each.attrs]
    assert {part for name in named for part in name.split()} <= set(ids)


@EVERY_PLAN
def test_the_page_has_landmarks_and_headings_in_order(client: SpecClient, make: Any) -> None:
    page = open_page(client, make(client))

    assert [each.attrs["lang"] for each in page.all("html")] == ["ko"]
    assert [len(page.all(name)) for name in ("main", "header", "footer", "h1")] == [1, 1, 1, 1]
    levels = [int(each.name[1]) for each in page.all("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    assert [each.attrs["href"] for each in page.all("a")][0] == "#main"
    (live,) = page.all("p", role="status")
    assert live.attrs["aria-live"] == "polite"


@EVERY_PLAN
def test_nothing_on_the_page_is_inline_or_from_elsewhere(client: SpecClient, make: Any) -> None:
    page = open_page(client, make(client))

    assert [each.attrs for each in page.elements if "style" in each.attrs] == []
    handlers = [name for each in page.elements for name in each.attrs if name.startswith("on")]
    assert handlers == []
    assert page.all("style") == []
    assert [each.text for each in page.all("script")] == [""]
    addresses = [
        each.attrs[name] for each in page.elements for name in ("src", "href", "action") if name in each.attrs
    ]
    assert [each for each in addresses if not each.startswith(("/t/", "#"))] == []


def test_a_plan_made_past_the_api_is_shown_too(client: SpecClient, db_session: Session) -> None:
    user = make_user(client)
    plan = add_plan(db_session, UUID(user["id"]), today(), ("DONE", "PENDING"))

    assert "고블릿 스쿼트 2 / 2세트" in current(open_page(client, {"id": str(plan.id)}))
