"""A set report: from the pieces of an utterance to numbers with a measure, or to nothing.

The rule everywhere: what can be read in two ways that would record different sets is not a report.
So `8 8 7` (three sets?), `8~10개`, `8개 7개` and `40키로 8개 35키로 10개` are none.
"""

from decimal import Decimal

from app.chat.hearing import BANDS, Heard, hear, possible
from app.chat.said import Intent, Said
from app.chat.scan import Piece
from app.chat.words import Kind

# Beside 아니 without a number: what is taken back.
TAKES_BACK = (Kind.REPS, Kind.KG, Kind.SECONDS, Kind.NUMBER, Kind.DONE, Kind.FAIL, Kind.MISSED, Kind.LAST)
SAYS_DONE = (Kind.DONE, Kind.SAME, Kind.FAIL, Kind.MISSED, Kind.CANNOT, Kind.FIX, Kind.NOTE)


def report(pieces: list[Piece]) -> Said | None:
    """What those pieces report: DONE, FAILED or CORRECT; None if it is no clear report.

    A number outside its range is left out; if all numbers said are, the whole is none.
    """
    heard = hear(pieces)
    kept = {kind: value for kind, value in heard.values.items() if possible(kind, value)}
    if not heard.clear or (heard.values and not kept):
        return None
    heard.values = kept
    intent = _intent(heard, [piece.kind for piece in pieces])
    return _said(intent, heard) if intent else None


def _intent(heard: Heard, kinds: list[Kind]) -> Intent | None:
    numbers = bool(heard.values)
    if Kind.MARK in kinds or (kinds and kinds[-1] is Kind.FROM):
        return None
    if Kind.FIX in kinds or (Kind.CHANGE_TO in kinds and numbers):
        return Intent.CORRECT
    if Kind.NO in kinds or Kind.NOT_BUT in kinds:
        return Intent.CORRECT if numbers or any(kind in TAKES_BACK for kind in kinds) else None
    if Kind.LAST in kinds and numbers and not heard.has(*SAYS_DONE):
        return Intent.CORRECT
    if heard.has(Kind.FAIL, Kind.MISSED, Kind.CANNOT):
        return _failed(heard)
    if heard.values.get(Kind.REPS) == 0:
        return Intent.FAILED
    return Intent.DONE if _done(heard) else Intent.CORRECT if _afterthought(heard) else None


def _failed(heard: Heard) -> Intent | None:
    """A miss; `2개 못 했어` says how many were missing, not how many were done."""
    numbers, counted = bool(heard.values), heard.has(Kind.ONLY, Kind.FROM)
    if heard.has(Kind.CANNOT) and not (counted and numbers):
        return None
    if not numbers and heard.has(Kind.TODAY):
        return None  # the day was missed, not a set
    if not numbers and heard.has(Kind.DONE):
        return None  # 완료 못 했어
    if Kind.SETS in heard.values and Kind.REPS not in heard.values:
        return None  # 2세트밖에 못 했어
    if heard.has(Kind.MISSED) and not counted:
        for kind in (Kind.REPS, Kind.SECONDS, Kind.NUMBER):
            heard.values.pop(kind, None)
    return Intent.FAILED


def _done(heard: Heard) -> bool:
    spoken = heard.has(*SAYS_DONE)
    measured = heard.values.keys() - {Kind.SETS, Kind.SET_NO}
    if not measured and heard.has(Kind.NOTE, Kind.TODAY):
        return False  # "기록", "오늘 끝": a wish for a summary
    if heard.has(Kind.MORE) and not (spoken and Kind.SETS in heard.values):
        return False  # "2개 더 했어": two, or two on top?
    if not spoken and (heard.has(Kind.JUST) or _afterthought(heard)):
        return False  # "1분만": a moment, please
    if not spoken and heard.has(Kind.FEELS) and len(measured) < 2:
        return False  # "8개 힘들어요" may be about what is to come
    return bool(measured) or spoken or heard.has(*BANDS)


def _afterthought(heard: Heard) -> bool:
    """`2개 더 할 수 있었어` alone: about the set that was reported before."""
    return bool(heard.values) and not heard.values.keys() - {Kind.RIR, Kind.RPE} and not heard.has(Kind.TODAY)


def _said(intent: Intent, heard: Heard) -> Said:
    count, set_no = _sets(heard)
    return Said(
        intent,
        reps=_whole(heard, Kind.REPS),
        seconds=_whole(heard, Kind.SECONDS),
        weight_kg=heard.values.get(Kind.KG),
        weight_change_kg=_change(heard),
        number=heard.values.get(Kind.NUMBER),
        rir=_rir(heard),
        band=next((BANDS[piece.kind] for piece in heard.pieces if piece.kind in BANDS), None),
        count=count,
        whole="exercise" if heard.has(Kind.THIS_EXERCISE, Kind.ALL_SETS) else "set",
        set_no=set_no,
    )


def _sets(heard: Heard) -> tuple[int, int | None]:
    """Three sets, or the third? `3세트 다`, `8회 3세트`, `8개씩` and `세 세트` are three; else the third."""
    sets = _whole(heard, Kind.SETS)
    if sets is None:
        return 1, _whole(heard, Kind.SET_NO)
    kinds = [piece.kind for piece in heard.pieces]
    place = kinds.index(Kind.SETS) if Kind.SETS in kinds else len(kinds)
    after = any(kind in (Kind.REPS, Kind.KG, Kind.SECONDS, Kind.TIMES) for kind in kinds[:place])
    native = place < len(kinds) and heard.pieces[place].native
    many = after or native or heard.has(Kind.ALL, Kind.EACH)
    return (sets, None) if many else (1, sets)


def _whole(heard: Heard, kind: Kind) -> int | None:
    value = heard.values.get(kind)
    return None if value is None else int(value)


def _change(heard: Heard) -> Decimal | None:
    if Kind.DOWN in heard.values:
        return -heard.values[Kind.DOWN]
    return heard.values.get(Kind.UP)


def _rir(heard: Heard) -> int | None:
    if Kind.RPE in heard.values:
        return int(10 - heard.values[Kind.RPE])
    return _whole(heard, Kind.RIR) if Kind.RIR in heard.values else 0 if heard.has(Kind.EMPTY) else None
