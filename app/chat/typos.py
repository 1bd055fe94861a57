"""Command words with one slip of the thumb, put right; numbers are never touched."""

import re

from app.chat.normalize import jamo, one_slip_apart

COMMANDS = (
    "완료",
    "실패",
    "건너뛰기",
    "시작",
    "클리어",
    "휴식",
    "도움말",
    "사용법",
    "고마워",
    "감사합니다",
    "쉬는시간",
)
# Real words one slip away from a command.
NOT_SLIPS = frozenset(
    ("건너뛰지", "건너뛰니", "건너뛰자", "만료", "관료", "원료", "안료", "환료", "완력", "원로")
    + ("실태", "실력", "실내", "시각", "시장", "시간", "시차", "시댁", "지각", "심장", "신장")
    + ("유식", "휴직", "휴가", "클리너", "고마운", "감사합시다")
)
_ENDING = "(?:했어요|했어|했습니다|했음|할게요|할게|합니다|이요|입니다|해요|함|요|용|염|여|임|됨|다)?"
_WORD = re.compile(
    "(?<![가-힣ㄱ-ㅣ])((?:회|개|번|초|분|키로|킬로)?)([가-힣ㄱ-ㅣ]{2,8}?)"
    + f"({_ENDING})"
    + "(?![가-힣ㄱ-ㅣ])"
)
_APART = tuple((word, jamo(word)) for word in COMMANDS)


def mend(text: str) -> str:
    """The plain text with 완뇨, 왼료, 완ㄹ료 … spelt 완료, and so for each command word.

    A slip is one jamo more, less or other, in a word of two syllables or more that is no word of its own.
    """
    return _WORD.sub(_mended, text)


def _mended(found: re.Match[str]) -> str:
    unit, word, ending = found.groups()
    if word in NOT_SLIPS or word in COMMANDS:
        return found[0]
    apart = jamo(word)
    right = next((command for command, other in _APART if one_slip_apart(apart, other)), None)
    return f"{unit}{right}{ending}" if right else found[0]
