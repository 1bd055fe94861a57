"""Twelve weeks of three trainees as an SVG: the loads of two main lifts each, and what came between."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from html import escape

from app.coach import exercises
from dev.simulation.life import Diary, live
from dev.simulation.people import MONDAY, Trainee, shown

WIDTH, PANEL, LEFT, RIGHT, HEAD, FOOT = 780, 230, 56, 190, 34, 28
TOP, LEGEND = 10, 48
STYLE = """
.paper{fill:#fff}text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600;font-size:15px}
.small{font-size:12px;fill:#59636e}.grid{stroke:#d1d9e0}.away{fill:#818b98;fill-opacity:.18}
.deload{fill:#0969da;fill-opacity:.14}.pain{stroke:#cf222e;stroke-width:2.5;fill:none}
.a{stroke:#0550ae;fill:none;stroke-width:2}.b{stroke:#953800;fill:none;stroke-width:2}
.dot.a{fill:#0550ae}.dot.b{fill:#953800}.hollow{fill:#fff !important}
.true{stroke-width:1.5;stroke-dasharray:2 4;opacity:.75}.ta{fill:#0550ae}.tb{fill:#953800}
@media (prefers-color-scheme:dark){
.paper{fill:#0d1117}text{fill:#f0f6fc}.small{fill:#9198a1}.grid{stroke:#3d444d}
.away{fill:#9198a1;fill-opacity:.22}.deload{fill:#58a6ff;fill-opacity:.2}.pain{stroke:#ff7b72}
.a{stroke:#79c0ff}.b{stroke:#ffa657}.dot.a{fill:#79c0ff}.dot.b{fill:#ffa657}
.hollow{fill:#0d1117 !important}.ta{fill:#79c0ff}.tb{fill:#ffa657}}
"""


@dataclass(frozen=True)
class Point:
    """One planned session of a lift; `true_kg` is what the body could do for those reps and that reserve."""

    day: int
    kg: Decimal
    true_kg: float
    trained: bool
    deload: bool


@dataclass
class Panel:
    """What is drawn of one trainee: points by exercise, and the days of what came between."""

    name: str
    away: tuple[date, date] | None
    points: dict[str, list[Point]] = field(default_factory=dict)
    deloads: list[int] = field(default_factory=list)
    pains: list[int] = field(default_factory=list)

    def lifts(self) -> list[str]:
        """The two main lifts that were planned most often."""
        return sorted(self.points, key=lambda slug: (-len(self.points[slug]), slug))[:2]


def svg(seed: int, weeks: int) -> str:
    """The whole picture; the same arguments draw the same one."""
    panels = [watched(trainee, weeks) for trainee in shown(seed, weeks)]
    height = TOP + len(panels) * PANEL + LEGEND
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" role="img" aria-labelledby="t d">',
        '<title id="t">Planned loads of three simulated trainees over twelve weeks</title>',
        f'<desc id="d">{escape(described(panels))}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}" rx="8"/>',
    ]
    for place, panel in enumerate(panels):
        parts += _Drawing(panel, weeks, TOP + place * PANEL).parts()
    parts += _legend(TOP + len(panels) * PANEL + 18)
    return "\n".join([*parts, "</svg>", ""])


def watched(trainee: Trainee, weeks: int) -> Panel:
    """Let a trainee live, and keep what is to be drawn."""
    panel = Panel(trainee.name, trainee.habits.away)
    for day in live(trainee, weeks):
        number = (day.on - MONDAY).days
        if day.plan.deload:
            panel.deloads.append(number)
        if day.pains:
            panel.pains.append(number)
        _keep(panel, trainee, day, number)
    return panel


def _keep(panel: Panel, trainee: Trainee, day: Diary, number: int) -> None:
    trained = day.session is not None and any(
        one.state in ("DONE", "FAILED") for item in day.session.items for one in item.sets
    )
    for item in day.plan.items:
        if item.tier == "MAIN" and item.kg is not None:
            most = trainee.body.one_rep_kg(exercises()[item.slug]) * 30 / (30 + (item.reps or 0) + item.rir)
            point = Point(number, item.kg, most, trained, day.plan.deload)
            panel.points.setdefault(item.slug, []).append(point)


def described(panels: list[Panel]) -> str:
    """The picture in words."""
    words = []
    for panel in panels:
        for slug in panel.lifts():
            points = panel.points[slug]
            name = exercises()[slug].name_en
            words.append(f"{panel.name}: {name} from {float(points[0].kg):g} to {float(points[-1].kg):g} kg.")
    return " ".join(words)


class _Drawing:
    """One panel at its place."""

    def __init__(self, panel: Panel, weeks: int, top: int) -> None:
        self.panel, self.days, self.top = panel, 7 * weeks, top
        points = [point for slug in panel.lifts() for point in panel.points[slug]]
        loads = [float(point.kg) for point in points] + [point.true_kg for point in points]
        self.unit = next(unit for unit in (1, 2, 5, 10, 20, 50, 100) if max(loads) / unit <= 8)
        self.high = self.unit * (int(max(loads) / self.unit) + 1)

    def x(self, day: float) -> float:
        return round(LEFT + day / self.days * (WIDTH - LEFT - RIGHT), 1)

    def y(self, kg: float) -> float:
        room = PANEL - HEAD - FOOT
        return round(self.top + HEAD + room * (1 - kg / self.high), 1)

    def parts(self) -> list[str]:
        title = f'<text class="title" x="{LEFT}" y="{self.top + 20}">{escape(self.panel.name)}</text>'
        return [title, *self._grid(), *self._between(), *self._lines(), *self._pains()]

    def _grid(self) -> list[str]:
        found = []
        for kg in range(0, self.high + 1, 2 * self.unit if self.high / self.unit > 5 else self.unit):
            y = self.y(kg)
            found.append(f'<path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>')
            found.append(f'<text class="small" x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{kg}</text>')
        found.append(f'<text class="small" x="8" y="{self.y(self.high) - 6}">kg</text>')
        for week in range(self.days // 7):
            middle = self.x(7 * week + 3.5)
            y = self.y(0) + 17
            found.append(f'<text class="small" x="{middle}" y="{y}" text-anchor="middle">{week + 1}</text>')
        found.append(f'<text class="small" x="{WIDTH - RIGHT + 8}" y="{self.y(0) + 17}">week</text>')
        return found

    def _band(self, css: str, first: int, last: int, title: str) -> str:
        x, y = self.x(first), self.y(self.high)
        size = f'width="{self.x(last + 1) - x:.1f}" height="{self.y(0) - y:.1f}"'
        return f'<rect class="{css}" x="{x}" y="{y}" {size}><title>{title}</title></rect>'

    def _between(self) -> list[str]:
        found = []
        if self.panel.away is not None:
            first, last = ((day - MONDAY).days for day in self.panel.away)
            found.append(self._band("away", first, last, f"away for {last - first + 1} days"))
        for block in _blocks(self.panel.deloads):
            found.append(self._band("deload", block[0], block[-1], "deload"))
        return found

    def _lines(self) -> list[str]:
        found: list[str] = []
        ends = self._label_heights()
        for css, slug in zip("ab", self.panel.lifts(), strict=False):
            points = self.panel.points[slug]
            true = " ".join(f"{self.x(one.day + 0.5)},{self.y(one.true_kg)}" for one in points)
            line = " ".join(f"{self.x(one.day + 0.5)},{self.y(float(one.kg))}" for one in points)
            found.append(f'<polyline class="{css} true" points="{true}"/>')
            found.append(f'<polyline class="{css}" points="{line}"/>')
            found += [self._dot(css, one) for one in points]
            name = escape(exercises()[slug].name_en)
            found.append(f'<text class="t{css}" x="{WIDTH - RIGHT + 8}" y="{ends[css]}">{name}</text>')
        return found

    def _label_heights(self) -> dict[str, float]:
        """The names stand at the ends of their lines, and not on each other."""
        slugs = self.panel.lifts()
        found = {
            css: self.y(float(self.panel.points[slug][-1].kg)) + 4
            for css, slug in zip("ab", slugs, strict=False)
        }
        if len(found) == 2 and abs(found["a"] - found["b"]) < 16:
            upper = min(found, key=lambda css: found[css])
            found[upper] -= 16 - abs(found["a"] - found["b"])
        return found

    def _dot(self, css: str, one: Point) -> str:
        hollow = "" if one.trained else " hollow"
        return (
            f'<circle class="dot {css}{hollow}" cx="{self.x(one.day + 0.5)}" cy="{self.y(float(one.kg))}"'
            f' r="3.2"><title>{float(one.kg):g} kg{", deload" if one.deload else ""}</title></circle>'
        )

    def _pains(self) -> list[str]:
        y = self.y(self.high) + 8
        return [
            f'<path class="pain" d="M{self.x(day + 0.5) - 5} {y - 5}l10 10m0 -10l-10 10"/>'
            for day in self.panel.pains
        ]


def _blocks(days: list[int]) -> list[list[int]]:
    """Days of the same deload together."""
    found: list[list[int]] = []
    for day in days:
        if found and day - found[-1][-1] < 7:
            found[-1].append(day)
        else:
            found.append([day])
    return found


def _legend(y: int) -> list[str]:
    """One line of what the marks mean."""
    return [
        f'<circle class="dot a" cx="{LEFT + 4}" cy="{y - 4}" r="3.2"/>'
        f'<text class="small" x="{LEFT + 14}" y="{y}">planned and done</text>',
        f'<circle class="dot a hollow" cx="{LEFT + 134}" cy="{y - 4}" r="3.2"/>'
        f'<text class="small" x="{LEFT + 144}" y="{y}">not done</text>',
        f'<path class="a true" d="M{LEFT + 210} {y - 4}h24"/>'
        f'<text class="small" x="{LEFT + 240}" y="{y}">what the person could really do</text>',
        f'<rect class="deload" x="{LEFT + 450}" y="{y - 12}" width="16" height="14"/>'
        f'<text class="small" x="{LEFT + 472}" y="{y}">deload</text>',
        f'<rect class="away" x="{LEFT + 530}" y="{y - 12}" width="16" height="14"/>'
        f'<text class="small" x="{LEFT + 552}" y="{y}">away</text>',
        f'<path class="pain" d="M{LEFT + 600} {y - 9}l10 10m0 -10l-10 10"/>'
        f'<text class="small" x="{LEFT + 618}" y="{y}">pain</text>',
    ]
