"""Let made-up trainees train with the coach for weeks, and hold every plan to the rules.

    .venv/bin/python -m dev.simulation --trainees 200 --weeks 12 --seed 1 --svg docs/pictures/progress.svg

Each trainee has a hidden strength, performs with noise, misses days, goes away, sleeps badly and feels pain.
The rules are written down a second time here; of the coach only its catalogue is asked. Needs no server. The
exit code is 0 when no rule was broken, else 1.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from dev.simulation.figures import run, told
from dev.simulation.picture import svg

SHOWN = 40
MOST_WEEKS = 25
"""After 180 days a beginner may become intermediate, which the rules here do not know."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, tell, and draw if asked to; return the exit code."""
    given = read_arguments(arguments)
    figures = run(given.trainees, given.weeks, given.seed)
    for violation in figures.violations[:SHOWN]:
        print(violation)
    print("\n".join(told(figures)))
    if given.svg is not None:
        given.svg.write_text(svg(given.seed, given.weeks), encoding="utf-8")
        print(f"wrote {given.svg}")
    return 1 if figures.violations else 0


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m dev.simulation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--trainees", type=_positive, default=200, help="how many people (200)")
    parser.add_argument(
        "--weeks", type=_weeks, default=12, help=f"how many weeks each (12; {MOST_WEEKS} at most)"
    )
    parser.add_argument("--seed", type=int, default=1, help="decides everything that is random (1)")
    parser.add_argument("--svg", type=Path, help="draw three trainees into this file")
    return parser.parse_args(arguments)


def _weeks(text: str) -> int:
    number = _positive(text)
    if number > MOST_WEEKS:
        raise argparse.ArgumentTypeError(f"must be {MOST_WEEKS} or fewer")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
