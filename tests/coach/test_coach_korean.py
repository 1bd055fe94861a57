"""What people read of a plan: the volume, the summary, the reasons and the notes."""

from datetime import date
from decimal import Decimal

from coach_builders import MONDAY, TRAINED, man

from app.coach import (
    Plan,
    Status,
    Template,
    body_part,
    exercises,
    explain,
    plan,
    reason_ko,
    summary,
    volume_kg,
)
from app.coach.korean import ITEMS, PHASES, RESTS, REVIEWS


def test_volume() -> None:
    assert volume_kg(Decimal("42.5"), 8, False) == Decimal(340)
    assert volume_kg(Decimal("12.5"), 8, True) == Decimal(200)
    assert volume_kg(None, 8, True) == volume_kg(Decimal(5), None, False) == 0


def test_summaries() -> None:
    assert summary(plan(TRAINED, [], MONDAY)) == "전신 A · 7종목 · 72분"
    push = man(experience="ADVANCED", days_per_week=6)
    assert summary(plan(push, [], MONDAY)).startswith("상체 밀기 · ")
    assert summary(plan(TRAINED, [], date(2026, 3, 3))) == "휴식 · 오늘은 쉬는 날"
    review = plan(man(age=15), [], MONDAY)
    assert summary(review) == "휴식 · 담당자 확인이 필요해요"
    assert explain(review) == (REVIEWS["AGE_UNDER_16"],)


def test_every_word_for_people_is_there() -> None:
    for template in Template:
        made = Plan(Status.OK, template=template, seconds=61)
        assert summary(made).endswith(" · 0종목 · 2분")
    assert len({body_part(slug) for slug in exercises()}) > 6
    assert (body_part("barbell_bench_press"), body_part("cat_cow")) == ("가슴", "스트레칭")
    for words in (REVIEWS, PHASES, ITEMS):
        assert all(words.values())
    assert reason_ko("T1-DROP band_curl") == ""
    assert reason_ko("NO_ELIGIBLE squat") == RESTS["NO_ELIGIBLE"][1]


def test_notes_tell_why_and_how() -> None:
    made = plan(TRAINED, [], MONDAY)

    assert made.items[0].note_ko == f"{ITEMS['START']} 먼저 50%로 8회, 70%로 5회 몸을 풀어요."
    assert made.items[4].note_ko == f"{ITEMS['START']} 좌우 각각 하세요."
