"""`make demo`: its pieces, and once the whole of it against a `make run` of its own."""

import json
from pathlib import Path
from typing import Any

import pytest
from test_run import clone, run, some_port  # noqa: F401 - `clone` is a fixture

from dev import demo
from dev.sandbox.client import Sandbox

SESSION = {
    "target_sets": 2,
    "target_reps": 8,
    "target_seconds": None,
    "target_weight_kg": 12,
    "target_band": None,
    "per_side": False,
}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "2 × 8회 @ 12 kg"),
        ({"target_weight_kg": 42.5}, "2 × 8회 @ 42.5 kg"),
        ({"target_weight_kg": None, "per_side": True}, "2 × 8회 좌우"),
        ({"target_weight_kg": None, "target_band": "LIGHT"}, "2 × 8회 @ LIGHT"),
        ({"target_reps": None, "target_seconds": 30, "target_weight_kg": None}, "2 × 30초"),
    ],
)
def test_a_dose_is_one_short_text(changes: dict[str, Any], text: str) -> None:
    assert demo.dose(SESSION | changes) == text


def test_columns_stand_below_each_other_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    demo.print_table([("운동", "휴식"), ("Goblet squat", "90초"), ("데드버그", "45초")])

    lines = capsys.readouterr().out.splitlines()
    assert len({demo.width(line.rpartition("  ")[0]) for line in lines}) == 1


def test_the_reason_is_the_first_sentence_of_the_note() -> None:
    note = "지난번에 여유가 많아서 무게를 올렸어요. 먼저 50%로 8회 몸을 풀어요."

    assert demo.why({"notes": note}) == "[지난번에 여유가 많아서 무게를 올렸어요]"


@pytest.mark.parametrize("content", [None, "{", "{}"])
def test_nothing_runs_without_a_run_file(
    tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.json"
    if content is not None:
        path.write_text(content)

    assert demo.main(["--run-file", str(path)]) == 1
    assert "nothing runs here" in capsys.readouterr().err


def test_a_run_file_that_a_killed_run_left_is_not_believed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.json"
    path.write_text(json.dumps({"api": f"http://127.0.0.1:{some_port()}", "client_key": "", "sandbox": ""}))

    assert demo.main(["--run-file", str(path)]) == 1
    assert "nothing runs here" in capsys.readouterr().err


@pytest.mark.timeout(180)
def test_the_demo_tells_the_whole_story_and_notices_a_late_message(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    with run(request.getfixturevalue("clone")) as running:
        running.wait_until_up()
        arguments = ["--run-file", str(running.file)]

        assert demo.main(arguments) == 0, running.output
        told = capsys.readouterr().out
        assert all(f"\n{step}. " in told for step in range(1, 10)), told
        assert "All promises were kept." in told

        with Sandbox(running.told["sandbox"]) as sandbox:
            sandbox.advance(5)  # what arrives from now on, arrives late

        assert demo.main(arguments) == 1
        assert "a message arrives within 2 s of its time" in capsys.readouterr().err
