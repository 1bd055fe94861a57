"""`flask ops review`: what waits for a human decision."""

from typing import Any
from uuid import UUID

import click
from flask.cli import AppGroup

from app.domain import review_actions, reviews
from app.domain.days import utc_now
from app.extensions import db
from app.ops.output import Line, moment, reports
from app.schemas.reviews import ACTIONS, STATES, SUBJECTS
from app.workers.bells import ring

group = AppGroup("review", help="See and decide what waits for a human.")


@group.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only these; both, if not said.")
@click.option("--subject", type=click.Choice(SUBJECTS), help="Only what is about this.")
@click.option(
    "--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many, newest first."
)
@reports
def list_some(state: str | None, subject: str | None, limit: int) -> list[Line]:
    """Show reviews, newest first: id, state, how many rows, subject, cause, reason, since when."""
    wanted = {name: value for name, value in (("state", state), ("subject", subject)) if value}
    found = reviews.list_reviews(db.session(), wanted, limit, None)
    lines = [_line(each) for each in found[:limit]]
    if not lines:
        return [Line(True, "reviews", "none")]
    return lines if len(found) == len(lines) else [*lines, Line(True, "more", "There are older ones.")]


@group.command("resolve")
@click.argument("review_id", metavar="ID", type=click.UUID)
@click.argument("action", type=click.Choice(ACTIONS))
@click.option("--memo", required=True, help="Why, 1 to 1000 characters; kept in the maintenance log.")
@click.option("--actor", required=True, help="Who you are; kept in the maintenance log.")
@reports
def resolve(review_id: UUID, action: str, memo: str, actor: str) -> list[Line]:
    """Decide the review ID; ACTION is done to all of its rows.

    \b
    notification    retry (send again), confirm_sent (it arrived), discard (give up)
    webhook_event   retry (work on it again), discard
    sender          retry (end the stop)
    health          retry (a doctor cleared the trainee today), discard (keep the block)
    """
    done = review_actions.resolve(
        db.session(), review_id, action=action, memo=memo, actor=actor, now=utc_now()
    )
    db.session.commit()
    if done.bell:
        ring(done.bell)
    applied = done.view["applied"]
    return [
        Line(True, str(review_id), f"{action} by {done.view['actor']}, rows changed: {applied}", done.view)
    ]


def _line(each: dict[str, Any]) -> Line:
    what = f"{each['state']}  {each['count']}×  {each['subject']}  {each['cause']}  {each['reason_code']}"
    ending = f"  {each['action']} by {each['actor']}: {each['memo']}" if each["state"] == "resolved" else ""
    return Line(True, str(each["id"]), f"{what}  since {moment(each['opened_at'])}{ending}", each)
