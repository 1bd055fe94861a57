"""Fields and pages that every schema shares."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import marshmallow as ma
import pytest

from app.errors import InvalidInput
from app.schemas.common import (
    AwareTime,
    Day,
    Id,
    Kilograms,
    decode_cursor,
    encode_cursor,
    page_from,
    page_of,
)


class Thing(ma.Schema):
    at = AwareTime()
    on = Day()
    id = Id()
    weight_kg = Kilograms(allow_none=True)


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T07:00:00+09:00", "2026-11-23T07:00:00+00:00", "2026-11-23T07:00:00.123456-03:30"],
)
def test_a_time_goes_out_in_the_offset_it_came_in(text: str) -> None:
    loaded = Thing().load({"at": text})

    assert loaded["at"] == datetime.fromisoformat(text)
    assert Thing().dump(loaded) == {"at": text}


def test_z_is_utc() -> None:
    assert Thing().load({"at": "2026-11-23T07:00:00Z"})["at"] == datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("at", "2026-11-23T07:00:00"),
        ("at", "2026-11-23"),
        ("at", "2026-11-23T07:00+09:00"),
        ("at", "20261123T070000Z"),
        ("at", "2026-W48-1T07:00:00Z"),
        ("at", "2026-02-30T07:00:00Z"),
        ("at", "2026-11-23T24:00:00Z"),
        ("at", "2026-11-23T07:00:60Z"),
        ("at", "0001-01-01T00:00:00+14:00"),
        ("at", "9999-12-31T23:59:59-14:00"),
        ("at", "２０２６-11-23T07:00:00Z"),
        ("at", 1790000000),
        ("on", "20261123"),
        ("on", "2026-11-31"),
        ("on", "2026-W48-1"),
        ("on", "2026-11-23T00:00:00"),
        ("on", "0001-01-01"),
        ("on", 20261123),
        ("id", "00000000000040008000000000000000"),
        ("id", "{00000000-0000-4000-8000-000000000000}"),
        ("id", 1),
        ("id", ""),
        ("weight_kg", True),
        ("weight_kg", -0.5),
        ("weight_kg", 500.001),
        ("weight_kg", 0.0005),
        ("weight_kg", [1]),
    ],
)
def test_another_spelling_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ma.ValidationError) as error:
        Thing().load({name: value})

    assert set(error.value.messages_dict) == {name}


def test_a_naive_time_is_a_bug_not_an_answer() -> None:
    with pytest.raises(ValueError, match="offset"):
        Thing().dump({"at": datetime(2026, 11, 23)})  # noqa: DTZ001


@pytest.mark.parametrize(
    ("stored", "sent"),
    [
        ("42.5", "42.5"),
        ("42.50", "42.5"),
        ("40", "40"),
        ("40.000", "40"),
        ("0", "0"),
        ("62.125", "62.125"),
        ("1E+2", "100"),
    ],
)
def test_weights_lose_no_decimals(stored: str, sent: str) -> None:
    assert Thing().dumps({"weight_kg": Decimal(stored)}) == f'{{"weight_kg": {sent}}}'
    assert Thing().loads(f'{{"weight_kg": {sent}}}')["weight_kg"] == Decimal(stored)


def test_a_missing_weight_is_null() -> None:
    assert Thing().dump({"weight_kg": None}) == {"weight_kg": None}


def test_a_cursor_gives_back_what_it_was_made_of() -> None:
    at, key, on = datetime(2026, 11, 23, 7, 0, 0, 123456, tzinfo=UTC), uuid4(), date(2026, 11, 23)

    cursor = encode_cursor(at, key, on, -7, "한글")

    assert decode_cursor(cursor, datetime, UUID, date, int, str) == (at, key, on, -7, "한글")
    assert cursor.isascii() and not set(cursor) & set("+/=&?")
    assert decode_cursor(None, datetime) is None


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "abc",
        "한글",
        "eyJhIjoxfQ",  # {"a":1}
        encode_cursor("2026-11-23T07:00:00+00:00"),
        encode_cursor("2026-11-23T07:00:00", uuid4()),
        encode_cursor("yesterday", uuid4()),
        encode_cursor("0001-01-01T00:00:00+14:00", uuid4()),
        encode_cursor("2026-11-23T07:00:00+00:00", "no-uuid"),
        encode_cursor("2026-11-23T07:00:00+00:00", 7),
        encode_cursor(7, uuid4()),
        encode_cursor("2026-11-23T07:00:00+00:00", uuid4(), uuid4()),
        "W" * 10_000,
    ],
)
def test_a_broken_cursor_is_invalid_input(cursor: str) -> None:
    with pytest.raises(InvalidInput) as error:
        decode_cursor(cursor, datetime, UUID)

    assert error.value.extra["errors"][0]["pointer"] == "#/cursor"


@pytest.mark.parametrize(("kind", "value"), [(int, True), (int, 2**63), (int, "7"), (str, "\x00"), (str, 7)])
def test_a_cursor_holds_only_what_the_database_can(kind: Any, value: Any) -> None:
    with pytest.raises(InvalidInput):
        decode_cursor(encode_cursor(value), kind)


def test_pages_follow_each_other_to_the_end() -> None:
    rows = [SimpleNamespace(id=number) for number in range(5)]
    seen, after = [], -1
    while True:
        found = [row for row in rows if row.id > after][: 2 + 1]
        page = page_from(found, 2, lambda row: (row.id,))
        seen += [row.id for row in page["items"]]
        if page["next_cursor"] is None:
            break
        (after,) = decode_cursor(page["next_cursor"], int) or (None,)

    assert seen == [0, 1, 2, 3, 4]


def test_the_schema_of_a_page_names_its_items() -> None:
    schema = page_of(Thing)

    assert schema.__name__ == "ThingPage"
    assert schema().dump({"items": [{"on": date(2026, 11, 23)}], "next_cursor": None}) == {
        "items": [{"on": "2026-11-23"}],
        "next_cursor": None,
    }
