"""Runs revisions on the application's database, one release at a time.

Two releases that start together wait for each other on an advisory lock. A statement that cannot get
its table within `LOCK_TIMEOUT` fails instead of queueing every other query of the service behind it.

After a rollback the database is ahead of this code. Then there is nothing to upgrade, and saying so is a
success: a platform that runs the release process on a rollback must not be stopped by it.

What a run changed stands in the maintenance log, written in the run's own transaction (`app/releases.py`).
"""

import logging
from time import monotonic

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from app import releases
from app.domain.schema_check import current_revision, is_compared, known_revisions, revision_state

MIGRATION_LOCK = 724_001
LOCK_TIMEOUT = "5s"

log = logging.getLogger("migrations")
database = current_app.extensions["migrate"].db


def run_offline() -> None:
    """Print the SQL instead of running it (`--sql`)."""
    context.configure(
        dialect_name="postgresql",
        target_metadata=database.metadata,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Run the revisions in one transaction, under the lock."""
    with database.engine.connect() as connection:
        _take_lock(connection)
        try:
            if _is_upgrade_of_the_future(connection):
                _note_deploy_of_the_past(connection)
                return
            _migrate(connection)
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            connection.commit()


def _migrate(connection: Connection) -> None:
    """Run what is to be run and write down what it was, in one transaction: both or neither.

    Other commands than `upgrade` and `downgrade` come this way too; of them only `stamp` changes the
    revision, and that is no migration.
    """
    before, started = current_revision(connection), monotonic()
    connection.commit()
    stamps: list[bool] = []
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        include_object=is_compared,
        on_version_apply=lambda step, **_: stamps.append(step.is_stamp),
    )
    with context.begin_transaction():
        context.run_migrations()
        if not any(stamps):
            after = current_revision(connection)
            releases.note_migration(connection, before, after, round(1000 * (monotonic() - started)))
            if _is_release():
                releases.note_deploy(connection, after)


def _is_release() -> bool:
    """Whether this is `flask db upgrade` to our head, as the release process runs it."""
    return _destination() == known_revisions()[0]


def _note_deploy_of_the_past(connection: Connection) -> None:
    releases.note_deploy(connection, current_revision(connection))
    connection.commit()


def _is_upgrade_of_the_future(connection: Connection) -> bool:
    """Whether this is `upgrade` to our head on a database that a newer release has taken further."""
    known, current = known_revisions(), current_revision(connection)
    connection.commit()
    if revision_state(current, known, known[0]) != "ahead" or _destination() != known[0]:
        return False
    log.warning("the database is ahead of this release: nothing to upgrade", extra={"current": current})
    return True


def _destination() -> object:
    """The revision that `upgrade` or `downgrade` is to end at, None for other commands."""
    try:
        return context.get_revision_argument()
    except KeyError:
        return None


def _take_lock(connection: Connection) -> None:
    """Wait for the other release (no limit), then limit what a single statement may wait for."""
    connection.execute(text("SET lock_timeout = 0"))
    connection.execute(text("SET statement_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
