"""Numbers as Koreans write and say them."""

import re
from decimal import Decimal

import pytest

from app.chat.numerals import ALONE, BEFORE_UNIT, value

TENS = ["", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔"]
ONES = ["", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉"]
SINO = ["", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"]


def sino(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    many = "" if hundreds == 1 else SINO[hundreds]
    some = "" if tens == 1 else SINO[tens]
    return (many + "백" if hundreds else "") + (some + "십" if tens else "") + SINO[ones]


def test_every_native_number_below_a_hundred_is_read() -> None:
    said = {TENS[number // 10] + ONES[number % 10]: number for number in range(1, 100)}

    assert {word: value(word) for word in said} == said


def test_every_sino_korean_number_below_a_thousand_is_read() -> None:
    said = {sino(number): number for number in range(1, 1000)}

    assert {word: value(word) for word in said} == said
    assert all(re.fullmatch(BEFORE_UNIT, word) for word in said)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("8", "8"),
        ("40.5", "40.5"),
        ("40,5", "40.5"),
        ("7200", "7200"),
        ("한", "1"),
        ("두", "2"),
        ("네", "4"),
        ("열두", "12"),
        ("열 두", "12"),
        ("스무", "20"),
        ("스물한", "21"),
        ("여덜", "8"),
        ("백", "100"),
        ("일백", "100"),
        ("백 이십", "120"),
        ("육십", "60"),
        ("사십이점오", "42.5"),
        ("사십이 점 오", "42.5"),
        ("이 점 이오", "2.25"),
        ("영", "0"),
    ],
)
def test_a_number_is_read(text: str, number: str) -> None:
    assert value(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["", " ", "08", "1,000", "1.2.3", "-5", "점오", "두열", "십이십", "완료", "1e3", "٣", "²", "nan", "한두"],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert value(text) is None


@pytest.mark.parametrize(
    "word", ["이", "오", "일", "사", "네", "세", "한", "두", "열", "십", "백", "쉰", "공"]
)
def test_words_that_are_also_other_words_are_numbers_only_before_a_unit(word: str) -> None:
    assert re.fullmatch(BEFORE_UNIT, word)
    assert not re.fullmatch(ALONE, word)


@pytest.mark.parametrize("word", ["8", "42.5", "하나", "여덟", "열둘", "이십", "사십오", "백이십"])
def test_plain_numbers_stand_alone(word: str) -> None:
    assert re.fullmatch(ALONE, word) or word == "백이십"
