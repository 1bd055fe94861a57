"""How a chaos run counts: who got a message twice, what was lost, how long a recovery took."""

import re
from datetime import UTC, datetime, timedelta

from app.models.notification import LEGAL_MOVES
from dev.chaos.report import PERSONAL
from dev.chaos.verdict import (
    Kill,
    Move,
    Row,
    Taken,
    duplicated,
    illegal,
    lost,
    recovery,
    repeated,
)

START = datetime(2026, 1, 5, 7, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def taken(row_id: str, seconds: float, *, failed: bool = False) -> Taken:
    return Taken(row_id, at(seconds), failed)


def move(
    seconds: float,
    new: str,
    *,
    who: str = "worker_0",
    old: str = "SENDING",
    fence: int = 1,
    lease_s: float = 60,
) -> Move:
    return Move(at(seconds), who, "a", old, new, fence - 1, fence, lease_s if new == "SENDING" else None)


CLAIM = move(0, "SENDING", old="SCHEDULED")


def failure(seconds: float) -> Move:
    return move(seconds, "RETRY_SCHEDULED", old="SENT")


def test_a_message_that_was_taken_once_is_no_duplicate() -> None:
    ones = [taken("a", 0), taken("b", 0)]

    assert repeated(ones) == set()
    assert duplicated(ones, []) == set()


def test_a_second_message_without_a_result_is_a_duplicate() -> None:
    ones = [taken("a", 0), taken("a", 9)]

    assert repeated(ones) == {"a"}
    assert duplicated(ones, []) == {"a"}


def test_a_resend_after_a_failed_delivery_is_repeated_and_no_duplicate() -> None:
    ones = [taken("a", 9), taken("a", 0, failed=True)]

    assert repeated(ones) == {"a"}
    assert duplicated(ones, [failure(5)]) == set()


def test_a_resend_is_a_duplicate_when_the_failure_was_not_known_yet() -> None:
    ones = [taken("a", 0, failed=True), taken("a", 9)]

    assert duplicated(ones, [failure(10)]) == {"a"}


def test_a_resend_is_a_duplicate_when_the_first_was_delivered() -> None:
    ones = [taken("a", 0), taken("a", 9)]

    assert duplicated(ones, [failure(5)]) == {"a"}


def test_a_failure_excuses_only_the_resend_that_follows_it() -> None:
    ones = [taken("a", 0, failed=True), taken("a", 9, failed=True), taken("a", 20)]

    assert duplicated(ones, [failure(5)]) == {"a"}
    assert duplicated(ones, [failure(5), failure(15)]) == set()


def test_what_has_ended_or_is_before_a_human_is_not_lost() -> None:
    rows = [
        Row(status, status, None, status) for status in ("FAILED", "EXPIRED", "CANCELED", "MANUAL_REVIEW")
    ]
    rows += [Row("d", "DELIVERED", None, "d"), Row("s", "SENT", None, "s")]

    assert lost([row.id for row in rows], rows, {"d": 1, "s": 1}) == {}


def test_what_vanished_hangs_or_was_never_taken_is_lost() -> None:
    rows = [
        Row("a", "SENDING", None, "a"),
        Row("b", "RETRY_SCHEDULED", None, "b"),
        Row("c", "SENT", None, "c"),
    ]

    found = lost(["a", "c", "d"], rows, {"a": 1})

    assert found == {
        "a": "still SENDING",
        "b": "still RETRY_SCHEDULED",
        "c": "SENT, and the dealer never took it",
        "d": "accepted, and there is no row",
    }


def test_a_recovery_lasts_from_the_kill_to_the_new_fence_and_to_the_end_of_sending() -> None:
    history = [CLAIM, move(63, "SENDING", who="worker_1", fence=2), move(70, "SENT", fence=2)]

    found = recovery([Kill(at(3), "worker_0")], history, at(99))

    assert (found.victims, found.taken_over_s, found.late_s, found.settled_s) == (1, 60, 3, 67)
    assert found.unsettled == frozenset()


def test_rows_of_other_workers_and_settled_rows_are_no_victims() -> None:
    sent = [CLAIM, move(1, "SENT")]

    assert recovery([Kill(at(1), "worker_1")], [CLAIM], at(99)).victims == 0
    assert recovery([Kill(at(2), "worker_0")], sent, at(99)).victims == 0


def test_a_row_that_waits_for_the_next_question_is_no_victim() -> None:
    waits = move(1, "SENDING", lease_s=20)

    assert recovery([Kill(at(2), "worker_0")], [CLAIM, waits], at(99)).victims == 0


def test_a_row_that_never_recovers_counts_until_the_end() -> None:
    found = recovery([Kill(at(9), "worker_0")], [CLAIM], at(99))

    assert (found.taken_over_s, found.late_s, found.settled_s) == (90, 39, 90)
    assert found.unsettled == {"a"}


def test_a_move_that_the_table_does_not_have_is_illegal() -> None:
    back = move(9, "SENDING", old="DELIVERED")
    first = Move(at(0), "postgres", "a", None, "SCHEDULED", None, 0, None)

    assert illegal([first, CLAIM, move(3, "SENDING", fence=2), move(5, "SENT"), back], LEGAL_MOVES) == [back]


def test_numbers_names_and_texts_are_found_in_a_log() -> None:
    texts = ["to 01000000123", "+82 10-0000-0123", '"김혼돈"', r'"\uae40\ud63c\ub3c8"', "혼돈 속 안내 7"]

    assert all(re.search(PERSONAL, text) for text in texts)
    assert not re.search(PERSONAL, "request 0c7c3f10-0000-0123-8000-123456789012 took 10 ms")
