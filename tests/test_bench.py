"""`make bench` runs, and every line of it has figures; how large they are is not a test's business."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bench.people import morning_zone

ROOT = Path(__file__).parents[1]
FIGURE = r"\d[\d,.]*"
SPREAD = rf"{FIGURE} \({FIGURE}–{FIGURE}\)"


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=240)


@pytest.fixture(scope="module")
def printed() -> list[str]:
    """What a quick run of the cheap measurements prints."""
    done = bench("generate", "queries", "daily", "workers", "claim", "intake", "skill", "hanging", "--quick")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("hour", range(24))
def test_it_is_morning_for_the_trainees_whatever_the_hour(hour: int) -> None:
    now = datetime(2026, 11, 26, hour, 59, tzinfo=UTC)

    assert now.astimezone(ZoneInfo(morning_zone(now))).hour == 6


def test_every_route_has_a_status_and_a_number_of_queries(printed: list[str]) -> None:
    routes = [line for line in printed if re.match(r"  (GET|POST|PUT|PATCH|DELETE) /.* ", line)]

    assert len(routes) > 10
    assert [line for line in routes if not re.search(r" [2-5]\d\d +\d+ queries", line)] == []


def test_plans_have_figures_of_both_sides(printed: list[str]) -> None:
    for name in ("requests/s", "p50, ms", "p99, ms", "processor time, ms a request"):
        line = next(line for line in printed if line.startswith(f"  {name}"))
        assert re.search(rf"{FIGURE} +{FIGURE} +{SPREAD}", line)


def test_mornings_have_figures_of_few_of_many_and_of_the_floor(printed: list[str]) -> None:
    few_and_floor = [line for line in printed if line.startswith("  ms a plan")]

    assert len(few_and_floor) == 2
    assert all(re.search(rf"{FIGURE} +{FIGURE} +{SPREAD}", line) for line in few_and_floor)
    (memory,) = [line for line in printed if "MiB, worker and child" in line]
    assert re.search(rf"{FIGURE} +{FIGURE} +{SPREAD} +aim ≤ 1.1 ", memory)


def test_many_workers_and_one_have_figures_and_a_ratio(printed: list[str]) -> None:
    begun = next(place for place, line in enumerate(printed) if line.startswith("workers:"))

    (line,) = [each for each in printed[begun : begun + 5] if each.startswith("  messages/s")]
    assert re.search(rf"{FIGURE} +{FIGURE} +{SPREAD} +aim ≥ 3 ", line)


def test_a_plan_is_made_in_the_queries_it_may_take(printed: list[str]) -> None:
    (line,) = [line for line in printed if "POST /plans/generate" in line]

    assert re.search(r" 201 +\d queries  aim ≤ 8  met$", line)


def test_claims_have_figures_of_both_sides_and_a_ratio(printed: list[str]) -> None:
    claims = [line for line in printed if re.search(r"(due .*|claimed rows), ms ", line)]

    assert len(claims) == 4
    assert all(re.search(rf"{SPREAD} +{SPREAD} +{SPREAD} +aim ≤ 1.3 ", line) for line in claims)


def test_the_claims_plan_is_shown(printed: list[str]) -> None:
    assert any("ix_notifications_due" in line for line in printed)


def test_both_webhooks_have_figures_of_both_sides_and_few_bells(printed: list[str]) -> None:
    posts = [number for number, line in enumerate(printed) if line.startswith("  POST /webhooks/")]
    hooks = [printed[number : number + 7] for number in posts if "queries" not in printed[number]]

    assert [lines[0].strip() for lines in hooks] == [
        "POST /webhooks/kakao/channel",
        "POST /webhooks/alimtalk/results",
    ]
    for lines in hooks:
        assert re.search(rf"requests/s +{FIGURE} +{FIGURE} +{SPREAD} +aim ≥ 0.5 ", lines[2])
        assert re.search(r"bells left in Redis by a round +[1-8] for 40 events  aim ≤ 8  met$", lines[6])


def test_the_chat_has_figures_of_both_sides_while_messages_leave(printed: list[str]) -> None:
    for name in ("answers/s", "messages/s meanwhile"):
        (line,) = [line for line in printed if line.startswith(f"  {name}")]
        assert re.search(rf"{FIGURE} +{FIGURE} +{SPREAD}$", line)
    (slow,) = [line for line in printed if "p99 of all" in line]
    assert re.search(rf"p99 of all {FIGURE} answers +{FIGURE} s  aim ≤ 0.5 ", slow)


def test_no_answer_in_chat_takes_more_queries_than_it_may(printed: list[str]) -> None:
    (line,) = [line for line in printed if "queries of an answer" in line]

    assert re.search(r"the most +[1-8] \(오늘 운동 \d, typed \d, .*\)  aim ≤ 8  met$", line)


def test_plans_that_hang_and_plans_that_find_no_place_have_figures_of_their_own(printed: list[str]) -> None:
    for reason, least in (("llm_timeout", 2), ("llm_busy", 1)):
        (line,) = [line for line in printed if line.startswith(f"  {reason}, p99 of")]
        found = re.search(rf"p99 of (\d+) plans +({FIGURE}) s \(p50 .*, slowest .*\)  aim ≤ 3 ", line)
        assert found and int(found[1]) >= least
        assert (float(found[2]) >= 2) == (reason == "llm_timeout")


def test_others_have_figures_with_and_without_a_hanging_llm(printed: list[str]) -> None:
    start = next(number for number, line in enumerate(printed) if line.startswith("hanging: "))

    for name, aim in (
        ("rule plans, p99, ms", " +aim ≤ 1.5 "),
        ("healthz, p99, ms", "$"),
        ("channel webhook, p99, ms", "$"),
    ):
        (line,) = [line for line in printed[start:] if line.startswith(f"  {name}")]
        assert re.search(rf"{FIGURE} +{FIGURE} +{SPREAD}{aim}", line)


def test_an_unknown_measurement_is_refused() -> None:
    done = bench("nonsense")

    assert done.returncode == 2
    assert "nonsense" in done.stderr
