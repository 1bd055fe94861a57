"""Runs revisions on the application's database, one release at a time.

Two releases that start together wait for each other on an advisory lock. A statement that cannot get
its table within `LOCK_TIMEOUT` fails instead of queueing every other query of the service behind it.
"""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

MIGRATION_LOCK = 724_001
LOCK_TIMEOUT = "5s"

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
            context.configure(connection=connection, target_metadata=database.metadata)
            with context.begin_transaction():
                context.run_migrations()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            connection.commit()


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
