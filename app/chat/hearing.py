"""What was heard in the pieces of a report: each number with its measure."""

from dataclasses import dataclass, field
from decimal import Decimal

from app.chat.scan import Piece
from app.chat.words import Kind
from app.coach.enums import Band

# The convention for two bare numbers is weight × reps; without a sign between them only from this weight on.
SURE_KG = 20
# Beside ×, a number up to this may count sets.
MOST_SETS = 5
BANDS = {Kind.LIGHT: Band.LIGHT, Kind.MEDIUM: Band.MEDIUM, Kind.HEAVY: Band.HEAVY}
MEASURES = (
    Kind.KG,
    Kind.REPS,
    Kind.SECONDS,
    Kind.SETS,
    Kind.UP,
    Kind.DOWN,
    Kind.RIR,
    Kind.RPE,
    Kind.SET_NO,
    Kind.NTH,
)
LIMITS = {
    Kind.KG: 500,
    Kind.UP: 500,
    Kind.DOWN: 500,
    Kind.NUMBER: 500,
    Kind.REPS: 100,
    Kind.NTH: 101,
    Kind.SECONDS: 7200,
    Kind.RIR: 10,
    Kind.RPE: 10,
    Kind.SETS: 20,
    Kind.SET_NO: 20,
}
WHOLE_NUMBERS = (Kind.REPS, Kind.SECONDS, Kind.RIR, Kind.SETS, Kind.SET_NO, Kind.NTH)
WEIGHTS = {Kind.KG, Kind.UP, Kind.DOWN}
FROM_ONE = (Kind.SETS, Kind.SET_NO, Kind.NTH)


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


def hear(pieces: list[Piece]) -> Heard:
    """Every number of the pieces with its measure; not `clear` if there are two ways to take them."""
    heard = Heard(_without_taken_back(pieces))
    _collect(heard)
    _before_the_last(heard)
    _measure(heard)
    weights, bands = heard.values.keys() & WEIGHTS, {piece.kind for piece in heard.pieces} & BANDS.keys()
    if len(weights) > 1 or len(bands) > 1:
        heard.clear = False  # "40kg에서 2.5 올려서"
    return heard


def possible(kind: Kind, value: Decimal) -> bool:
    """Whether a value lies in its range, and is whole where only whole ones are."""
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
    """`40x8`, `40kg x 8회 x 3`, `8x3세트`: the bare numbers of a chain get the measures that are missing."""
    order = list(_missing(heard, chain))
    for piece in chain:
        if piece.kind is Kind.NUMBER and order:
            heard.put(order.pop(0), piece.value)
        elif piece.kind in (Kind.KG, Kind.REPS, Kind.SETS, Kind.SECONDS):
            heard.put(piece.kind, piece.value)
        else:
            heard.clear = False


def _missing(heard: Heard, chain: list[Piece]) -> tuple[Kind, ...]:
    """The measures of the bare numbers in a chain, in their order; too few if that is not clear."""
    bare = [piece.value or Decimal(0) for piece in chain if piece.kind is Kind.NUMBER]
    named = [piece.kind for piece in chain if piece.kind is not Kind.NUMBER]
    if len(chain) > 2:
        *_, first, last = (piece.value or Decimal(0) for piece in chain)
        order = (Kind.KG, *(_reps_and_sets(first, last) or (Kind.REPS, Kind.SETS)))
        return tuple(kind for kind in order if kind not in named)
    if len(bare) == 2:
        return _of_two(heard, *bare)
    return _beside(named[0], bare[0]) if bare else ()


def _of_two(heard: Heard, first: Decimal, last: Decimal) -> tuple[Kind, ...]:
    """Weight × reps, unless the weight is known, or `3x8` may be three sets of eight as well as 3 kg."""
    if heard.has(Kind.KG, Kind.BODYWEIGHT, *BANDS):
        return _reps_and_sets(first, last)
    may_be_sets = first <= MOST_SETS and first == int(first) and not heard.has(Kind.SETS)
    return () if may_be_sets else (Kind.KG, Kind.REPS)


def _beside(named: Kind, number: Decimal) -> tuple[Kind, ...]:
    """What × a number means beside a measure: `8회 x 3` sets, `40 x 8회` kg, `8회 x 7` who knows."""
    if named in (Kind.KG, Kind.SETS):
        return (Kind.REPS,)
    if number <= MOST_SETS and number == int(number):
        return (Kind.SETS,)
    return (Kind.KG,) if named is Kind.REPS and number > 2 * MOST_SETS else ()


def _reps_and_sets(first: Decimal, last: Decimal) -> tuple[Kind, ...]:
    """`8x3` and `3x8` are both three sets of eight; `5x3` is anything."""
    if first <= MOST_SETS < last:
        return (Kind.SETS, Kind.REPS)
    return (Kind.REPS, Kind.SETS) if last <= MOST_SETS < first or first == last else ()


def _before_the_last(heard: Heard) -> None:
    """`7개째에서 실패`: six were done. Without a miss it is a set that goes on."""
    nth = heard.values.pop(Kind.NTH, None)
    if nth is not None:
        heard.put(Kind.REPS, nth - 1 if heard.has(Kind.FAIL, Kind.MISSED) else None)


def _measure(heard: Heard) -> None:
    """Finds the measure of bare numbers, where only one is possible."""
    if len(heard.bare) == 1:
        number, linked = heard.bare[0]
        if heard.has(Kind.SLASH) and number < SURE_KG:
            heard.clear = False  # "6/8개": six of eight?
        heard.put(_only_measure(heard, linked), number)
        if heard.values.get(Kind.KG) == 0:
            heard.clear = False  # "4 0 키로"
    elif len(heard.bare) == 2 and not heard.values.keys() & {Kind.KG, Kind.REPS, Kind.SECONDS}:
        _weight_and_reps(heard)
    elif heard.bare:
        heard.clear = False


def _only_measure(heard: Heard, linked: bool) -> Kind:
    values = heard.values
    weighted = bool(values.keys() & WEIGHTS) or heard.has(Kind.BODYWEIGHT, *BANDS)
    counted = Kind.REPS in values
    if counted:
        return Kind.NUMBER if weighted else Kind.KG
    if heard.has(Kind.FROM, Kind.ONLY) or (weighted and Kind.SECONDS not in values):
        return Kind.REPS
    return Kind.KG if linked and not heard.has(Kind.FIX, Kind.CHANGE_TO) else Kind.NUMBER


def _weight_and_reps(heard: Heard) -> None:
    (first, linked), (second, _) = heard.bare
    if heard.has(Kind.REPS_AT_KG):
        first, second, linked = second, first, True
    sure = linked or first != int(first) or (first >= SURE_KG and first > second)
    if not sure or second != int(second):
        heard.clear = False
    heard.put(Kind.KG, first)
    heard.put(Kind.REPS, second)
