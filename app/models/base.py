"""The declarative base of every model: naming convention, type map and a few column types."""

import os
from datetime import date, datetime, time
from decimal import Decimal
from time import time_ns
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Date, DateTime, MetaData, Numeric, Text, Time, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

NAMES = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}

# Tables, and columns as `table.column`, that no model has any more and the release before still needs. They
# are dropped one release later (docs/migrations.md).
LEFT_BEHIND: frozenset[str] = frozenset()

Texts = Annotated[list[str], mapped_column(ARRAY(Text()))]
# None is NULL, which `IS NULL` and the CHECKs see; the default would store the JSON value `null`.
Json = Annotated[Any, mapped_column(JSONB(none_as_null=True))]


class Base(DeclarativeBase):
    """Base of all models; text is `text`, times are `timestamptz`, weights keep every decimal."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            str: Text(),
            UUID: Uuid(),
            datetime: DateTime(timezone=True),
            date: Date(),
            time: Time(),
            Decimal: Numeric(),
        },
    )


def new_id() -> UUID:
    """A UUIDv7: the time in milliseconds, then 74 random bits. RFC 9562, section 5.7.

    What is made together lies together in every index, and ids sort by the time they were made.
    """
    random = int.from_bytes(os.urandom(10))
    return UUID(
        int=(time_ns() // 1_000_000 & (1 << 48) - 1) << 80
        | 0x7 << 76
        | (random >> 68) << 64
        | 0b10 << 62
        | random & (1 << 62) - 1
    )


class HasId:
    """A UUIDv7 as the primary key, made by the program so that children can be written in bulk."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)


class HasTimes:
    """When the row was written and last changed, by the database's clock."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=1)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now(), sort_order=1)


def one_of(column: str, values: tuple[str, ...], *, nullable: bool = False) -> CheckConstraint:
    """A CHECK that holds a text column to a list of words, named after the column."""
    words = ", ".join(f"'{value}'" for value in values)
    rule = f"{column} IN ({words})"
    return CheckConstraint(f"{column} IS NULL OR {rule}" if nullable else rule, name=column)


def between(column: str, low: int, high: int) -> CheckConstraint:
    """A CHECK on the range of a number, named after the column; NULL passes."""
    return CheckConstraint(f"{column} BETWEEN {low} AND {high}", name=column)
