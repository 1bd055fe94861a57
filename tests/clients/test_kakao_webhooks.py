"""The shapes of what Kakao tells us, and what is none of them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.clients.kakao_webhooks import (
    LONGEST_FIELD,
    MOST_FIELDS,
    ChannelChange,
    Unlink,
    parse_channel,
    parse_unlink,
    unlink_fields,
)
from app.clients.receipts import UnknownShape

ADDED = {
    "event": "added",
    "id": "1000000000000000001",
    "id_type": "app_user_id",
    "channel_public_id": "_ExAmPl",
    "channel_uuid": "@examplecoach",
    "updated_at": "2026-07-21T01:02:03Z",
    "plus_friend_public_id": "_ExAmPl",
    "timestamp": 1784595723000,
}
AT = datetime(2026, 7, 21, 1, 2, 3, tzinfo=UTC)


def test_a_change_of_the_channel_is_read() -> None:
    assert parse_channel(ADDED) == ChannelChange("1000000000000000001", "added", AT)
    assert parse_channel(ADDED | {"event": "blocked"}).state == "blocked"


def test_an_open_id_names_nobody() -> None:
    assert parse_channel(ADDED | {"id_type": "open_id"}).kakao_user_id is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-07-21T10:02:03+09:00", AT),
        ("2026-07-21t01:02:03z", AT),
        ("2026-07-21T01:02:03.5Z", AT.replace(microsecond=500_000)),
        ("2026-07-21T01:02:03.123456789Z", AT.replace(microsecond=123_456)),
    ],
)
def test_a_time_is_read_in_every_spelling_of_the_rfc(said: str, meant: datetime) -> None:
    assert parse_channel(ADDED | {"updated_at": said}).at == meant


@pytest.mark.parametrize(
    "said",
    ["2026-07-21T01:02:03", "2026-07-21", "2026-02-30T01:02:03Z", "0001-01-01T00:00:00+09:00", "x", "", 7]
    + [None, "2026-07-21T01:02:0399Z", "２０２６-07-21T01:02:03Z", "2026-07-21T01:02:03." + "1" * 200 + "Z"],
)
def test_any_other_time_is_an_unknown_shape(said: Any) -> None:
    with pytest.raises(UnknownShape):
        parse_channel(ADDED | {"updated_at": said})


@pytest.mark.parametrize("payload", [None, [], 7, "x", {}, {"app_id": "1"}, {"app_id": 1, "user_id": 2}])
def test_what_is_neither_is_an_unknown_shape(payload: Any) -> None:
    for parse in (parse_channel, parse_unlink):
        with pytest.raises(UnknownShape):
            parse(payload)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        (b"app_id=1&user_id=2&referrer_type=NEW", b""),
        (b"", b"app_id=1&user_id=2&referrer_type=NEW"),
        (b"", b'{"app_id": 1, "user_id": "2", "referrer_type": "NEW"}'),
        (b"app_id=1", b"app_id=9&user_id=2&user_id=3&referrer_type=NEW"),
    ],
)
def test_an_unlink_is_read_from_wherever_it_is(query: bytes, body: bytes) -> None:
    fields = unlink_fields(query, body)

    assert fields == {"app_id": "1", "user_id": "2", "referrer_type": "NEW"}
    assert parse_unlink(fields) == Unlink("1", "2")


def test_fields_are_made_storable() -> None:
    body = b'{"a\\u0000": "b\\u0000c", "\\ud800": "\\udfff", "long": "' + b"x" * 9999 + b'"}'

    fields = unlink_fields(b"", body)

    assert fields == {"a": "bc", "?": "?", "long": "x" * LONGEST_FIELD}
    assert len(unlink_fields(b"&".join(b"%d=1" % n for n in range(999)), b"")) == MOST_FIELDS
