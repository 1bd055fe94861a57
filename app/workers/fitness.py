"""Whether a worker may begin anything: not on a database that its code cannot work on."""

from time import monotonic
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.exc import SQLAlchemyError

from app.domain.schema_check import is_fit

KEPT_S = 20.0


class Fitness:
    """Asks the database, and keeps the answer for 20 s; one that is away is for the jobs to find out."""

    def __init__(self, config: dict[str, Any]) -> None:
        # No pool: what the parent of a job holds open, its children would share.
        self._engine: Engine = create_engine(
            config["SQLALCHEMY_DATABASE_URI"],
            poolclass=NullPool,
            hide_parameters=True,
            connect_args=config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"],
        )
        self._until, self._is_fit = 0.0, True

    def holds(self) -> bool:
        """Whether work may begin; False when the revision is behind, or a table or column is missing."""
        if monotonic() >= self._until or not self._is_fit:
            self._is_fit = self._ask()
            self._until = monotonic() + KEPT_S
        return self._is_fit

    def _ask(self) -> bool:
        try:
            with self._engine.connect() as connection:
                return is_fit(connection)
        except SQLAlchemyError:
            return True
