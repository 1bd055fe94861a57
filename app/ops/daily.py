"""`flask ops daily`: make the plans of a day by hand, or show what would be made."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.domain import mornings
from app.domain.days import in_zone, local_date, utc_now
from app.domain.mornings import Decision
from app.extensions import db
from app.ops.output import Line, reports
from app.workers import daily as rhythm

log = logging.getLogger(__name__)

AT_ONCE = 100
FIRST = UUID(int=0)
FURTHEST = timedelta(days=365)
WORDS = {
    "training": "plans to train",
    "active": "plans of easy movement",
    "rest": "days of rest on a training weekday",
    "off": "no training day",
    "taken": "have or had a plan for that day",
    "review": "need a human first",
    "paused": "not heard from for 28 days: one last message",
    "over": "past midnight there",
    "failed": "left out by a fault, see the log; tried again in an hour",
}


@click.command("daily", short_help="Make the plans of a day, or show what would be made.")
@click.option(
    "--date",
    "on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day, on each trainee's calendar. [default: today in Seoul]",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be done for each trainee.")
@click.option(
    "--show", type=click.IntRange(0), default=20, show_default=True, help="Trainees to list with --dry-run."
)
@with_appcontext
@reports
def daily(on: datetime | None, dry_run: bool, show: int) -> list[Line]:
    """Make the plans of a day for all active trainees whose day it is, as the workers do every morning.

    It may be run at any time and again: who has a plan for the day keeps it, and gets no second message. With
    --dry-run the day may lie ahead; then it is decided from what is known today. The lines say how many
    trainees there are of each kind.
    """
    now = utc_now()
    day = on.date() if on else local_date("Asia/Seoul", now)
    _check(day, now)
    if not dry_run:
        return _totals(_make(day, now))
    counts: Counter[str] = Counter()
    lines: list[Line] = []
    for decision in _decisions(day, now):
        counts[decision.outcome] += 1
        counts["messages"] += decision.message is not None or decision.outcome == "paused"
        if len(lines) < show:
            lines.append(_line(decision))
    return [*_totals(counts), *lines]


def _check(on: date, now: datetime) -> None:
    today = local_date("UTC", now)
    if not today - timedelta(days=1) <= on <= today + FURTHEST:
        raise click.BadParameter("Must be between yesterday and 365 days ahead.", param_hint="--date")


def _make(on: date, now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    last: UUID | None = FIRST
    while last is not None:
        last, ids = mornings.call(db.session(), on, now, last, AT_ONCE)
        db.session.commit()
        counts += rhythm.do_these(rhythm.MORNINGS, ids, now) if ids else Counter()
    return counts


def _decisions(on: date, now: datetime) -> Iterator[Decision]:
    last = FIRST
    while ids := mornings.following(db.session(), last, AT_ONCE):
        yield from _foreseen(ids, on, now)
        last = ids[-1]
        db.session.rollback()


def _foreseen(ids: Sequence[UUID], on: date, now: datetime) -> list[Decision]:
    """What would come of these; as at work, one who fails costs nobody else theirs."""
    try:
        return mornings.preview(db.session(), ids, on, now)
    except (OperationalError, PoolTimeout):
        raise
    except Exception:
        db.session.rollback()
        if len(ids) > 1:
            middle = len(ids) // 2
            return _foreseen(ids[:middle], on, now) + _foreseen(ids[middle:], on, now)
        log.exception("a trainee would be left out", extra={"user_id": str(ids[0])})
        return [mornings.left_out(db.session(), ids[0], on)]


def _totals(counts: Counter[str]) -> list[Line]:
    names = [name for name in WORDS if counts[name]]
    lines = [
        Line(name != "failed", name, f"{counts[name]}  {WORDS[name]}", {"count": counts[name]})
        for name in names
    ]
    if "messages" in counts:
        lines.append(Line(True, "messages", str(counts["messages"]), {"count": counts["messages"]}))
    return lines or [Line(True, "daily", "no active trainee whose day it is", {"count": 0})]


def _line(decision: Decision) -> Line:
    """One trainee: what they would get, and when they would be told."""
    plan, message = decision.plan or {}, decision.message
    at = message and in_zone(decision.user.timezone, message["schedule_at"])
    said = [decision.outcome, plan.get("summary"), *([] if plan else decision.reasons)]
    told = f"message {at:%Y-%m-%dT%H:%M%z}" if at else ""
    data: dict[str, Any] = {
        "user_id": decision.user.id,
        "date": str(decision.on),
        "outcome": decision.outcome,
        "summary": plan.get("summary"),
        "reasons": list(decision.reasons),
        "message_at": at,
    }
    return Line(
        decision.outcome != "failed",
        str(decision.user.id),
        "  ".join(each for each in (*said, told) if each),
        data,
    )
