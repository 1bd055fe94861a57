"""What trainees type at the gym, and what must not be taken for a report of a set."""

import time as clock
from datetime import time
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from not_reports import NOT_REPORTS
from said_tables import REPORTS
from wish_tables import WISHES

from app.chat import Intent, Said, understand
from app.chat.normalize import one_slip_apart, plain
from app.coach import Area, Band, exercises

READ = {
    "reps": int,
    "seconds": int,
    "weight_kg": Decimal,
    "weight_change_kg": Decimal,
    "number": Decimal,
    "rir": int,
    "band": Band,
    "count": int,
    "whole": str,
    "skip_reason": str,
    "areas": lambda names: tuple(map(Area, names.split(","))),
    "pain_score": int,
    "at": time.fromisoformat,
    "code": str,
    "set_no": int,
}
RECORDS = (Intent.DONE, Intent.FAILED, Intent.CORRECT)
WORDS = [
    *(
        "완료",
        "8",
        "회",
        "40",
        "kg",
        "개",
        "x",
        "아니",
        "무릎",
        "아파",
        "가슴",
        "알림",
        "7시",
        "반",
        "못",
        "했어",
    ),
    *("건너뛰기", "오늘", "다음", "ㅋㅋ", "세트", "여유", "올려서", "점", "1", "0", ".", ",", "~", "-", "?"),
    *(
        "열",
        "두",
        "사십",
        "분",
        "초",
        "3세트",
        "다",
        "에서",
        "밖에",
        "rpe",
        "+",
        "시간",
        "5점",
        "만점에",
        "씩",
    ),
]


def rows(*tables: str) -> list[tuple[str, str]]:
    lines = [line.rpartition(" | ") for table in tables for line in table.strip().splitlines()]
    return [(utterance, meaning) for utterance, _, meaning in lines]


def expected(meaning: str) -> Said:
    intent, *fields = meaning.split()
    pairs = (field.split("=") for field in fields)
    return Said(Intent(intent), **{name: READ[name](value) for name, value in pairs})


@pytest.mark.parametrize(("utterance", "meaning"), rows(REPORTS, WISHES))
def test_what_trainees_type_is_understood(utterance: str, meaning: str) -> None:
    said = understand(utterance)

    assert said == expected(meaning)


@pytest.mark.parametrize(("utterance", "meaning"), rows(NOT_REPORTS))
def test_what_is_no_report_records_nothing(utterance: str, meaning: str) -> None:
    said = understand(utterance)

    assert said.intent not in RECORDS
    assert meaning == "-" or said == expected(meaning)


def test_every_exercise_may_be_named_beside_a_report_or_a_skip() -> None:
    names = [exercise.name_ko for exercise in exercises().values()]

    reports = {name: understand(f"{name} 8개 완료") for name in names}
    skips = {name: understand(f"{name} 건너뛰기") for name in names}

    assert {name for name, said in reports.items() if said != Said(Intent.DONE, reps=8)} == set()
    assert {name for name, said in skips.items() if said != Said(Intent.SKIP, whole="exercise")} == set()


def test_the_tables_are_large_and_say_nothing_twice() -> None:
    reports, wishes, others = rows(REPORTS), rows(WISHES), rows(NOT_REPORTS)

    assert len(reports) + len(wishes) + len(others) >= 220
    assert len(others) >= 45
    assert len(dict(reports + wishes)) == len(reports) + len(wishes)
    assert {meaning.split()[0] for _, meaning in reports + wishes} == set(Intent) - {Intent.UNKNOWN}


@pytest.mark.parametrize(
    "utterance",
    [
        "완\u200b료",
        "\ufeff완료",
        " \t완료\n",
        "완료\x00",
        "ㅇㅘㄴ료",
        "완료\ufe0f",
        "\u110b\u116a\u11ab\u1105\u116d",
        "🔥완료🔥",
        "**완료**",
        "「완료」",
    ],
)
def test_invisible_and_decorative_signs_change_nothing(utterance: str) -> None:
    assert understand(utterance) == Said(Intent.DONE)


@pytest.mark.parametrize(
    "utterance", ["", " ", "\n\t", "\u200b", "\ud800", "\u3164", "ㅠㅠ", "...", "!!!", "🏋️"]
)
def test_nothing_said_is_nothing_understood(utterance: str) -> None:
    assert understand(utterance).intent in (Intent.UNKNOWN, Intent.THANKS)


def in_range(said: Said) -> bool:
    numbers = [
        (said.reps, 0, 100),
        (said.seconds, 0, 7200),
        (said.weight_kg, 0, 500),
        (said.weight_change_kg, -500, 500),
        (said.number, 0, 500),
        (said.rir, 0, 10),
        (said.count, 1, 20),
        (said.set_no, 1, 20),
        (said.pain_score, 1, 10),
    ]
    whole = [said.reps, said.seconds, said.rir, said.count, said.set_no, said.pain_score]
    return all(value is None or low <= value <= high for value, low, high in numbers) and all(
        value is None or type(value) is int for value in whole
    )


@settings(deadline=None)  # the machine may be busy; time is asked for below
@given(st.text() | st.text(st.sampled_from("완료했어8410.,x개회분초시점백십 ㅋ?-+~/"), max_size=60))
@example("9" * 1000)
@example("99999.999kg 99999회 99999초")
def test_any_text_is_understood_within_the_ranges(text: str) -> None:
    said = understand(text)

    assert in_range(said)


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14), st.sampled_from(["", " "]))
def test_words_in_any_order_are_understood_within_the_ranges(words: list[str], between: str) -> None:
    said = understand(between.join(words))

    assert in_range(said)
    assert said == understand(between.join(words).upper())


@settings(deadline=None)
@given(st.text(), st.sampled_from(["가슴 통증", "숨이 안 쉬어져요", "쓰러질 것 같아요"]))
def test_an_emergency_is_heard_beside_any_short_word(other: str, sign: str) -> None:
    said = understand(f"{sign}. 완료 8회 {other[:50]}")

    assert said.intent is Intent.EMERGENCY


@pytest.mark.parametrize(
    "piece",
    [
        "9",
        "9 ",
        "9.",
        "9,",
        "9x",
        "x",
        "열",
        "십",
        "백",
        "이십",
        "점",
        "분",
        "1분",
        "한 시간",
        "여유",
        "더 ",
        " ",
        "ㅋ",
        "ㅋㄱ",
    ]
    + [
        "가슴 ",
        "가슴이 너무 ",
        "오늘 ",
        "알림 ",
        "소변 ",
        "무릎이랑 ",
        "다음 ",
        "연결 코드 ",
        "?",
        "-",
        "~",
        "완",
        "완료",
        "아니",
    ]
    + [
        "어제는",
        "가나다라마바사 ",
        "네 ",
        "안 아프지 ",
        "눈앞이 ",
        "몇 세트 ",
        "운동 ",
        "자 ",
        "1시",
        "10점 ",
        "\u200b",
        "💪",
    ],
)
def test_long_texts_take_no_long_time(piece: str) -> None:
    text = (piece * 1000)[:1000] + "!"

    begun = clock.process_time()
    said = understand(text)
    took_s = clock.process_time() - begun

    assert in_range(said)
    assert took_s < 0.5


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    long, report = plain("가" * 5000), understand("완료 " * 41)

    assert len(long) == 1000
    assert report.intent is Intent.UNKNOWN


def test_a_slip_is_one_jamo_and_no_more() -> None:
    assert one_slip_apart("ㅇㅘㄴㄹㅛ", "ㅇㅘㄴㄴㅛ")
    assert one_slip_apart("ㅇㅘㄴㄹㅛ", "ㅇㅘㄴㄹㄹㅛ")
    assert not one_slip_apart("ㅇㅘㄴㄹㅛ", "ㅇㅘㄴㅈㅓㄴ")
    assert not one_slip_apart("ㅇㅘㄴㄹㅛ", "ㅇㄹㅛ")


def test_plain_is_what_the_tables_are_written_in() -> None:
    assert plain(" ＯＫ！ 완료ㅋㅋ ４０×８… ") == "ok 완료 40x8"
    assert plain("8½ ㎏") == "8.5 kg"
