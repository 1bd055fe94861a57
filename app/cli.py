"""Commands: `flask clock`, the scheduler process; `flask ops` is in `app/ops/`."""

import logging
import signal
from threading import Event

import click
from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import ops
from app.domain.wakeups import queues_to_wake
from app.extensions import db
from app.workers.bells import ring

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(clock)
    ops.init_app(app)


@click.command("clock")
@click.option("--every", default=1.0, show_default=True, help="Seconds between two looks at the database.")
@click.option("--ticks", default=None, type=int, help="Stop after so many looks instead of running on.")
def clock(every: float, ticks: int | None) -> None:
    """Wake workers for what is due; two clocks at once do no harm."""
    stop = Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    log.info("clock started", extra={"every_s": every})
    count = 0
    while not stop.is_set():
        tick()
        count += 1
        if count == ticks:
            break
        stop.wait(every)
    log.info("clock stopped")


def tick() -> None:
    """One look: ring for each queue that has rows due. A database that is away is tried again next time."""
    try:
        with current_app.app_context():
            db.session.execute(text("SET application_name = 'godlife-clock'"))
            config = current_app.config
            names = queues_to_wake(db.session(), config["KAKAO_SENDER"], config)
            db.session.commit()
    except SQLAlchemyError as error:
        log.warning("clock cannot look", extra={"error": type(error).__name__})
        return
    for name in names:
        ring(name)
