"""Figures on the screen: ours, the floor's, their ratio, and the aim beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

NAME_WIDTH, FIGURE_WIDTH, RATIO_WIDTH = 36, 26, 22


class CannotMeasure(Exception):
    """A figure could not be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Aim:
    """`Aim("≥", 0.5)`: what a figure is to reach, or not to exceed."""

    sign: str
    value: float

    def verdict(self, found: float) -> str:
        """`aim ≥ 0.5  met`."""
        met = found >= self.value if self.sign == "≥" else found <= self.value
        return f"aim {self.sign} {self.value:g}  {'met' if met else 'MISSED'}"


def heading(title: str, *notes: str) -> None:
    """What is compared with what; the figures follow."""
    print(f"\n{title}")
    for note in notes:
        print(f"  {note}")


def columns(ours: str, floor: str) -> None:
    """The names of the two sides."""
    print(f"  {'median (min–max)':<{NAME_WIDTH}}{ours:<{FIGURE_WIDTH}}{floor:<{FIGURE_WIDTH}}ratio")


def compare(name: str, ours: Sequence[float], floor: Sequence[float], aim: Aim | None = None) -> None:
    """One line: both sides round by round, and the ratio of the medians with that of single rounds."""
    ratio = median(ours) / median(floor)
    each = [one / other for one, other in zip(ours, floor, strict=True)]
    shown = f"{short(ratio)} ({short(min(each))}–{short(max(each))})"
    print(
        f"  {name:<{NAME_WIDTH}}{spread(ours):<{FIGURE_WIDTH}}{spread(floor):<{FIGURE_WIDTH}}"
        f"{shown:<{RATIO_WIDTH}}{aim.verdict(ratio) if aim else ''}".rstrip()
    )


def line(name: str, value: float, unit: str, aim: Aim | None = None) -> None:
    """One figure that has no floor."""
    shown = f"{value:,.0f}" if value == int(value) else short(value)
    print(f"  {name:<{NAME_WIDTH}}{shown} {unit}  {aim.verdict(value) if aim else ''}".rstrip())


def spread(values: Sequence[float]) -> str:
    """`112 (108–118)`."""
    if len(values) == 1:
        return short(values[0])
    return f"{short(median(values))} ({short(min(values))}–{short(max(values))})"


def short(value: float) -> str:
    """Three digits that count, no exponent."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * share) - 1)]
