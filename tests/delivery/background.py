"""Work in another thread or process that has to wait for a lock of ours."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from real_processes import until
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.errors import DomainError

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")


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
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        until(lambda: connection.scalar(WAITING))
    yield failed
    thread.join()


@contextmanager
def attempts_locked(engine: Engine) -> Iterator[Callable[[int], None]]:
    """Nobody else writes attempts meanwhile; yields what waits until so many are waiting for that."""
    with engine.connect() as holder, engine.connect() as looker:
        holder.execute(text("LOCK TABLE notification_provider_codes IN EXCLUSIVE MODE"))
        looker = looker.execution_options(isolation_level="AUTOCOMMIT")
        yield lambda count: until(lambda: looker.scalar(WAITING) >= count)
        holder.rollback()
        until(lambda: not looker.scalar(WAITING))
