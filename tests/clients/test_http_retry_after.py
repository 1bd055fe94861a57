"""`Retry-After`, which a stranger writes."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clients.untrusted import retry_after_s


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("900", 900.0),
        ("901", 900.0),
        ("9" * 5000, 900.0),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("٣", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 900.0),
        ("Fri, 99 Dec 2026 23:59:59 GMT", None),
        ("Fri, 31 Dec 99999999999999999999 23:59:59 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 900.0),
    ],
)
def test_retry_after_is_read_within_bounds(text: str, seconds: float | None) -> None:
    assert retry_after_s({"Retry-After": text}) == seconds


def test_retry_after_as_a_date_is_the_time_until_then() -> None:
    at = datetime.now(UTC) + timedelta(seconds=100)

    left = retry_after_s({"Retry-After": format_datetime(at, usegmt=True)})

    assert left is not None
    assert 95 < left <= 100


def test_no_retry_after_is_none() -> None:
    assert retry_after_s({}) is None


@given(st.text(max_size=40))
def test_retry_after_never_raises(text: str) -> None:
    left = retry_after_s({"Retry-After": text})

    assert left is None or 0 <= left <= 900
