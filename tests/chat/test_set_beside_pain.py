"""Pain told together with a set that was done: both count; what was not done for sure is none."""

import pytest

from app.chat import Intent, Said, understand
from app.coach import Area


@pytest.mark.parametrize(
    ("utterance", "report"),
    [
        ("8개 했는데 무릎 아파", {"reps": 8}),
        ("무릎 아픈데 8개 했어", {"reps": 8}),
        ("8개 완료 무릎 아파요", {"reps": 8}),
        ("8개 했어요. 근데 무릎이 아파요ㅠㅠ", {"reps": 8}),
        ("무릎 아파서 8개만 했어", {"reps": 8}),
        ("완뇨 8회 무릎 아픔", {"reps": 8}),
        ("60에 8개 했는데 무릎이 시큰거려요", {"reps": 8, "weight_kg": 60}),
        ("스쿼트 60키로 8개 했는데 무릎 통증", {"reps": 8, "weight_kg": 60}),
        ("30초 버텼는데 무릎 아파", {"seconds": 30}),
    ],
)
def test_a_set_that_was_done_is_heard_beside_the_pain(utterance: str, report: dict[str, int]) -> None:
    said = understand(utterance)

    assert said == Said(Intent.PAIN, areas=(Area.KNEE,), report=Said(Intent.DONE, **report))


@pytest.mark.parametrize(
    "utterance",
    [
        "무릎 아파",
        "무릎 아파 8점",
        "8개 하다가 무릎 아파",
        "8개 무릎 아파",
        "8개 하면 무릎 아파",
        "8개 할 때 무릎 아파",
        "8개 했어야 했는데 무릎 아파",
        "무릎 아파서 8개 못 했어",
        "8개 안 했어 무릎 아파",
        "8개 했으면 했는데 무릎 아파",
        "어제 8개 했는데 무릎 아파",
        "어제 무릎 아픈데 8개 했어",
        "친구가 8개 했는데 무릎 아파",
        "운동 했는데 무릎 아파",
        "완료했는데 무릎 아파",
        "3세트 했는데 무릎 아파",
        "무릎 아파 " * 20 + "8개 했어",
    ],
)
def test_pain_beside_what_is_no_clear_report_records_no_set(utterance: str) -> None:
    said = understand(utterance)

    assert (said.intent, said.areas, said.report) == (Intent.PAIN, (Area.KNEE,), None)


@pytest.mark.parametrize(
    "utterance", ["8개 했는데 안 아파", "무릎 안 아프고 8개 했어", "10개 했는데 가슴이 아파"]
)
def test_no_pain_is_none_and_an_emergency_is_more(utterance: str) -> None:
    said = understand(utterance)

    assert (said.intent in (Intent.UNKNOWN, Intent.EMERGENCY), said.report) == (True, None)
