"""Numbers as they are written and said in Korean: 8, 40.5, 열두, 사십이 점 오."""

import re
from decimal import Decimal

ONES = {"하나": 1, "한": 1, "둘": 2, "두": 2, "셋": 3, "세": 3, "넷": 4, "네": 4, "다섯": 5, "여섯": 6}
ONES |= {"일곱": 7, "여덟": 8, "여덜": 8, "여덞": 8, "아홉": 9}
TENS = {"열": 10, "스물": 20, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50}
TENS |= {"예순": 60, "일흔": 70, "여든": 80, "아흔": 90}
SINO = {
    "영": 0,
    "공": 0,
    "일": 1,
    "이": 2,
    "삼": 3,
    "사": 4,
    "오": 5,
    "육": 6,
    "륙": 6,
    "칠": 7,
    "팔": 8,
    "구": 9,
}
# Said before a noun only: 한 개, never a lone 한.
BOUND = ("한", "두", "세", "네", "스무")

_DIGIT = "[일이삼사오육륙칠팔구]"
_ONES, _TENS = "|".join(ONES), "|".join(TENS)
_ALONE = "|".join(word for word in ONES if word not in BOUND)
_BIG = f"{_DIGIT}?백(?: ?{_DIGIT}?십)?(?: ?{_DIGIT})?|{_DIGIT}?십(?: ?{_DIGIT})?"
_POINT = "(?: ?점 ?[영공일이삼사오육륙칠팔구]{1,2})"

WRITTEN = r"(?<![0-9.,])(?:0|[1-9][0-9]{0,4})(?:\.[0-9]{1,3})?(?![0-9]|[.,][0-9])"
COMMA = r"(?<![0-9.,])[1-9][0-9]{0,2},[0-9]{1,2}(?![0-9]|[.,][0-9])"
NATIVE = f"(?:{_TENS}) ?(?:{_ONES})|{_TENS}|{_ONES}"
# Before a unit every numeral is one; alone only those that are not also other words (이, 오, 네, 열 …).
BEFORE_UNIT = f"(?:{WRITTEN}|{NATIVE}|(?:{_BIG}|[영공]|{_DIGIT}){_POINT}?)"
ALONE = (
    f"(?:{WRITTEN}|(?:열|스물|서른|마흔|쉰) ?(?:{_ALONE})|{_ALONE}|스물|서른|마흔"
    f"|{_DIGIT}[십백](?: ?{_DIGIT}?십)?{_DIGIT}?{_POINT}?)"
)

_IS_NATIVE = re.compile(f"({_TENS})? ?({_ONES})?")
_IS_SINO = re.compile(
    f"(?:({_DIGIT}?)(백))? ?(?:({_DIGIT}?)(십))? ?([영공]|{_DIGIT})?(?: ?점 ?([영공]|{_DIGIT})([영공]"
    f"|{_DIGIT})?)?"
)


def value(text: str) -> Decimal | None:
    """The number that `text` is, whole or with decimals; None if it is none.

    Digits with a point or a decimal comma, native numerals to 99, Sino-Korean ones to 999 with up to two
    decimals ("사십이 점 오"). Leading zeros, thousands separators and signs are no numbers here.
    """
    if re.fullmatch(WRITTEN, text) or re.fullmatch(COMMA, text):
        return Decimal(text.replace(",", "."))
    if text and (found := _IS_NATIVE.fullmatch(text)):
        tens, ones = found.groups()
        if not (tens or ones):
            return None
        return Decimal(TENS.get(tens or "", 0) + ONES.get(ones or "", 0))
    found = _IS_SINO.fullmatch(text) if text else None
    return _sino(found) if found and any(found.groups()) else None


def _sino(found: re.Match[str]) -> Decimal | None:
    many, hundreds, some, tens, ones, tenth, hundredth = found.groups()
    if not (hundreds or tens or ones):
        return None
    whole = (SINO[many] if many else 1) * 100 if hundreds else 0
    whole += (SINO[some] if some else 1) * 10 if tens else 0
    whole += SINO[ones] if ones else 0
    decimals = "".join(str(SINO[digit]) for digit in (tenth, hundredth) if digit)
    return Decimal(f"{whole}.{decimals}") if decimals else Decimal(whole)
