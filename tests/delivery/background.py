"""Work in another thread that has to wait for a lock of ours."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from real_processes import until
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.errors import DomainError


@contextmanager
def in_background(engine: Engine, work: Callable[[Session], object]) -> Iterator[list[Exception]]:
    """Run and commit `work` in another thread, once it waits for a lock; joined at the end."""
    failed: list[Exception] = []

    def run() -> None:
        with Session(engine) as session:
            try:
                work(session)
                session.commit()
            except (SQLAlchemyError, DomainError) as error:
                failed.append(error)

    thread = Thread(target=run)
    thread.start()
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        until(lambda: connection.scalar(waiting))
    yield failed
    thread.join()
