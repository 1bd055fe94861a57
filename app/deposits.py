"""Storing for a provider that gets its 200 whatever happens here: in a thread, tried again for minutes."""

import logging
from collections.abc import Callable
from threading import BoundedSemaphore, Event, Thread
from time import monotonic, sleep
from typing import Any

from flask import Flask, current_app
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.logs import bound

DEADLINE_S = 2.0
KEEP_TRYING_S = 300.0
PAUSES_S = (0.5, 1.0, 2.0, 5.0)  # the last one again and again
MOST_WAITING = 200
# A connection that is dead without having said so is noticed in 20 s, not in hours.
ALIVE = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}

log = logging.getLogger(__name__)
Work = Callable[[Session], object]


class Deposits:
    """Work on the database in threads of its own, on connections that no request has to wait for."""

    def __init__(self, config: dict[str, Any]) -> None:
        options = config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]
        self._engine = create_engine(
            config["SQLALCHEMY_DATABASE_URI"],
            poolclass=NullPool,
            hide_parameters=True,
            connect_args=options | ALIVE,
        )
        self._room = BoundedSemaphore(MOST_WAITING)

    def make(self, app: Flask, work: Work, then: Callable[[], object], **fields: str) -> None:
        """Do `work` and commit; returns when that has been tried once, at the latest after 2 s.

        What fails is tried again in the background for 5 minutes, or until this process ends. `work` gets a
        session, must be safe to run twice, and may fail with any SQLAlchemyError. If it returns something
        true, `then` follows after the commit, which must not fail. `fields` go with the log's lines.
        """
        if not self._room.acquire(blocking=False):
            log.error("webhook given up: too many wait for the database", extra=fields)
            return
        tried = Event()

        def run() -> None:
            try:
                with app.app_context(), bound(**fields):
                    self._keep_trying(work, then, tried)
            finally:
                tried.set()
                self._room.release()

        Thread(target=run, name="deposit", daemon=True).start()
        if not tried.wait(DEADLINE_S):
            log.warning("webhook answered before it was stored", extra=fields)

    def _keep_trying(self, work: Work, then: Callable[[], object], tried: Event) -> None:
        end, pauses = monotonic() + KEEP_TRYING_S, list(PAUSES_S)
        while (found := self._try(work)) is None:
            tried.set()
            pause = pauses.pop(0) if len(pauses) > 1 else pauses[0]
            if monotonic() + pause > end:
                log.error("webhook given up: the database does not take it")
                return
            sleep(pause)
        if found:
            then()

    def _try(self, work: Work) -> bool | None:
        """Whether `work` returned something true; None when it failed."""
        try:
            with Session(self._engine) as session:
                found = bool(work(session))
                session.commit()
                return found
        except SQLAlchemyError as error:
            log.warning("webhook not stored yet", extra={"error": type(error).__name__})
            return None


def init_app(app: Flask) -> None:
    """Make it ready; connects to nothing."""
    app.extensions["deposits"] = Deposits(app.config)


def make(work: Work, then: Callable[[], object], **fields: str) -> None:
    """`Deposits.make` of the current application."""
    deposits: Deposits = current_app.extensions["deposits"]
    deposits.make(current_app._get_current_object(), work, then, **fields)  # type: ignore[attr-defined]
