"""An utterance taken apart into the words and quantities of a set report."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.chat.numerals import ALONE, BEFORE_UNIT, COMMA, ONES, WRITTEN, value
from app.chat.words import AFTER_NOUNS, DOWN, KG, REPS, SETS, UP, VERBS, WHOLE_WORDS, WORDS, Kind

LONGEST_REPORT = 120


@dataclass(frozen=True, slots=True)
class Piece:
    """`native` tells 두 세트 (always two sets) from 2세트 (the second or two)."""

    kind: Kind
    value: Decimal | None = None
    native: bool = False


def _spaced(pattern: str) -> str:
    return pattern.replace(" ?", " ").replace(" ", " ?")


def _compiled(kind: Kind, pattern: str) -> re.Pattern[str]:
    whole = "(?![a-z가-힣ㄱ-ㅣ])" if kind in WHOLE_WORDS else ""
    longest_first = sorted(_alternatives(pattern), key=len, reverse=True)
    return re.compile(f"(?:{_spaced('|'.join(longest_first))}){whole}")


def _alternatives(pattern: str) -> list[str]:
    """Splits at each | outside of groups and classes."""
    found, depth = [""], 0
    for sign in pattern:
        depth += (sign in "([") - (sign in ")]")
        if sign == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += sign
    return found


_N = f"(?P<n>{BEFORE_UNIT})"
_ABOUT = "(?: ?(?:정도|쯤))?"
_COULD = (
    "(?:할|들|갈|칠|될|밀|당길)? ?수? ?(?:있었을 ?(?:듯|거|것)(?: ?같)?[가-힣]{0,3}|있었[가-힣]{0,4}"
    "|있을 ?(?:듯[가-힣]{0,3}|것 ?같[가-힣]{0,4}|거 ?같[가-힣]{0,4})"
    "|있겠[가-힣]{0,3}|있어요?|있음|있다)|가능(?:했[가-힣]{0,3}|할 ?듯[가-힣]{0,3}|해요?|함|합니다)?"
    "|할 ?만했[가-힣]{0,3}"
    "|했을 ?듯[가-힣]{0,3}|할 ?듯[가-힣]{0,3}"
)
_WORDS = tuple((kind, _compiled(kind, each)) for kind, patterns in WORDS.items() for each in patterns)
_QUANTITIES: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            Kind.RIR,
            f"rir ?:? ?{_N}(?: ?(?:개|회))?|여유(?: ?(?:는|가|로))? ?{_N.replace('<n>', '<n2>')}(?: ?(?:개"
            f"|회|번))?{_ABOUT}(?: ?(?:있었[가-힣]{{0,3}}|있음|있어요?|남았[가-힣]{{0,3}}|남음|남기고))?",
        ),
        (Kind.RIR, f"{_N} ?(?:개|회|번)?{_ABOUT}(?: ?(?:는|은))? ?더(?:는)? ?(?:{_COULD})"),
        (
            Kind.RIR,
            f"{_N} ?(?:개|회|번)?{_ABOUT} ?(?:여유(?! ?(?:{BEFORE_UNIT}|없|있게|롭|는 ?[0-9]"
            f"|가 ?[0-9]))[가-힣]{{0,4}}|남기고|남김|남겼[가-힣]{{0,3}})",
        ),
        (Kind.RPE, f"rpe ?:? ?{_N}"),
        (Kind.UP, f"{_N} ?(?:{KG})? ?(?:을|를|만)? ?(?:더)? ?(?:{UP})"),
        (Kind.DOWN, f"{_N} ?(?:{KG})? ?(?:을|를|만)? ?(?:더)? ?(?:{DOWN})"),
        (Kind.UP, f"(?:\\+|플러스 ?)(?P<n>{WRITTEN}) ?(?:{KG})?"),
        (Kind.DOWN, f"(?:-|마이너스 ?)(?P<n>{WRITTEN}) ?(?:{KG})?"),
        (Kind.UP, f"증량 ?(?P<n>{WRITTEN}) ?(?:{KG})?"),
        (Kind.KG, f"(?:(?P<n>{COMMA})|{_N.replace('<n>', '<n2>')}) ?(?:{KG})"),
        (
            Kind.SET_NO,
            f"{_N} ?(?:번 ?째|번(?= ?세트)) ?(?:세트)?|{_N.replace('<n>', '<n2>')} ?(?:{SETS}) ?째",
        ),
        (Kind.SETS, f"{_N} ?(?:{SETS})|(?:세트|sets?) ?{_N.replace('<n>', '<n2>')} ?개"),
        (Kind.NTH, f"{_N} ?(?:개|회) ?째"),
        (Kind.REPS, f"{_N} ?(?:{REPS})"),
        (Kind.NUMBER, f"(?P<n>{ALONE})"),
    )
)
_FIRST_SET = re.compile("첫 ?(?:번 ?째)? ?세트|첫 ?번 ?째")
_CLOCKED = re.compile(
    f"(?:(?P<h>{BEFORE_UNIT}) ?시간(?P<half_hour> ?반)?)?(?: ?(?P<m>{BEFORE_UNIT}) ?(?:분|min)(?P<half> ?반)?"
    f"(?: ?(?P<bare>[1-5]?[0-9])(?![0-9.]| ?(?:{KG}|{REPS}|{SETS}|초|s|분"
    f"|x)))?)?(?: ?(?P<s>{BEFORE_UNIT}) ?(?:초|sec|s(?!e)))?"
)
_THIS = re.compile("이 ?번|[이일오] (?:세트|셋|번|개|회)|셋 ?(?:세트|트)")


def scan(text: str) -> list[Piece] | None:
    """The pieces of a plain text in order, or None if anything in it is no part of a report."""
    if len(text) > LONGEST_REPORT:
        return None
    pieces: list[Piece] = []
    place = 0
    while place < len(text):
        if text[place] == " ":
            place += 1
            continue
        found = max(_candidates(text, place, pieces), key=lambda each: each[0], default=None)
        if found is None:
            return None
        place = found[0]
        pieces.append(found[1])
    return pieces


def _candidates(text: str, place: int, before: list[Piece]) -> Iterator[tuple[int, Piece]]:
    """Every piece that may start here, with its end."""
    yield from _quantities(text, place)
    started = place == 0 or not text[place - 1].isalpha()
    for kind, pattern in _WORDS:
        if kind in AFTER_NOUNS and (not before or before[-1].kind in VERBS):
            continue
        found = pattern.match(text, place)
        if found and (started or kind not in WHOLE_WORDS or found.end() > place + 1):
            yield found.end(), Piece(kind)


def _quantities(text: str, place: int) -> Iterator[tuple[int, Piece]]:
    if _THIS.match(text, place):
        return
    if found := _FIRST_SET.match(text, place):
        yield found.end(), Piece(Kind.SET_NO, Decimal(1))
    if (found := _CLOCKED.match(text, place)) and found.end() > place:
        yield found.end(), Piece(Kind.SECONDS, _seconds(found))
    for kind, pattern in _QUANTITIES:
        if found := pattern.match(text, place):
            groups = found.groupdict()
            said = groups["n"] or groups.get("n2") or ""
            yield found.end(), Piece(kind, value(said), said in ONES)


def _seconds(found: re.Match[str]) -> Decimal:
    hours, minutes, seconds = (value(found[name] or "") or Decimal(0) for name in ("h", "m", "s"))
    halves = (1800 if found["half_hour"] else 0) + (30 if found["half"] else 0)
    return hours * 3600 + minutes * 60 + halves + seconds + int(found["bare"] or 0)
