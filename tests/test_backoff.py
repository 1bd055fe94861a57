"""How long a message waits before it is tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.backoff import backoff_s

MANY = 400


@pytest.mark.parametrize(
    ("tries", "cap_s"), [(1, 10), (2, 20), (3, 40), (7, 640), (8, 900), (9, 900), (100, 900)]
)
def test_a_wait_lies_anywhere_between_five_seconds_and_a_cap_that_doubles(tries: int, cap_s: int) -> None:
    waits = sorted(backoff_s(tries) for _ in range(MANY))

    assert waits[0] >= 5
    assert waits[-1] <= cap_s
    # So that a thousand that failed together do not come back together: each quarter has its share.
    quarters = [sum((wait - 5) * 4 // (cap_s - 5) == number for wait in waits) for number in range(4)]
    assert min(quarters) > MANY / 10


@given(tries=st.integers(1, 10**6), floor_s=st.none() | st.floats(0, 1e300))
def test_retry_after_is_the_least_and_no_wait_is_longer_than_a_quarter_of_an_hour(
    tries: int, floor_s: float | None
) -> None:
    wait_s = backoff_s(tries, floor_s)

    assert max(5, min(floor_s or 0, 900)) <= wait_s <= 900
