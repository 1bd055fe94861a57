"""The life of a message: every state and every legal move of `app/models/notification.py`.

The states and the moves are the code's. Only where they stand, and the words for what causes a move, are
here; a state or a move that has no place is an error that says so.
"""

from app.models.notification import LEGAL_MOVES, WAITING
from dev.pictures.drawing import Arrow, Point, arrow, label, page, polygon, rect, text

SIZE = (1200, 850)
BOX = (180.0, 52.0)
INITIAL = "SCHEDULED"
# Middle, colour, and what it means to whoever looks. The shape follows from the code where it can.
PLACES: dict[str, tuple[Point, str, str]] = {
    "SCHEDULED": ((120, 330), "blue", "waits for its time"),
    "RETRY_SCHEDULED": ((460, 570), "blue", "waits for the next try"),
    "SENDING": ((460, 330), "orange", "a worker has it"),
    "SENT": ((790, 330), "orange", "the dealer took it"),
    "DELIVERED": ((1080, 330), "green", "the phone got it"),
    "CANCELED": ((290, 90), "gray", "nobody wants it"),
    "EXPIRED": ((580, 90), "gray", "its time was over"),
    "FAILED": ((790, 710), "red", "reason_code says why"),
    "MANUAL_REVIEW": ((1020, 555), "violet", "a human decides"),
}
IN_FLIGHT, HUMAN = ("SENDING", "SENT"), ("MANUAL_REVIEW",)
DASHED = ("green", "violet")
MOVES: dict[tuple[str, str], Arrow] = {
    ("SCHEDULED", "SENDING"): Arrow("claimed", "blue", ((210, 330), (366, 330)), 0.3),
    ("SCHEDULED", "CANCELED"): Arrow(
        "canceled", "gray", ((120, 304), (120, 190), (180, 110), (198, 95)), 0.4
    ),
    ("SCHEDULED", "EXPIRED"): Arrow(
        "too late", "gray", ((170, 304), (260, 200), (430, 170), (510, 116)), 0.35
    ),
    ("SCHEDULED", "FAILED"): Arrow(
        "no address", "red", ((120, 356), (120, 640), (300, 735), (698, 725)), 0.4
    ),
    ("SENDING", "CANCELED"): Arrow("not taken,|and canceled", "gray", ((420, 304), (310, 116)), 0.43),
    ("SENDING", "EXPIRED"): Arrow("not taken,|too late", "gray", ((480, 304), (560, 116)), 0.4),
    ("SENDING", "RETRY_SCHEDULED"): Arrow("retry · quota|· alert", "blue", ((430, 356), (430, 542)), 0.62),
    ("SENDING", "SENT"): Arrow("ok, or asked|and found", "blue", ((554, 330), (694, 330)), 0.62),
    ("SENDING", "DELIVERED"): Arrow(
        "result 1000 before the answer", "green", ((530, 304), (640, 180), (950, 180), (1050, 304)), 0.55
    ),
    ("SENDING", "FAILED"): Arrow(
        "recipient ·|request", "red", ((530, 356), (600, 430), (700, 560), (722, 682)), 0.84
    ),
    ("SENDING", "MANUAL_REVIEW"): Arrow(
        "nobody knows|whether it left", "violet", ((548, 350), (924, 535)), 0.19
    ),
    ("RETRY_SCHEDULED", "SENDING"): Arrow("claimed|again", "blue", ((490, 544), (490, 358)), 0.3),
    ("RETRY_SCHEDULED", "CANCELED"): Arrow(
        "canceled", "gray", ((372, 555), (250, 450), (265, 250), (280, 118)), 0.22
    ),
    ("RETRY_SCHEDULED", "EXPIRED"): Arrow(
        "too late", "gray", ((520, 544), (640, 430), (640, 230), (600, 118)), 0.78
    ),
    ("RETRY_SCHEDULED", "FAILED"): Arrow(
        "tried in vain|to the end", "red", ((480, 598), (520, 690), (620, 705), (698, 703)), 0.45
    ),
    ("RETRY_SCHEDULED", "DELIVERED"): Arrow(
        "a late result 1000", "green", ((420, 596), (420, 880), (1290, 910), (1150, 358)), 0.5
    ),
    ("SENT", "DELIVERED"): Arrow("result 1000", "green", ((884, 330), (988, 330)), 0.48),
    ("SENT", "FAILED"): Arrow("result: not|delivered", "red", ((752, 356), (752, 682)), 0.3),
    ("SENT", "RETRY_SCHEDULED"): Arrow("result:|try again", "blue", ((722, 356), (560, 552)), 0.72),
    ("SENT", "MANUAL_REVIEW"): Arrow("no result|in 72 h", "violet", ((876, 346), (1005, 526)), 0.36),
    ("FAILED", "DELIVERED"): Arrow(
        "a late result", "green", ((884, 715), (1090, 730), (1190, 620), (1125, 358)), 0.3
    ),
    ("FAILED", "RETRY_SCHEDULED"): Arrow("retry", "violet", ((710, 682), (560, 592)), 0.45),
    ("FAILED", "SENT"): Arrow("confirm_sent", "violet", ((830, 682), (830, 358)), 0.14),
    ("MANUAL_REVIEW", "DELIVERED"): Arrow("a late result", "green", ((1050, 526), (1085, 358)), 0.5),
    ("MANUAL_REVIEW", "RETRY_SCHEDULED"): Arrow("retry", "violet", ((926, 560), (556, 572)), 0.16),
    ("MANUAL_REVIEW", "SENT"): Arrow("confirm_sent", "violet", ((955, 526), (848, 358)), 0.38),
    ("MANUAL_REVIEW", "FAILED"): Arrow("discard", "violet", ((990, 584), (870, 684)), 0.5),
}


def svg(legal: dict[str, tuple[str, ...]] = LEGAL_MOVES) -> str:
    """The whole picture. Raises ValueError when `legal` has a state or a move that has no place here."""
    check(legal)
    moves = [MOVES[old, new] for old, news in legal.items() for new in news]
    parts = [
        *_start(),
        *(arrow(one, one.colour in DASHED) for one in moves),
        *(part for state in legal for part in _state(state)),
        *(label(one) for one in moves),
        *_legend(),
    ]
    return page("The states of a message and its legal moves", _words(), SIZE, parts)


def check(legal: dict[str, tuple[str, ...]]) -> None:
    """Whether what can be drawn is what the code says."""
    moves = {(old, new) for old, news in legal.items() for new in news}
    problems = [
        *(f"no place for the state {name}" for name in sorted(legal.keys() - PLACES.keys())),
        *(f"a place for {name}, which is no state" for name in sorted(PLACES.keys() - legal.keys())),
        *(f"no arrow for the move {old} to {new}" for old, new in sorted(moves - MOVES.keys())),
        *(f"an arrow {old} to {new}, which is no legal move" for old, new in sorted(MOVES.keys() - moves)),
    ]
    if problems:
        raise ValueError("dev/pictures/states.py has " + "; ".join(problems))


def _state(name: str) -> list[str]:
    middle, colour, meaning = PLACES[name]
    x, y = middle
    return [
        *_shape(name, middle, f"box {colour}"),
        text(x, y - 2, name, "name"),
        text(x, y + 15, meaning, "small"),
    ]


def _shape(name: str, middle: Point, css: str) -> list[str]:
    """Waiting is round, in flight pointed, a human's has cut corners, what ends has two borders."""
    (x, y), (width, height) = middle, BOX
    half, high = width / 2, height / 2
    if name in WAITING:
        return [rect(css, middle, BOX, high)]
    if name in IN_FLIGHT:
        side = half - 14
        corners = [(x - half - 4, y), (x - side, y - high), (x + side, y - high)]
        return [polygon(css, [*corners, (x + half + 4, y), (x + side, y + high), (x - side, y + high)])]
    if name in HUMAN:
        side, up = half - 14, high - 14
        top = [(x - half, y - up), (x - side, y - high), (x + side, y - high), (x + half, y - up)]
        return [polygon(css, [*top, *((px, 2 * y - py) for px, py in reversed(top))])]
    inner = rect(f"second {css.split()[1]}", middle, (width - 8, height - 8), 1)
    return [rect(css, middle, BOX, 3), inner] if not LEGAL_MOVES[name] else [rect(css, middle, BOX, 3)]


def _start() -> list[str]:
    x, y = PLACES[INITIAL][0]
    into = Arrow("", "gray", ((x - 60, y - 90), (x - 60, y - 28)))
    dot = f'<circle class="dot" cx="{x - 60:g}" cy="{y - 96:g}" r="7"/>'
    return [arrow(into), dot, text(x - 60, y - 110, "accepted", "small")]


def _legend() -> list[str]:
    """What colours of arrows and borders mean."""
    y = SIZE[1] - 16
    arrows = (
        ("blue", "a worker, the dealer's answer"),
        ("green", "a delivery result"),
        ("red", "refused, or given up"),
        ("gray", "canceled, or too late"),
        ("violet", "to a human, and by one"),
    )
    parts = []
    for place, (colour, words) in enumerate(arrows):
        x = 40 + 240 * place
        parts += [
            arrow(Arrow("", colour, ((x, y - 4), (x + 36, y - 4))), colour in DASHED),
            text(x + 44, y, words, "small left"),
        ]
    return parts


def _words() -> str:
    """The picture in words: every move with its cause."""
    return " ".join(
        f"{old} to {new}: {MOVES[old, new].label.replace('|', ' ')}."
        for old, news in LEGAL_MOVES.items()
        for new in news
    )
