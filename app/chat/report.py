"""A set report: from the pieces of an utterance to numbers with a measure, or to nothing.

The rule everywhere: what can be read in two ways that would record different sets is not a report.
So `8 8 7` (three sets?), `8~10개`, `8개 7개` and `40키로 8개 35키로 10개` are none.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from app.chat.said import Intent, Said
from app.chat.scan import Piece
from app.chat.words import Kind
from app.coach.enums import Band

# The convention for two bare numbers is weight × reps; without a sign between them only from this weight on.
SURE_KG = 20
MOST_SETS_AFTER_X = 6
MOST_SETS_FIRST = 5
BANDS = {Kind.LIGHT: Band.LIGHT, Kind.MEDIUM: Band.MEDIUM, Kind.HEAVY: Band.HEAVY}
MEASURES = (Kind.KG, Kind.REPS, Kind.SECONDS, Kind.SETS, Kind.UP, Kind.DOWN, Kind.RIR, Kind.RPE, Kind.SET_NO)
LIMITS = {
    Kind.KG: 500,
    Kind.UP: 500,
    Kind.DOWN: 500,
    Kind.NUMBER: 500,
    Kind.REPS: 100,
    Kind.SECONDS: 7200,
    Kind.RIR: 10,
    Kind.RPE: 10,
    Kind.SETS: 20,
    Kind.SET_NO: 20,
}
WHOLE_NUMBERS = (Kind.REPS, Kind.SECONDS, Kind.RIR, Kind.SETS, Kind.SET_NO)
FROM_ONE = (Kind.SETS, Kind.SET_NO)
SAYS_DONE = (Kind.DONE, Kind.SAME, Kind.FAIL, Kind.MISSED, Kind.CANNOT, Kind.FIX, Kind.NOTE)


@dataclass(slots=True)
class Heard:
    """What was collected; `clear` turns false with the first thing said twice or in two senses."""

    pieces: list[Piece]
    values: dict[Kind, Decimal] = field(default_factory=dict)
    bare: list[tuple[Decimal, bool]] = field(default_factory=list)
    clear: bool = True

    def has(self, *kinds: Kind) -> bool:
        return any(piece.kind in kinds for piece in self.pieces)

    def put(self, kind: Kind, value: Decimal | None) -> None:
        if value is None or kind in self.values:
            self.clear = False
        else:
            self.values[kind] = value


def report(pieces: list[Piece]) -> Said | None:
    """What those pieces report: DONE, FAILED or CORRECT; None if it is no clear report.

    A number outside its range is left out; if all numbers said are, the whole is none.
    """
    heard = Heard(_without_taken_back(pieces))
    _collect(heard)
    _measure(heard)
    possible = {kind: value for kind, value in heard.values.items() if _possible(kind, value)}
    if not heard.clear or (heard.values and not possible):
        return None
    heard.values = possible
    intent = _intent(heard, [piece.kind for piece in pieces])
    return _said(intent, heard) if intent else None


def _possible(kind: Kind, value: Decimal) -> bool:
    if kind in WHOLE_NUMBERS and value != int(value):
        return False
    return (kind in FROM_ONE) <= value <= LIMITS[kind]


def _without_taken_back(pieces: list[Piece]) -> list[Piece]:
    """`8개 아니고 7개` and `8개 아니야`: the 8 is not what was done."""
    kinds = [piece.kind for piece in pieces]
    if Kind.NOT_BUT in kinds:
        return pieces[kinds.index(Kind.NOT_BUT) :]
    if kinds and kinds[-1] is Kind.NO:
        return [piece for piece in pieces if piece.value is None]
    return pieces


def _collect(heard: Heard) -> None:
    """Chains with × first, then every quantity with its measure, then what is left bare."""
    pieces = heard.pieces
    place = 0
    while place < len(pieces):
        chain = [pieces[place]]
        while place + 2 < len(pieces) and pieces[place + 1].kind is Kind.TIMES:
            chain.append(pieces[place + 2])
            place += 2
        if len(chain) > 1:
            _multiply(heard, chain)
        else:
            _take(heard, place)
        place += 1


def _take(heard: Heard, place: int) -> None:
    piece, pieces = heard.pieces[place], heard.pieces
    before = pieces[place - 1].kind if place else None
    after = pieces[place + 1].kind if place + 1 < len(pieces) else None
    if piece.kind is Kind.TIMES:
        heard.clear = False
    elif piece.kind is Kind.KG and before is Kind.BOTH_SIDES:
        heard.clear = False  # plates on each side, or all of it?
    elif piece.kind in MEASURES:
        heard.put(piece.kind, piece.value)
    elif piece.kind is Kind.NUMBER and piece.value is not None:
        labelled = {Kind.KG_NEXT: Kind.KG, Kind.REPS_NEXT: Kind.REPS}.get(before or Kind.NUMBER)
        if labelled:
            heard.put(labelled, piece.value)
        else:
            heard.bare.append((piece.value, after is Kind.AT))


def _multiply(heard: Heard, chain: list[Piece]) -> None:
    """`40x8`, `40kg x 8회 x 3`, `8x3세트`: a missing measure is the first that is still free."""
    kinds = [piece.kind for piece in chain]
    known = {piece.kind for piece in heard.pieces if piece.kind is not Kind.NUMBER}
    order = [kind for kind in (Kind.KG, Kind.REPS, Kind.SETS) if kind not in known]
    if Kind.REPS in known and Kind.KG in order and len(chain) == 2:
        last = chain[-1].value
        if kinds[-1] is Kind.NUMBER and last is not None and last <= MOST_SETS_AFTER_X:
            order = [Kind.SETS]  # 8회 x 3
    elif Kind.SETS in known and len(chain) == 2:
        order = [kind for kind in (Kind.REPS, Kind.KG) if kind in order]
    elif Kind.SECONDS in known:
        order = [Kind.SETS]  # 30초 x 3
    elif _sets_first(chain):
        heard.clear = False
    for piece in chain:
        if piece.kind is Kind.NUMBER and order:
            heard.put(order.pop(0), piece.value)
        elif piece.kind in (Kind.KG, Kind.REPS, Kind.SETS, Kind.SECONDS):
            heard.put(piece.kind, piece.value)
        else:
            heard.clear = False


def _sets_first(chain: list[Piece]) -> bool:
    """`3x8` is three sets of eight for some and 3 kg for others."""
    first = chain[0]
    light = first.value is not None and first.value <= MOST_SETS_FIRST and first.value == int(first.value)
    return light and all(piece.kind is Kind.NUMBER for piece in chain)


def _measure(heard: Heard) -> None:
    """Finds the measure of bare numbers, where only one is possible."""
    if len(heard.bare) == 1:
        (number, linked), values = heard.bare[0], heard.values
        weighted = Kind.KG in values or Kind.UP in values or Kind.DOWN in values
        weighted = weighted or heard.has(Kind.BODYWEIGHT, *BANDS)
        counted = Kind.REPS in values
        if weighted and not counted and Kind.SECONDS not in values:
            heard.put(Kind.REPS, number)
        elif counted and not weighted:
            heard.put(Kind.KG, number)
        elif heard.has(Kind.FROM, Kind.ONLY) and not counted:
            heard.put(Kind.REPS, number)
        elif linked and not heard.has(Kind.FIX, Kind.CHANGE_TO):
            heard.put(Kind.KG, number)
        else:
            heard.put(Kind.NUMBER, number)
    elif len(heard.bare) == 2 and not heard.values.keys() & {Kind.KG, Kind.REPS, Kind.SECONDS}:
        _weight_and_reps(heard)
    elif heard.bare:
        heard.clear = False


def _weight_and_reps(heard: Heard) -> None:
    (first, linked), (second, _) = heard.bare
    if heard.has(Kind.REPS_AT_KG):
        first, second, linked = second, first, True
    sure = linked or first != int(first) or (first >= SURE_KG and first > second)
    if not sure or second != int(second):
        heard.clear = False
    heard.put(Kind.KG, first)
    heard.put(Kind.REPS, second)


def _intent(heard: Heard, kinds: list[Kind]) -> Intent | None:
    numbers = bool(heard.values)
    if Kind.MARK in kinds or (kinds and kinds[-1] is Kind.FROM):
        return None
    if Kind.FIX in kinds or (Kind.CHANGE_TO in kinds and numbers):
        return Intent.CORRECT
    if Kind.NO in kinds or Kind.NOT_BUT in kinds:
        return Intent.CORRECT if numbers or (Kind.NO in kinds and len(kinds) > 1) else None
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
    if heard.has(Kind.MISSED) and not counted:
        heard.values.pop(Kind.REPS, None)
        heard.values.pop(Kind.NUMBER, None)
    return Intent.FAILED


def _done(heard: Heard) -> bool:
    spoken = heard.has(*SAYS_DONE)
    measured = heard.values.keys() - {Kind.SETS, Kind.SET_NO}
    if not measured and heard.has(Kind.NOTE, Kind.TODAY):
        return False  # "기록", "오늘 끝": a wish for a summary
    if not spoken and (heard.has(Kind.MORE) or _afterthought(heard)):
        return False
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
