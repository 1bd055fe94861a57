"""Boxes and arrows as SVG: the places are laid by hand, what is connected comes from the caller."""

from html import escape
from typing import NamedTuple

STYLE = """
.paper{fill:#fff}text{font:13px system-ui,sans-serif;fill:#1f2328;text-anchor:middle}
.name{font-weight:600}.small{font-size:12px;fill:#59636e}.left{text-anchor:start}
.label{font-size:12px}
.arrow{fill:none;stroke-width:1.8}.frame{fill:none;stroke:#818b98;stroke-dasharray:6 5}
.box{stroke-width:2}.second{fill:none;stroke-width:1.2}
.blue{stroke:#0550ae}.green{stroke:#116329}.gray{stroke:#59636e}.red{stroke:#a40e26}
.violet{stroke:#6639ba}.orange{stroke:#953800}
.box.blue{fill:#ddf4ff}.box.green{fill:#dafbe1}.box.gray{fill:#eff2f5}.box.red{fill:#ffebe9}
.box.violet{fill:#fbefff}.box.orange{fill:#fff1e5}
.dash{stroke-dasharray:7 4}.dot{fill:#1f2328}
.tip.blue{fill:#0550ae}.tip.green{fill:#116329}.tip.gray{fill:#59636e}.tip.red{fill:#a40e26}
.tip.violet{fill:#6639ba}.tip.orange{fill:#953800}.tip{stroke:none}
@media (prefers-color-scheme:dark){
.paper{fill:#0d1117}text{fill:#f0f6fc}.small{fill:#9198a1}.frame{stroke:#656c76}
.blue{stroke:#79c0ff}.green{stroke:#7ee787}.gray{stroke:#9198a1}.red{stroke:#ff7b72}
.violet{stroke:#d2a8ff}.orange{stroke:#ffa657}
.box.blue{fill:#0c2d6b}.box.green{fill:#033a16}.box.gray{fill:#262c36}.box.red{fill:#67060c}
.box.violet{fill:#3c1e70}.box.orange{fill:#5a1e02}.dot{fill:#f0f6fc}
.tip.blue{fill:#79c0ff}.tip.green{fill:#7ee787}.tip.gray{fill:#9198a1}.tip.red{fill:#ff7b72}
.tip.violet{fill:#d2a8ff}.tip.orange{fill:#ffa657}}
"""
COLOURS = ("blue", "green", "gray", "red", "violet", "orange")
Point = tuple[float, float]


class Arrow(NamedTuple):
    """A curve through `points`: two are a line, four a cubic; the label stands at `at` of it, 0 to 1."""

    label: str
    colour: str
    points: tuple[Point, ...]
    at: float = 0.5
    both: bool = False


def page(title: str, words: str, size: tuple[int, int], parts: list[str]) -> str:
    """The whole document."""
    width, height = size
    tips = [
        f'<marker id="{colour}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="11" markerHeight="9"'
        f' markerUnits="userSpaceOnUse" orient="auto-start-reverse">'
        f'<path class="tip {colour}" d="M0 0L10 5L0 10z"/></marker>'
        for colour in COLOURS
    ]
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-labelledby="t d">',
        f'<title id="t">{escape(title)}</title>',
        f'<desc id="d">{escape(words)}</desc>',
        f"<style>{STYLE}</style>",
        f"<defs>{''.join(tips)}</defs>",
        f'<rect class="paper" width="{width}" height="{height}" rx="8"/>',
    ]
    return "\n".join([*head, *parts, "</svg>", ""])


def arrow(one: Arrow, dashed: bool = False) -> str:
    start, *rest = one.points
    command = {1: "L", 3: "C"}[len(rest)]
    path = f"M{_pair(start)}{command}{' '.join(_pair(point) for point in rest)}"
    begin = f' marker-start="url(#{one.colour})"' if one.both else ""
    style = f"arrow {one.colour}{' dash' if dashed else ''}"
    return f'<path class="{style}" d="{path}"{begin} marker-end="url(#{one.colour})"/>'


def label(one: Arrow) -> str:
    """What causes it, on paper of its own; lines are separated by a bar. Drawn last, to stand on top."""
    x, y = _on(one.points, one.at)
    lines = [line for line in one.label.split("|") if line]
    parts = []
    for place, line in enumerate(lines):
        middle = y + 14 * (place - (len(lines) - 1) / 2)
        parts += [
            rect("paper", (x, middle), (6.4 * len(line) + 6, 14), 3),
            text(x, middle + 4, line, "label"),
        ]
    return "".join(parts)


def text(x: float, y: float, words: str, css: str) -> str:
    return f'<text class="{css}" x="{_short(x)}" y="{_short(y)}">{escape(words)}</text>'


def polygon(css: str, points: list[Point]) -> str:
    return f'<polygon class="{css}" points="{" ".join(_pair(point) for point in points)}"/>'


def rect(css: str, middle: Point, size: Point, radius: float) -> str:
    (x, y), (width, height) = middle, size
    place = f'x="{_short(x - width / 2)}" y="{_short(y - height / 2)}"'
    return f'<rect class="{css}" {place} width="{_short(width)}" height="{_short(height)}" rx="{radius:g}"/>'


def cylinder(css: str, middle: Point, size: Point) -> str:
    (x, y), (width, height) = middle, size
    left, right, top, bottom = x - width / 2, x + width / 2, y - height / 2, y + height / 2
    lid = f"{_short(width / 2)} 9 0 0 "
    return (
        f'<path class="{css}" d="M{_pair((left, top))}V{_short(bottom)}A{lid}0 {_pair((right, bottom))}'
        f'V{_short(top)}A{lid}0 {_pair((left, top))}A{lid}0 {_pair((right, top))}"/>'
    )


def _on(points: tuple[Point, ...], t: float) -> Point:
    """The place at `t` of a line or a cubic."""
    weights = (1 - t, t)
    if len(points) == 4:
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    return (
        sum(weight * x for weight, (x, _) in zip(weights, points, strict=True)),
        sum(weight * y for weight, (_, y) in zip(weights, points, strict=True)),
    )


def _pair(point: Point) -> str:
    return f"{_short(point[0])} {_short(point[1])}"


def _short(value: float) -> str:
    return f"{round(value, 1):g}"
