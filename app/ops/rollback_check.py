"""`flask ops rollback-check`: whether to go back to the release before."""

from collections.abc import Callable
from functools import partial
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.domain import rollback
from app.domain.rollback import FailureRate, ReviewSurge, SummaryError
from app.extensions import db
from app.ops.output import Line, Seconds, reports

KEEP, ROLL_BACK = "keep", "roll back"
# What is read belongs to one moment, and nothing can be written by mistake.
SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_LIMIT = text("SELECT set_config('statement_timeout', :milliseconds, true)")


@click.command("rollback-check", short_help="Say whether to go back to the release before.")
@click.option(
    "--sample",
    type=click.IntRange(1, 10_000),
    default=200,
    show_default=True,
    help="How many daily summaries to compute again.",
)
@click.option(
    "--timeout",
    "timeout_s",
    type=Seconds(0.1, 60),
    default=10,
    show_default=True,
    help="Seconds that one look at the database may take.",
)
@with_appcontext
@reports
def rollback_check(sample: int, timeout_s: float) -> list[Line]:
    """Say whether the release that runs should be kept or rolled back. Nothing is changed.

    Three signals are read from the database, each a line; FAIL is one that asks for the release before:

    \b
    summary-error  more than ROLLBACK_SUMMARY_ERROR (a share) of a random
                   sample of the summaries written in the last 7 days say
                   something else than the sets that they are made from
    review-surge   in the last hour at least 10 manual reviews were opened,
                   and more than ROLLBACK_REVIEW_FACTOR times the median of
                   that hour on the 7 days before
    failure-rate   in each of the last three windows of 5 minutes at least
                   20 attempts to send were made, and at least
                   ROLLBACK_FAILURE_RATE (a share) of them failed or have an
                   unknown outcome; faults of recipients and quotas of
                   providers do not count

    The last line is the verdict. keep, exit code 0: no signal asks for it; where there is not enough data the
    line says so, and that counts as keep. roll back, exit code 1: at least one does. none, exit code 1: the
    database does not answer, or too late, so that nothing can be judged; that is no reason to roll back.
    """
    config = current_app.config
    lines = [
        _judged("summary-error", timeout_s, partial(_summary_line, sample, config["ROLLBACK_SUMMARY_ERROR"])),
        _judged("review-surge", timeout_s, partial(_review_line, config["ROLLBACK_REVIEW_FACTOR"])),
        _judged("failure-rate", timeout_s, partial(_failure_line, config["ROLLBACK_FAILURE_RATE"])),
    ]
    return [*lines, _verdict(lines)]


def _judged(name: str, timeout_s: float, look: Callable[[Session], Line]) -> Line:
    """The line of one signal, in a snapshot of its own: one that cannot be read spoils no other."""
    session = db.session()
    try:
        session.connection(execution_options=SNAPSHOT)
        session.execute(_LIMIT, {"milliseconds": str(round(timeout_s * 1000))})
        return look(session)
    except SQLAlchemyError as error:
        detail = f"cannot be judged: the database does not answer as it should ({type(error).__name__})"
        return Line(False, name, detail, {"trips": None})
    finally:
        session.rollback()


def _verdict(lines: list[Line]) -> Line:
    trips = {line.name: (line.data or {})["trips"] for line in lines}
    reasons = [name for name, trip in trips.items() if trip]
    unread = [name for name, trip in trips.items() if trip is None]
    if reasons:
        verdict, detail = ROLL_BACK, f"{ROLL_BACK}: {', '.join(reasons)}"
    elif len(unread) == len(lines):
        verdict, detail = None, "none: nothing can be judged while the database does not answer"
    elif unread:
        verdict, detail = None, f"none: {', '.join(unread)} cannot be judged; the rest is well"
    else:
        verdict, detail = KEEP, KEEP
    data = {"verdict": verdict, "reasons": reasons, "not_judged": unread}
    return Line(verdict == KEEP, "verdict", detail, data)


def _summary_line(size: int, most: float, session: Session) -> Line:
    found = rollback.summary_error(session, size)
    span = f"written in the last {rollback.SUMMARY_DAYS} days"
    if found.share is None:
        detail = f"not enough data: no summary {span}; limit {most:g}"
    else:
        detail = (
            f"{found.share:.4f}: {found.wrong} of {found.compared} compared are wrong,"
            f" of {found.written} {span}; limit {most:g}"
        )
    data = {"wrong": found.wrong, "compared": found.compared, "written": found.written, "share": found.share}
    data |= {"days": rollback.SUMMARY_DAYS}
    return _line("summary-error", detail, found, most, found.share is not None, data)


def _review_line(factor: float, session: Session) -> Line:
    found = rollback.review_surge(session)
    detail = (
        f"{found.opened} opened in the last hour, {found.usual} is the median of that hour"
        f" on {rollback.REVIEW_DAYS} days; limit {factor:g}×"
    )
    if not found.is_enough:
        detail += f"; not enough data: under {rollback.ENOUGH_REVIEWS}"
    data = {"opened": found.opened, "before": list(found.before), "median": found.usual}
    return _line("review-surge", detail, found, factor, found.is_enough, data)


def _failure_line(rate: float, session: Session) -> Line:
    found = rollback.failure_rate(session)
    told = ", ".join(
        f"{'-' if each.rate is None else f'{each.rate:.2f}'} ({each.failed} of {each.attempts})"
        for each in found.windows
    )
    span = f"the last windows of {rollback.WINDOW_MINUTES} minutes, newest first"
    detail = f"{told} failed in {span}; limit {rate:g}"
    if not found.is_enough:
        detail += f"; not enough data: under {rollback.ENOUGH_ATTEMPTS} attempts in a window"
    windows = [
        {"attempts": each.attempts, "failed": each.failed, "rate": each.rate} for each in found.windows
    ]
    data = {"window_minutes": rollback.WINDOW_MINUTES, "windows": windows}
    return _line("failure-rate", detail, found, rate, found.is_enough, data)


def _line(
    name: str,
    detail: str,
    found: SummaryError | ReviewSurge | FailureRate,
    limit: float,
    is_enough: bool,
    data: dict[str, Any],
) -> Line:
    trips = found.trips(limit)
    return Line(not trips, name, detail, data | {"limit": limit, "trips": trips, "is_enough": is_enough})
